"""Fault: its column takes characters of three bytes at most; a longer one is a failure of the server."""

from receiver import Receiver, start


class FourBytes(Receiver):
    def objection(self, event):
        name = event["data"].get("name")
        wide = isinstance(name, str) and any(ord(character) > 0xFFFF for character in name)
        return (500, {"error": "Incorrect string value"}) if wide else None


start(FourBytes)
