"""What a person sees, in scenes: `scenes.py PROGRAM [--bless | --svg FILE] [SCENE ...]`.

Each scene runs on a terminal of its own at 60, 80, 120 and 160 columns, with colour and without. What then stands on the screen
is compared with `scenes/`, times and ports and what else differs from run to run written alike; with colour it must be the
same text. `--bless` writes the files anew: look at them before you commit them. `--svg` draws a listener as a picture.
"""
import http.client, json, os, re, subprocess, sys, threading, time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from terminal import Terminal

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenes")
WIDTHS = [60, 80, 120, 160]
program = os.path.abspath(sys.argv[1])


class App(BaseHTTPRequestHandler):
    """The app that is developed: it fails for whoever is ninth."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        failing = b'"position":9,' in body
        words = b"no" if failing else b"ok"
        self.send_response(500 if failing else 200)
        self.send_header("content-length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *_):
        pass


app = ThreadingHTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=app.serve_forever, daemon=True).start()
APP = f"{app.server_port}/hooks"


def event(number):
    """The catalogue's first event, of a person with a number."""
    data = {"id": f"5da0e934-0080-4170-9f25-bbc1070560{number:02}", "email": f"a{number}@x.io", "name": "Ada",
            "position": number, "referral_code": "LDIIRD", "created_at": "2024-01-15T10:00:00Z"}
    return json.dumps({"event_type": "signup.created", "waitlist_id": "903c8ca5-76b2-4a0c-b116-4fd11966dff8", "data": data,
                       "timestamp": "2024-01-15T10:00:00Z"}, separators=(",", ":"))


def post(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body, {"Content-Type": "application/json", "User-Agent": "scene"})
    connection.getresponse().read()


def listen(terminal, *more):
    ready = os.path.join(terminal.home.name, "ready.json")
    terminal.start([program, "listen", "--port", "0", "--ready-file", ready, *more])
    terminal.wait_for(r"\? keys")
    return int(json.load(open(ready))["url"].split(":")[2].strip("/"))


def calm(terminal):
    port = listen(terminal, APP)
    post(port, event(1))
    terminal.wait_for(r"200 OK")
    terminal.wait_for(r"1 event ")


def burst(terminal):
    port = listen(terminal, APP)
    for number in range(1, 13):
        post(port, event(number))
    terminal.wait_for(r"#12 created")
    # All of them were forwarded: none waits.
    terminal.wait_for(r"12 events · 1 attempt failed · [^0-9]")


def keys(terminal):
    port = listen(terminal, APP, "--body", "none")
    post(port, event(1))
    terminal.wait_for(r"#1 created")
    terminal.type("?")
    terminal.wait_for(r"quit")
    # The first key after the window had another size is a key like any other.
    columns, rows = terminal.screen.columns, terminal.screen.rows
    terminal.resize(columns, rows + 1)
    terminal.resize(columns, rows)
    terminal.read_for(0.3)
    terminal.type("r")
    terminal.wait_for(r"signup.created +→")
    terminal.wait_for(r"1 event ")


def filtered(terminal):
    port = listen(terminal, APP, "--events", "deleted", "--body", "none")
    for number in (1, 2):
        post(port, event(number))
    terminal.wait_for(r"2 filtered")
    # The keys are listed once, however often they are asked for.
    terminal.type("?")
    terminal.wait_for(r"quit, as")
    terminal.type("?")
    terminal.type("/x\r")
    terminal.wait_for(r"only 'x'")
    # What is in force is changed: another text, and as before after Esc.
    terminal.type("/")
    terminal.wait_for(r"show only: x")
    terminal.type("\x7fgrace@navy.example.org\r")
    terminal.wait_for(r"only 'grace")
    terminal.type("/")
    terminal.wait_for(r"show only: grace@navy")
    terminal.type("\x1b")
    terminal.wait_for(r"only 'grace")
    terminal.type("f")
    terminal.wait_for(r"failed only")
    terminal.type("p")
    terminal.wait_for(r"paused, 0 waiting")


def browser(terminal):
    port = listen(terminal, APP, "--body", "none")
    for number in (1, 2, 9):
        post(port, event(number))
        terminal.wait_for(f"a{number}@x.io")
    terminal.wait_for(r"→ 500")
    terminal.type("i")
    terminal.wait_for(r"of 3 stored")
    terminal.type("j")
    terminal.wait_for(r"2 of 3")
    terminal.read_for(0.5)


