// Fault: its refusal says which signature would have been right.
import { hmac, right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    this.expected = `sha256=${hmac(this.secret, raw).toString('hex')}`;
    return right.verify.call(this, header, raw);
  },
  refuse(response) { this.answer(response, 401, { error: `expected ${this.expected}` }); },
});
