"""FastAPI whose handler takes the parsed body and dumps it compactly, non-ASCII kept."""
import hashlib, hmac, json, os
from fastapi import FastAPI, Request, Response
import uvicorn

app = FastAPI()


@app.post("/")
async def webhook(request: Request):
    hashed = json.dumps(await request.json(), separators=(",", ":"), ensure_ascii=False).encode()
    mac = hmac.new(os.environ["PROBE_SECRET"].encode(), hashed, hashlib.sha256)
    ok = hmac.compare_digest(request.headers.get("x-webhook-signature", ""), "sha256=" + mac.hexdigest())
    return Response(status_code=200 if ok else 401)


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