def run(*line):
    def scene(terminal):
        terminal.start([program, *line])
        terminal.wait()

    return scene


def retries(terminal):
    terminal.start([program, "trigger", "created", "--seed", "7", "--to", "9"])
    terminal.wait_for("next attempt in")
    terminal.type("\r")
    terminal.wait_for("attempt 3 in")
    terminal.type("\x03")
    terminal.wait()


def table(*line):
    """A table, after some events came in and were passed on."""

    def scene(terminal):
        quiet = {**terminal.environment, "TERM": "dumb"}
        ready = os.path.join(terminal.home.name, "ready.json")
        with subprocess.Popen(
            [program, "listen", APP, "--port", "0", "--ready-file", ready, "--until", "4", "-q"], env=quiet,
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=terminal.home.name,
        ) as listener:
            while not os.path.exists(ready):
                time.sleep(0.02)
            port = int(json.load(open(ready))["url"].split(":")[2].strip("/"))
            for number in (1, 2, 3, 9):
                post(port, event(number))
            listener.wait()
        terminal.start([program, *line])
        terminal.wait()

    return scene


def service(*line):
    """A table of what a sandbox holds: two people, two subscriptions, what could not be delivered."""

    def scene(terminal):
        ready = os.path.join(terminal.home.name, "ready.json")
        quiet = {**terminal.environment, "TERM": "dumb"}
        with subprocess.Popen(
            [program, "sandbox", "--port", "0", "--seed", "7", "--ready-file", ready], env=quiet, cwd=terminal.home.name,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as sandbox:
            try:
                while not os.path.exists(ready):
                    time.sleep(0.02)
                said = json.load(open(ready))
                terminal.environment.update(REFERRALLOOP_API_URL=said["url"], REFERRALLOOP_API_KEY=said["api_key"])
                quiet = {**terminal.environment, "TERM": "dumb"}

                def do(*words):
                    done = subprocess.run([program, *words], env=quiet, cwd=terminal.home.name, capture_output=True, text=True,
                                          stdin=subprocess.DEVNULL, check=True)
                    return done.stdout

                waitlist = json.loads(do("waitlists", "--json").splitlines()[0])["id"]
                do("config", "set", "waitlist", waitlist)
                for name, path in (("created", "hooks/created"), ("deleted", "hooks/deleted")):
                    do("subscribe", name, "--url", f"http://127.0.0.1:9/referralloop/{path}")
                for email in ("ada.lovelace@mail.example.com", "grace.hopper@navy.example.org"):
                    do("signups", "create", "--email", email, "--name", "Ada Augusta King")
                while do("sandbox", "deliveries").count("refused") < 2:
                    time.sleep(0.05)
                terminal.start([program, *line])
                terminal.wait()
            finally:
                sandbox.terminate()

    return scene


def test(terminal):
    terminal.start([program, "test", APP, "--only", "auth.missing", "--seed", "7"])
    terminal.wait(120)


# People and figures are made up anew there.
LOOSE = ("demo", "load", "test")

SCENES = {
    "listen-calm": calm,
    "listen-burst": burst,
    "keys": keys,
    "listen-filtered": filtered,
    "browser": browser,
    "trigger-retries": retries,
    "demo": run("demo", "--fast"),
    "events-list": table("events", "list"),
    "events-failed": table("events", "list", "--failed"),
    "config-show": run("config", "show"),
    "subscriptions": service("subscriptions"),
    "signups-list": service("signups", "list", "--offset", "25"),
    "sandbox-deliveries": service("sandbox", "deliveries"),
    "test": test,
    "load": run("load", "created", "--count", "20", "--seed", "7", "--to", APP),
}


def steady(text, terminal):
    """What differs from run to run, written alike; gaps that it made are closed up."""
    text = re.sub(r"/tmp/terminal\S*", "HOME", text).replace(str(app.server_port), "PORT")
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    text = re.sub(r"\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME", text)
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:PORT", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f…-]{2,}", "ID", text)
    text = re.sub(r"\b(?!STATUS)[0-9A-Z]{6}(  +ID|$)", r"CODE\1", text, flags=re.M)
    text = re.sub(r"\b[0-9a-f]{40,64}\b", "DIGEST", text)
    text = re.sub(r"sub_[0-9a-f]{16}", "SUBSCRIPTION", text)
    text = re.sub(r"\d+(\.\d+)? (ms|s|µs)\b", "N ms", text)
    text = re.sub(r"in \d:\d\d", "in M:SS", text)
    return re.sub(r"[─━╸]+", "─", re.sub(r" {2,}", "  ", text))


