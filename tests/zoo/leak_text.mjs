// Fault: shows the header's right value in Base64, in a field of its refusal.
import { hmac, start } from './receiver.mjs';

start({
  receive(request, response, raw) {
    if (raw !== null) response.setHeader('X-Debug', Buffer.from(`sha256=${hmac(this.secret, raw).toString('hex')}`).toString('base64'));
    return Object.getPrototypeOf(this).receive.call(this, request, response, raw);
  },
});
