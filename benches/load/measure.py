"""What benches/load/run measures. Every client runs as a child process whose CPU time and memory the system counts."""

import http.server
import json
import os
import resource
import re
import socketserver
import statistics
import subprocess
import threading
import time

URL, PROGRAM, WORK, OHA = (os.environ[name] for name in ("URL", "PROGRAM", "WORK", "OHA"))
ROUNDS, SECONDS, MILLION = (int(os.environ[name]) for name in ("ROUNDS", "SECONDS_EACH", "MILLION"))
BODY = json.dumps(
    {
        "event_type": "signup.created",
        "waitlist_id": "123e4567-e89b-12d3-a456-426614174000",
        "data": {
            "id": "789e0123-e89b-12d3-a456-426614174000",
            "email": "user@example.com",
            "name": "John Doe",
            "position": 1,
            "referral_code": "ABC123",
            "created_at": "2024-01-15T10:00:00Z",
        },
        "timestamp": "2024-01-15T10:00:00Z",
    },
    separators=(",", ":"),
)
with open(f"{WORK}/post.lua", "w") as script:
    script.write(f"wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nwrk.body=[[{BODY}]]\n")


def child(command):
    """Runs a command: its output, CPU seconds and greatest resident size in KiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {errors}")
    return out, used.ru_utime + used.ru_stime, used.ru_maxrss


def ours(*options, url=URL):
    store = f"{WORK}/store.db"
    command = [PROGRAM, "--store", store, "--json", "load", "created", "--to", url, *options]
    out, cpu, memory = child(command)
    summary = next(line for line in map(json.loads, out.splitlines()) if line["type"] == "summary")
    return summary, cpu, memory


def oha(*options):
    headers = ["-m", "POST", "-H", "Content-Type: application/json", "-d", BODY]
    out, cpu, _ = child([OHA, "--no-tui", "--output-format", "json", *headers, *options, URL])
    found = json.loads(out)
    return sum(found["statusCodeDistribution"].values()), found["summary"]["total"], cpu


def wrk(connections):
    command = ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "-s", f"{WORK}/post.lua", URL]
    out, cpu, _ = child(command)
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), cpu


def throughput(connections):
    rates, cpus = {"ours": [], "oha": [], "wrk": []}, {"ours": [], "oha": [], "wrk": []}
    for _ in range(ROUNDS):
        summary, cpu, _ = ours("--duration", f"{SECONDS}s", "--concurrency", str(connections))
        assert summary["acknowledged"] == summary["events"], summary
        rates["ours"].append(summary["events"] / (summary["duration_ms"] / 1000))
        cpus["ours"].append(cpu / summary["events"] * 1e6)
        count, total, cpu = oha("-z", f"{SECONDS}s", "-c", str(connections))
        rates["oha"].append(count / total)
        cpus["oha"].append(cpu / count * 1e6)
        count, rate, cpu = wrk(connections)
        rates["wrk"].append(rate)
        cpus["wrk"].append(cpu / count * 1e6)
    rate = {name: statistics.median(all) for name, all in rates.items()}
    cost = {name: statistics.median(all) for name, all in cpus.items()}
    print(
        f"{connections:4} connections: ours {rate['ours']:8.0f}/s  oha {rate['oha']:8.0f}/s  wrk {rate['wrk']:8.0f}/s"
        f"   of oha {rate['ours'] / rate['oha']:.2f}  of wrk {rate['ours'] / rate['wrk']:.2f}"
        f"   CPU µs a request: ours {cost['ours']:.1f}  oha {cost['oha']:.1f}  wrk {cost['wrk']:.1f}",
        flush=True,
    )


def one_at_a_time():
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(ours("--count", "1000", "--concurrency", "1")[0]["duration_ms"] / 1000)
        theirs.append(oha("-n", "1000", "-c", "1")[1])
    mine, theirs = statistics.median(mine), statistics.median(theirs)
    print(f"1,000 events one at a time: ours {mine * 1000:.0f} ms, oha {theirs * 1000:.0f} ms, ratio {mine / theirs:.2f}")


class Slow(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    delay = 0.0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.delay)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def planted():
    for delay in (0.020, 0.050, 0.200):
        handler = type("Planted", (Slow,), {"delay": delay})
        with Server(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_address[1]}/"
            latency = ours("--count", "100", "--concurrency", "4", url=url)[0]["latency_us"]
            server.shutdown()
        shown, off = latency["p50"] / 1000, latency["p50"] / 1000 - delay * 1000
        print(f"planted {delay * 1000:.0f} ms: p50 {shown:.1f} ms ({off:+.1f} ms, {off / delay / 10:+.1f} %)  p99 {latency['p99'] / 1000:.1f} ms")


for connections in (16, 64, 256):
    throughput(connections)
one_at_a_time()
planted()
summary, _, _ = ours("--rate", "5000", "--duration", f"{SECONDS}s", "--concurrency", "32")
held = summary["events"] / (summary["duration_ms"] / 1000)
print(f"--rate 5000: {held:.0f}/s ({(held / 5000 - 1) * 100:+.2f} %), late starts {summary['late_starts']}, p99 {summary['latency_us']['p99'] / 1000:.2f} ms")
summary, _, memory = ours("--count", str(MILLION), "--concurrency", "64")
print(f"{summary['events']:,} requests: resident memory at most {memory / 1024:.1f} MiB")
