"""Fault: answers 404 for sign-ups that it has not seen created."""

from receiver import Receiver, start


class Unknown(Receiver):
    seen = set()

    def objection(self, event):
        identity = event["data"].get("id")
        if event["event_type"] == "signup.created":
            self.seen.add(str(identity))
            return None
        # The first event of a type is the audit's ordinary one; a move of somebody unknown is what this is about.
        return None if str(identity) in self.seen or event["event_type"] not in ("signup.position_changed",) else (404, {"error": "no such sign-up"})


start(Unknown)
