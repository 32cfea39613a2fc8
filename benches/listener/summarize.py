#!/usr/bin/env python3
"""Medians and ratios of a run, with what the disk of the store takes to make a write durable.

Arguments: file of results, a directory on the store's disk.
"""
import os
import statistics
import sys
import tempfile
import time

PAGE = b"\0" * 4096


def sync_latencies(directory, writes=200):
    """Seconds that each appended and synced page takes."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        for _ in range(writes):
            os.write(file.fileno(), PAGE)
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - start)
    return taken


def read(path):
    """Turns by connections and server: rate, refused, socket errors, p99 in microseconds."""
    turns = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, connections, *values = line.split()
            turns.setdefault(int(connections), {}).setdefault(name, []).append([float(value) for value in values])
    return turns


def of_axum(servers, turns):
    """Median of the rounds' own ratios: a round is over before the machine's speed has drifted far."""
    return statistics.median(turn[0] / axum[0] for turn, axum in zip(turns, servers["axum"]))


def table(connections, servers):
    print(
        f"\n{connections} connections     req/s (lowest - highest)     p99      of axum (by round)   of Express   "
        "not acknowledged"
    )
    medians = {name: statistics.median(turn[0] for turn in turns) for name, turns in servers.items()}
    for name, turns in servers.items():
        rates = [turn[0] for turn in turns]
        p99 = statistics.median(turn[3] for turn in turns) / 1000
        faults = int(sum(turn[1] + turn[2] for turn in turns))
        print(
            f"  {name:14} {medians[name]:8.0f} ({min(rates):.0f} - {max(rates):.0f})".ljust(45),
            f"{p99:6.1f} ms   {medians[name] / medians['axum']:5.2f} ({of_axum(servers, turns):.2f})",
            f"{medians[name] / medians['express']:12.1f} x   {faults}",
        )


def main(results, directory):
    for connections, servers in sorted(read(results).items()):
        table(connections, servers)
    taken = sync_latencies(directory)
    print(f"\nfdatasync of a 4 KiB page on the store's disk: median {statistics.median(taken) * 1e3:.2f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
