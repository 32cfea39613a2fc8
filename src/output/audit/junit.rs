//! An audit as JUnit XML: a suite for each group, a case for each check.

use super::{back, sent};
use crate::output::junit::{self, Case, Status, Suite};
use crate::protocol::check::{AuditReport, CheckReport, CheckVerdict, Group, Severity};
use jiff::Timestamp;

/// The document. Findings below `least`, and accepted ones, pass and say so in their output.
pub fn junit(report: &AuditReport, least: Severity, at: Timestamp) -> String {
    let suite = |group: Group| {
        let cases: Vec<Case> = report.of_group(group).into_iter().map(|check| case(check, least)).collect();
        (!cases.is_empty()).then(|| Suite { name: format!("{} of {}", group.title(), report.url), cases })
    };
    let suites: Vec<Suite> = Group::ALL.into_iter().filter_map(suite).collect();
    junit::document("referralloop test", at, report.took, &suites)
}

fn case(check: &CheckReport, least: Severity) -> Case {
    let (status, output) = match &check.verdict {
        CheckVerdict::Passed => (Status::Passed, None),
        CheckVerdict::Skipped(reason) => (Status::Skipped(reason.clone()), None),
        CheckVerdict::Accepted { what, reason } => (Status::Passed, Some(format!("accepted: {reason}\nseen: {what}"))),
        CheckVerdict::Failed(what) if check.severity < least => {
            (Status::Passed, Some(format!("failed, but is only {}: {what}\n{}", check.severity, details(check))))
        }
        CheckVerdict::Failed(what) => {
            let (kind, message) = (check.severity.to_string(), format!("{}: {what}", check.title));
            (Status::Failed { kind, text: format!("{message}\n{}", details(check)), message }, None)
        }
    };
    let class = format!("referralloop.{}", check.group.name());
    Case { name: check.id.to_owned(), class, time: check.took, status, output }
}

fn details(check: &CheckReport) -> String {
    let exchanges = check.exchanges.iter().map(|one| format!("sent: {}\nback: {}\n", sent(one), back(one)));
    let exchanges: String = exchanges.collect();
    format!("{exchanges}why: {}\nfix: {}\nrepeat: {}", check.why, check.fix, check.repeat)
}
