// Does everything right: takes lower-case digits alone.
import { right, start } from './receiver.mjs';

start({ verify(header, raw) { return !/[A-F]/.test(header ?? '') && right.verify.call(this, header, raw); } });
