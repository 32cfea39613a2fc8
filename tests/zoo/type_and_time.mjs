// Fault: recognises repeats by the type of an event and its time.
import { start } from './receiver.mjs';

start({ identity: (event) => `${event.event_type} ${event.timestamp}` });
