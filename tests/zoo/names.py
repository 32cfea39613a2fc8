"""Fault: takes every sign-up to have a name."""

from receiver import Receiver, start


class Names(Receiver):
    def objection(self, event):
        if event["event_type"] == "signup.created" and "name" in event["data"]:
            event["data"]["name"].upper()
        return None


start(Names)
