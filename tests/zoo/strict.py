"""Fault: refuses event types that it does not know."""

from receiver import Receiver, start

KNOWN = {"signup.created", "signup.position_changed", "signup.deleted"}


class Strict(Receiver):
    def objection(self, event):
        return None if event["event_type"] in KNOWN else (400, {"error": "unknown event"})


start(Strict)
