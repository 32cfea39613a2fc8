// Fault: answers with its settings, the secret among them.
import { start } from './receiver.mjs';

start({
  acknowledge(response) { this.answer(response, 200, { received: true, settings: { secret: this.secret } }); },
});
