//! One check of an audit in one line.

use crate::output::line::StyledLine;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::check::{CheckReport, CheckVerdict};

/// Where the words beside an id begin.
const WORDS: usize = 34;

/// Sign, id, severity and what should be so.
pub(crate) fn render_verdict(check: &CheckReport, style: &OutputStyle) -> StyledLine {
    let (ink, sign) = match check.verdict {
        CheckVerdict::Passed => (TextRole::Good, "✔ "),
        CheckVerdict::Failed(_) => (TextRole::Bad, "✘ "),
        CheckVerdict::Accepted { .. } => (TextRole::Notable, "◐ "),
        CheckVerdict::Skipped(_) => (TextRole::Faint, "○ "),
    };
    let line = StyledLine::indented(style, 2).put(ink, sign).put(TextRole::Strong, check.id).pad_to(WORDS).add_gap(1);
    let line = match check.verdict {
        CheckVerdict::Failed(_) | CheckVerdict::Accepted { .. } => line.put(ink, check.severity.name()).add_gap(2),
        _ => line,
    };
    line.put(TextRole::Plain, check.title)
}
