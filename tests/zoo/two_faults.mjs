// Two faults: verifies JSON.stringify of the parsed body, and refuses events older than five minutes.
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    let rebuilt = raw;
    try { rebuilt = Buffer.from(JSON.stringify(JSON.parse(raw))); } catch { /* told by the parser */ }
    return right.verify.call(this, header, rebuilt);
  },
  object: (event) => (Date.now() - Date.parse(event.timestamp) > 300_000 ? [400, { error: 'too old' }] : undefined),
});
