// Fault: each request takes a connection to the database and none gives it back.
import { right, start } from './receiver.mjs';

let left = 100;

start({
  receive(request, response, raw) {
    left -= 1;
    if (left < 0) return this.answer(response, 503, { error: 'no connection left' });
    right.receive.call(this, request, response, raw);
  },
});
