"""Runs a program on a terminal of its own and talks to it: `terminal.py DIALOGUE PROGRAM ARGUMENTS…`.

DIALOGUE is a JSON list of pairs: what must appear on the screen, and what is typed then. Prints everything that appeared,
and ends with the program's exit code; with 97 and a word on stderr where something did not appear in time.
"""
import fcntl, json, os, pty, select, struct, sys, termios, time

dialogue = json.loads(sys.argv[1])
pid, screen = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
seen, start = b"", 0


def more(seconds):
    """Reads what appears; false at the end."""
    global seen
    ready, _, _ = select.select([screen], [], [], seconds)
    try:
        piece = os.read(screen, 65536) if ready else None
    except OSError:
        return False
    if piece == b"":
        return False
    seen += piece or b""
    return True


for expected, typed in dialogue:
    deadline = time.monotonic() + 30
    while (at := seen.find(expected.encode(), start)) < 0:
        if time.monotonic() > deadline or not more(0.2):
            sys.stdout.buffer.write(seen)
            print(f"\n{expected!r} did not appear", file=sys.stderr)
            sys.exit(97)
    start = at + len(expected.encode())
    # The question is drawn before the keys are listened to: until then the terminal echoes, and Ctrl-C is a signal.
    while termios.tcgetattr(screen)[3] & termios.ECHO and time.monotonic() < deadline:
        more(0.01)
    os.write(screen, typed.encode())
while more(30):
    pass
sys.stdout.buffer.write(seen)
sys.stdout.buffer.flush()
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
# As a shell tells it, where a signal ended the program.
sys.exit(code if code >= 0 else 128 - code)
