"""Flask. MODE=json dumps request.json again, MODE=raw takes get_data()."""
import hashlib, hmac, json, os
from flask import Flask, request

app = Flask(__name__)


@app.post("/")
def webhook():
    hashed = request.get_data() if os.environ["MODE"] == "raw" else json.dumps(request.json).encode()
    mac = hmac.new(os.environ["PROBE_SECRET"].encode(), hashed, hashlib.sha256)
    ok = hmac.compare_digest(request.headers.get("X-Webhook-Signature", ""), "sha256=" + mac.hexdigest())
    return {"received": ok}, 200 if ok else 401


app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
