// Fault: takes the signature that was right a moment ago for right, whatever the body.
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    if (header && header === this.last) return true;
    const holds = right.verify.call(this, header, raw);
    if (holds) this.last = header;
    return holds;
  },
});
