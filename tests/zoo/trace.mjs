// Fault: answers what it cannot parse with the stack.
import { right, start } from './receiver.mjs';

start({
  parse(raw) {
    try { return right.parse(raw); } catch (error) { this.stack = error.stack; return null; }
  },
  isEvent(event) { return right.isEvent(event); },
  answer(response, status, body) {
    right.answer.call(this, response, status, status === 400 && this.stack ? { error: this.stack } : body);
  },
});
