//! An audit for eyes and for programs: the page, JUnit, TAP, Markdown, annotations, and the progress while it runs.
//!
//! One report goes in, text comes out. What the endpoint said is foreign and is escaped for each format.

mod annotations;
mod junit;
mod markdown;
mod page;
mod progress;
mod tap;
#[cfg(test)]
mod tests;

pub(crate) use annotations::render_annotations;
pub(crate) use junit::render_audit_junit;
pub(crate) use markdown::render_audit_markdown;
pub(crate) use page::{render_audit_page, render_exchange};
pub(crate) use progress::AuditProgressBar;
pub(crate) use tap::render_tap;

use crate::protocol::check::{AuditReport, CheckCounts, CheckExchange};
use std::time::Duration;

/// Characters of a header field's value in a file.
const WHOLE_VALUE: usize = 80;

/// `58 passed, 2 failed, 14 skipped`: parts that are zero are left out, passed ones never.
fn format_check_counts(counts: CheckCounts) -> String {
    let mut text = format!("{} passed", counts.passed);
    for (count, what) in [(counts.failed, "failed"), (counts.accepted, "accepted"), (counts.skipped, "skipped")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

/// `143 requests in 6.1 s, --seed 7`.
fn format_effort(report: &AuditReport) -> String {
    let took = super::phrases::format_duration(report.took);
    format!("{} requests in {took}, --seed {}", report.requests, report.seed)
}

/// The request in one line: method, target, and what is unusual is in the label. Values of header fields are cut to so many
/// characters.
fn format_sent_request(exchanged: &CheckExchange, most: usize) -> String {
    let mut text = format!("{} {}", exchanged.method, exchanged.target);
    let mentioned =
        |name: &str| name.eq_ignore_ascii_case("content-type") || name.to_ascii_lowercase().contains("signature");
    for (name, value) in exchanged.headers.iter().filter(|(name, _)| mentioned(name)) {
        let cut = if value.chars().count() > most { "…" } else { "" };
        let value: String = value.chars().take(most - cut.chars().count()).collect();
        text.push_str(&format!(", {name}: {value}{cut}"));
    }
    text.push_str(&format!(", {} bytes", exchanged.body.len()));
    text
}

/// The answer in one line.
fn format_received_response(exchanged: &CheckExchange) -> String {
    let outcome = super::phrases::describe_outcome(&exchanged.outcome);
    let mut text = format!("{outcome} after {}", super::phrases::format_duration(exchanged.latency));
    if let Some(quote) = super::phrases::excerpt_body(exchanged.response_body(), 80) {
        text.push_str(&format!(", \"{quote}\""));
    }
    text
}

/// Seconds for formats that want a number.
fn to_seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
