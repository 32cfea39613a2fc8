// Fault: verifies the first 64 KiB of a body.
import { right, start } from './receiver.mjs';

start({ verify(header, raw) { return right.verify.call(this, header, raw.subarray(0, 65_536)); } });
