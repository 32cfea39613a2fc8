// HMAC-SHA256 as Node computes it. Each line of standard input: a secret and a body, both in hexadecimal, with a space
// between. Each line of standard output: the signature header's value for that line.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

for (const line of readFileSync(0, 'latin1').split('\n').filter(Boolean)) {
  const [secret, body] = line.split(' ').map((digits) => Buffer.from(digits, 'hex'));
  console.log(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
}
