// The other yardstick: Express 5, the raw body, Node's own HMAC. Takes the port and the secret as arguments.
const crypto = require('node:crypto');
const express = require('express');

const [port = '0', secret = ''] = process.argv.slice(2);
const app = express();

app.post('/', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  const expected = crypto.createHmac('sha256', secret).update(request.body).digest('hex');
  const expectedBytes = Buffer.from(`sha256=${expected}`);
  const received = Buffer.from(request.get('x-webhook-signature') ?? '');
  if (received.length === expectedBytes.length && crypto.timingSafeEqual(received, expectedBytes)) {
    response.json({ received: true });
  } else {
    response.status(401).json({ error: 'invalid signature' });
  }
});

const server = app.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
