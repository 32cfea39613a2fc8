"""Everything right, but that a parser which gives up raises what nobody catches: told as low."""

import json

from receiver import Receiver, start


class Parser(Receiver):
    def receive(self, raw):
        if self.verify(self.headers.get("X-Webhook-Signature"), raw):
            try:
                json.loads(raw.decode("utf-8"))
            except ValueError:
                return 400, {"error": "not JSON"}
        return super().receive(raw)


start(Parser)
