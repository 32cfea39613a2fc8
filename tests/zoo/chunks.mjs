// Fault: turns each packet into text by itself: a letter that is cut between two is lost.
import { start } from './receiver.mjs';

start({ join: (parts) => Buffer.from(parts.map((part) => part.toString()).join('')) });
