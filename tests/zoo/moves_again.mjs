// Fault: recognises repeats of creations alone; a move or deletion that comes again counts again.
import { randomUUID } from 'node:crypto';
import { right, start } from './receiver.mjs';

start({ identity: (event, raw) => (event.event_type === 'signup.created' ? right.identity(event, raw) : randomUUID()) });
