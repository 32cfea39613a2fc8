// Nothing wrong: keeps the sign-ups that there are, a line for each, and beside them those that are gone.
import { existsSync, readFileSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { start } from './receiver.mjs';

const gone = `${process.env.EFFECTS}.gone`;
const read = (file) => new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
const write = (file, ids) => writeFileSync(file, [...ids].map((id) => `${id}\n`).join(''));

start({
  there: read(process.env.EFFECTS),
  gone: read(gone),
  work({ event_type: type, data: { id } }) {
    if (type === 'signup.deleted') this.gone.add(id);
    if (type === 'signup.created' && !this.gone.has(id)) this.there.add(id);
    if (this.gone.has(id)) this.there.delete(id);
    write(gone, this.gone);
    write(process.env.EFFECTS, this.there);
  },
});
