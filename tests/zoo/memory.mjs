// Fault: keeps what it has seen in memory alone, so that a repeat after a restart counts again.
import { start } from './receiver.mjs';

start({ known: new Set() });
