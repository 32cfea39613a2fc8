//! What became of expectations, and what came instead.

use super::{Detail, arrival};
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::protocol::expectation::{ExpectationReport, Verdict};
use crate::protocol::report::InsteadReport;
use jiff::Timestamp;

/// Where the words begin, so that they stand below each other.
const WORDS: usize = 28;

/// `✔ created=2   2 came`, `✘ deleted   none came, expected at least 1`.
pub fn expectation(report: &ExpectationReport, style: &Style) -> Line {
    let (ink, sign) = if report.verdict == Verdict::Met { (Ink::Good, "✔ ") } else { (Ink::Bad, "✘ ") };
    let line = Line::new(style).put(ink, sign).put(Ink::Strong, Sanitised::text(&report.expected));
    line.pad_to(WORDS).gap(2).put(Ink::Plain, Sanitised::text(&in_words(report)))
}

/// What became of an expectation, in words.
pub fn in_words(report: &ExpectationReport) -> String {
    let came = match report.count {
        0 => "none came".to_owned(),
        count => format!("{count} came"),
    };
    match report.verdict {
        Verdict::Met => came,
        Verdict::TooFew | Verdict::TooMany => format!("{came}, expected {}", report.bound),
        Verdict::OutOfOrder => format!("{came}, but not after those that should come first"),
    }
}

/// The line of what arrived, and below it why it did not count.
pub fn instead(at: Timestamp, report: &InsteadReport, style: &Style) -> Vec<Line> {
    let bare = style.clone().with_body_lines(Some(0));
    let mut lines = arrival::lines(at, &report.arrival, Detail::Brief, &bare);
    lines.truncate(1);
    lines.push(Line::indented(style, super::INDENT).put(Ink::Faint, "↳ ").put(Ink::Plain, report.miss.explain()));
    lines
}
