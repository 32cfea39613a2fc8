#!/usr/bin/env python3
"""Starts each receiver of probe_table.tsv, probes it, and prints what was said beside what is true.
  tests/counterparts/probe_table.py BINARY HOME [FILTER]
HOME holds node_modules, python/bin/python and a built `modes` (tests/counterparts/probe prepares it). A finding counts as
named rightly where its first ids are those of the table, or the true one stands under "also"; a form that the endpoint
refuses, named as its own, ends the run with 1. So does less than 95 in 100, or more than 40 requests."""
import json, os, pathlib, shutil, socket, subprocess, sys, tempfile, time

here = pathlib.Path(__file__).resolve().parent
binary, home = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
wanted = sys.argv[3] if len(sys.argv) > 3 else ""
secret = "probe-secret-4711"
python, receivers = str(home / "python/bin/python"), here / "receivers"
COMMANDS = {
    "express": lambda port: ["node", receivers / "modes_express.js"],
    "node": lambda port: ["node", receivers / "modes_node.js"],
    "hono": lambda port: ["node", receivers / "modes_hono.mjs"],
    "fastify": lambda port: ["node", receivers / "fastify.js"],
    "sample": lambda port: ["node", receivers / "sample.js"],
    "django": lambda port: [python, receivers / "django_app.py"],
    "flask": lambda port: [python, receivers / "modes_flask.py"],
    "fastapi": lambda port: [python, receivers / "modes_fastapi.py"],
    "php": lambda port: ["php", "-S", f"127.0.0.1:{port}", receivers / "modes.php"],
    "ruby": lambda port: ["ruby", receivers / "modes.rb"],
    "go": lambda port: [home / "modes"],
}


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def listening(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def probe(language, mode, folder):
    port = free_port()
    env = {**os.environ, "PORT": str(port), "MODE": mode, "PROBE_SECRET": secret, "NODE_PATH": str(home / "node_modules")}
    process = subprocess.Popen(COMMANDS[language](port), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not listening(port) and time.monotonic() < until:
            time.sleep(0.05)
        own = {**os.environ, "XDG_DATA_HOME": f"{folder}/data", "XDG_CONFIG_HOME": f"{folder}/config"}
        line = [binary, "--json", "verify", "--probe", f"http://127.0.0.1:{port}/", "--secret-file", f"{folder}/secret"]
        return json.loads(subprocess.run(line, env=own, capture_output=True, text=True).stdout)
    finally:
        process.kill()
        process.wait()


def judge(record, expected):
    causes = record["causes"]
    got = "+".join(cause["id"] for cause in causes) or "right"
    if got == expected:
        return got, True
    also = causes[0]["also"] if causes else []
    first, *rest = expected.split("+")
    return got, bool(causes) and first in also and [cause["id"] for cause in causes[1:]] == rest


def main():
    rows = [line.split("\t") for line in (here / "probe_table.tsv").read_text().splitlines() if line[:1] != "#"]
    right = told = false = most = 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "secret").write_text(secret)
        for language, mode, expected in rows:
            if wanted not in f"{language} {mode}":
                continue
            if not shutil.which(str(COMMANDS[language](0)[0])):
                print(f"{language:8} {mode:22} skipped: not installed")
                continue
            record = probe(language, mode, folder)
            got, fits = judge(record, expected)
            count = len(record["requests"])
            # However certain. Two findings say what was seen, and name no form.
            guessed = any(cause["id"] not in ("rewrites-body", "rejects-everything") for cause in record["causes"])
            told, right, false, most = told + 1, right + fits, false + (guessed and not fits), max(most, count)
            mark = "" if fits else "  WRONG"
            print(f"{language:8} {mode:22} {expected:34} {got:34} {count:3}{mark}", flush=True)
    print(f"{right} of {told} named rightly ({100 * right / max(told, 1):.1f} %), {false} named as a form they refuse, "
          f"at most {most} requests")
    sys.exit(right < 0.95 * told or false > 0 or most > 40)


main()
