"""Ctrl-C, watched: `interrupt.py PROGRAM`.

The terminal writes `^C` at the cursor when the key is pressed. It must be gone when the program has ended, with a progress bar
drawn or without; so must the bar; what stood above stays. A signal that nobody typed must not take away more. Says what was
wrong, and ends with 1.
"""
import os, re, signal, socket, sys
from terminal import Terminal

program = os.path.abspath(sys.argv[1])
# An app that takes connections and never answers.
silent = socket.create_server(("127.0.0.1", 0))
APP = str(silent.getsockname()[1])

# What is run, what must have appeared, and the exit code: what is cut short dies of the signal, which shells tell as 130.
RUNS = [
    (["sandbox", "--port", "0", "--memory"], "Ctrl-C stops", 0),
    (["load", "created", "--count", "5", "--to", APP], "0/5 ", -signal.SIGINT),
    (["load", "created", "--duration", "1m", "--to", APP], "acknowledged", -signal.SIGINT),
    (["rehearse", "lifecycle", "--to", APP], "created", -signal.SIGINT),
    (["test", APP], "delivery.position-changed", -signal.SIGINT),
    (["expect", "created", "--", "sh", "-c", "echo begun$((1 + 1)); exec sleep 60"], "begun2", -signal.SIGINT),
]


def play(line, shown, columns, typed, **environment):
    """What the screen says in the end, how the terminal was left, and the exit code."""
    with Terminal(columns, 24, **environment) as terminal:
        before = terminal.settings()
        terminal.start(["/bin/sh", "-c", 'echo above; exec "$0" "$@"', program, *line])
        terminal.wait_for(re.escape(shown))
        if typed:
            terminal.type("\x03")
        else:
            os.kill(terminal.pid, signal.SIGINT)
        code = terminal.wait()
        left = terminal.screen.column == 0 and terminal.screen.cursor_visible and terminal.settings() == before
        return terminal.screen.lines(), left, code


faults = []
for line, shown, wanted in RUNS:
    others = [(60, True, {}), (80, False, {}), (80, True, {"TERM": "dumb"})] if line[0] == "load" else []
    for columns, typed, environment in [(80, True, {}), *others]:
        # A terminal that cannot place its cursor keeps the ^C, on a line of its own.
        kept = "TERM" in environment
        lines, left, code = play(line, shown, columns, typed, **environment)
        echoes = [text for text in lines if "^C" in text and not (kept and text.endswith("^C"))]
        bars = [text for text in lines if re.search("[━─]{30}", text)] if not kept else []
        if lines[0] != "above" or not left or code != wanted or echoes or bars:
            screen = "\n".join(lines)
            faults.append(f"{' '.join(line)} ({columns} columns, typed: {typed}, {environment}) ended with {code}:\n{screen}")
print("\n".join(faults) or f"{len(RUNS)} commands were interrupted, and left nothing behind")
sys.exit(bool(faults))
