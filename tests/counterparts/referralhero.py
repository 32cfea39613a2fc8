#!/usr/bin/env python3
"""A receiver of ReferralHero's webhooks, written from its help page and nothing of this program's: HMAC-SHA256 of the raw
body in X-ReferralHero-Signature, in hexadecimal or Base64; the event's name in `response`. Answers 200 to what it can
trust and understand, 401 or 422 with the reason otherwise. Usage: referralhero.py PORT SECRET
"""
import base64
import hashlib
import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PORT, SECRET = int(sys.argv[1]), sys.argv[2].encode()
EVENTS = {"new_registration", "subscriber_promoted", "subscriber_updated", "subscriber_deleted", "reward_unlocked",
          "reward_sent", "bonus_unlocked"}
# The documented example: every member, and what it holds.
EXAMPLE = {"list_uuid": str, "subscriber_id": str, "response": str, "name": str, "first_name": str, "last_name": str,
           "email": str, "extra_field": str, "extra_field_2": str, "code": str, "source": str, "referred": bool,
           "referral": (str, dict), "referral_link": str, "people_ahead": (int, float), "created_at": int}
REFERRAL = {"name": str, "email": str, "code": str, "people_referred": int, "points": int}


def fault(body, signature):
    tag = hmac.new(SECRET, body, hashlib.sha256).digest()
    if signature not in (tag.hex(), base64.b64encode(tag).decode()):
        return 401, "the signature does not match"
    event = json.loads(body)
    if event.get("response") not in EVENTS:
        return 422, "unknown event"
    wrong = [name for name, kind in EXAMPLE.items() if not isinstance(event.get(name), kind)]
    referral = event.get("referral")
    if isinstance(referral, dict):
        wrong += [name for name, kind in REFERRAL.items() if not isinstance(referral.get(name), kind)]
    elif referral not in ("", "subscriber_deleted"):
        wrong.append("referral")
    return (422, f"wrong: {wrong}") if wrong else (200, "ok")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.chunks() if "Transfer-Encoding" in self.headers else \
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, words = fault(body, self.headers.get("X-ReferralHero-Signature"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words.encode())

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
