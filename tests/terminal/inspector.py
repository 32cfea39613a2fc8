"""The key that opens the inspector: `inspector.py PROGRAM`.

With `--inspect`, `o` starts the browser with the page beside the listener; without, it says how to have one. The list of keys
names it only where it does something. Says what was wrong, and ends with 1.
"""
import os, sys
from terminal import Terminal

program = os.path.abspath(sys.argv[1])


def play(more):
    """What the screen says in the end, and what the browser was given."""
    with Terminal(100, 40) as terminal:
        browser, given = (os.path.join(terminal.home.name, name) for name in ["browser", "given"])
        with open(browser, "w") as script:
            script.write(f'#!/bin/sh\ncat "$1" >{given}.part && mv {given}.part {given}\n')
        os.chmod(browser, 0o700)
        terminal.environment["BROWSER"] = browser
        terminal.start([program, "listen", "--port", "0", *more])
        terminal.wait_for(r"\? keys")
        terminal.type("?")
        terminal.wait_for("quit, as Ctrl-C does")
        terminal.type("o")
        terminal.wait_for("inspector in the browser; should|have one with")
        for _ in range(100 if more else 0):
            if os.path.exists(given):
                break
            terminal.read_for(0.1)
        terminal.type("q")
        terminal.wait()
        return terminal.screen.text(), open(given).read() if os.path.exists(given) else None


faults = []
said, opened = play(["--inspect", "--inspect-port", "0"])
if "  o   open the inspector" not in said or not opened or "#token=" not in opened or "note: opening" not in said:
    faults.append(f"with an inspector: {opened!r}\n{said}")
said, opened = play([])
if "  o   " in said or opened or "note: there is no inspector; have one with: referralloop listen --inspect" not in said:
    faults.append(f"without one: {opened!r}\n{said}")
print("\n".join(faults) or "o opens the inspector where there is one")
sys.exit(bool(faults))
