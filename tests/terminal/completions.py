"""What shells offer, as a table: `completions.py PROGRAM [--table] [SHELL ...]`.

Each row is typed into an interactive bash, zsh and fish, started without anybody's settings, with the script of `completions/`
as its completion; then Tab is pressed, and what is then on the screen must hold the values, their hints where the shell shows
hints, and no name of a file unless a file is meant. Says what was missing, and ends with 1.
"""
import json, os, re, shutil, subprocess, sys, tempfile, time
import http.client
from terminal import Terminal

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "..", "..", "completions")
program = os.path.abspath(sys.argv[1])
SHELLS = [name for name in ("bash", "zsh", "fish") if name in sys.argv] or ["bash", "zsh", "fish"]

# The place, what is typed before Tab, values, and a hint that zsh and fish show beside one of them.
ROWS = [
    ("commands", "", ["demo", "listen", "trigger", "doctor"], "Receive deliveries"),
    ("commands below one", "events ", ["list", "show", "prune"], ""),
    ("a command's help", "help ", ["listen", "environment"], ""),
    ("a command's help, below one", "help events ", ["list", "show"], "List"),
    ("a command's page, below one", "man events ", ["list", "show"], ""),
    ("a command's page", "man ", ["listen", "trigger"], ""),
    ("event", "trigger ", ["created", "position_changed", "deleted"], "signup.created"),
    ("event to load", "load ", ["created", "deleted"], ""),
    ("event expected", "expect ", ["created", "deleted"], ""),
    ("event subscribed", "subscribe ", ["created", "deleted"], ""),
    ("events, one of several", "listen --events created,", ["created,deleted", "created,all"], ""),
    ("event number", "replay ", ["last", "1"], "created ada@example.com"),
    ("event number to show", "events show ", ["last", "1", "r1"], "created ada@example.com"),
    ("event numbers to compare", "events diff 1 ", ["last", "r1"], "created ada@example.com"),
    ("event or refused request", "verify --event ", ["r1", "1"], "refused"),
    ("profile", "listen --profile ", ["default", "staging"], ""),
    ("subscription", "unsubscribe ", ["SUBSCRIPTION"], "deleted http"),
    ("subscription delivered to", "sandbox deliveries --subscription ", ["SUBSCRIPTION"], ""),
    ("line of the journal", "subscriptions --forget ", ["1", "2"], "created http"),
    ("waitlist", "signups list --waitlist ", ["WAITLIST"], "configured"),
    ("waitlist to reconcile", "reconcile --waitlist ", ["WAITLIST"], ""),
    ("sign-up", "signups get ", ["SIGNUP"], "ada@example.com"),
    ("sign-up of events", "events list --signup ", ["SIGNUP"], ""),
    ("address", "events list --email ", ["ada@example.com"], ""),
    ("check", "test --only auth.s", ["auth.swapped"], ""),
    ("check left out", "test --skip auth.missing,auth.s", ["auth.missing,auth.swapped"], ""),
    ("check repeated", "test --case auth.sw", ["auth.swapped"], ""),
    ("scenario", "rehearse ", ["lifecycle", "own.toml"], "a file"),
    ("fault", "rehearse --chaos ", ["duplicate=", "drop="], ""),
    ("plan", "sandbox --plan ", ["growth"], ""),
    ("framework", "verify --framework ", ["express", "rails"], ""),
    ("setting", "config set ", ["port", "forward_to"], ""),
    ("member of a payload", "trigger created --set data.", ["data.email=", "data.position="], ""),
    ("member left out", "trigger created --unset data.", ["data.email", "data.position"], ""),
    ("target", "trigger created --to ", ["3000/webhooks"], "http://localhost:3000/webhooks"),
    ("target of an event", "listen created=", ["created=3000/webhooks"], ""),
    ("event of a header", "listen -H del", ["deleted="], ""),
    ("event of a target", "listen --forward-to del", ["deleted="], ""),
    ("tunnel", "listen --tunnel ", ["cloudflared", "ngrok"], "no account"),
    ("answer", "listen --respond ", ["200", "503"], "OK"),
    ("speed", "trigger created --speed ", ["60x", "instant"], ""),
    ("pace", "replay --pace ", ["original", "asap"], ""),
    ("severity", "test 3000 --fail-on ", ["medium", "critical"], ""),
    ("format", "config show --format ", ["human", "json"], ""),
    ("form of an export", "events export --as ", ["har"], ""),
    ("code", "trigger created --dry-run --as ", ["curl", "node"], ""),
    ("shell", "completions ", ["bash", "zsh", "fish"], ""),
    ("option", "listen --forward-r", ["--forward-retry"], ""),
    ("file: body", "sign no", ["notes.txt"], ""),
    ("file: secret", "sign --secret-file no", ["notes.txt"], ""),
    ("file: configuration", "listen --config no", ["notes.txt"], ""),
    ("file: export", "events import no", ["notes.txt"], ""),
]


