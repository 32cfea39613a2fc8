#!/usr/bin/env python3
"""Sends signed events to a listener, each with a marker of its own, and insists on a 2xx for each.

Arguments: URL, secret, number of events, number of connections that share them, first marker.
"""
import hashlib
import hmac
import http.client
import sys
import threading
from urllib.parse import urlsplit


def send(url, secret, markers, faults):
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    for marker in markers:
        body = (
            '{"event_type":"signup.deleted","waitlist_id":"w","data":{"id":"%s","email":"%s@example.com"},'
            '"timestamp":"2024-01-15T10:00:00Z"}' % (marker, marker)
        ).encode()
        tag = hmac.new(secret, body, hashlib.sha256).hexdigest()
        connection.request("POST", url.path, body, {"X-Webhook-Signature": f"sha256={tag}", "X-Marker": marker})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            faults.append(answer.status)


def main(url, secret, count, connections, first):
    markers = [f"marker-{int(first) + number:06}" for number in range(int(count))]
    faults, lanes = [], int(connections)
    share = [
        threading.Thread(target=send, args=(urlsplit(url), secret.encode(), markers[lane::lanes], faults))
        for lane in range(lanes)
    ]
    for thread in share:
        thread.start()
    for thread in share:
        thread.join()
    sys.exit(f"answers that were no 200: {faults}" if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
