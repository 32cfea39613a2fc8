// Takes one to four seconds to answer, however many come at once, which is right.
import { right, start } from './receiver.mjs';

start({
  acknowledge(response) { setTimeout(() => right.acknowledge.call(this, response), 1000 + 3000 * Math.random()); },
});
