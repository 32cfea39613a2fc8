#!/usr/bin/env python3
"""Two binaries side by side: `compare.py A B [RUNS]`, for instance of a commit and of the one before.

Each run starts both in turn, the first of them alternating, in a new home each, and measures: a start (`--version`), a listener
until it is ready, its first delivery until that is shown, and `trigger` from its start to its end. Prints medians, quartiles
and the difference of the medians. Ends with 1 where B is slower than A by more than the quartiles of both lie apart.
"""
import http.client, json, os, statistics, subprocess, sys, tempfile, time
from urllib.parse import urlsplit

BODY = json.dumps({"event_type": "signup.created", "waitlist_id": "w", "data": {"id": "1", "email": "ada@example.com"}})
WHAT = ["start", "listener ready", "first delivery", "trigger"]


def milliseconds(began):
    return (time.perf_counter() - began) * 1e3


def until(listener, kind):
    """The next record of a type that the listener tells."""
    for line in listener.stdout:
        record = json.loads(line)
        if record["type"] == kind:
            return record
    sys.exit(f"{listener.args[0]} ended before it told {kind}")


def run(binary):
    """Milliseconds of each thing."""
    with tempfile.TemporaryDirectory(prefix="startup") as home:
        around = {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        silent = {"env": around, "stderr": subprocess.DEVNULL}
        began = time.perf_counter()
        subprocess.run([binary, "--version"], stdout=subprocess.DEVNULL, check=True, **silent)
        taken = [milliseconds(began)]
        began = time.perf_counter()
        line = [binary, "listen", "--port", "0", "--json"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, **silent) as listener:
            url = until(listener, "ready")["url"]
            taken.append(milliseconds(began))
            began = time.perf_counter()
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            connection.request("POST", "/", BODY, {"Content-Type": "application/json"})
            if connection.getresponse().status != 200:
                sys.exit(f"{binary} did not take the delivery")
            until(listener, "arrival")
            taken.append(milliseconds(began))
            began = time.perf_counter()
            subprocess.run([binary, "trigger", "created", "--to", url], stdout=subprocess.DEVNULL, check=True, **silent)
            taken.append(milliseconds(began))
            listener.terminate()
        return taken


def main(a, b, runs="25"):
    binaries = [os.path.abspath(a), os.path.abspath(b)]
    runs = max(20, int(runs))
    taken = [[], []]
    # The first start of each reads the file from the disk.
    for binary in binaries:
        run(binary)
    for number in range(runs):
        for which in [0, 1] if number % 2 == 0 else [1, 0]:
            taken[which].append(run(binaries[which]))
    slower = []
    print(f"{runs} runs of each, in ms: median (quartiles)\n{'':16} {'A':>24} {'B':>24} {'B - A':>9}")
    for at, what in enumerate(WHAT):
        columns = [[one[at] for one in side] for side in taken]
        (low_a, mid_a, high_a), (low_b, mid_b, high_b) = (statistics.quantiles(column, n=4) for column in columns)
        told = [f"{mid:.1f} ({low:.1f} to {high:.1f})" for low, mid, high in [(low_a, mid_a, high_a), (low_b, mid_b, high_b)]]
        print(f"{what:16} {told[0]:>24} {told[1]:>24} {mid_b - mid_a:>+9.1f}")
        if mid_b - mid_a > max(high_a - low_a, high_b - low_b):
            slower.append(what)
    if slower:
        sys.exit(f"B is slower beyond the spread of the runs: {', '.join(slower)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
