#!/usr/bin/env python3
"""Reads an strace of a listener, and checks for each 2xx that it was written to its connection only after the event's
bytes had been written to the write-ahead log AND a sync of the log that began after that write had finished.

strace prints a call where it begins, and where another thread's call comes between, its end as "resumed". So the
order of lines is the order of beginnings, and of ends where there was something in between.

Arguments: the trace, the number of events that were sent.
"""
import re
import sys

# What send.py puts into each body.
MARKER = re.compile(r"marker-\d{6}")
LINE = re.compile(r"^(\d+) +(?:[\d:.]+ )?(.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((\d+)<([^>]*)>(.*)$", re.DOTALL)
READS = {"read", "readv", "recvfrom", "recvmsg"}
WRITES = {"write", "writev", "sendto", "sendmsg", "pwrite64", "pwritev", "pwritev2"}
SYNCS = {"fsync", "fdatasync"}


def calls(lines):
    """(where it began, where it ended, name, descriptor, file, the rest), in the order of ends."""
    begun = {}
    for number, line in enumerate(lines):
        thread, text = LINE.match(line).groups()
        resumed = RESUMED.match(text)
        if resumed:
            if thread not in begun:
                continue
            start, head = begun.pop(thread)
            text = head + resumed[2]
        else:
            start = number
            if text.endswith("<unfinished ...>"):
                begun[thread] = (number, text.removesuffix("<unfinished ...>"))
                continue
        call = CALL.match(text)
        if call:
            yield start, number, *call.groups()


class Trace:
    def __init__(self):
        self.logged = {}  # marker -> end of the first write to the log with it
        self.syncs = []  # (beginning, end)
        self.asked = {}  # connection -> marker of the request it is waiting for
        self.answered = []  # (marker, beginning of the write of its 2xx)

    def take(self, start, end, name, descriptor, file, rest):
        if name in SYNCS and file.endswith("-wal"):
            assert rest.rstrip().endswith("= 0"), f"a sync failed: {rest}"
            self.syncs.append((start, end))
        elif name in WRITES and file.endswith("-wal"):
            for marker in MARKER.findall(rest):
                self.logged.setdefault(marker, end)
        elif name in READS and file.startswith("socket:"):
            for marker in MARKER.findall(rest):
                self.asked[descriptor] = marker
        elif name in WRITES and file.startswith("socket:") and re.search(r"HTTP/1\.1 2\d\d", rest):
            self.answered.append((self.asked.pop(descriptor), start))


def why_unsafe(trace, marker, answered):
    if marker not in trace.logged:
        return "never written to the log"
    logged = trace.logged[marker]
    if logged > answered:
        return "written to the log after the answer"
    if not any(logged < start and end < answered for start, end in trace.syncs):
        return "no sync finished between the log and the answer"
    return None


def main(path, count):
    trace = Trace()
    with open(path, encoding="utf-8", errors="replace") as file:
        found = list(calls(file.read().splitlines()))
    # A write of an answer is judged by its beginning, so calls are taken in that order; nothing else depends on it.
    for call in sorted(found):
        trace.take(*call)
    answered = dict(trace.answered)
    if len(answered) != int(count):
        sys.exit(f"{count} events were sent, and {len(answered)} answers of 2xx are in the trace")
    unsafe = {marker: why for marker, at in answered.items() if (why := why_unsafe(trace, marker, at))}
    for marker, why in sorted(unsafe.items())[:3]:
        print(f"{marker}: acknowledged, but {why}")
    print(f"{len(answered)} acknowledgements, {len(trace.syncs)} syncs of the log; too early: {len(unsafe)}")
    sys.exit(1 if unsafe else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
