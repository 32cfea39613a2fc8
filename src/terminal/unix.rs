//! A terminal of POSIX. Signals and line feeds work as ever; the terminal is put back as it was at every end: a value that is
//! dropped, a panic that unwinds, Ctrl-Z. In the background of a shell nothing is touched or read, for either would stop the
//! process.

mod keys;

use super::{Key, TerminalChange, TerminalObserver};
use keys::KeyDecoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, getpid, kill_process};
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle as TaskHandle;

/// A special character that is switched off, as POSIX writes it.
const NO_CHARACTER: u8 = 0;

/// Asks the terminal to mark what is pasted, so that it is not taken for keys.
const MARK_PASTES: &str = "\x1b[?2004h";

/// Asks it to send pasted text as if it were typed, as every program expects that has not asked otherwise.
const PASTE_AS_KEYS: &str = "\x1b[?2004l";

/// How often somebody in the background looks whether it is in the foreground again.
const FOREGROUND_CHECK: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

/// Asks this process to stop, as Ctrl-C does.
pub(crate) fn interrupt_process() {
    // It is our own.
    let _ = kill_process(getpid(), Signal::INT);
}

/// Takes back the `^C` that the terminal wrote when the key was pressed, so that what is printed next begins a line. One that
/// cannot place its cursor gets a new line.
pub(crate) fn erase_interrupt_echo(places_cursor: bool) {
    let mut terminal = io::stderr();
    let shows_keys = LocalModes::ECHO | LocalModes::ECHOCTL;
    if termios::tcgetattr(&terminal).is_ok_and(|settings| settings.local_modes.contains(shows_keys)) {
        let eraser: &[u8] = if places_cursor { b"\x08\x08\x1b[K" } else { b"\n" };
        // Who cannot be written to shows nothing either.
        let _ = terminal.write_all(eraser);
    }
}

/// Whether nobody else has the terminal that is drawn on, as the shell has it behind which this process runs in the
/// background.
pub(crate) fn holds_terminal() -> bool {
    termios::tcgetpgrp(io::stderr()).map_or(true, |group| group == getpgrp())
}

/// The terminal's settings, changed and put back.
#[derive(Debug)]
struct TerminalMode {
    terminal: OwnedFd,
    saved: Termios,
    /// Whether they are changed now.
    changed: bool,
    /// Whether somebody else has the terminal, and sets it as they like.
    lent: bool,
    /// Whether the saved ones are those of a shell in whose background this process was started.
    foreign: bool,
}

impl TerminalMode {
    fn of(terminal: OwnedFd) -> io::Result<Self> {
        let saved = termios::tcgetattr(&terminal)?;
        let mut mode = Self { terminal, saved, changed: false, lent: false, foreign: false };
        mode.foreign = !mode.is_foreground();
        Ok(mode)
    }

    /// Whether this process may read from the terminal and set it: others would be stopped for trying.
    fn is_foreground(&self) -> bool {
        termios::tcgetpgrp(&self.terminal).is_ok_and(|group| group == getpgrp())
    }

    /// No echo, no lines; and no Ctrl-\, which would end the process before it could put things back.
    fn change(&mut self) {
        if self.lent || !self.is_foreground() {
            return;
        }
        if std::mem::take(&mut self.foreign)
            && let Ok(given) = termios::tcgetattr(&self.terminal)
        {
            self.saved = given;
        }
        let mut quiet = self.saved.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN;
        quiet.special_codes[SpecialCodeIndex::VQUIT] = NO_CHARACTER;
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        self.changed = termios::tcsetattr(&self.terminal, OptionalActions::Now, &quiet).is_ok();
        if self.changed {
            tell_terminal(MARK_PASTES);
        }
    }

    /// As it was. Keys that nobody read are dropped: they were not meant for the shell.
    fn restore(&mut self) {
        if std::mem::take(&mut self.changed) && self.is_foreground() {
            tell_terminal(PASTE_AS_KEYS);
            // A terminal that is gone needs no putting back.
            let _ = termios::tcsetattr(&self.terminal, OptionalActions::Flush, &self.saved);
        }
    }
}

/// Keys are read from where nothing need be written to; what draws does so on stderr, and so does this.
fn tell_terminal(sequence: &str) {
    let mut terminal = io::stderr();
    if termios::isatty(&terminal) {
        // Who cannot be written to marks nothing either.
        let _ = terminal.write_all(sequence.as_bytes()).and_then(|()| terminal.flush());
    }
}

impl Drop for TerminalMode {
    fn drop(&mut self) {
        self.restore();
    }
}

type SharedMode = Arc<Mutex<TerminalMode>>;

fn lock(mode: &SharedMode) -> MutexGuard<'_, TerminalMode> {
    // The settings are whole between any two statements.
    mode.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keys as they are pressed. Dropping it puts the terminal back.
#[derive(Debug)]
pub(crate) struct Keyboard {
    keys: mpsc::UnboundedReceiver<Key>,
    mode: SharedMode,
    /// Ends the reader when it is closed.
    wake: Option<UnixStream>,
    reader: Option<JoinHandle<()>>,
    signals: TaskHandle<()>,
}

