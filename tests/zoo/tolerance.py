"""Fault: refuses events older than five minutes, as other services' signatures ask for."""

from datetime import datetime, timedelta, timezone

from receiver import Receiver, start


class Tolerance(Receiver):
    def objection(self, event):
        try:
            told = datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))
            old = datetime.now(timezone.utc) - told > timedelta(minutes=5)
        except (TypeError, ValueError, AttributeError):
            return None
        return (400, {"error": "too old"}) if old else None


start(Tolerance)
