// Fault: its refusal shows the right value in capital digits.
import { hmac, right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    this.expected = hmac(this.secret, raw).toString('hex').toUpperCase();
    return right.verify.call(this, header, raw);
  },
  refuse(response) { this.answer(response, 401, { error: `wanted ${this.expected}` }); },
});
