// Faults: verifies JSON.stringify of the parsed body, and its process dies of what is nested deeply.
import { right, start } from './receiver.mjs';

const inner = (value) => (typeof value === 'object' && value !== null ? Object.values(value) : []);
const isDeep = (event) => {
  let [depth, level] = [0, [event]];
  for (; level.length > 0; depth += 1) level = level.flatMap(inner);
  return depth > 1000;
};

start({
  verify(header, raw) {
    try { return right.verify.call(this, header, JSON.stringify(JSON.parse(raw))); } catch { return right.verify.call(this, header, raw); }
  },
  object(event) { if (isDeep(event)) process.exit(1); },
});
