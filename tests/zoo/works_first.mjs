// Fault: does its work, then verifies and refuses.
import { right, start } from './receiver.mjs';

start({
  receive(request, response, raw) {
    try { this.work(JSON.parse(raw), raw); } catch { /* told below */ }
    right.receive.call(this, request, response, raw);
  },
});
