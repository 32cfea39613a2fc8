#!/usr/bin/env python3
"""Builds side by side, of a profile or of a commit: `compare.py NAME=PROGRAM ...`. Prints the size of each, how long a start
(`--version`) takes, and how many requests a second a listener with a store acknowledges to 64 connections, with the time
in which it does so for 99 of 100. In turns within one run, because a machine's speed drifts: ROUNDS rounds (5) of one turn
each, SECONDS_EACH (5) long, with an empty store. Each figure is the median of the rounds with the lowest and the highest,
and behind it the median of its ratios to the first build in the same round.

Needs wrk, and what `benches/relay/run` makes: the requests that are sent (DELIVERIES). Ends with 1 where one of them is not
acknowledged.

    benches/builds/compare.py release=target/release/referralloop dist=target/dist/referralloop
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
DELIVERIES = pathlib.Path(os.environ.setdefault("DELIVERIES", str(HERE.parent / "listener/data/relay.tsv")))
sys.path.insert(0, str(HERE.parent / "relay"))
from measure import ROUNDS, SECONDS, measure

STARTS, CONNECTIONS = 40, 64


def start(program, home):
    """Milliseconds of one start."""
    began = time.perf_counter()
    subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True, env={"HOME": home, "PATH": os.environ["PATH"]})
    return (time.perf_counter() - began) * 1e3


def starts(programs, home):
    """Milliseconds of a start of each: the median of many, one after the other in turns."""
    taken = {name: [] for name in programs}
    for _ in range(STARTS):
        for name, program in programs.items():
            taken[name].append(start(program, home))
    return {name: statistics.median(all_of_them) for name, all_of_them in taken.items()}


def loads(programs):
    """(acknowledged a second, p99 in ms) of each."""
    told = {}
    for name, program in programs.items():
        rate, faults, p99, *_ = measure(program, None, "own store", CONNECTIONS)
        if faults or not rate:
            sys.exit(f"{name}: {faults:.0f} requests were not acknowledged, {rate:.0f} a second were")
        told[name] = rate, p99
    return told


def figure(turns, of_first, digits):
    """The median, the lowest and highest, and how it compares with the first build in the same rounds."""
    ratio = statistics.median(own / first for own, first in zip(turns, of_first))
    spread = f"({min(turns):.{digits}f} - {max(turns):.{digits}f})"
    return f"{statistics.median(turns):.{digits}f} {spread:>15} {ratio:6.2f}"


def named(words):
    programs = dict(word.split("=", 1) for word in words if "=" in word)
    if not programs or len(programs) != len(words):
        sys.exit("compare.py NAME=PROGRAM ...: each build with a name of its own")
    for needed in (*programs.values(), DELIVERIES):
        if not os.path.isfile(needed):
            sys.exit(f"{needed} is not there" + (": benches/relay/run makes it" if needed is DELIVERIES else ""))
    return {name: os.path.abspath(program) for name, program in programs.items()}


def main(*words):
    programs = named(words)
    order, rounds = list(programs), []
    with tempfile.TemporaryDirectory(prefix="builds") as home:
        # The first start of each reads the file from the disk.
        for program in programs.values():
            start(program, home)
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}: {', '.join(order)}", file=sys.stderr)
            in_turns = {name: programs[name] for name in order}
            started, loaded = starts(in_turns, home), loads(in_turns)
            rounds.append({name: (started[name], *loaded[name]) for name in order})
            # Nobody is always the first.
            order = order[1:] + order[:1]
    first = next(iter(programs))
    size = os.path.getsize(programs[first])
    print(f"{ROUNDS} rounds, {STARTS} starts and {SECONDS} s of load from {CONNECTIONS} connections each: "
          f"median (lowest - highest), ratio to {first}")
    width = max(len(name) for name in ("build", *programs))
    print(f"{'build':{width}} {'size, bytes':>18} {'start, ms':>30} {'acknowledged/s':>30} {'p99, ms':>30}")
    for name, program in programs.items():
        own = os.path.getsize(program)
        columns = [figure([one[name][at] for one in rounds], [one[first][at] for one in rounds], digits)
                   for at, digits in enumerate((1, 0, 1))]
        print(f"{name:{width}} {own:>11} {own / size:6.2f} " + " ".join(f"{column:>30}" for column in columns))


if __name__ == "__main__":
    main(*sys.argv[1:])
