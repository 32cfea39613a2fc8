"""Fault: serves one connection after another, so that a sender who stops half-way holds up all others."""

from http.server import HTTPServer

from receiver import Receiver, start


class OneAtATime(HTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


class Closing(Receiver):
    protocol_version = "HTTP/1.0"


start(Closing, OneAtATime)
