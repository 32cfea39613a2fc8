// Does everything right, and takes thirty requests in ten seconds: more are told when to come back.
import { right, start } from './receiver.mjs';

let times = [];
start({
  receive(request, response, raw) {
    const now = Date.now();
    times = times.filter((time) => now - time < 10_000);
    if (times.length >= 30) {
      response.setHeader('retry-after', String(Math.ceil((times[0] + 10_000 - now) / 1000)));
      return this.answer(response, 429, { error: 'too many requests' });
    }
    times.push(now);
    right.receive.call(this, request, response, raw);
  },
});
