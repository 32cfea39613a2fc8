// Fault: verifies JSON.stringify of the parsed body, as the documentation's verification sample does, not the bytes.
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    try { return right.verify.call(this, header, JSON.stringify(JSON.parse(raw))); } catch { return right.verify.call(this, header, raw); }
  },
});
