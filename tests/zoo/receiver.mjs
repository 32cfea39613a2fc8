// A receiver that does everything right, in steps that a server of the zoo may replace to plant one fault.
// It listens on PORT, verifies with WEBHOOK_SECRET, and writes a line to EFFECTS for each sign-up that it counts.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import http from 'node:http';

const secret = process.env.WEBHOOK_SECRET ?? '';
const effects = process.env.EFFECTS;
const LIMIT = 1 << 20;

export const PATH = '/webhooks/referralloop';
export const hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

export const right = {
  path: PATH,
  secret,
  // The body of what came in with each packet.
  join: (parts) => Buffer.concat(parts),
  // Whether the signature header holds for these bytes.
  verify(header, raw) {
    const match = /^sha256=([0-9a-f]{64})$/i.exec(header ?? '');
    return match !== null && timingSafeEqual(Buffer.from(match[1], 'hex'), hmac(this.secret, raw));
  },
  // What two deliveries of one event have in common.
  identity: (event, raw) => createHash('sha256').update(raw).digest('hex'),
  parse: (raw) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)),
  isEvent: (event) => typeof event === 'object' && event !== null && !Array.isArray(event)
    && typeof event.event_type === 'string' && typeof event.data === 'object' && event.data !== null,
  // Something to be refused with, or nothing.
  object() {},
  known: new Set(effects && existsSync(effects) ? readFileSync(effects, 'utf8').split('\n') : []),
  remember(identity) { this.known.add(identity); },
  work(event, raw) {
    const identity = this.identity(event, raw);
    if (this.known.has(identity)) return;
    this.remember(identity);
    if (effects) appendFileSync(effects, `${identity}\n`);
  },
  answer(response, status, body) {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  },
  acknowledge(response) { this.answer(response, 200, { received: true }); },
  refuse(response) { this.answer(response, 401, { error: 'invalid signature' }); },
  crash(response) { this.answer(response, 500, { error: 'internal error' }); },
  receive(request, response, raw) {
    if (request.url !== this.path) return this.answer(response, 404, { error: 'not found' });
    if (request.method !== 'POST') return this.answer(response, 405, { error: 'POST only' });
    if (raw === null) return this.answer(response, 413, { error: 'too large' });
    if (!this.verify(request.headers['x-webhook-signature'], raw)) return this.refuse(response);
    let event;
    try { event = this.parse(raw); } catch { return this.answer(response, 400, { error: 'not JSON' }); }
    if (!this.isEvent(event)) return this.answer(response, 400, { error: 'no event' });
    const objection = this.object(event);
    if (objection) return this.answer(response, ...objection);
    this.work(event, raw);
    this.acknowledge(response);
  },
};

export function start(changes = {}) {
  const receiver = Object.assign(Object.create(right), changes);
  const server = http.createServer((request, response) => {
    const parts = [];
    let size = 0;
    request.on('error', () => {});
    request.on('data', (part) => { size += part.length; if (size <= LIMIT) parts.push(part); });
    request.on('end', () => {
      try {
        receiver.receive(request, response, size > LIMIT ? null : receiver.join(parts));
      } catch (error) {
        receiver.crash(response, error);
      }
    });
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
}
