// Fault: looks for the header under the name that the documentation prints, letter by letter.
import { start, right } from './receiver.mjs';
start({
  receive(request, response, raw) {
    const at = request.rawHeaders.indexOf('X-Webhook-Signature');
    request.headers['x-webhook-signature'] = at < 0 ? undefined : request.rawHeaders[at + 1];
    return right.receive.call(this, request, response, raw);
  },
});
