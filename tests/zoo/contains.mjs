// Fault: looks for the right value anywhere in the header.
import { hmac, start } from './receiver.mjs';

start({
  verify(header, raw) { return (header ?? '').includes(hmac(this.secret, raw).toString('hex')); },
});
