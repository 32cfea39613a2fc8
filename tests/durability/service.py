"""The service as far as subscriptions go, in memory and on loopback: the truth that a journal is compared with.

Answers come after a short random while, so that a kill finds the client waiting as well. What it holds is asked for in
this process, not over HTTP.
"""

import http.server
import itertools
import json
import random
import threading
import time


class Service:
    def __init__(self, slowest=0.01):
        self.lock = threading.Lock()
        self.ids = itertools.count(1)
        self.subscriptions = {}
        self.slowest = slowest
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def answer(self, status, body):
                time.sleep(random.uniform(0, service.slowest))
                data = json.dumps(body).encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + data)
                except OSError:
                    pass

            def do_POST(self):
                wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with service.lock:
                    id = f"sub_{next(service.ids)}"
                    made = {"id": id, "event_type": wish["event_type"], "target_url": wish["target_url"],
                            "is_active": True, "created_at": "2024-01-15T10:00:00Z"}
                    service.subscriptions[id] = made
                self.answer(201, {"subscription": made})

            def do_DELETE(self):
                id = self.path.rsplit("/", 1)[1]
                with service.lock:
                    known = service.subscriptions.pop(id, None)
                self.answer(200 if known else 404, {"success": True} if known else {"error": "Subscription not found"})

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                """A client that is killed hangs up."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def held(self):
        with self.lock:
            return dict(self.subscriptions)
