//! The terminal as a person uses it while something runs: a line below all others, and keys.
//!
//! Off a terminal there is neither. Ctrl-Z takes the line away and puts the terminal back before the process stops, and
//! both come again with `fg`. What the keys mean is decided by whoever opens it.

use crate::context::{Context, StopSource};
use crate::output::line::StyledLine;
use crate::output::screen::Screen;
use crate::terminal::{Key, Keyboard, TerminalChange, TerminalObserver};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Columns of a terminal that does not say how many it has.
const USUAL_COLUMNS: usize = 80;

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
    shown: Mutex<Option<StyledLine>>,
}

impl LiveLine {
    fn show(&self, line: Option<StyledLine>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        self.screen.set_footer(line.clone());
        *shown = line;
    }

    fn follow(&self, change: TerminalChange) {
        match change {
            TerminalChange::Suspending => self.screen.clear_footer(),
            TerminalChange::Resumed => {
                let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
                self.screen.set_footer(shown.clone());
            }
            TerminalChange::Resized { columns, .. } => {
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
        let line = Arc::new(LiveLine { screen: screen.clone(), columns, shown: Mutex::default() });
        let follower = line.clone();
        let observer: TerminalObserver = Arc::new(move |change| follower.follow(change));
        // A terminal that cannot be taken over is still one to write to.
        let keyboard = context.may_prompt().then(|| Keyboard::open(observer).ok()).flatten();
        Self { line: Some(line), keyboard }
    }

    /// Shows a line below all others, rendered for the columns there are; off a terminal nothing is rendered.
    pub(crate) fn show(&self, render: impl FnOnce(usize) -> StyledLine) {
        if let Some(line) = &self.line {
            line.show(Some(render(line.columns.load(Ordering::Relaxed))));
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if let Some(line) = &self.line {
            line.show(None);
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
        }
    }
}

/// Whether this process has a terminal of its own to draw on, and not streams that a test calls one.
fn is_process_terminal(context: &Context) -> bool {
    let dumb = context.environment.text("TERM").is_some_and(|term| term == "dumb");
    matches!(context.signals, StopSource::Process) && context.stderr.is_terminal && !dumb
}
