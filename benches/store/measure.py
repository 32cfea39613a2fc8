"""What benches/store/run measures."""

import json
import os
import statistics
import subprocess
import time

PROGRAM, ROWS, WORK = (os.environ[name] for name in ("PROGRAM", "ROWS", "WORK"))
STORE, NAIVE = f"{WORK}/store.db", f"{WORK}/naive.db"
# Five windows hold as many events as are sorted into the trees together: that happens once in them.
TEN, WINDOW = 10_000, 13_200


def fill(kind, path, start, end):
    """Events from start to end: the rate, the raw bytes, and the milliseconds of the longest wait for a group."""
    out = subprocess.run([ROWS, kind, path, str(start), str(end)], check=True, capture_output=True, text=True)
    rate, raw, longest = out.stdout.split()
    return float(rate), int(raw), float(longest)


def timed(command):
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def listing(count):
    """Milliseconds above /bin/true: the latest 50, and by sign-up."""
    line = subprocess.run([PROGRAM, "--store", STORE, "events", "list", "-n", "1", "--json"], check=True, capture_output=True, text=True)
    signup = json.loads(line.stdout)["signup_id"]
    latest = [PROGRAM, "--store", STORE, "events", "list", "-n", "50"]
    ours, by_signup, true = [], [], []
    for _ in range(20):
        true.append(timed(["/bin/true"]))
        ours.append(timed(latest))
        by_signup.append(timed([*latest, "--signup", signup]))
    base = statistics.median(true)
    found = statistics.median(ours) - base, statistics.median(by_signup) - base
    print(f"{count:>9,} events: latest 50 {found[0]:.1f} ms above /bin/true ({base:.1f} ms), by sign-up {found[1]:.1f} ms", flush=True)
    return found


def size():
    return sum(os.path.getsize(path) for path in (STORE, f"{STORE}-wal") if os.path.exists(path))


_, raw, _ = fill("store", STORE, 0, TEN)
at_ten, more, _ = fill("store", STORE, TEN, TEN + WINDOW)
raw += more
fill("naive", NAIVE, 0, TEN)
naive_at_ten, _, _ = fill("naive", NAIVE, TEN, TEN + WINDOW)
print(f"inserting at {TEN:,}: {at_ten:,.0f}/s, naive {naive_at_ten:,.0f}/s", flush=True)
listed = [listing(TEN + WINDOW)]
there = TEN + WINDOW
for millions in map(int, os.environ["MILLIONS"].split()):
    goal = millions * 1_000_000
    raw += fill("store", STORE, there, goal)[1]
    rates, naive_rates, longest = [], [], 0.0
    if millions == 1:
        fill("naive", NAIVE, TEN + WINDOW, goal)
    for step in range(5):
        start = goal + step * WINDOW
        rate, more, wait = fill("store", STORE, start, start + WINDOW)
        raw += more
        longest = max(longest, wait)
        rates.append(rate)
        if millions == 1:
            naive_rates.append(fill("naive", NAIVE, start, start + WINDOW)[0])
    there = goal + 5 * WINDOW
    # The mean, for now and then the newest events are sorted into the trees.
    rate = statistics.harmonic_mean(rates)
    beside = f", naive {statistics.harmonic_mean(naive_rates):,.0f}/s: {rate / statistics.harmonic_mean(naive_rates):.1f} times" if naive_rates else ""
    print(f"inserting at {goal:,}: {rate:,.0f}/s, {rate / at_ten:.2f} of the rate at {TEN:,}{beside}; longest wait for a group {longest:.0f} ms", flush=True)
    listed.append(listing(there))
    print(f"disk: {size() / there:.0f} bytes an event, {size() / raw:.2f} of the raw bytes kept", flush=True)
for at, name in enumerate(("latest 50", "by sign-up")):
    times = [found[at] for found in listed]
    print(f"{name}: slowest {max(times) / min(times):.2f} times the quickest")
