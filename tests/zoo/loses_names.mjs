// Fault: acknowledges a name beyond ASCII, and then fails to store it.
import { right, start } from './receiver.mjs';

start({ work(event, raw) { if (/^[\x20-\x7e]*$/.test(event.data.name ?? '')) right.work.call(this, event, raw); } });
