#!/usr/bin/env python3
"""Audits every server of the zoo and holds what is found against what was planted.

    tests/zoo/calibrate.py [--rounds N] BINARY [NAME...]

Prints for each server what was found, missed and found without being planted (findings of medium severity and above),
then precision and recall over all planted servers and rounds, and, with several rounds, how many servers got one and the
same report in each. Ends with 1 if anything is missed or found without cause, or a report differs. The
documentation's samples have faults of their own, which are printed; no one of them is right or wrong to find.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INSTALLED = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "counterparts"
SECRET = "a secret of the zoo"
GRAVE = {"medium", "high", "critical"}


def free_port():
    """Below the range from which outgoing connections take theirs: it must stay free while a server restarts."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def interpreter(name):
    if name.endswith(("js", "mjs")):
        return shutil.which("node")
    own = INSTALLED / "python/bin/python"
    return str(own) if name == "flask_app.py" and own.exists() else sys.executable


def is_missing(server):
    if server["name"] == "express.js":
        return not (INSTALLED / "node_modules/express").is_dir()
    if server["name"] == "flask_app.py":
        return not (INSTALLED / "python/bin/flask").exists()
    return interpreter(server["name"]) is None


def audit(binary, server, folder):
    """The records of one audit."""
    port, effects = free_port(), folder / "effects"
    effects.touch()
    path = HERE / server["name"]
    if server.get("sample"):
        path = folder / server["name"]
        text = (ROOT / "tests/counterparts/samples" / server["name"]).read_text()
        path.write_text(text.replace("3000", str(port)))
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PORT": str(port), "WEBHOOK_SECRET": SECRET,
        "EFFECTS": str(effects), "NODE_PATH": str(INSTALLED / "node_modules"), "PYTHONDONTWRITEBYTECODE": "1",
    }
    start = f"exec {interpreter(server['name'])} {path}"
    (folder / "start").write_text(f"#!/bin/sh\n{start} >>{folder}/log 2>&1 </dev/null &\necho $! >{folder}/pid\n")
    restart = f"kill $(cat {folder}/pid); while kill -0 $(cat {folder}/pid) 2>/dev/null && ! grep -q '^State:.Z' /proc/$(cat {folder}/pid)/status; do sleep 0.02; done; sh {folder}/start"
    subprocess.run(["sh", str(folder / "start")], env=environment, check=True)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        command = [binary, "test", f"http://127.0.0.1:{port}/webhooks/referralloop", "--json"]
        if not server.get("sample"):
            command += ["--state-cmd", f"wc -l <{effects}", "--restart-cmd", restart]
        done = subprocess.run(command, env=environment | {"REFERRALLOOP_WEBHOOK_SECRET": SECRET}, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{server['name']}: exit {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]
    finally:
        subprocess.run(["sh", "-c", f"kill -9 $(cat {folder}/pid)"], stderr=subprocess.DEVNULL)


def judge(binary, server):
    with tempfile.TemporaryDirectory() as folder:
        records = audit(binary, server, Path(folder))
    checks = [record for record in records if record["type"] == "check"]
    failed = {check["id"] for check in checks if check["verdict"] == "failed" and check["severity"] in GRAVE}
    return server, failed, {check["id"]: check for check in checks}, records[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    binary, names = str(Path(options.binary).resolve()), options.names
    servers = json.loads((HERE / "zoo.json").read_text())
    servers = [server for server in servers if not names or server["name"] in names]
    for server in [server for server in servers if is_missing(server)]:
        print(f"skipped: {server['name']}: what it needs is not installed; tests/counterparts/install does it")
        servers.remove(server)
    right = wrong = missed = planted = 0
    reports = {}
    with ThreadPoolExecutor(max_workers=3) as pool:
        for server, failed, checks, summary in pool.map(lambda server: judge(binary, server), servers * options.rounds):
            verdicts = {identity: check["verdict"] for identity, check in checks.items()}
            reports.setdefault(server["name"], []).append(verdicts)
            what = f"{server['name']:<20} {summary['requests']:>3} requests {summary['took_ms'] / 1000:5.1f} s"
            if server.get("sample"):
                print(f"{what}  {server['does']}: {len(failed)} findings: {', '.join(sorted(failed))}")
                continue
            finds = set(server["finds"])
            right, wrong, missed, planted = right + len(finds & failed), wrong + len(failed - finds), missed + len(finds - failed), planted + len(finds)
            verdict = "as planted" if failed == finds else "WRONG"
            print(f"{what}  {verdict}: {', '.join(sorted(failed)) or 'nothing'}")
            for identity in sorted(failed - finds):
                print(f"    not planted: {identity}: {checks[identity]['seen']}")
            for identity in sorted(finds - failed):
                check = checks.get(identity, {"verdict": "not run"})
                print(f"    missed: {identity}: {check['verdict']} {check.get('reason', '')}")
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / planted if planted else 1.0
    print(f"{planted} planted findings in {len(reports)} servers: {right} found, {missed} missed, {wrong} found without cause")
    print(f"precision {precision:.3f}  recall {recall:.3f}")
    differing = {name: [ids for ids in rounds[0] if len({str(round.get(ids)) for round in rounds}) > 1] for name, rounds in reports.items()}
    differing = {name: ids for name, ids in differing.items() if ids}
    if options.rounds > 1:
        print(f"{len(reports) - len(differing)} of {len(reports)} servers got the same report in {options.rounds} rounds")
        for name, ids in differing.items():
            seen = "; ".join(f"{identity}: {', '.join(str(verdicts.get(identity)) for verdicts in reports[name])}" for identity in ids)
            print(f"    differs: {name}: {seen}")
    return 0 if not wrong and not missed and not differing else 1


if __name__ == "__main__":
    sys.exit(main())
