// Fault: compares digit by digit and stops at the first difference, slowly enough to be measured.
import { hmac, start } from './receiver.mjs';

const spend = (milliseconds) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};

start({
  verify(header, raw) {
    const wanted = `sha256=${hmac(this.secret, raw).toString('hex')}`;
    for (let at = 0; at < wanted.length; at += 1) {
      if (header?.[at] !== wanted[at]) return false;
      spend(0.4);
    }
    return header.length === wanted.length;
  },
});
