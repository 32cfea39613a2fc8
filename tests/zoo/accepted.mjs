// Does everything right: acknowledges with 202, and refuses with 403.
import { start } from './receiver.mjs';

start({
  acknowledge(response) { this.answer(response, 202, { received: true }); },
  refuse(response) { this.answer(response, 403, { error: 'forbidden' }); },
});
