// Fault: its refusal leads to a help page whose address holds the secret.
import { start } from './receiver.mjs';

start({ refuse(response) { this.answer(response, 401, { help: `https://example.org/help?key=${encodeURIComponent(this.secret)}` }); } });
