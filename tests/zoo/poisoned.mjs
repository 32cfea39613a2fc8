// Fault: what is not JSON leaves it in a state in which everything fails.
import { right, start } from './receiver.mjs';

let broken = false;

start({
  parse(raw) {
    if (broken) throw new Error('broken');
    broken = true;
    const event = right.parse(raw);
    broken = false;
    return event;
  },
  receive(request, response, raw) {
    if (broken) return this.crash(response);
    right.receive.call(this, request, response, raw);
  },
});
