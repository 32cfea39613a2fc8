//! Which check is under way, on a terminal's stderr, wiped away at the end.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that fills check by check. Dropping it wipes it away.
#[derive(Debug)]
pub(crate) struct AuditProgressBar(ProgressBar);

impl AuditProgressBar {
    /// An empty bar; off a terminal it shows nothing.
    pub(crate) fn new(stderr_is_terminal: bool) -> Self {
        let target = if stderr_is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // The template is constant and right; were it not, the bare bar would do.
        let style = ProgressStyle::with_template("  {bar:20} {pos} of {len}  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("━╸─"));
        Self(bar)
    }

    /// A check begins.
    pub(crate) fn start_check(&self, ended: usize, of: usize, id: &'static str) {
        self.0.set_length(of as u64);
        self.0.set_position(ended as u64);
        self.0.set_message(id);
    }
}

impl Drop for AuditProgressBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
