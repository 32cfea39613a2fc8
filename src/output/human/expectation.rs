//! What became of expectations, and what came instead.

use super::{ReportDetail, arrival};
use crate::output::line::StyledLine;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::expectation::{ExpectationReport, ExpectationVerdict};
use crate::protocol::report::NearMissReport;

/// Where the words begin, so that they stand below each other.
const WORDS: usize = 28;

/// `✔ created=2   2 came`, `✘ deleted   none came, expected at least 1`.
pub(super) fn render_expectation(report: &ExpectationReport, style: &OutputStyle) -> StyledLine {
    let (ink, sign) =
        if report.verdict == ExpectationVerdict::Met { (TextRole::Good, "✔ ") } else { (TextRole::Bad, "✘ ") };
    let line = StyledLine::new(style).put(ink, sign).put(TextRole::Strong, Sanitised::text(&report.expected));
    line.pad_to(WORDS).add_gap(2).put(TextRole::Plain, Sanitised::text(&describe_expectation(report)))
}

/// What became of an expectation, in words.
pub(crate) fn describe_expectation(report: &ExpectationReport) -> String {
    let came = match report.count {
        0 => "none came".to_owned(),
        count => format!("{count} came"),
    };
    match report.verdict {
        ExpectationVerdict::Met => came,
        ExpectationVerdict::TooFew | ExpectationVerdict::TooMany => format!("{came}, expected {}", report.bound),
        ExpectationVerdict::OutOfOrder => format!("{came}, but not after those that should come first"),
    }
}

/// The line of what arrived, and below it why it did not count.
pub(super) fn render_instead(report: &NearMissReport, style: &OutputStyle) -> Vec<StyledLine> {
    let bare = style.clone().with_body_lines(Some(0));
    // It came before the verdict, which is what is told now.
    let mut lines = arrival::render_arrival(report.arrival.arrival.at, &report.arrival, ReportDetail::Brief, &bare);
    lines.truncate(1);
    lines.push(
        StyledLine::indented(style, super::INDENT)
            .put(TextRole::Faint, "↳ ")
            .put(TextRole::Plain, report.miss.explain()),
    );
    lines
}
