// Fault: takes seven seconds for a long name.
import { right, start } from './receiver.mjs';

start({
  receive(request, response, raw) {
    const wait = raw && raw.includes('n'.repeat(5000)) ? 7000 : 0;
    setTimeout(() => right.receive.call(this, request, response, raw), wait);
  },
});
