// Fault: recognises sign-ups by their address without its tag.
import { right, start } from './receiver.mjs';

start({ identity: (event, raw) => (event.event_type === 'signup.created' ? event.data.email?.replace?.(/\+[^@]*/, '') ?? '' : right.identity(event, raw)) });
