// Fault: recognises repeats by their timestamp, as the documentation suggests.
import { start } from './receiver.mjs';

start({
  identity: (event) => `${event.event_type} ${event.timestamp}`,
});
