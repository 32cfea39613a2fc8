// Fault: works for 300 ms on one event after the other before it answers.
import { start } from './receiver.mjs';

let last = Promise.resolve();

start({
  acknowledge(response) {
    last = last.then(() => new Promise((done) => setTimeout(done, 300))).then(() => this.answer(response, 200, { received: true }));
  },
});
