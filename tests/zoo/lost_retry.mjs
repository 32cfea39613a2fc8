// Fault: remembers an event before its work, which fails now and then, and takes the retry for a repeat.
import { right, start } from './receiver.mjs';

const seen = new Set();
let count = 0;
start({
  receive(request, response, raw) {
    try {
      right.receive.call(this, request, response, raw);
    } catch {
      this.answer(response, 503, { error: 'try again' });
    }
  },
  work(event, raw) {
    const identity = this.identity(event, raw);
    if (seen.has(identity)) return;
    seen.add(identity);
    count += 1;
    if (count % 10 === 0) throw new Error('the mail server is busy');
    right.work.call(this, event, raw);
  },
});
