#!/usr/bin/env python3
"""Writes distinct, correctly signed deliveries, one a line: the signature header's value, a tab, the body.

The three documented events in turn, with made-up people. The same arguments always give the same file.
Arguments: file, secret, number of deliveries.
"""
import hashlib
import hmac
import json
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone

FIRST = "Ada Alan Amara Bjorn Carla Chen Dana Elif Femi Grace Hugo Ines Jonas Keiko Luis Maya Nils Omar Priya Rosa".split()
LAST = "Abbott Becker Costa Diaz Evans Fischer Garcia Haas Ito Jansen Kim Lopez Moreau Novak Okafor Park Quinn Rossi".split()
CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
START = datetime(2026, 1, 15, 10, 0, tzinfo=timezone.utc)


def delivery(number, dice, waitlist):
    first, last = dice.choice(FIRST), dice.choice(LAST)
    person = {
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "email": f"{first}.{last}.{number}@example.com".lower(),
    }
    at = (START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = ("created", "position_changed", "deleted")[number % 3]
    if kind == "created":
        code = "".join(dice.choices(CODE, k=6))
        person |= {"name": f"{first} {last}", "position": number + 1, "referral_code": code, "created_at": at}
    elif kind == "position_changed":
        old, new = dice.sample(range(1, 5000), 2)
        person |= {"old_position": old, "new_position": new, "position_change": new - old}
    return {"event_type": f"signup.{kind}", "waitlist_id": waitlist, "data": person, "timestamp": at}


def main(path, secret, count):
    dice = random.Random(20260115)
    waitlist = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    with open(path, "w", encoding="utf-8") as file:
        for number in range(int(count)):
            body = json.dumps(delivery(number, dice, waitlist), separators=(",", ":"))
            tag = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
            file.write(f"sha256={tag}\t{body}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
