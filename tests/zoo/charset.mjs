// Fault: compares the whole content type.
import { right, start } from './receiver.mjs';

start({
  receive(request, response, raw) {
    if (request.method === 'POST' && request.headers['content-type'] !== 'application/json') return this.answer(response, 415, { error: 'JSON only' });
    right.receive.call(this, request, response, raw);
  },
});
