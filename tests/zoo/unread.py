"""Fault: refuses what has no signature before it reads the body, which the next request on the connection runs into."""

from receiver import Receiver, start


class Unread(Receiver):
    def do_POST(self):
        if self.headers.get("X-Webhook-Signature") is None:
            return self.answer(401, {"error": "invalid signature"})
        return super().do_POST()


start(Unread)
