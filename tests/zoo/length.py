"""Everything right, in a server that reads as many bytes as Content-Length says, speaks HTTP/1.0 and asks for a length."""

from receiver import Receiver, start


class Length(Receiver):
    protocol_version = "HTTP/1.0"

    def do_POST(self):
        if self.headers.get("Content-Length") is None:
            return self.answer(411, {"error": "length required"})
        return super().do_POST()


start(Length)
