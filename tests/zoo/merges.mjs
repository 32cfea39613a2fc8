// Fault: recognises sign-ups by their address in small letters.
import { right, start } from './receiver.mjs';

start({ identity: (event, raw) => (event.event_type === 'signup.created' ? event.data.email?.toLowerCase?.() ?? '' : right.identity(event, raw)) });
