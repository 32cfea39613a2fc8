// Fault: does the work before it answers, and the work takes longer than the sender waits.
import { right, start } from './receiver.mjs';

start({
  acknowledge(response) { setTimeout(() => right.acknowledge.call(this, response), 5500); },
});
