"""Fault: refuses events that are older than what it has of the sign-up."""

from receiver import Receiver, start

NEWEST = {}


class Ordered(Receiver):
    def objection(self, event):
        who, when = str(event["data"].get("id")), str(event.get("timestamp"))
        if NEWEST.get(who, "") > when:
            return (409, {"error": "out of order"})
        NEWEST[who] = when
        return None


start(Ordered)
