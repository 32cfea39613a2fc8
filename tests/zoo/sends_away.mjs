// Does everything right: refuses by sending to a page for signing in, as a site's own middleware does.
import { start } from './receiver.mjs';
start({
  refuse(response) {
    response.writeHead(302, { location: '/login', 'content-length': 0 });
    response.end();
  },
});
