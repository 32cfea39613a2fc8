// Fault: keeps the sign-ups that there are, and a late event brings a deleted one back. A line for each of them.
import { writeFileSync } from 'node:fs';
import { start } from './receiver.mjs';

start({
  work(event) {
    if (event.event_type === 'signup.deleted') this.known.delete(event.data.id);
    else this.known.add(event.data.id);
    const there = [...this.known].filter((id) => id !== '');
    writeFileSync(process.env.EFFECTS, there.map((id) => `${id}\n`).join(''));
  },
});
