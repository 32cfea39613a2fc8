// Fault: remembers the last forty events alone, so that a late repeat counts again.
import { start } from './receiver.mjs';

start({
  remember(identity) {
    this.known.add(identity);
    if (this.known.size > 40) this.known.delete(this.known.values().next().value);
  },
});
