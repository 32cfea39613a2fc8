//! How far a run has got, on a terminal's stderr, wiped away when it is over.
//!
//! It looks at no clock but the one that the drawing crate brings along for its rate; the caller says what is done.

use super::sanitise::Sanitised;
use crate::terminal;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar. Dropping it wipes it away.
#[derive(Debug)]
pub(crate) struct RunProgressBar(ProgressBar);

impl RunProgressBar {
    /// A bar for so many steps, or for an unknown number of them; off a terminal it shows nothing.
    pub(crate) fn new(total: Option<u64>, stderr_is_terminal: bool) -> Self {
        let target = if stderr_is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match total {
            Some(_) => "  {bar:30} {human_pos}/{human_len}  {msg}",
            None => "  {spinner} {human_pos}  {msg}",
        };
        // The templates are constant and right; were one not, the bare bar would do.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("━╸─"));
        terminal::set_line_full(stderr_is_terminal);
        Self(bar)
    }

    /// Shows how much is done, and a few words.
    pub(crate) fn update(&self, done: u64, words: &str) {
        self.0.set_message(Sanitised::text(words).as_str().to_owned());
        self.0.set_position(done);
    }
}

impl Drop for RunProgressBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
        terminal::set_line_full(false);
    }
}
