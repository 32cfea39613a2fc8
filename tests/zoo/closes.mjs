// Does everything right: closes every connection.
import { right, start } from './receiver.mjs';

start({
  answer(response, status, body) {
    response.setHeader('connection', 'close');
    right.answer.call(this, response, status, body);
  },
});
