"""FastAPI and Pydantic; MODE chooses."""
import hashlib, hmac, json, os
from datetime import datetime
import uvicorn
from fastapi import Body, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel

app = FastAPI()
MODE = os.environ["MODE"]


class Signup(BaseModel):
    id: str
    email: str
    name: str
    position: int
    referral_code: str
    created_at: str


class Event(BaseModel):
    event_type: str
    waitlist_id: str
    data: Signup
    timestamp: str


def check(hashed, given):
    expected = "sha256=" + hmac.new(os.environ["PROBE_SECRET"].encode(), hashed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, given):
        raise HTTPException(401)


if MODE == "model":
    @app.post("/")
    async def webhook(event: Event, x_webhook_signature: str = Header("")):
        check(event.model_dump_json().encode(), x_webhook_signature)
elif MODE == "dict":
    @app.post("/")
    async def webhook(event: dict = Body(...), x_webhook_signature: str = Header("")):
        check(json.dumps(event).encode(), x_webhook_signature)
else:
    @app.post("/")
    async def webhook(request: Request, x_webhook_signature: str = Header("")):
        raw = await request.body()
        check(raw, x_webhook_signature)
        if MODE == "validated":
            Event.model_validate_json(raw)

    if MODE == "validated":
        from pydantic import ValidationError

        @app.exception_handler(ValidationError)
        async def unusable(request, error):
            return Response(status_code=422)

uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="error")
