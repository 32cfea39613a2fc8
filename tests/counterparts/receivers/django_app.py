"""Django in one file; the view dumps the parsed body with its keys sorted."""
import hashlib, hmac, json, os, sys
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="probe")


@csrf_exempt
def webhook(request):
    hashed = json.dumps(json.loads(request.body), sort_keys=True).encode()
    mac = hmac.new(os.environ["PROBE_SECRET"].encode(), hashed, hashlib.sha256)
    ok = hmac.compare_digest(request.headers.get("X-Webhook-Signature", ""), "sha256=" + mac.hexdigest())
    return JsonResponse({"received": ok}, status=200 if ok else 401)


urlpatterns = [path("", webhook)]
execute_from_command_line([sys.argv[0], "runserver", "--noreload", "127.0.0.1:" + os.environ["PORT"]])
