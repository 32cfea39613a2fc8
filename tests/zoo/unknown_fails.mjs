// Fault: has a handler for each known type, and fails for any other.
import { start } from './receiver.mjs';

const handlers = { 'signup.created'() {}, 'signup.position_changed'() {}, 'signup.deleted'() {} };

start({ object(event) { handlers[event.event_type](event.data); } });
