"""A receiver that does everything right, in steps that a server of the zoo may replace to plant one fault.

It listens on PORT, verifies with WEBHOOK_SECRET, and writes a line to EFFECTS for each sign-up that it counts.
"""

import hashlib
import hmac
import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/webhooks/referralloop"
LIMIT = 1 << 20


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "receiver"
    sys_version = ""
    timeout = 20
    secret = os.environ.get("WEBHOOK_SECRET", "").encode()
    effects = os.environ.get("EFFECTS")
    lock = threading.Lock()
    known = None

    def log_message(self, *_):
        pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts, size = [], 0
            while True:
                length = int(self.rfile.readline().split(b";")[0] or b"0", 16)
                part = self.rfile.read(length)
                self.rfile.readline()
                if length == 0:
                    return b"".join(parts) if size <= LIMIT else None
                size += length
                if size <= LIMIT:
                    parts.append(part)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LIMIT:
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the sender is gone")
        return body

    def verify(self, header, raw):
        match = re.fullmatch(r"sha256=([0-9a-fA-F]{64})", header or "")
        if not match or len(self.headers.get_all("X-Webhook-Signature")) != 1:
            return False
        return hmac.compare_digest(bytes.fromhex(match[1]), hmac.new(self.secret, raw, hashlib.sha256).digest())

    def identity(self, event, raw):
        return hashlib.sha256(raw).hexdigest()

    def objection(self, event):
        return None

    def is_event(self, event):
        return isinstance(event, dict) and isinstance(event.get("event_type"), str) and isinstance(event.get("data"), dict)

    def recall(self):
        cls = type(self)
        if cls.known is None:
            cls.known = set()
            if self.effects and os.path.exists(self.effects):
                with open(self.effects) as file:
                    cls.known = set(file.read().splitlines())
        return cls.known

    def note(self, event, raw):
        identity = self.identity(event, raw)
        self.recall().add(identity)
        if self.effects:
            with open(self.effects, "a") as file:
                file.write(identity + "\n")

    def count(self, event, raw):
        if self.identity(event, raw) not in self.recall():
            self.note(event, raw)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def other(self):
        self.read_body()
        self.answer(405, {"error": "POST only"})

    do_GET = do_HEAD = do_PUT = do_DELETE = other

    def do_POST(self):
        raw = self.read_body()
        if self.path != PATH:
            return self.answer(404, {"error": "not found"})
        if raw is None:
            return self.answer(413, {"error": "too large"})
        try:
            status, body = self.receive(raw)
        except Exception:
            status, body = 500, {"error": "internal error"}
        self.answer(status, body)

    def receive(self, raw):
        if not self.verify(self.headers.get("X-Webhook-Signature"), raw):
            return 401, {"error": "invalid signature"}
        try:
            event = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            return 400, {"error": "not JSON"}
        if not self.is_event(event):
            return 400, {"error": "no event"}
        refusal = self.objection(event)
        if refusal:
            return refusal
        with self.lock:
            self.count(event, raw)
        return 200, {"received": True}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def start(receiver=Receiver, server=Server):
    server(("127.0.0.1", int(os.environ["PORT"])), receiver).serve_forever()
