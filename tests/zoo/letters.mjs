// Fault: refuses names in letters that it does not know, with 422, and signatures with 401.
import { start } from './receiver.mjs';
start({
  object(event) {
    const { name } = event.data;
    if (typeof name === 'string' && /[^\x20-\x7e]/.test(name)) return [422, { error: 'no name' }];
  },
});
