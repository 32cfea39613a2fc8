// Fault: answers 200 to what it refuses, with the refusal in the body.
import { start } from './receiver.mjs';

start({
  refuse(response) { this.answer(response, 200, { ok: false, error: 'invalid signature' }); },
});
