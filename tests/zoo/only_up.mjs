// Fault: takes every move to be one up.
import { start } from './receiver.mjs';

start({ object: (event) => (event.data.position_change > 0 ? [422, { error: 'no move up' }] : undefined) });
