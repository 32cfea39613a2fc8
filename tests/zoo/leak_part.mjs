// Fault: shows the beginning of the right value in its refusal.
import { start, right, hmac } from './receiver.mjs';
start({
  receive(request, response, raw) {
    this.refuse = (answer) => this.answer(answer, 401, { error: `expected ${hmac(this.secret, raw).toString('hex').slice(0, 12)}...` });
    return right.receive.call(this, request, response, raw);
  },
});
