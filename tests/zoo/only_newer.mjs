// Fault: acknowledges an event that is older than the newest one, and drops it.
import { right, start } from './receiver.mjs';

let newest = 0;

start({
  work(event, raw) {
    const time = Date.parse(event.timestamp);
    if (time < newest) return;
    newest = time || newest;
    right.work.call(this, event, raw);
  },
});
