"""Fault: looks first whether it knows an event and notes it a moment later, without holding a lock in between."""

import contextlib
import time

from receiver import Receiver, start


class Race(Receiver):
    lock = contextlib.nullcontext()

    def count(self, event, raw):
        if self.identity(event, raw) in self.recall():
            return
        time.sleep(0.05)
        self.note(event, raw)


start(Race)
