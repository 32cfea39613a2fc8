"""A terminal for a program: a pseudo-terminal, and a screen that understands what this program writes to it."""
import fcntl, os, pty, re, select, signal, struct, sys, tempfile, termios, time, unicodedata


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """What stands on the screen and above it: rows of characters, written from left to right, wrapped at the end."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells, self.row, self.column = [[]], 0, 0
        self.cursor_visible, self.alternate, self.rest = True, False, b""
        # Whether the terminal marks what is pasted.
        self.marks_pastes = False
        self.unknown, self.wrapped, self.pending = [], set(), False
        # What was said of colour, by the place of each character.
        self.ink, self.inks = None, {}

    def lines(self):
        """All lines, those that were wrapped put together again."""
        out, carry = [], ""
        for at, row in enumerate(self.cells):
            text = "".join(cell or " " for cell in row)
            if at in self.wrapped:
                carry += text
            else:
                out.append((carry + text).rstrip())
                carry = ""
        return out

    def text(self):
        return "\n".join(self.lines())

    def feed(self, data):
        data = self.rest + data
        try:
            text, self.rest = data.decode(), b""
        except UnicodeDecodeError as error:
            text, self.rest = data[: error.start].decode(), data[error.start :]
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\x1b":
                found = re.match(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-B0-2]|[=>78cDEHM])", text[at:])
                if not found:
                    self.rest = text[at:].encode() + self.rest
                    return
                self.control(found.group(0))
                at += len(found.group(0))
                continue
            at += 1
            if character == "\r":
                self.column, self.pending = 0, False
            elif character == "\n":
                self.row, self.pending = self.row + 1, False
                self.fill()
            elif character == "\b":
                self.column = max(0, self.column - 1)
            elif character == "\t":
                self.column = min(self.columns - 1, self.column // 8 * 8 + 8)
            elif character == "\x07" or ord(character) < 32:
                pass
            else:
                self.put(character)

    def fill(self):
        while len(self.cells) <= self.row:
            self.cells.append([])

    def put(self, character):
        size = width(character)
        if self.pending or self.column + size > self.columns:
            self.wrapped.add(self.row)
            self.row, self.column, self.pending = self.row + 1, 0, False
            self.fill()
        row = self.cells[self.row]
        row.extend([" "] * (self.column + size - len(row)))
        row[self.column] = character
        self.inks[(self.row, self.column)] = self.ink
        if size == 2:
            row[self.column + 1] = ""
        self.column += size
        if self.column >= self.columns:
            self.column, self.pending = self.columns - 1, True

    def control(self, sequence):
        if sequence[1] != "[":
            return
        end, body = sequence[-1], sequence[2:-1]
        numbers = [int(number) for number in re.findall(r"\d+", body)]
        count = max(1, numbers[0]) if numbers else 1
        top = max(0, len(self.cells) - self.rows)
        if body.startswith("?"):
            if 25 in numbers:
                self.cursor_visible = end == "h"
            if 2004 in numbers:
                self.marks_pastes = end == "h"
            if 1049 in numbers:
                self.alternate = end == "h"
        elif end == "m":
            self.ink = body if body not in ("", "0") else None
        elif end == "A":
            self.row = max(top, self.row - count)
        elif end == "B":
            self.row += count
            self.fill()
        elif end == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif end == "D":
            self.column = max(0, self.column - count)
        elif end == "G":
            self.column = count - 1
        elif end in "Hf":
            self.row = top + (numbers[0] if numbers else 1) - 1
            self.column = (numbers[1] if len(numbers) > 1 else 1) - 1
            self.fill()
        elif end == "K":
            if not numbers or numbers[0] == 0:
                del self.cells[self.row][self.column :]
            else:
                self.cells[self.row] = []
        elif end == "J":
            if not numbers or numbers[0] == 0:
                del self.cells[self.row][self.column :]
                del self.cells[self.row + 1 :]
                self.wrapped -= {at for at in self.wrapped if at >= self.row}
            else:
                del self.cells[top:]
                self.fill()
        else:
            self.unknown.append(sequence)
        if end not in "mhl":
            self.pending = False


class Terminal:
    """A program on a pseudo-terminal of its own, in a home of its own."""

    def __init__(self, columns, rows, **environment):
        self.screen = Screen(columns, rows)
        self.home = tempfile.TemporaryDirectory(prefix="terminal")
        self.environment = {"HOME": self.home.name, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "TZ": "UTC",
                            "LANG": "C.UTF-8", **environment}
        self.manager, self.end = pty.openpty()
        self.resize(columns, rows)
        self.pid, self.raw, self.status = None, b"", None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid and self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.manager)
        os.close(self.end)
        self.home.cleanup()

    def resize(self, columns, rows):
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.columns, self.screen.rows = columns, rows

    def settings(self):
        return termios.tcgetattr(self.end)

    def start(self, line):
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.end, termios.TIOCSCTTY, 0)
            for stream in range(3):
                os.dup2(self.end, stream)
            os.closerange(3, 64)
            os.chdir(self.home.name)
            os.execve(line[0], line, self.environment)

    def read(self, seconds):
        ready, _, _ = select.select([self.manager], [], [], max(0, seconds))
        if ready:
            piece = os.read(self.manager, 65536)
            self.raw += piece
            self.screen.feed(piece)
        return bool(ready)

    def read_for(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def wait_for(self, form, seconds=30):
        deadline = time.monotonic() + seconds
        while not re.search(form, self.screen.text()):
            if time.monotonic() > deadline:
                sys.exit(f"{form!r} did not appear:\n{self.screen.text()}")
            self.read(0.1)

    def type(self, text):
        os.write(self.manager, text.encode())

    def wait_for_stop(self, seconds=30):
        """Reads until the process is stopped, however long a busy machine takes for it; false where it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
            if pid:
                self.status = None if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
                return os.WIFSTOPPED(status)
        sys.exit(f"it does not stop:\n{self.screen.text()}")

    def wait(self, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read(0.05):
                    pass
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        sys.exit(f"it does not end:\n{self.screen.text()}")
