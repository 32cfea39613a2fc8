"""Keys of a listener with two apps, one of which fails: `targets.py PROGRAM`.

`r` sends the last event to both. With `f`, while failed forwards are tried again, nothing is shown of what the other app
acknowledged. Says what was wrong, and ends with 1.
"""
import http.client, http.server, json, os, re, sys, threading
from terminal import Terminal

program = os.path.abspath(sys.argv[1])


def serve(status):
    """An app with one answer; its port, and the bodies that it got."""
    bodies = []

    class App(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port, bodies


def send(port, number):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = {"event_type": "signup.created", "waitlist_id": "w", "data": {"id": str(number)}}
    connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
    connection.getresponse().read()


def wait_until(terminal, holds):
    for _ in range(300):
        terminal.read_for(0.05)
        if holds():
            return True
    return False


faults = []
for more in [], ["--forward-retry"]:
    (good, taken), (bad, refused) = serve(200), serve(503)
    with Terminal(110, 30) as terminal:
        ready = os.path.join(terminal.home.name, "ready.json")
        terminal.start([program, "listen", str(good), str(bad), "--port", "0", "--ready-file", ready, "--body", "none", *more])
        terminal.wait_for(r"\? keys")
        port = int(json.load(open(ready))["url"].split(":")[2].strip("/"))
        if more:
            # The first fails at one app; the others wait for it there, and the other app acknowledges them.
            send(port, 1)
            terminal.wait_for("attempt 2 in")
            terminal.type("f")
            terminal.wait_for("failed only")
            for number in 2, 3:
                send(port, number)
            wait_until(terminal, lambda: len(taken) == 3)
            terminal.read_for(1.5)
            shown = [line for line in terminal.screen.lines() if re.search(r"#[23]\b", line)]
            if shown or len(taken) != 3:
                faults.append(f"with f, {len(taken)} were taken and this was shown: {shown}")
            terminal.wait_for("3 forwards waiting")
        else:
            send(port, 1)
            terminal.wait_for(f":{bad} 503")
            terminal.wait_for(f":{good} 200")
            terminal.type("r")
            if not wait_until(terminal, lambda: len(taken) == 2 and len(refused) == 2):
                faults.append(f"r went to the one app {len(taken) - 1} times, to the other {len(refused) - 1} times")
            terminal.wait_for(f"http://localhost:{good}/ +200")
            terminal.wait_for(f"http://localhost:{bad}/ +503")
        terminal.type("q")
        terminal.wait()
print("\n".join(faults) or "two apps, and each key did what it should")
sys.exit(bool(faults))
