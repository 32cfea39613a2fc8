// Fault: verifies the bytes or, failing that, what it rebuilds with sorted members: the body can be rewritten.
import { right, start } from './receiver.mjs';

const sorted = (value) => (value === null || typeof value !== 'object' || Array.isArray(value) ? value
  : Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])])));

start({
  verify(header, raw) {
    if (right.verify.call(this, header, raw)) return true;
    try { return right.verify.call(this, header, Buffer.from(JSON.stringify(sorted(JSON.parse(raw))))); } catch { return false; }
  },
});
