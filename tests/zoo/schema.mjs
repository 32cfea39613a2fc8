// Nothing wrong: holds events to a schema, and refuses what is none with 422.
import { start } from './receiver.mjs';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isName = (name) => name === undefined || name === null || typeof name === 'string';

start({
  object({ event_type: type, waitlist_id: list, data, timestamp }) {
    const fits = UUID.test(list) && UUID.test(data.id) && /^[^@]+@[^@]+$/.test(data.email) && !Number.isNaN(Date.parse(timestamp))
      && (type !== 'signup.created' || (isName(data.name) && Number.isInteger(data.position)));
    return fits ? undefined : [422, { error: 'schema' }];
  },
});
