"""The second half of `openapi`: examples and fabricated events, held to the schemas of the description."""
import json
import os
import subprocess
import sys
import tempfile

import yaml
from openapi_schema_validator import OAS31Validator

METHODS = {"get", "put", "post", "delete", "patch"}
SEEDS = 20


class Words(yaml.SafeLoader):
    """YAML as JSON has it: a time is a string."""


Words.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults(description, schema, value):
    """What a schema of this description has against a value."""
    whole = {**schema, "components": description["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]


def contents(node, path=()):
    """Each body that is described below a node, by its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "content":
                yield "/".join(path), value["application/json"]
            else:
                yield from contents(value, (*path, str(key)))


def fabricated(binary, home):
    """Events, by their name, as the program makes them."""
    for seed in range(SEEDS):
        for event in ("created", "position_changed", "deleted"):
            command = [binary, "trigger", event, "--seed", str(seed), "--dry-run"]
            said = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "HOME": home})
            body = json.loads(said.stdout.replace("\r\n", "\n").split("\n\n", 1)[1])
            yield body["event_type"], body


def main(page, binary):
    with open(page, encoding="utf-8") as file:
        description = yaml.load(file, Words)
    wrong, examples, events = [], 0, 0
    for path, body in contents(description):
        if "example" in body:
            examples += 1
            wrong += [f"example of {path}: {fault}" for fault in faults(description, body["schema"], body["example"])]
    for group in ("paths", "webhooks"):
        for path, item in description[group].items():
            for method in METHODS & item.keys():
                bare = [p for p, body in contents(item[method]) if "example" not in body]
                wrong += [f"{method} {path}: no example of {where}" for where in bare]
    if os.access(binary, os.X_OK):
        with tempfile.TemporaryDirectory() as home:
            for event, body in fabricated(binary, home):
                events += 1
                hook = description["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
                wrong += [f"{event}: {fault}" for fault in faults(description, hook["schema"], body)]
    else:
        print(f"no events fabricated: {binary} is not there")
    print("\n".join(wrong + [f"{examples} examples and {events} fabricated events held to their schemas: {len(wrong)} faults"]))
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
