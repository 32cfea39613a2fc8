"""What the runs of this folder stand on: programs that are killed and started again, a load that repeats what was not
acknowledged, and a developer's listener that receives everything from the first event on."""

import collections
import hashlib
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("BINARY", str(HERE / "target/debug/referralloop"))
LANES = 8


def free_ports(count):
    """Ports that nobody has, and that the system gives to no connection meanwhile: a program that is killed finds its own
    again."""
    try:
        first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        first = 32768
    ports = []
    while len(ports) < count:
        port = random.randrange(max(1024, first - 12000), first)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def opened(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def until(what, holds, programs=(), patience=120):
    """Waits, and meanwhile supervises."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"waited in vain for {what}")
        for program in programs:
            program.tend()
        time.sleep(0.05)


class Program:
    """Started, killed, started again, always in the same way; and by a supervisor where it ended by itself, as a listener
    does whose servers have no leader for too long."""

    def __init__(self, line, port, environment=None):
        self.line, self.port, self.environment, self.ended = line, port, environment, 0
        self.start()

    def spawn(self):
        self.child = subprocess.Popen(
            self.line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment
        )

    def start(self):
        self.spawn()
        try:
            until(f"port {self.port}", lambda: opened(self.port), [self])
        except SystemExit:
            self.kill()
            raise

    def tend(self):
        if self.child.poll() is not None:
            self.ended += 1
            time.sleep(0.3)
            self.spawn()

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()


class Load:
    """Sends one event after the other on each lane, each until it is acknowledged."""

    def __init__(self, port, lanes=range(LANES)):
        self.port, self.stopping = port, threading.Event()
        self.lock, self.acknowledged, self.sent = threading.Lock(), {}, set()
        self.refused, self.slowest, self.answers = collections.Counter(), 0.0, []
        self.lanes = [threading.Thread(target=self.run, args=(lane,), daemon=True) for lane in lanes]
        for lane in self.lanes:
            lane.start()

    def run(self, lane):
        number = 0
        while not self.stopping.is_set():
            body = json.dumps({
                "event_type": "signup.position_changed", "waitlist_id": "w", "timestamp": "2024-01-15T10:00:00Z",
                "data": {"id": f"lane-{lane}", "email": "a@example.com", "position": number},
            }).encode()
            fingerprint = hashlib.sha256(body).hexdigest()
            with self.lock:
                self.sent.add(fingerprint)
            # A sender gives up an event for the end of the test only where nobody acknowledged it.
            while not self.send(body):
                if self.stopping.is_set():
                    return
                time.sleep(0.05)
            with self.lock:
                self.acknowledged[fingerprint] = body
            number += 1

    def send(self, body):
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        took = time.monotonic() - began
        with self.lock:
            # Where a listener was killed there is no answer, and no time of one.
            if status:
                self.slowest = max(self.slowest, took)
                self.answers.append((began, status, took))
            if status // 100 != 2:
                self.refused[status] += 1
        return status // 100 == 2

    def stop(self):
        self.stopping.set()
        for lane in self.lanes:
            lane.join()


def receive(folder, name, address, wanted):
    """Everything that a durable consumer of that name brings, by fingerprint; and how often its listener had to be started
    again, with what it said: while servers elect, it ends and says so."""
    line = [BINARY, "--store", str(folder / f"{name}.db"), "listen", "--from", address, "--as", name, "--since", "first", "--json"]
    seen, ends, deadline = collections.Counter(), [], time.monotonic() + 300
    while not wanted <= seen.keys() and time.monotonic() < deadline:
        errors = folder / f"{name}.errors"
        with errors.open("w") as sink:
            child = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=sink, env=quiet(folder))
        timer = threading.Timer(300, child.kill)
        timer.start()
        for text in child.stdout:
            count(text, seen)
            if wanted <= seen.keys():
                # What comes twice comes soon.
                time.sleep(1)
                child.send_signal(signal.SIGINT)
                break
        rest, _ = child.communicate()
        timer.cancel()
        for text in rest.splitlines():
            count(text, seen)
        if not wanted <= seen.keys():
            ends.append(errors.read_text().strip()[:200])
            time.sleep(0.5)
    return seen, ends


def count(text, seen):
    record = json.loads(text)
    if record["type"] == "arrival":
        seen[record["fingerprint"].removeprefix("sha256:")] += 1


def judge(folder, address, acknowledged, sent):
    """Whether everything acknowledged, and nothing that nobody sent, reaches each of two developers exactly once."""
    fault = False
    for name in ("alice", "bob"):
        seen, ends = receive(folder, name, address, acknowledged)
        if ends:
            print(f"{name}: started again {len(ends)} times: {ends[0]}")
        lost = acknowledged - seen.keys()
        twice = [fingerprint for fingerprint, count in seen.items() if count > 1]
        strange = seen.keys() - sent
        print(f"{name}: {len(seen)} events, {len(lost)} lost, {len(twice)} twice, {len(strange)} unknown")
        fault |= bool(lost or twice or strange)
    return not fault


def quiet(folder):
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}
