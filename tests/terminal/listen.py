"""A listener under load, with keys typed at random: `listen.py PROGRAM [RUNS]`.

Each run is a `listen` on a terminal of its own that gets 50 events a second while keys are pressed, the window changes its
size, the process is stopped and goes on; it ends by `q`, Ctrl-C or SIGTERM. Afterwards every event that was acknowledged
must be in the store, the terminal's settings must be what they were, no picture may be left, and the cursor must stand, to
be seen, at the beginning of a line. Says what was wrong, and ends with 1.
"""
import http.client, json, os, random, re, signal, subprocess, sys, termios, threading, time
from terminal import Terminal

program, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
KEYS = ["r", "b", "f", "p", "p", "i", "i", "j", "k", "d", "c", "\r", "\x1b", "/", "a", "?", "o", "\x1b[A", "\x1b[B", "g", "G", "q",
        "é", "\t", "\x7f"]


def send(port, count, acknowledged):
    """Events, 50 a second."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(count):
        body = json.dumps({"event_type": "signup.created", "waitlist_id": "w", "data": {"id": str(number), "n": number}})
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except OSError:
            return
        if answer.status == 200:
            acknowledged.append(number)
        time.sleep(0.02)


def run(number):
    dice = random.Random(number)
    with Terminal(dice.choice([60, 80, 120, 160]), dice.choice([10, 24, 50])) as terminal:
        before = terminal.settings()
        ready = os.path.join(terminal.home.name, "ready.json")
        terminal.start([program, "listen", "--port", "0", "--ready-file", ready])
        terminal.wait_for(r"\? keys")
        port = int(json.load(open(ready))["url"].split(":")[2].strip("/"))
        acknowledged = []
        sender = threading.Thread(target=send, args=(port, 50, acknowledged))
        sender.start()
        ended_by_key = False
        for _ in range(dice.randrange(12)):
            terminal.read_for(dice.random() * 0.1)
            match dice.randrange(12):
                case 0:
                    terminal.resize(dice.choice([40, 70, 100, 140]), dice.choice([8, 24, 40]))
                case 1:
                    os.kill(terminal.pid, signal.SIGTSTP)
                    if not terminal.wait_for_stop():
                        return "it ended when it was to stop"
                    if terminal.settings() != before:
                        return "the terminal was not put back while the process was stopped"
                    os.kill(terminal.pid, signal.SIGCONT)
                case _:
                    key = dice.choice(KEYS)
                    # Quitting is for the end, so that all events are sent.
                    terminal.type(key if key != "q" else "x")
        while sender.is_alive():
            terminal.read_for(0.05)
        sender.join()
        end = dice.randrange(3)
        if end == 0:
            # Out of whatever is open first; two that are read at once count as one.
            for key in "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1bq":
                terminal.read_for(0.12)
                terminal.type(key)
        elif end == 1:
            terminal.type("\x03")
        else:
            os.kill(terminal.pid, signal.SIGTERM)
        code = terminal.wait()
        listed = subprocess.run(
            [program, "events", "list", "--limit", "1000", "--json"], env=terminal.environment, capture_output=True, text=True
        ).stdout.splitlines()
        stored = {json.loads(line)["data"]["n"] for line in map(str.strip, listed) if line} if listed else set()
        faults = []
        if code != 0:
            faults.append(f"ended with {code}")
        if lost := set(acknowledged) - stored:
            faults.append(f"{len(lost)} of {len(acknowledged)} events are lost")
        if len(acknowledged) != 50:
            faults.append(f"only {len(acknowledged)} were acknowledged")
        if terminal.settings() != before:
            faults.append("the terminal was not put back")
        screen = terminal.screen
        if screen.column != 0 or not screen.cursor_visible or screen.alternate:
            faults.append(f"column {screen.column}, cursor {screen.cursor_visible}, picture {screen.alternate}")
        if screen.marks_pastes:
            faults.append("pasted text is still marked")
        if screen.unknown:
            faults.append(f"unknown sequences {screen.unknown[:3]}")
        if not re.search(r"Received: 5\d unsigned|Received: \d+ unsigned", screen.text()):
            faults.append("no summary")
        return "; ".join(faults)


wrong = 0
for number in range(runs):
    if fault := run(number):
        wrong += 1
        print(f"run {number}: {fault}", flush=True)
print(f"{runs - wrong} of {runs} runs: nothing lost, the terminal put back")
sys.exit(wrong > 0)
