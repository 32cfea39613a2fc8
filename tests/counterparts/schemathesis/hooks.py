"""What the description cannot say: which waitlists there are, and where deliveries may go."""
import json
import os
import random

import schemathesis

WAITLISTS = json.loads(os.environ["SANDBOX_WAITLISTS"])
SINK = os.environ["SANDBOX_SINK"]
KEY = os.environ["SANDBOX_KEY"]


@schemathesis.auth()
class Bearer:
    def get(self, case, context):
        return KEY

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    # A made-up waitlist is found by nobody; most calls should get further than 404.
    if path_parameters and "waitlistId" in path_parameters and random.random() < 0.7:
        path_parameters["waitlistId"] = random.choice(WAITLISTS)
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    # Deliveries are real: they go to a sink on this machine and nowhere else.
    body = case.body
    if isinstance(body, dict) and isinstance(body.get("target_url"), str):
        if body["target_url"].startswith(("https://", "http://")):
            body["target_url"] = SINK
    if isinstance(body, dict) and isinstance(body.get("waitlist_id"), str) and random.random() < 0.7:
        body["waitlist_id"] = random.choice(WAITLISTS)
