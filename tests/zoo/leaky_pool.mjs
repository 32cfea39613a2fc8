// Fault: each body that is not an event keeps one of ten connections to the database; then nothing is answered.
import { right, start } from './receiver.mjs';

let free = 10;
start({
  receive(request, response, raw) {
    if (free === 0) return;
    right.receive.call(this, request, response, raw);
  },
  isEvent(event) {
    const is = right.isEvent(event);
    if (!is) free -= 1;
    return is;
  },
});
