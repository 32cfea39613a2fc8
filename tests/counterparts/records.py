"""Holds records to their schema: records.py SCHEMA FILE, one record a line. Ends with 1 where one does not fit, or where a
fault put into one on purpose is not noticed: a field of another type, a field that must be there and is not, a field
that nobody promised."""

import json
import sys

from jsonschema import Draft202012Validator


def closed(schema):
    """The same, for a reader that refuses what it does not know."""
    return {**schema, "unevaluatedProperties": False}


def other(value):
    """A value of another type. null is never right."""
    return None if isinstance(value, (dict, list)) else [value]


def anything(schema, name):
    """Whether a field may hold any value."""
    found = [schema.get("properties", {}).get(name)]
    for word in ("allOf", "oneOf", "anyOf"):
        found += [way.get("properties", {}).get(name) for way in schema.get(word, [])]
    found = [one for one in found if one is not None]
    return bool(found) and all(set(one) <= {"description"} for one in found)


def ways(schema):
    return schema.get("oneOf") if "properties" not in schema and "oneOf" in schema else (
        schema.get("anyOf") if "properties" not in schema and "anyOf" in schema else [schema])


def main():
    schema = json.load(open(sys.argv[1]))
    Draft202012Validator.check_schema(schema)
    types = schema["$defs"]
    strict = {kind: [Draft202012Validator(closed(way)) for way in ways(one)] for kind, one in types.items()}
    loose = Draft202012Validator(schema)
    fits = lambda kind, record: any(one.is_valid(record) for one in strict[kind])
    faults, mutants, records, seen = [], 0, 0, set()
    for line in open(sys.argv[2], encoding="utf-8"):
        record = json.loads(line)
        kind, records = record["type"], records + 1
        seen.add(kind)
        if not fits(kind, record) or not loose.is_valid(record):
            why = [error.message[:200] for one in strict[kind] for error in one.iter_errors(record)]
            faults.append(f"does not fit: {line.strip()[:300]}: {why[:3]}")
            continue
        matching = [way for way, one in zip(ways(types[kind]), strict[kind]) if one.is_valid(record)]
        for name, value in record.items():
            mutated = [{**record, name: other(value)}, {("x_" + key if key == name else key): v for key, v in record.items()}]
            if any(anything(way, name) for way in matching):
                mutated = mutated[1:]
            for wrong in mutated:
                mutants += 1
                if fits(kind, wrong):
                    faults.append(f"not noticed: {name} of {kind}: {json.dumps(wrong)[:200]}")
    print(f"{records} records of {len(seen)} types fit, {mutants} mutants")
    print("\n".join(sorted(set(faults))[:20]))
    return 1 if faults else 0


sys.exit(main())
