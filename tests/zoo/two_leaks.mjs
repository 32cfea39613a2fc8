// Two faults: its refusal shows the right value, and unknown types of events make it fail.
import { hmac, right, start } from './receiver.mjs';

start({
  object(event) {
    if (!event.event_type.startsWith('signup.') || event.event_type.endsWith('approved')) throw new Error('no handler');
  },
  receive(request, response, raw) {
    this.refuse = (answer) => this.answer(answer, 401, { wanted: raw && hmac(this.secret, raw).toString('base64url') });
    right.receive.call(this, request, response, raw);
  },
});
