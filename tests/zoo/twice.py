"""Fault: does its work for every delivery, not for every event."""

import uuid

from receiver import Receiver, start


class Twice(Receiver):
    def identity(self, event, raw):
        return uuid.uuid4().hex


start(Twice)
