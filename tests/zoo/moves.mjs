// Fault: recognises repeats by the sign-up and the event's type: of several moves the first alone counts.
import { start } from './receiver.mjs';

start({
  identity: (event) => `${event.event_type} ${event.data.id}`,
});
