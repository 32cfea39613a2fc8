#!/usr/bin/env python3
"""Times the starts of a program beside /bin/true. Arguments: runs of each, the program. Works in a folder with the
files `secret` and `body`."""
import os
import statistics
import subprocess
import sys
import time

BAR_MS = 3.0
BAR_KIB = 12 * 1024


def run(command, output):
    """Milliseconds from the spawn to the end."""
    actions = [(os.POSIX_SPAWN_DUP2, output, 1)]
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status = os.waitpid(child, 0)
    taken = time.perf_counter() - began
    if status:
        sys.exit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return taken * 1e3


def peak(command):
    """Peak of resident memory in KiB. Measured by a small program: a child's peak includes that of whoever forked it."""
    told = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, check=True, text=True)
    return int(told.stderr.split()[-1])


def main(runs, binary):
    commands = {
        "/bin/true": ["/bin/true"],
        "--version": [binary, "--version"],
        "--help": [binary, "--help"],
        "sign": [binary, "sign", "body", "--secret-file", "secret"],
    }
    taken = {name: [] for name in commands}
    with open(os.devnull, "wb") as nothing:
        for command in commands.values():
            run(command, nothing.fileno())
        for _ in range(int(runs)):
            for name, command in commands.items():
                taken[name].append(run(command, nothing.fileno()))
    base = statistics.median(taken["/bin/true"])
    missed = False
    print(f"{'':12} median of {runs}    above /bin/true    lowest    peak memory")
    for name, command in commands.items():
        median, memory = statistics.median(taken[name]), max(peak(command) for _ in range(3))
        missed = missed or median - base > BAR_MS or memory > BAR_KIB
        print(f"{name:12} {median:9.2f} ms {median - base:12.2f} ms {min(taken[name]):8.2f} ms {memory / 1024:9.1f} MiB")
    if missed:
        sys.exit(f"missed: at most {BAR_MS:.0f} ms above /bin/true and {BAR_KIB // 1024} MiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
