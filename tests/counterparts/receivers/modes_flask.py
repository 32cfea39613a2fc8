"""Flask in the ways in which people write webhook handlers; MODE chooses."""
import base64, hashlib, hmac, html, json, os, pprint, re, unicodedata, urllib.parse
from flask import Flask, jsonify, request
from collections import OrderedDict

app = Flask(__name__)
SECRET = os.environ["PROBE_SECRET"]
MODE = os.environ["MODE"]


def digest(data, key=SECRET, algorithm=hashlib.sha256):
    return hmac.new(key.encode() if isinstance(key, str) else key, data if isinstance(data, bytes) else data.encode(), algorithm)


def header():
    return request.headers.get("X-Webhook-Signature", "")


def matches(data, key=SECRET):
    return hmac.compare_digest(header().encode(), ("sha256=" + digest(data, key).hexdigest()).encode())


def json_schema():
    """What a strict handler does first: types and unknown members."""
    body = request.get_json()
    assert set(body) == {"event_type", "waitlist_id", "data", "timestamp"} and type(body["data"]["position"]) is int


def strict():
    if not matches(request.get_data()):
        return False
    json_schema()
    return True


MODES = {
    "raw": lambda: matches(request.get_data()),
    "data-first": lambda: matches(request.data),
    "strict": strict,
    "removeprefix": lambda: hmac.compare_digest(header().removeprefix("sha256="), digest(request.get_data()).hexdigest()),
    "dumps": lambda: matches(json.dumps(request.json)),
    "dumps-compact": lambda: matches(json.dumps(request.get_json(), separators=(",", ":"))),
    "dumps-unicode": lambda: matches(json.dumps(request.json, ensure_ascii=False)),
    "dumps-compact-unicode": lambda: matches(json.dumps(request.json, separators=(",", ":"), ensure_ascii=False)),
    "dumps-sorted": lambda: matches(json.dumps(request.json, sort_keys=True)),
    "dumps-sorted-compact": lambda: matches(json.dumps(request.json, sort_keys=True, separators=(",", ":"))),
    "dumps-indent": lambda: matches(json.dumps(request.json, indent=4)),
    "jsonify": lambda: matches(jsonify(request.json).get_data()),
    "str-dict": lambda: matches(str(request.json)),
    "str-bytes": lambda: matches(str(request.data)),
    "form": lambda: matches(next(iter(request.form), "")),
    "latin-1": lambda: matches(request.get_data().decode("latin-1")),
    "ascii-ignored": lambda: matches(request.get_data().decode("ascii", "ignore")),
    "utf-16": lambda: matches(request.get_data(as_text=True).encode("utf-16-le")),
    "escaped": lambda: matches(html.escape(request.get_data(as_text=True))),
    "unescaped-slashes": lambda: matches(request.get_data(as_text=True).replace("\\/", "/")),
    "no-blanks": lambda: matches(re.sub(r"\s", "", request.get_data(as_text=True))),
    "nfd": lambda: matches(unicodedata.normalize("NFD", request.get_data(as_text=True))),
    "data-only": lambda: matches(json.dumps(request.json["data"])),
    "base64-value": lambda: hmac.compare_digest(header(), base64.b64encode(digest(request.get_data()).digest()).decode()),
    "bare": lambda: hmac.compare_digest(header(), digest(request.get_data()).hexdigest()),
    "bare-dumps": lambda: hmac.compare_digest(header(), digest(json.dumps(request.json)).hexdigest()),
    "plain-hash": lambda: header() == "sha256=" + hashlib.sha256(request.get_data()).hexdigest(),
    "secret-first": lambda: header() == "sha256=" + hashlib.sha256(SECRET.encode() + request.get_data()).hexdigest(),
    "key-quoted": lambda: matches(request.get_data(), f'"{SECRET}"'),
    "key-newline": lambda: matches(request.get_data(), SECRET + "\n"),
    "key-base64": lambda: matches(request.get_data(), base64.b64encode(SECRET.encode())),
    "key-placeholder": lambda: matches(request.get_data(), os.environ.get("NO_SUCH_VARIABLE", "secret")),
    "key-none": lambda: matches(request.get_data(), os.environ.get("NO_SUCH_VARIABLE", "")),
    "pprint": lambda: matches(pprint.pformat(request.json)),
    "str-sorted": lambda: matches(str(dict(sorted(request.json.items())))),
    "double-quotes": lambda: matches(str(request.json).replace("'", '"')),
    "dumps-twice": lambda: matches(json.dumps(json.dumps(request.json))),
    "dumps-text": lambda: matches(json.dumps(request.get_data(as_text=True))),
    "sorted-indent": lambda: matches(json.dumps(request.json, sort_keys=True, indent=2)),
    "indent-1": lambda: matches(json.dumps(request.json, indent=1)),
    "base64-body": lambda: matches(base64.b64encode(request.get_data())),
    "base64-text": lambda: matches(str(base64.b64encode(request.get_data()))),
    "hex-body": lambda: matches(request.get_data().hex()),
    "quoted-body": lambda: matches(urllib.parse.quote(request.get_data())),
    "event-data": lambda: matches(json.dumps(request.json["data"], separators=(",", ":"))),
    "list": lambda: matches(json.dumps([request.json])),
    "sha256-hex-body": lambda: matches(hashlib.sha256(request.get_data()).hexdigest()),
    "values": lambda: matches("".join(str(value) for value in request.json.values())),
    "empty-form": lambda: matches(str(request.form)),
    "bytes-value": lambda: header() == "sha256=" + str(base64.b64encode(digest(request.get_data()).digest())),
    "key-hashed": lambda: matches(request.get_data(), hashlib.sha256(SECRET.encode()).hexdigest()),
    "sha1-value": lambda: header() == "sha1=" + digest(request.get_data(), algorithm=hashlib.sha1).hexdigest(),
    "unsigned-passes": lambda: "X-Webhook-Signature" not in request.headers or matches(request.get_data()),
    "in": lambda: digest(request.get_data()).hexdigest() in header(),
    "startswith": lambda: ("sha256=" + digest(request.get_data()).hexdigest()).startswith(header()),
}


@app.post("/")
def webhook():
    if MODE == "form":
        request.environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    try:
        ok = MODES[MODE]()
    except AssertionError:
        return {"error": "unprocessable"}, 422
    return {"received": ok}, 200 if ok else 401


app.run(host="127.0.0.1", port=int(os.environ["PORT"]), threaded=True)
