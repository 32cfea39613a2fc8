// Fault: verifies in the JSON parser, so that what is sent as something else is not verified.
import { right, start } from './receiver.mjs';

let type = '';
start({
  verify(header, raw) { return !type.startsWith('application/json') || right.verify.call(this, header, raw); },
  receive(request, response, raw) {
    type = request.headers['content-type'] ?? '';
    right.receive.call(this, request, response, raw);
  },
});
