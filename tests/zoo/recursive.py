"""Fault: walks through every member of an event by recursion, and does not survive a deep one."""

from receiver import Receiver, start


def depth(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, parts), default=0)


class Recursive(Receiver):
    def receive(self, raw):
        if self.verify(self.headers.get("X-Webhook-Signature"), raw) and raw.count(b"[") > 3_000 and raw.endswith(b"}"):
            # Python's own parser gives up at a thousand levels; other parsers do not, and the walk comes after them.
            depth(__import__("functools").reduce(lambda inner, _: [inner], range(5_000), []))
        return super().receive(raw)


start(Recursive)
