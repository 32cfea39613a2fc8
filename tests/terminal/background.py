"""A listener in the background of a shell: `background.py PROGRAM`.

`listen &` must leave the shell's command line alone: no line below the others, and no keys. `fg` brings both, and in the end
the shell has its terminal as it had it. Says what was wrong, and ends with 1.
"""
import json, os, sys, urllib.request
from terminal import Terminal

program = os.path.abspath(sys.argv[1])

with Terminal(100, 40, PS1="prompt> ", HISTFILE="/dev/null") as terminal:
    terminal.start(["/bin/bash", "--norc", "--noprofile", "-i"])
    terminal.wait_for(r"prompt>\s*$")
    terminal.type("stty -a >before\n")
    terminal.wait_for("before\\nprompt>\\s*$")
    ready = os.path.join(terminal.home.name, "ready.json")
    terminal.type(f"{program} listen --port 0 --ready-file {ready} &\n")
    terminal.wait_for("In another terminal")
    terminal.type("echo typed beside it\n")
    terminal.wait_for("\\ntyped beside it")
    url = json.load(open(ready))["url"]
    body = b'{"event_type":"signup.created","data":{"email":"ada@example.com"}}'
    urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=10)
    terminal.wait_for("ada@example.com")
    terminal.read_for(1.5)
    faults = []
    if b"? keys" in terminal.raw:
        faults.append("a line was drawn in the background")
    terminal.type("fg\n")
    terminal.wait_for(r"\? keys")
    terminal.read_for(1)
    terminal.type("?")
    terminal.wait_for("quit, as Ctrl-C does")
    terminal.type("q")
    terminal.wait_for(r"Received: .*\n(.*\n)*prompt>\s*$")
    terminal.type("stty -a >after\n")
    terminal.wait_for("after\\nprompt>\\s*$")
    before, after = (open(os.path.join(terminal.home.name, name)).read() for name in ["before", "after"])
    if before != after:
        faults.append(f"the terminal was left in another state:\n{before}{after}")
    if faults:
        print("\n".join(faults), terminal.screen.text(), sep="\n")
    terminal.type("exit\n")
    terminal.wait()
print("the shell had its terminal" if not faults else "")
sys.exit(bool(faults))
