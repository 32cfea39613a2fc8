//! An audit in the Test Anything Protocol, version 14.

use super::{WHOLE_VALUE, format_received_response, format_sent_request, to_seconds};
use crate::output::sanitise::Sanitised;
use crate::protocol::check::{AuditReport, CheckReport, CheckSeverity, CheckVerdict};
use serde_json::Value;

/// The whole stream. Findings below `least`, and accepted ones, carry the directive TODO: they fail nothing.
///
/// Perl's harness takes no version above 13, of which 14 is an extension that is used here nowhere but in its name.
pub(crate) fn render_tap(report: &AuditReport, least: CheckSeverity, for_perl: bool) -> String {
    let version = if for_perl { 13 } else { 14 };
    let mut out = format!("TAP version {version}\n1..{}\n", report.checks.len());
    for (at, check) in report.checks.iter().enumerate() {
        let description = escaped(&format!("{}: {}", check.id, check.title));
        let (state, directive) = state(check, least);
        out.push_str(&format!("{state} {} - {description}{directive}\n", at + 1));
        if let CheckVerdict::Failed(what) = &check.verdict {
            out.push_str(&block(check, what));
        }
    }
    out
}

fn state(check: &CheckReport, least: CheckSeverity) -> (&'static str, String) {
    match &check.verdict {
        CheckVerdict::Passed => ("ok", String::new()),
        CheckVerdict::Skipped(reason) => ("ok", format!(" # SKIP {}", escaped(reason))),
        CheckVerdict::Accepted { reason, .. } => ("not ok", format!(" # TODO accepted: {}", escaped(reason))),
        CheckVerdict::Failed(_) if check.severity < least => ("not ok", format!(" # TODO only {}", check.severity)),
        CheckVerdict::Failed(_) => ("not ok", String::new()),
    }
}

/// A line's text: a hash begins a directive, a backslash escapes.
fn escaped(text: &str) -> String {
    Sanitised::text(text).as_str().replace('\\', "\\\\").replace('#', "\\#")
}

/// The diagnostic block. JSON strings are YAML.
fn block(check: &CheckReport, what: &str) -> String {
    let line = |name: &str, text: &str| {
        let text = Value::from(Sanitised::text(text).as_str());
        format!("  {name}: {text}\n")
    };
    let mut out = String::from("  ---\n");
    out.push_str(&line("message", what));
    out.push_str(&line("severity", check.severity.name()));
    for exchanged in check.exchanges.iter().take(1) {
        out.push_str(&line("sent", &format_sent_request(exchanged, WHOLE_VALUE)));
        out.push_str(&line("back", &format_received_response(exchanged)));
    }
    out.push_str(&line("why", check.why));
    out.push_str(&line("fix", check.fix));
    out.push_str(&line("repeat", &check.repeat));
    out.push_str(&format!("  duration_ms: {:.0}\n  ...\n", to_seconds(check.took) * 1e3));
    out
}
