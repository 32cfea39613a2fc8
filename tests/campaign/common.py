"""What the parts of the campaign share: the program, a listener, senders, and a look into the store."""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
SECRET = b"campaign-of-the-store"


def binary():
    if os.environ.get("BINARY"):
        return os.environ["BINARY"]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--manifest-path", ROOT / "Cargo.toml"], check=True)
    return str(target / "debug/referralloop")


def shim(folder):
    """The shim, compiled; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    made = pathlib.Path(folder, "shim.so")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", made, HERE / "shim.c", "-ldl", "-lpthread"], check=True)
    return str(made)


class Listener:
    """A listener of its own, on a store that may be there already."""

    def __init__(self, program, folder, store="events.db", more=(), environment=None):
        self.folder, self.store = pathlib.Path(folder), pathlib.Path(folder, store)
        secret, ready = self.folder / "secret", self.folder / f"ready-{time.monotonic_ns()}"
        secret.write_bytes(SECRET)
        command = [program, "listen", "--port", "0", "--ready-file", ready, "--store", self.store, "--secret-file", secret,
                   "--no-input", *more]
        self.log = open(self.folder / "log", "ab")
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"], **(environment or {})}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment)
        while not (ready.exists() and ready.read_text().endswith("\n")):
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended with {self.process.returncode}: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.005)
        self.port = int(json.loads(ready.read_text())["url"].rsplit(":", 1)[1].strip("/"))

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self.log.close()
        return code


def body_of(marker):
    return (f'{{"event_type":"signup.deleted","waitlist_id":"w","data":{{"id":"{marker}","email":"{marker}@example.com"}},'
            '"timestamp":"2024-01-15T10:00:00Z"}').encode()


def post(connection, body):
    """The status of the answer."""
    tag = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    connection.request("POST", "/", body, {"X-Webhook-Signature": f"sha256={tag}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def send_until_gone(listener, lanes, name, acknowledged):
    """Senders that go on until the listener is gone; each body that got a 2xx is added."""
    def send(lane):
        try:
            connection = listener.connect()
            for number in range(1 << 30):
                body = body_of(f"{name}-{lane}-{number}")
                if post(connection, body) == 200:
                    acknowledged.append(body)
        except (OSError, http.client.HTTPException):
            pass
    threads = [threading.Thread(target=send, args=(lane,)) for lane in range(lanes)]
    for thread in threads:
        thread.start()
    return threads


def look_into(store):
    """Whether the file is sound, and the bodies that arrived."""
    with sqlite3.connect(store) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        rows = connection.execute("SELECT body FROM events WHERE state IS NOT NULL OR EXISTS "
                                  "(SELECT 1 FROM arrivals WHERE event = events.id)").fetchall()
    connection.close()
    return sound == "ok", {bytes(row[0]) if not isinstance(row[0], str) else row[0].encode() for row in rows}


def workplace():
    return tempfile.TemporaryDirectory(prefix="campaign")
