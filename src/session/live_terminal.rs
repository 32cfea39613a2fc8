//! The terminal as a person uses it while something runs: a line below all others, and keys.
//!
//! Off a terminal there is neither. Ctrl-Z takes the line away and puts the terminal back before the process stops, and
//! both come again with `fg`; in the background of a shell there is neither. What the keys mean is decided by whoever opens it.

use crate::context::{Context, StopSource};
use crate::error::Error;
use crate::output::line::{StyledLine, clip_rendered};
use crate::output::screen::Screen;
use crate::terminal::{Key, Keyboard, TerminalChange, TerminalObserver, holds_terminal, uncover_on_panic};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Columns of a terminal that does not say how many it has.
const USUAL_COLUMNS: usize = 80;

/// Lines of such a terminal.
const USUAL_LINES: usize = 24;

/// A line below the others, and keys where somebody can press them. Dropping it takes the line away and puts the
/// terminal back.
pub(crate) struct LiveTerminal {
    line: Option<Arc<LiveLine>>,
    keyboard: Option<Keyboard>,
}

/// The line, as it is drawn and as it comes back after a stop.
struct LiveLine {
    screen: Screen,
    columns: AtomicUsize,
    lines: AtomicUsize,
    shown: Mutex<Option<StyledLine>>,
    /// Whether it is not drawn, because a shell has the terminal.
    hidden: AtomicBool,
}

impl LiveLine {
    fn set_shown(&self, line: Option<StyledLine>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        self.draw(line.as_ref());
        *shown = line;
    }

    /// Draws it where the terminal is this process's: elsewhere it would stand in somebody's command line.
    fn draw(&self, line: Option<&StyledLine>) {
        let holds = holds_terminal();
        self.hidden.store(!holds, Ordering::Relaxed);
        self.screen.set_footer(line.filter(|_| holds).cloned());
    }

    /// Whether it was left out, and need not be any more.
    fn can_come_back(&self) -> bool {
        self.hidden.load(Ordering::Relaxed) && holds_terminal()
    }

    fn follow(&self, change: TerminalChange) {
        match change {
            TerminalChange::Suspending => self.screen.clear_footer(),
            TerminalChange::Resumed => {
                let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
                self.draw(shown.as_ref());
            }
            TerminalChange::Resized { columns, lines } => {
                self.lines.store(lines.into(), Ordering::Relaxed);
                self.columns.store(columns.into(), Ordering::Relaxed);
                self.screen.resize(columns.into());
            }
        }
    }
}

impl LiveTerminal {
    /// None, for what is over at once.
    pub(crate) fn absent() -> Self {
        Self { line: None, keyboard: None }
    }

    /// Opens it, as far as the context has it. Called on a runtime.
    pub(crate) fn open(context: &Context, screen: &Screen) -> Self {
        if !is_process_terminal(context) || !context.shows_progress() {
            return Self::absent();
        }
        let columns = AtomicUsize::new(context.columns.unwrap_or(USUAL_COLUMNS));
        let line = Arc::new(LiveLine {
            screen: screen.clone(),
            columns,
            lines: AtomicUsize::new(USUAL_LINES),
            shown: Mutex::default(),
            hidden: AtomicBool::new(false),
        });
        uncover_on_panic(screen.covered());
        let follower = line.clone();
        let observer: TerminalObserver = Arc::new(move |change| follower.follow(change));
        // A terminal that cannot be taken over is still one to write to.
        let keyboard = context.may_prompt().then(|| Keyboard::open(observer).ok()).flatten();
        if let Some((columns, lines)) = keyboard.as_ref().and_then(Keyboard::size) {
            line.columns.store(columns.into(), Ordering::Relaxed);
            line.lines.store(lines.into(), Ordering::Relaxed);
        }
        Self { line: Some(line), keyboard }
    }

    /// Shows a line below all others, rendered for the columns there are; off a terminal nothing is rendered.
    pub(crate) fn show_line(&self, render: impl FnOnce(usize) -> StyledLine) {
        if let Some(line) = &self.line {
            line.set_shown(Some(render(line.columns.load(Ordering::Relaxed))));
        }
    }

    /// The same, where it is another line than before.
    pub(crate) fn show_if_changed(&self, before: &mut String, render: impl FnOnce(usize) -> StyledLine) {
        let Some(line) = &self.line else { return };
        let now = render(line.columns.load(Ordering::Relaxed));
        if now.as_str() != before || line.can_come_back() {
            now.as_str().clone_into(before);
            line.set_shown(Some(now));
        }
    }

    /// Columns and lines.
    pub(crate) fn size(&self) -> (usize, usize) {
        let line = self.line.as_ref();
        line.map_or((USUAL_COLUMNS, USUAL_LINES), |line| {
            (line.columns.load(Ordering::Relaxed), line.lines.load(Ordering::Relaxed))
        })
    }

    /// Covers the screen with lines, each cut where it is too long, and puts text on the terminal's clipboard where
    /// there is any.
    pub(crate) fn show_picture(&self, copied: Option<String>, lines: &[String], columns: usize) {
        let Some(line) = &self.line else { return };
        let rows: Vec<String> = lines.iter().map(|row| clip_rendered(row, columns) + "\x1b[K").collect();
        let copied = copied.map(|text| format!("\x1b]52;c;{}\x07", STANDARD.encode(text))).unwrap_or_default();
        line.screen.set_picture(Some(copied + &rows.join("\r\n") + "\x1b[J"));
    }

    /// Gives the screen back.
    pub(crate) fn close_picture(&self) {
        if let Some(line) = &self.line {
            line.screen.set_picture(None);
        }
    }

    /// Gives the terminal to somebody else, an editor for instance: what is told meanwhile is shown afterwards.
    pub(crate) fn lend(&mut self) {
        if let Some(line) = &self.line {
            line.screen.lend();
        }
        if let Some(keyboard) = &mut self.keyboard {
            keyboard.lend();
        }
    }

    /// Takes it again.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub(crate) fn take_back(&mut self) -> Result<(), Error> {
        let taken = self.keyboard.as_mut().map_or(Ok(()), Keyboard::take_back);
        if let Some(line) = &self.line {
            line.screen.take_back();
        }
        taken.map_err(|error| Error::machine(format!("can no longer read keys: {error}")).caused_by(error))
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if let Some(line) = &self.line {
            line.set_shown(None);
        }
    }

    /// Whether keys can be pressed.
    pub(crate) fn has_keys(&self) -> bool {
        self.keyboard.is_some()
    }

    /// Forgets the keys that were pressed so far.
    pub(crate) fn discard_keys(&mut self) {
        if let Some(keyboard) = &mut self.keyboard {
            keyboard.discard_keys();
        }
    }

    /// The next key; never ready where there are none.
    pub(crate) async fn next_key(&mut self) -> Key {
        match &mut self.keyboard {
            Some(keyboard) => keyboard.next_key().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for LiveTerminal {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.screen.clear_footer();
            line.screen.take_back();
        }
    }
}

/// Whether this process has a terminal of its own to draw on, and not streams that a test calls one.
fn is_process_terminal(context: &Context) -> bool {
    matches!(context.signals, StopSource::Process) && context.stderr.is_terminal && context.has_capable_terminal()
}
