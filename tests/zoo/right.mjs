// Does everything right.
import { start } from './receiver.mjs';

start();
