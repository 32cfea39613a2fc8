// Fault: answers 503 to each twelfth request.
import { right, start } from './receiver.mjs';

let count = 0;
start({
  receive(request, response, raw) {
    count += 1;
    if (count % 12 === 0) return this.answer(response, 503, { error: 'no worker is free' });
    right.receive.call(this, request, response, raw);
  },
});
