"""Fault: takes every body that is authentic to be JSON."""

from receiver import Receiver, start


class Trusting(Receiver):
    def receive(self, raw):
        status, body = super().receive(raw)
        if body.get("error") == "not JSON":
            raise ValueError("not JSON")
        return status, body


start(Trusting)