impl Keyboard {
    /// Takes over the terminal that standard input is. Called on a runtime.
    ///
    /// # Errors
    /// Standard input is no terminal, or the operating system has no thread left.
    pub(crate) fn open(observer: TerminalObserver) -> io::Result<Self> {
        let mode = TerminalMode::of(io::stdin().as_fd().try_clone_to_owned()?)?;
        let mode = Arc::new(Mutex::new(mode));
        let signals = tokio::spawn(follow_signals(mode.clone(), observer)?);
        let (wake, woken) = UnixStream::pair()?;
        let (sender, keys) = mpsc::unbounded_channel();
        let read = mode.clone();
        lock(&mode).change();
        let reader = thread::Builder::new().name("keys".into()).spawn(move || read_keys(&woken, &read, &sender))?;
        Ok(Self { keys, mode, wake: Some(wake), reader: Some(reader), signals })
    }

    /// Forgets the keys that were pressed so far.
    pub(crate) fn discard_keys(&mut self) {
        while self.keys.try_recv().is_ok() {}
    }

    /// The next key; never ready once the terminal is gone.
    pub(crate) async fn next_key(&mut self) -> Key {
        match self.keys.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }

    /// Gives the terminal to somebody else, an editor for instance, until [`Keyboard::take_back`]: what is pressed
    /// meanwhile is theirs.
    pub(crate) fn lend(&mut self) {
        self.stop_reading();
        let mut mode = lock(&self.mode);
        mode.restore();
        mode.lent = true;
    }

    /// Takes the terminal again.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        let (wake, woken) = UnixStream::pair()?;
        let (sender, keys) = mpsc::unbounded_channel();
        let mode = self.mode.clone();
        lock(&mode).lent = false;
        lock(&mode).change();
        self.reader =
            Some(thread::Builder::new().name("keys".into()).spawn(move || read_keys(&woken, &mode, &sender))?);
        (self.keys, self.wake) = (keys, Some(wake));
        Ok(())
    }

    /// Columns and lines, where the terminal says them.
    pub(crate) fn size(&self) -> Option<(u16, u16)> {
        let size = termios::tcgetwinsize(&lock(&self.mode).terminal).ok()?;
        Some((size.ws_col, size.ws_row)).filter(|(columns, lines)| *columns > 0 && *lines > 0)
    }

    fn stop_reading(&mut self) {
        drop(self.wake.take());
        // A reader that panicked reads no more either.
        let _ = self.reader.take().map(JoinHandle::join);
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.signals.abort();
        self.stop_reading();
        let mut mode = lock(&self.mode);
        // Whoever had it may have been killed, and left it as they needed it.
        mode.changed |= std::mem::take(&mut mode.lent);
        mode.restore();
    }
}

/// Stops and goes on as the shell wants, with the terminal put back in between; tells of a new size.
fn follow_signals(mode: SharedMode, observer: TerminalObserver) -> io::Result<impl Future<Output = ()>> {
    let mut suspend = signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?;
    let mut resume = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    let mut resize = signal(SignalKind::window_change())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = suspend.recv() => {
                    observer(TerminalChange::Suspending);
                    lock(&mode).restore();
                    // It returns when somebody lets the process go on.
                    let _ = kill_process(getpid(), Signal::STOP);
                }
                _ = resume.recv() => {
                    lock(&mode).change();
                    observer(TerminalChange::Resumed);
                }
                _ = resize.recv() => {
                    let size = termios::tcgetwinsize(&lock(&mode).terminal);
                    if let Ok(size) = size {
                        observer(TerminalChange::Resized { columns: size.ws_col, lines: size.ws_row });
                    }
                }
            }
        }
    })
}

/// Reads keys until the other end of `woken` is closed, or the terminal is gone.
fn read_keys(woken: &UnixStream, mode: &SharedMode, keys: &mpsc::UnboundedSender<Key>) {
    let stdin = io::stdin();
    let mut decoder = KeyDecoder::default();
    let mut was_foreground = true;
    loop {
        let foreground = { lock(mode).is_foreground() };
        // A shell gives the terminal to what runs in its background without a signal.
        if foreground && !was_foreground {
            lock(mode).change();
        }
        was_foreground = foreground;
        let mut all = [PollFd::new(woken, PollFlags::IN), PollFd::new(&stdin, PollFlags::IN)];
        let watched = if foreground { &mut all[..] } else { &mut all[..1] };
        match poll(watched, (!foreground).then_some(&FOREGROUND_CHECK)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
        if !all[0].revents().is_empty() {
            return;
        }
        let input = all[1].revents();
        if input.intersects(PollFlags::HUP | PollFlags::ERR) {
            return;
        }
        // Between the two looks the shell may have taken the terminal.
        if input.contains(PollFlags::IN) && lock(mode).is_foreground() && !pass_keys(&stdin, &mut decoder, keys) {
            return;
        }
    }
}

/// Passes on what can be read without waiting; whether there may be more later.
fn pass_keys(stdin: &io::Stdin, decoder: &mut KeyDecoder, keys: &mpsc::UnboundedSender<Key>) -> bool {
    let mut bytes = [0; 1024];
    match rustix::io::read(stdin, &mut bytes) {
        // The terminal is gone.
        Ok(0) => false,
        Ok(length) => decoder.decode(&bytes[..length]).into_iter().all(|key| keys.send(key).is_ok()),
        Err(error) => matches!(error, rustix::io::Errno::INTR | rustix::io::Errno::AGAIN),
    }
}

#[cfg(test)]
mod tests;
