// Fault: answers with a redirect to the path with a final slash.
import { PATH, right, start } from './receiver.mjs';

start({
  acknowledge(response) { response.writeHead(308, { location: `${PATH}/`, 'content-length': 0 }).end(); },
});
