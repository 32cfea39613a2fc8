// Fault: remembers and recognises bodies before it verifies them.
import { right, start } from './receiver.mjs';

const seen = new Set();
start({
  receive(request, response, raw) {
    const identity = raw && request.method === 'POST' && request.url === this.path ? this.identity(null, raw) : null;
    if (identity && seen.has(identity)) return this.acknowledge(response);
    if (identity && raw.length) seen.add(identity);
    right.receive.call(this, request, response, raw);
  },
});
