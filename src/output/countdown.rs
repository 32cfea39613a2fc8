//! The wait for the next attempt, counted down on a terminal's stderr and wiped away when it is over.
//!
//! It neither sleeps nor looks at a clock: the caller says how much is left, as often as it likes.

use super::phrases::format_clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A countdown. Dropping it wipes it away.
#[derive(Debug)]
pub(crate) struct Countdown {
    bar: ProgressBar,
    total: Duration,
}

impl Countdown {
    /// A countdown from `total`; off a terminal it shows nothing.
    pub(crate) fn new(total: Duration, stderr_is_terminal: bool) -> Self {
        let target = if stderr_is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::drawn_on(target, total)
    }

    fn drawn_on(target: ProgressDrawTarget, total: Duration) -> Self {
        let bar = ProgressBar::with_draw_target(Some(milliseconds(total)), target);
        // The template is constant and right, as a test shows; were it not, the bare bar would do.
        let style = ProgressStyle::with_template("  {bar:20} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("━╸─"));
        let countdown = Self { bar, total };
        countdown.tick(total);
        countdown
    }

    /// Shows how much is left.
    pub(crate) fn tick(&self, left: Duration) {
        self.bar.set_message(message(left));
        self.bar.set_position(milliseconds(self.total.saturating_sub(left)));
        self.bar.tick();
    }

    /// How long to sleep until the next tick is due, so that the seconds change when they should: the end at the
    /// latest, a second at most.
    pub(crate) fn next_tick(left: Duration) -> Duration {
        match left.subsec_nanos() {
            0 => left.min(Duration::from_secs(1)),
            part => Duration::from_nanos(part.into()),
        }
    }
}

impl Drop for Countdown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `next attempt in 0:42 · Ctrl-C stops`, begun seconds counted whole so that it ends at 0:01.
fn message(left: Duration) -> String {
    let whole = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    format!("next attempt in {} · Ctrl-C stops", format_clock(Duration::from_secs(whole)))
}

#[cfg(test)]
mod tests;
