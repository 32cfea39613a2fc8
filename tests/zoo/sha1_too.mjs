// Fault: still takes the older sha1= signature.
import { createHmac } from 'node:crypto';
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    const old = 'sha1=' + createHmac('sha1', this.secret).update(raw).digest('hex');
    return header === old || right.verify.call(this, header, raw);
  },
});
