//! An audit as JUnit XML: a suite for each group, a case for each check.

use super::{WHOLE_VALUE, format_received_response, format_sent_request};
use crate::output::junit::{self, JunitCase, JunitStatus, JunitSuite};
use crate::protocol::check::{AuditReport, CheckGroup, CheckReport, CheckSeverity, CheckVerdict};
use jiff::Timestamp;

/// The document. Findings below `least`, and accepted ones, pass and say so in their output.
pub(crate) fn render_audit_junit(report: &AuditReport, least: CheckSeverity, at: Timestamp) -> String {
    let suite = |group: CheckGroup| {
        let cases: Vec<JunitCase> = report.checks_in_group(group).into_iter().map(|check| case(check, least)).collect();
        (!cases.is_empty()).then(|| JunitSuite { name: format!("{} of {}", group.title(), report.url), cases })
    };
    let suites: Vec<JunitSuite> = CheckGroup::ALL.into_iter().filter_map(suite).collect();
    junit::render_junit("referralloop test", at, report.took, &suites)
}

fn case(check: &CheckReport, least: CheckSeverity) -> JunitCase {
    let (status, output) = match &check.verdict {
        CheckVerdict::Passed => (JunitStatus::Passed, None),
        CheckVerdict::Skipped(reason) => (JunitStatus::Skipped(reason.clone()), None),
        CheckVerdict::Accepted { what, reason } => {
            (JunitStatus::Passed, Some(format!("accepted: {reason}\nseen: {what}")))
        }
        CheckVerdict::Failed(what) if check.severity < least => {
            (JunitStatus::Passed, Some(format!("failed, but is only {}: {what}\n{}", check.severity, details(check))))
        }
        CheckVerdict::Failed(what) => {
            let (kind, message) = (check.severity.to_string(), format!("{}: {what}", check.title));
            (JunitStatus::Failed { kind, text: format!("{message}\n{}", details(check)), message }, None)
        }
    };
    let class = format!("referralloop.{}", check.group.name());
    JunitCase { name: check.id.to_owned(), class, time: check.took, status, output }
}

fn details(check: &CheckReport) -> String {
    let exchanges = check.exchanges.iter().map(|one| {
        format!("sent: {}\nback: {}\n", format_sent_request(one, WHOLE_VALUE), format_received_response(one))
    });
    let exchanges: String = exchanges.collect();
    format!("{exchanges}why: {}\nfix: {}\nrepeat: {}", check.why, check.fix, check.repeat)
}
