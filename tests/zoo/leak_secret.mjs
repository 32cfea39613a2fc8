// Fault: its refusal shows the secret.
import { start } from './receiver.mjs';

start({ refuse(response) { this.answer(response, 401, { error: `not signed with ${this.secret}` }); } });
