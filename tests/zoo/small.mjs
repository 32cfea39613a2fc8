// Fault: its body parser ends at 32 KiB.
import { right, start } from './receiver.mjs';

start({
  receive(request, response, raw) {
    right.receive.call(this, request, response, raw !== null && raw.length > 32 * 1024 ? null : raw);
  },
});
