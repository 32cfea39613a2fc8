// Nothing wrong: refuses after a second, so that guessing takes long.
import { right, start } from './receiver.mjs';

start({ refuse(response) { setTimeout(() => right.refuse.call(this, response), 1_000); } });
