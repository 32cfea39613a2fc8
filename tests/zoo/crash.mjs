// Fault: compares with timingSafeEqual without looking at the lengths, which throws for most forged values.
import { timingSafeEqual } from 'node:crypto';
import { hmac, start } from './receiver.mjs';

start({
  verify(header, raw) {
    return timingSafeEqual(Buffer.from(header), Buffer.from(`sha256=${hmac(this.secret, raw).toString('hex')}`));
  },
});
