// Takes sign-ups whose addresses differ in case alone for one person, which is right.
import { right, start } from './receiver.mjs';

start({ identity: (event, raw) => (event.event_type === 'signup.created' ? event.data.email?.toLowerCase?.() ?? '' : right.identity(event, raw)) });
