//! One check of an audit in one line.

use crate::output::line::Line;
use crate::output::style::{Ink, Style};
use crate::protocol::check::{CheckReport, CheckVerdict};

/// Where the words beside an id begin.
const WORDS: usize = 34;

/// Sign, id, severity and what should be so.
pub fn verdict(check: &CheckReport, style: &Style) -> Line {
    let (ink, sign) = match check.verdict {
        CheckVerdict::Passed => (Ink::Good, "✔ "),
        CheckVerdict::Failed(_) => (Ink::Bad, "✘ "),
        CheckVerdict::Accepted { .. } => (Ink::Notable, "◐ "),
        CheckVerdict::Skipped(_) => (Ink::Faint, "○ "),
    };
    let line = Line::indented(style, 2).put(ink, sign).put(Ink::Strong, check.id).pad_to(WORDS).gap(1);
    let line = match check.verdict {
        CheckVerdict::Failed(_) | CheckVerdict::Accepted { .. } => line.put(ink, check.severity.name()).gap(2),
        _ => line,
    };
    line.put(Ink::Plain, check.title)
}