def capture(name, columns, colour):
    with Terminal(columns, 30, **({} if colour else {"NO_COLOR": "1"})) as terminal:
        SCENES[name](terminal)
        if colour and "\x1b[1m" not in terminal.raw.decode(errors="replace") and "\x1b[3" not in terminal.raw.decode(errors="replace"):
            sys.exit(f"{name}: no colour where there should be")
        return steady(terminal.screen.text(), terminal).rstrip() + "\n"


def loose(text):
    """People and the like are made up anew by the demo, by a load and by a test, and the longer ones take a line more: what
    is compared there is how each paragraph begins."""
    return [paragraph.split()[0] for paragraph in re.split(r"\n\s*\n", text.strip())]


def check(bless):
    wrong = 0
    os.makedirs(HERE, exist_ok=True)
    names = [name for name in SCENES if name in sys.argv] or list(SCENES)
    for name in names:
        for columns in WIDTHS:
            path = os.path.join(HERE, f"{name}-{columns}.txt")
            if bless:
                open(path, "w").write(capture(name, columns, False))
                continue
            wanted = open(path).read()
            # A machine that is busy shows a burst as single events: that is another scene, so it is played again.
            for _ in range(3):
                shown = capture(name, columns, False)
                same = loose(shown) == loose(wanted) if name in LOOSE else shown == wanted
                if same:
                    break
            if not same:
                wrong += 1
                print(f"{name} at {columns} columns is not as it was:\n{shown}--- instead of\n{wanted}")
        if not bless and name not in LOOSE and all(capture(name, 80, True) != capture(name, 80, False) for _ in range(3)):
            wrong += 1
            print(f"{name}: with colour it says something else")
    print(f"{len(names)} scenes at {len(WIDTHS)} widths, {wrong} not as they were")
    sys.exit(wrong > 0)


INKS = {None: "#c9d1d9", "1": "#f0f6fc", "2": "#8b949e", "31": "#ff7b72", "32": "#3fb950", "35": "#d2a8ff", "36": "#79c0ff"}


def draw(path):
    """A listener that gets one event, and then eleven at once."""
    with Terminal(92, 34) as terminal:
        port = listen(terminal, APP)
        post(port, event(1))
        terminal.wait_for(r"200 OK")
        time.sleep(2.1)
        for number in range(2, 13):
            post(port, event(number))
        terminal.wait_for(r"#12 created")
        terminal.wait_for(r"12 events")
        rows = [(row, terminal.screen.inks) for row in range(len(terminal.screen.cells))]
        cells = terminal.screen.cells
    out = []
    for row, inks in rows:
        at = 0
        while at < len(cells[row]):
            ink, end = inks.get((row, at)), at
            while end < len(cells[row]) and inks.get((row, end)) == ink:
                end += 1
            text = "".join(cells[row][at:end]).replace(str(app.server_port), "3000").replace(str(port), "4242")
            if text.strip():
                bold = ' font-weight="bold"' if ink == "1" else ""
                out.append(f'<text x="{12 + at * 8.4:.1f}" y="{44 + row * 18}" fill="{INKS.get(ink, INKS[None])}"{bold} '
                           f'xml:space="preserve">{escape(text)}</text>')
            at = end
    width, height = 92 * 8.4 + 24, 44 + len(cells) * 18 + 8
    dots = "".join(f'<circle cx="{18 + 18 * i}" cy="16" r="5" fill="{c}"/>' for i, c in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")))
    open(path, "w").write(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}" role="img" '
        f'aria-label="referralloop listen: an event with its body, then a burst on one line each, and a status line">'
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>{dots}'
        f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">\n' + "\n".join(out) + "\n</g></svg>\n")


if "--svg" in sys.argv:
    draw(sys.argv[sys.argv.index("--svg") + 1])
else:
    check("--bless" in sys.argv)
