// Does everything right: a worker does the work once a second.
import { start, right } from './receiver.mjs';
const waiting = [];
setInterval(() => waiting.splice(0).forEach(([self, ...event]) => right.work.apply(self, event)), 1000);
start({ work(event, raw) { waiting.push([this, event, raw]); } });
