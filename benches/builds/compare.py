#!/usr/bin/env python3
"""Builds side by side, of a profile or of a commit: `compare.py NAME=PROGRAM ...`. Prints the size of each, how long a start
(`--version`) takes, and how many requests a second a listener with a store acknowledges to 64 connections. In turns within one
run, because a machine's speed drifts; medians of ROUNDS turns (5), each with an empty store. Each difference is told as a
ratio to the first, by round.

Needs wrk, and what `benches/relay/run` makes: the requests that are sent (DELIVERIES).

    benches/builds/compare.py release=target/release/referralloop dist=target/dist/referralloop
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
os.environ.setdefault("DELIVERIES", str(HERE.parent / "listener/data/relay.tsv"))
sys.path.insert(0, str(HERE.parent / "relay"))
from measure import ROUNDS, measure

STARTS, CONNECTIONS = 40, 64


def starts(program):
    """Milliseconds of a start, the median of many."""
    taken = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True)
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


def column(turns, of_first):
    ratio = statistics.median(own / first for own, first in zip(turns, of_first))
    return f"{statistics.median(turns):9.1f} ({ratio:.2f})"


def main(*named):
    programs = dict(one.split("=", 1) for one in named)
    started, rates = ({name: [] for name in programs} for _ in range(2))
    for number in range(ROUNDS):
        # Nobody is always the first.
        order = list(programs)[number % len(programs):] + list(programs)[:number % len(programs)]
        for name in order:
            print(f"round {number + 1} of {ROUNDS}: {name}", file=sys.stderr)
            started[name].append(starts(programs[name]))
            rate, faults, *_ = measure(programs[name], None, "own store", CONNECTIONS)
            if faults:
                sys.exit(f"{name}: {faults:.0f} requests were not acknowledged")
            rates[name].append(rate)
    first = next(iter(programs))
    print(f"{'build':24} {'bytes':>12}   start, ms (ratio)   acknowledged/s (ratio)")
    for name, program in programs.items():
        print(f"{name:24} {os.path.getsize(program):12}   {column(started[name], started[first])}    "
              f"{column(rates[name], rates[first])}")


if __name__ == "__main__":
    main(*sys.argv[1:])
