"""Holds configuration files to their schema: settings.py SCHEMA FILE…; prints "valid FILE" or "invalid FILE: why"."""

import json
import sys
import tomllib

from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        faults = [error.message for error in validator.iter_errors(tomllib.load(file))]
    print(f"invalid {name}: {faults[0]}" if faults else f"valid {name}")
