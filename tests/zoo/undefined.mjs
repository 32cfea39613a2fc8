// Fault: while rotating secrets it also takes the old one, whose variable is no longer set and reads "undefined".
import { right, start } from './receiver.mjs';

start({
  verify(header, raw) {
    return [this.secret, `${process.env.OLD_WEBHOOK_SECRET}`]
      .some((secret) => right.verify.call({ ...this, secret }, header, raw));
  },
});
