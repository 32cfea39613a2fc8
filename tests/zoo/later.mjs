// Does everything right: answers first and works 20 ms later, as the documentation advises.
import { right, start } from './receiver.mjs';

start({ work(event, raw) { setTimeout(() => right.work.call(this, event, raw), 20); } });
