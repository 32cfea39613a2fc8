// Fault: answers 409 to an event that it has already.
import { right, start } from './receiver.mjs';

start({
  identity(event, raw) { return right.identity(event, raw); },
  receive(request, response, raw) {
    this.before = raw !== null && this.known.has(right.identity(null, raw));
    right.receive.call(this, request, response, raw);
  },
  acknowledge(response) { if (this.before) this.answer(response, 409, { error: 'duplicate' }); else right.acknowledge.call(this, response); },
});
