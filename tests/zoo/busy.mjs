// Fault: refuses a repeat while the first is still at work.
import { start } from './receiver.mjs';

const busy = new Set();

start({
  work(event, raw) {
    const identity = this.identity(event, raw);
    if (this.known.has(identity)) return;
    busy.add(identity);
    setTimeout(() => { busy.delete(identity); Object.getPrototypeOf(this).work.call(this, event, raw); }, 150);
  },
  receive(request, response, raw) {
    if (raw !== null && busy.has(this.identity(null, raw))) return this.answer(response, 409, { error: 'busy' });
    return Object.getPrototypeOf(this).receive.call(this, request, response, raw);
  },
  acknowledge(response) { setTimeout(() => this.answer(response, 200, { received: true }), 200); },
});
