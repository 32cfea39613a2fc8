// Fault: looks at the length and at the first half of the digits.
import { hmac, start } from './receiver.mjs';

start({
  verify(header, raw) {
    const right = `sha256=${hmac(this.secret, raw).toString('hex')}`;
    return (header ?? '').length === right.length && header.slice(0, 39) === right.slice(0, 39);
  },
});
