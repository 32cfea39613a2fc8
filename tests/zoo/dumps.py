"""Fault: verifies json.dumps of the parsed body, which has blanks that no event has."""

import json

from receiver import Receiver, start


class Dumps(Receiver):
    def verify(self, header, raw):
        try:
            return super().verify(header, json.dumps(json.loads(raw)).encode())
        except (ValueError, RecursionError):
            return False


start(Dumps)
