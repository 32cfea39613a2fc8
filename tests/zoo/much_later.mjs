// Does everything right: answers first and works 200 ms later.
import { right, start } from './receiver.mjs';

start({ work(event, raw) { setTimeout(() => right.work.call(this, event, raw), 200); } });
