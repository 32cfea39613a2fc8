#!/usr/bin/env python3
"""Turns of wrk against each way to acknowledge a delivery; medians, their spread, and who used the processors.
Arguments: the program, the bare handler, numbers of connections. `run` beside it says how.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests/relay"))
from stage import free_ports, opened

ROUNDS, SECONDS, THREADS = (int(os.environ.get(name, default)) for name, default in
                            (("ROUNDS", 5), ("SECONDS_EACH", 5), ("THREADS", 1)))
SECRET = "benchmark-secret"
WAYS = ("handler in memory", "own store", "one node", "three nodes")
TICKS = os.sysconf("SC_CLK_TCK")


def wait(what, holds):
    deadline = time.monotonic() + 60
    while not (value := holds()):
        if time.monotonic() > deadline:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.02)
    return value


class Turn:
    """Programs of one turn, in a folder of its own."""

    def __init__(self, program, handler):
        self.program, self.handler, self.children = program, handler, []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="relay-bench-", dir=os.environ.get("STORE_DIR")))
        (self.folder / "secret").write_text(SECRET)

    def spawn(self, line, out=subprocess.DEVNULL):
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        child = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        self.children.append(child)
        return child

    def start_servers(self, count):
        ports, routes = free_ports(count), free_ports(count)
        joined = ",".join(f"nats://127.0.0.1:{route}" for route in routes)
        for number, (port, route) in enumerate(zip(ports, routes)):
            line = ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(self.folder / f"js{number}")]
            if count > 1:
                line += ["-n", f"n{number}", "-cluster_name", "c", "-cluster", f"nats://127.0.0.1:{route}", "-routes", joined]
            self.spawn(line)
            wait("a server", lambda: opened(port))
        return "nats://" + ",".join(f"127.0.0.1:{port}" for port in ports) + "/hooks"

    def listen(self, more):
        ready = self.folder / "ready"
        line = [self.program, "listen", "--port", "0", "--ready-file", str(ready), "--secret-file",
                str(self.folder / "secret"), "--no-input"] + more
        self.spawn(line)
        wait("the listener", lambda: ready.exists() and ready.stat().st_size)
        return json.loads(ready.read_text())["url"]

    def begin(self, way):
        if way == "handler in memory":
            child = self.spawn([self.handler, "0", SECRET], subprocess.PIPE)
            return child.stdout.readline().decode().strip()
        if way == "own store":
            return self.listen(["--store", str(self.folder / "store.db")])
        return self.listen(["--no-store", "--publish", self.start_servers(1 if way == "one node" else 3)])

    def processors(self):
        """Seconds that the servers of NATS and the program took so far."""
        used = {}
        for child in self.children:
            fields = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
            name = "nats" if child.args[0] == "nats-server" else "listener"
            used[name] = used.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
        return used

    def end(self):
        for child in self.children:
            child.kill()
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def load(url, connections):
    """(acknowledged a second, not acknowledged, p99 in ms)."""
    line = ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{SECONDS}s", "--timeout", "10s", "-s",
            str(HERE.parent / "listener/deliveries.lua"), url]
    out = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    rate, refused, errors, p99 = map(float, out.split("RESULT ")[1].split())
    return rate, refused + errors, p99 / 1e3


def measure(program, handler, way, connections):
    turn = Turn(program, handler)
    try:
        url = turn.begin(way)
        before = turn.processors()
        rate, faults, p99 = load(url if url.endswith("/") else url + "/", connections)
        used = {name: (seconds - before.get(name, 0)) / SECONDS for name, seconds in turn.processors().items()}
        return rate, faults, p99, used.get("listener", 0), used.get("nats", 0)
    finally:
        turn.end()


def main(program, handler, *counts):
    for connections in map(int, " ".join(counts).split()):
        turns = {way: [] for way in WAYS}
        for number in range(ROUNDS):
            for way in WAYS:
                print(f"round {number + 1} of {ROUNDS}, {connections} connections: {way}", file=sys.stderr)
                turns[way].append(measure(program, handler, way, connections))
        print(f"\n{connections} connections   acknowledged/s (lowest - highest)   p99       of the own store (by round)   "
              "processors: program, nats   not acknowledged")
        for way, all_turns in turns.items():
            rates = [turn[0] for turn in all_turns]
            rate, _, p99, own, nats = (statistics.median(column) for column in zip(*all_turns))
            by_round = statistics.median(turn[0] / store[0] for turn, store in zip(all_turns, turns["own store"]))
            of_store = rate / statistics.median(turn[0] for turn in turns["own store"])
            print(f"  {way:18} {rate:8.0f} ({min(rates):.0f} - {max(rates):.0f})".ljust(52),
                  f"{p99:6.1f} ms  {of_store:5.2f} ({by_round:.2f})".ljust(40), f"{own:.2f}, {nats:.2f}".ljust(28),
                  int(sum(turn[1] for turn in all_turns)))


if __name__ == "__main__":
    main(*sys.argv[1:])