def stage(home):
    """An event, a refused request, a profile, two subscriptions, a waitlist; what is offered for each."""
    ready = os.path.join(home, "ready.json")
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8"}

    def do(*words):
        done = subprocess.run([program, *words], env=environment, cwd=home, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=True)
        return done.stdout

    def serve(*words):
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        served = subprocess.Popen([program, *words, "--port", "0", "--ready-file", ready], env=environment, cwd=home, **quiet)
        while not os.path.exists(ready):
            time.sleep(0.02)
        return served, json.load(open(ready))

    listener, said = serve("listen")
    do("trigger", "created", "--email", "ada@example.com", "--to", said["url"])
    connection = http.client.HTTPConnection("127.0.0.1", int(said["url"].split(":")[2].strip("/")), timeout=10)
    connection.request("POST", "/", "{}", {"X-Webhook-Signature": "sha256=" + "0" * 64})
    connection.getresponse().read()
    listener.terminate()
    listener.wait()
    do("config", "set", "port", "4300", "--profile", "staging")
    sandbox, said = serve("sandbox", "--memory")
    environment.update(REFERRALLOOP_API_URL=said["url"], REFERRALLOOP_API_KEY=said["api_key"])
    waitlist = json.loads(do("waitlists", "--json").splitlines()[0])["id"]
    do("config", "set", "waitlist", waitlist)
    for name in ("created", "deleted"):
        do("subscribe", name, "--url", "http://127.0.0.1:9/hooks")
    subscriptions = [json.loads(line) for line in do("subscriptions", "--json").splitlines()]
    event = json.loads(do("events", "show", "1", "--json").splitlines()[0])
    sandbox.terminate()
    sandbox.wait()
    ids = [row["id"] for row in subscriptions if "id" in row]
    return {"SUBSCRIPTION": ids[-1], "WAITLIST": waitlist, "SIGNUP": event["signup_id"]}


STARTS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             f"bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'; "
             f"bind 'set enable-bracketed-paste off'; source {SCRIPTS}/referralloop.bash; PS1='ready> '"),
    "zsh": (["zsh", "-f", "-i"],
            f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000; setopt no_list_ambiguous; "
            f"PROMPT='ready> '"),
    "fish": (["fish", "--no-config", "-i"],
             f"source {SCRIPTS}/referralloop.fish; function fish_prompt; echo -n 'ready> '; end"),
}


def offer(shell, typed, wanted, home):
    """What is on the screen below the line, once it holds what is wanted or has had time enough."""
    line, settings = STARTS[shell]
    path = os.path.dirname(program) + ":" + os.environ["PATH"]
    with Terminal(220, 100, HOME=home, PATH=path, fish_greeting="") as terminal:
        for name in ("notes.txt", "own.toml"):
            open(os.path.join(terminal.home.name, name), "w").close()
        terminal.start([shutil.which(shell), *line[1:]])
        terminal.read_for(0.2)
        terminal.type(settings + "\r")
        terminal.wait_for("(?m)^ready>")
        terminal.type(f"referralloop {typed}\t")
        deadline = time.monotonic() + 8
        while True:
            terminal.read(0.1)
            shown = terminal.screen.text()
            shown = shown[shown.find("ready> referralloop") :] if "ready> referralloop" in shown else ""
            # What comes behind the values belongs to them as well.
            if time.monotonic() > deadline or all(holds(shown, value) for value in wanted) and not terminal.read(0.2):
                return shown


def holds(text, value):
    """Whether a value is on the screen; fish leaves out what all of them begin with."""
    words = set(re.findall(r"[^\s()]+", text))
    return value in words or any(word[0] == "…" and value.endswith(word[1:]) for word in words if len(word) > 2)


def check(shell, row, home, names):
    place, typed, wanted, hint = row
    wanted = [names.get(value, value) for value in wanted]
    if shell == "bash":
        # Readline begins a word of its own behind =.
        wanted = [value.split("=")[-1] if typed.endswith("=") else value for value in wanted]
    shown = offer(shell, typed, wanted, home)
    missing = [value for value in wanted if not holds(shown, value)]
    flat = " ".join(shown.split())
    if hint and shell != "bash" and hint not in flat:
        missing.append(f"hint {hint!r}")
    if not place.startswith("file") and "notes.txt" in shown:
        missing.append("no file")
    listed = shown.split("\n", 1)[1].split() if "\n" in shown else []
    if not place.startswith("option") and listed and listed[0].startswith("--"):
        missing.append("values before options")
    return missing, shown


def main():
    wrong, table = 0, []
    with tempfile.TemporaryDirectory(prefix="completions") as home:
        names = stage(home)
        for row in ROWS:
            cells = []
            for shell in SHELLS:
                if not shutil.which(shell):
                    cells.append("not there")
                    continue
                missing, shown = check(shell, row, home, names)
                cells.append("yes" if not missing else "NO")
                if missing:
                    wrong += 1
                    print(f"{shell}: referralloop {row[1]}<Tab>: missing {', '.join(missing)}\n{shown}\n")
            table.append(f"{row[0]:<28} {'referralloop ' + row[1]:<52}" + "".join(f"{cell:<7}" for cell in cells))
    if "--table" in sys.argv:
        print(f"{'PLACE':<28} {'TYPED':<52}" + "".join(f"{shell:<7}" for shell in SHELLS))
        print("\n".join(table))
    print(f"{len(ROWS)} places in {len(SHELLS)} shells, {wrong} without what should be offered")
    sys.exit(wrong > 0)


main()
