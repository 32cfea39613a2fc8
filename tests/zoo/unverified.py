"""Fault: does not look at the signature."""

from receiver import Receiver, start


class Unverified(Receiver):
    def verify(self, header, raw):
        return True


start(Unverified)
