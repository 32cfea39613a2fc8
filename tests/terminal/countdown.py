"""The wait for the next attempt, watched: `countdown.py PROGRAM [RUNS]`.

Each run is a `trigger` with its retries on a terminal of its own; keys are typed at random, and Ctrl-C ends it at a random
moment. Afterwards the terminal's settings must be what they were, the cursor must stand at the beginning of a line, and no
line may be left that is not one of those that the program writes. Says what was wrong, and ends with 1.
"""
import os, random, re, signal, sys
from terminal import Terminal

LINES = [
    r"#\d+  signup\.created  \S+@\S+  position \d+",
    r"#\d+  signup\.created  \S+@\S+",
    r"  position \d+",
    r"  → http://\S+",
    r"#\d+  signup\.created  \S+@\S+  position \d+   → http://\S+",
    # Where an address is too long for one line.
    r"#\d+  signup\.created",
    r"  \S+@\S+(  position \d+)?(   → http://\S+)?",
    r"  position \d+(   → http://\S+)?",
    r"  attempt \d/5  \+[\d:]+ +connection refused +[\d.]+ m?s",
    r"    hint: nothing is listening there: is the app running\?",
    r"  attempt \d in .*, at \d\d:\d\d:\d\d",
    r"note: Stopped\. #1 was not delivered in \d attempts?; send it again with: referralloop replay 1 --to http://localhost:9/",
    r"note: Stopped during attempt \d: whether #1 got through is not known; send it again with: referralloop .*",
    r"gave up after \d attempts",
    r"\^C",
    r"",
]

program, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100
wrong = 0
for run in range(runs):
    dice = random.Random(run)
    columns = dice.choice([60, 80, 120, 160])
    with Terminal(columns, 24) as terminal:
        before = terminal.settings()
        terminal.start([program, "trigger", "created", "--to", "9"])
        terminal.wait_for(r"next attempt in")
        for _ in range(dice.randrange(6)):
            terminal.read_for(dice.random() * 0.2)
            terminal.type(dice.choice(["a", "xyz", "\r", "\x1b[A", "é", " ", "q", "\x7f", "\t"]))
        terminal.read_for(dice.random() * 0.4)
        terminal.type("\x03")
        code = terminal.wait()
        faults = []
        # Where Enter was pressed often enough, all attempts had been made before Ctrl-C.
        if code not in (-signal.SIGINT, 1):
            faults.append(f"ended with {code}")
        if terminal.settings() != before:
            faults.append("the terminal was not put back")
        if terminal.screen.column != 0 or not terminal.screen.cursor_visible:
            faults.append(f"the cursor is in column {terminal.screen.column}")
        # What was wrapped between words is put together again.
        text = re.sub(r"\n {6}(?=\S)", " ", terminal.screen.text())
        stray = [line for line in text.split("\n") if not any(re.fullmatch(form, line) for form in LINES)]
        faults += [f"a stray line: {line!r}" for line in stray]
        if faults:
            wrong += 1
            print(f"run {run} ({columns} columns): " + "; ".join(faults))
print(f"{runs - wrong} of {runs} runs without a stray line, the terminal put back")
sys.exit(wrong > 0)
