// Fault: verifies where there is a signature, and lets pass what has none.
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) { return header === undefined || right.verify.call(this, header, raw); },
});
