//! The one line that stays below all others on a terminal: drawn by the writer alone, so that nothing ever comes in
//! between, wiped away before anything else is written.
//!
//! It knows how many columns it took and how many there are now; it must not know what it says.

use crate::output::line::StyledLine;
use std::io::Write;

/// A line below the others, wanted and drawn.
#[derive(Debug, Default)]
pub(super) struct ScreenFooter {
    wanted: Option<StyledLine>,
    /// Columns of what stands there now.
    drawn: Option<usize>,
    /// Columns of the terminal, where they have changed.
    columns: Option<usize>,
}

impl ScreenFooter {
    /// Says what is to stand there; `None` for nothing.
    pub(super) fn replace(&mut self, wanted: Option<StyledLine>, to: &mut dyn Write) {
        self.wipe(to);
        self.wanted = wanted;
    }

    /// The terminal has another width. What stands there may have been broken by it, and takes several rows then.
    pub(super) fn resize(&mut self, columns: usize, to: &mut dyn Write) {
        self.columns = Some(columns);
        self.wipe(to);
    }

    /// Wipes it away, before something else is written.
    pub(super) fn wipe(&mut self, to: &mut dyn Write) {
        let Some(width) = self.drawn.take() else { return };
        let rows = self.columns.map_or(1, |columns| width.div_ceil(columns.max(1)).max(1));
        let up = if rows > 1 { format!("\x1b[{}A", rows - 1) } else { String::new() };
        // Nobody can be told that stderr is gone.
        let _ = write!(to, "\r{up}\x1b[J").and_then(|()| to.flush());
    }

    /// Draws it again, after everything else was written.
    pub(super) fn draw(&mut self, to: &mut dyn Write) {
        let (Some(line), None) = (&self.wanted, self.drawn) else { return };
        self.drawn = Some(line.width());
        let _ = to.write_all(line.as_str().as_bytes()).and_then(|()| to.flush());
    }
}
