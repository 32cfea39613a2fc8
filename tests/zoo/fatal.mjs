// Fault: dies of an event whose data is text, and its server answers 200 with the error, as PHP does.
import { right, start } from './receiver.mjs';

start({
  isEvent: (event) => right.isEvent(event) || typeof event?.data === 'string',
  receive(request, response, raw) {
    try {
      right.receive.call(this, request, response, raw);
    } catch {
      this.answer(response, 200, 'Fatal error: Uncaught TypeError');
    }
  },
  object(event) { if (typeof event.data === 'string') throw new TypeError('data is no array'); },
});
