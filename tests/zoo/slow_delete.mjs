// Fault: tidies up before it acknowledges a deletion, for longer than the sender waits.
import { right, start } from './receiver.mjs';

start({
  work(event, raw) { this.slow = event.event_type === 'signup.deleted'; right.work.call(this, event, raw); },
  acknowledge(response) { setTimeout(() => right.acknowledge.call(this, response), this.slow ? 5500 : 0); },
});
