//! An audit's findings as GitHub's workflow commands, which become annotations of the run.

use crate::output::sanitise::Sanitised;
use crate::protocol::check::{AuditReport, CheckReport, CheckSeverity, CheckVerdict};

/// A line for each finding: errors from `least` on, warnings below.
pub(crate) fn render_annotations(report: &AuditReport, least: CheckSeverity) -> String {
    report.checks.iter().filter_map(|check| annotation(check, least)).collect()
}

fn annotation(check: &CheckReport, least: CheckSeverity) -> Option<String> {
    let CheckVerdict::Failed(what) = &check.verdict else { return None };
    let level = if check.severity >= least { "error" } else { "warning" };
    let title = property(&format!("{} ({})", check.id, check.severity));
    let message = data(&format!("{}: {what}. Fix: {}", check.title, check.fix));
    Some(format!("::{level} title={title}::{message}\n"))
}

/// A command's message: what is foreign must not begin a command of its own.
fn data(text: &str) -> String {
    Sanitised::text(text).as_str().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
