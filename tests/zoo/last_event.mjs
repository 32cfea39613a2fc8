// Fault: remembers the last event alone, so that a repeat that comes after another one counts again.
import { start } from './receiver.mjs';

start({ remember(identity) { this.known = new Set([identity]); } });
