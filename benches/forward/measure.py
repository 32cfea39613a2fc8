#!/usr/bin/env python3
"""Times forwarding: both ways of one program, or several programs, in turns within one run. Arguments: the programs.

Throughput: as many events as COUNT come in as fast as they are acknowledged; forwards a second until the app has them
all. Latency: one event at a time; from its acknowledgement to the app's having the whole request.
"""
import hashlib
import hmac
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROUNDS, COUNT, CALM = (int(os.environ.get(name, default)) for name, default in
                       (("ROUNDS", 5), ("COUNT", 5000), ("CALM", 100)))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
WAYS = {"from memory": [], "from the store (--forward-retry)": ["--forward-retry"]}


class App:
    """Answers 200 to whatever comes, and notes when each request was whole."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.whole, self.news = [], threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            stream, _ = self.socket.accept()
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(stream,), daemon=True).start()

    def serve(self, stream):
        held = b""
        while True:
            end = held.find(b"\r\n\r\n")
            if end >= 0:
                head = held[:end].lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                if len(held) >= end + 4 + length:
                    held = held[end + 4 + length:]
                    now = time.perf_counter()
                    stream.sendall(ANSWER)
                    with self.news:
                        self.whole.append(now)
                        self.news.notify_all()
                    continue
            more = stream.recv(65536)
            if not more:
                return
            held += more

    def wait(self, count, seconds=120):
        with self.news:
            if not self.news.wait_for(lambda: len(self.whole) >= count, seconds):
                sys.exit(f"{len(self.whole)} of {count} forwards came within {seconds} s")
            return self.whole[count - 1]


def listen(program, way, app, home):
    ready = os.path.join(home, "ready")
    line = [program, "listen", "--port", "0", "--ready-file", ready, "--store", os.path.join(home, "events.db"),
            "--secret-file", os.path.join(home, "secret"), "--forward-to", f"http://127.0.0.1:{app.port}/", "--no-input"]
    process = subprocess.Popen(line + way, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={"HOME": home, "PATH": os.environ["PATH"]}, cwd=home)
    while not (os.path.exists(ready) and os.path.getsize(ready)):
        if process.poll() is not None:
            sys.exit(f"{line} ended with {process.returncode}")
        time.sleep(0.01)
    with open(ready, encoding="utf-8") as file:
        return process, json.load(file)["url"]


def fabricate(count):
    """Signed deliveries, each of an event of its own: (header lines, body)."""
    for number in range(count):
        body = json.dumps({"event_type": "signup.created", "data": {"id": f"su_{number}", "position": number,
                           "email": f"user{number}@example.com"}}).encode()
        yield hmac.new(b"benchmark-secret", body, hashlib.sha256).hexdigest(), body


def send(url, deliveries, after=lambda sent: None):
    """Sends them one after the other over one connection."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.rsplit(":", 1)
    with socket.create_connection((name, int(port))) as stream:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for sent, (signature, body) in enumerate(deliveries, 1):
            stream.sendall(f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                           f"X-Webhook-Signature: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += stream.recv(65536)
            if b" 200 " not in answer.split(b"\r\n")[0] + b" ":
                sys.exit(f"the listener answered {answer!r}")
            after(sent)


def one_turn(program, way):
    """(forwards a second, median latency in ms)."""
    app = App()
    with tempfile.TemporaryDirectory() as home:
        with open(os.path.join(home, "secret"), "w", encoding="utf-8") as file:
            file.write("benchmark-secret")
        process, url = listen(program, way, app, home)
        try:
            latencies, deliveries = [], list(fabricate(CALM + COUNT))

            def calm(sent):
                acknowledged = time.perf_counter()
                latencies.append(max(0.0, app.wait(sent) - acknowledged) * 1e3)

            send(url, deliveries[:CALM], calm)
            shares = [deliveries[CALM + start::16] for start in range(16)]
            senders = [threading.Thread(target=send, args=(url, share)) for share in shares]
            began = time.perf_counter()
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            ended = app.wait(CALM + COUNT)
            return COUNT / (ended - began), statistics.median(latencies)
        finally:
            process.terminate()
            process.wait()


def main(programs):
    figures = {(program, way): [] for program in programs for way in WAYS}
    for _ in range(ROUNDS):
        for program, way in figures:
            figures[program, way].append(one_turn(program, WAYS[way]))
    first = None
    for (program, way), turns in figures.items():
        rate, latency = (statistics.median(column) for column in zip(*turns))
        first = first or rate
        rates = sorted(turn[0] for turn in turns)
        print(f"{os.path.basename(program)} {way}: {rate:.0f} forwards a second ({rates[0]:.0f} to {rates[-1]:.0f}), "
              f"{latency:.2f} ms after the acknowledgement; {rate / first:.2f} times the first's rate")


if __name__ == "__main__":
    main(sys.argv[1:])
