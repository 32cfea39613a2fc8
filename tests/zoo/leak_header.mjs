// Fault: its refusal has the right value in a header, in Base64.
import { hmac, right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    this.expected = hmac(this.secret, raw).toString('base64');
    return right.verify.call(this, header, raw);
  },
  refuse(response) {
    response.setHeader('x-expected', this.expected);
    this.answer(response, 401, { error: 'invalid signature' });
  },
});
