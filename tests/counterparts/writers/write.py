"""Prints what Python's json makes of a body: one line a form, its name, a tab, the bytes in Base64."""
import base64, json, sys

body = open(sys.argv[1], "rb").read()
value = json.loads(body)


def show(name, text):
    print(name + "\t" + base64.b64encode(text.encode("utf-8", "surrogatepass")).decode())


compact = {"separators": (",", ":")}
show("json-python", json.dumps(value))
show("json-python-compact", json.dumps(value, **compact))
show("json-python-unicode", json.dumps(value, ensure_ascii=False))
show("json-python-compact-unicode", json.dumps(value, ensure_ascii=False, **compact))
show("json-python-sorted", json.dumps(value, sort_keys=True))
show("json-python-sorted-compact", json.dumps(value, sort_keys=True, **compact))
show("json-python-sorted-unicode", json.dumps(value, sort_keys=True, ensure_ascii=False))
show("json-python-sorted-compact-unicode", json.dumps(value, sort_keys=True, ensure_ascii=False, **compact))
show("json-python-indent-2", json.dumps(value, indent=2))
show("json-python-indent-4", json.dumps(value, indent=4))
show("python-repr", str(value))
show("python-bytes-repr", str(body))
