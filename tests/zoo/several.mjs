// Everything right: takes any of several signatures, as while a secret is rotated, and refuses unknown event types.
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) { return (header ?? '').split(',').some((one) => right.verify.call(this, one.trim(), raw)); },
  object(event) { return /^signup\.(created|position_changed|deleted)$/.test(event.event_type) ? undefined : [422, { error: 'unknown event' }]; },
});
