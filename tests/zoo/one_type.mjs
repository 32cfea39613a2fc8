// Fault: verifies every event but signup.deleted.
import { right, start } from './receiver.mjs';

start({ verify(header, raw) { return raw.includes('"signup.deleted"') || right.verify.call(this, header, raw); } });
