"""The editor beside a listener: `editor.py PROGRAM`.

`e` opens an editor on the last event. While it is open an event comes in: it must be acknowledged, stored and forwarded, and
shown only afterwards. However the editor or the listener ends then, by itself, Ctrl-C or SIGTERM, the terminal must be as
before, and no editor may be left. Says what was wrong, and ends with 1.
"""
import http.server, json, os, re, signal, subprocess, sys, threading, time, urllib.request
from terminal import Terminal

program = os.path.abspath(sys.argv[1])
forwarded = []


class App(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        forwarded.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


app = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=app.serve_forever, daemon=True).start()

# Says that it is open, waits for its word, and changes a name.
EDITOR = '''#!/bin/sh
{first}
echo $$ >open.part; mv open.part open
echo 'an editor stands here'
until test -e go; do sleep 0.05; done
sed 's/"id": "first"/"id": "edited"/' "$1" >new && cat new >"$1"
'''


def until(what, test):
    for _ in range(600):
        if test():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within 30 s: {what}")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    # One that nobody has waited for yet is none.
    return open(f"/proc/{pid}/stat").read().split(")")[1].split()[0] != "Z" if os.path.exists(f"/proc/{pid}/stat") else True


class Scene:
    """A listener with an editor open."""

    def __init__(self, terminal, first=""):
        self.terminal, self.home = terminal, terminal.home.name
        self.settings = terminal.settings()
        forwarded.clear()
        editor = os.path.join(self.home, "editor")
        with open(editor, "w") as script:
            script.write(EDITOR.format(first=first))
        os.chmod(editor, 0o700)
        terminal.environment["EDITOR"] = editor
        ready = os.path.join(self.home, "ready.json")
        terminal.start([program, "listen", str(app.server_port), "--port", "0", "--ready-file", ready])
        terminal.wait_for(r"\? keys")
        self.url = json.load(open(ready))["url"]
        self.send("first")
        terminal.wait_for("1 event ")
        terminal.type("e")
        terminal.wait_for("an editor stands here")
        self.editor = int(open(os.path.join(self.home, "open")).read())
        assert terminal.settings() == self.settings, "the editor does not have the terminal as it was"

    def send(self, name):
        body = json.dumps({"event_type": "signup.created", "waitlist_id": "w", "data": {"id": name, "email": f"{name}@example.com"}})
        request = urllib.request.Request(self.url, body.encode(), {"Content-Type": "application/json"})
        assert urllib.request.urlopen(request, timeout=10).status == 200, name

    def stored(self):
        line = [program, "events", "list", "--json"]
        listed = subprocess.run(line, env=self.terminal.environment, capture_output=True, text=True).stdout
        return [json.loads(line)["data"]["id"] for line in listed.splitlines()]

    def close_editor(self):
        open(os.path.join(self.home, "go"), "w").close()

    def end(self, code):
        ended = self.terminal.wait()
        screen = self.terminal.screen
        assert ended == code, f"ended with {ended}"
        assert not is_running(self.editor), "the editor was left"
        assert self.terminal.settings() == self.settings, "the terminal was not put back"
        assert screen.column == 0 and screen.cursor_visible and not screen.alternate, "the screen was not put back"
        assert "Received:" in screen.text(), "no summary"


def goes_on(terminal):
    """What comes meanwhile is taken, and shown afterwards."""
    scene = Scene(terminal)
    scene.send("meanwhile")
    until("the forward of what came meanwhile", lambda: any('"meanwhile"' in body for body in forwarded))
    until("its being stored", lambda: "meanwhile" in scene.stored())
    terminal.read_for(0.5)
    assert "meanwhile@example.com" not in terminal.screen.text(), "it was drawn over the editor"
    os.kill(terminal.pid, signal.SIGTSTP)
    assert terminal.wait_for_stop(), "it ended when it was to stop"
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.read_for(0.5)
    assert terminal.settings() == scene.settings, "the terminal was taken from the editor"
    scene.close_editor()
    terminal.wait_for("meanwhile@example.com")
    until("what was edited", lambda: any('"edited"' in body for body in forwarded))
    assert len(re.findall(r"#2 .*meanwhile@example.com", terminal.screen.text())) == 1, "shown twice"
    terminal.wait_for(r"2 events .*\? keys")
    terminal.type("q")
    scene.end(0)


def dies_of_interrupt(terminal):
    """Ctrl-C that ends the editor ends the listener."""
    scene = Scene(terminal)
    terminal.type("\x03")
    scene.end(0)


def keeps_interrupt(terminal):
    """Ctrl-C is a key of the editor."""
    scene = Scene(terminal, "trap : INT")
    terminal.type("\x03")
    terminal.read_for(0.5)
    scene.send("meanwhile")
    scene.close_editor()
    terminal.wait_for(r"2 events .*\? keys")
    terminal.type("\x03")
    scene.end(0)


def terminated(terminal):
    """SIGTERM ends both."""
    scene = Scene(terminal)
    os.kill(terminal.pid, signal.SIGTERM)
    scene.end(0)


def stubborn(terminal):
    """An editor that does not end has the terminal taken away as it left it."""
    scene = Scene(terminal, "trap '' TERM; stty -g >/dev/null")
    subprocess.run(["stty", "raw", "-echo"], stdin=terminal.end)
    os.kill(terminal.pid, signal.SIGTERM)
    scene.end(0)


faults = []
for play in [goes_on, dies_of_interrupt, keeps_interrupt, terminated, stubborn]:
    with Terminal(100, 40) as terminal:
        try:
            play(terminal)
        except (AssertionError, OSError) as fault:
            faults.append(f"{play.__name__}: {fault}\n{terminal.screen.text()}")
print("\n".join(faults) or "the editor was open, and the listener went on")
sys.exit(bool(faults))
