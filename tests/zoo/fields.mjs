// Fault: its schema allows no field that it does not know.
import { start } from './receiver.mjs';

const known = new Set(['waitlist_id', 'event_type', 'data', 'timestamp']);
start({
  object: (event) => Object.keys(event).every((name) => known.has(name)) ? undefined : [422, { error: 'unknown field' }],
});
