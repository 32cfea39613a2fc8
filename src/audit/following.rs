//! One fault is told once: what fails because of a cause that another check has found is told to follow from it.

use super::catalogue::is_late;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::{AUTHENTICITY_CHECK, CheckExchange, CheckReport, CheckVerdict};
use std::collections::BTreeSet;

/// The check that finds what is slow, once for all others; and the one that finds what is hashed in the place of the bytes.
pub(super) const IN_TIME: &str = "delivery.in-time";
pub(super) const BODY_FORMS: &str = "auth.body-forms";

/// Checks whose failure may have been found by an earlier one, which is then the one to mend. Where only requests of one
/// label follow from it, all that failed must begin with that.
const FOLLOWING: [(&str, &str, &[&str]); 37] = [
    (AUTHENTICITY_CHECK, "", &["delivery.no-redirect", "delivery.created", "auth.body-forms"]),
    ("auth.changed-whitespace", "", &["auth.body-forms"]),
    ("auth.garbage-after", "", &["auth.truncated", "auth.part"]),
    ("auth.part", "", &["auth.truncated"]),
    ("hygiene.secret", "", &["auth.quiet"]),
    // A field that is there and holds nothing is none to many programs.
    ("auth.empty", "\"\"", &["auth.missing"]),
    ("delivery.created", "", &["auth.body-forms"]),
    ("delivery.position-changed", "", &["delivery.created", "auth.body-forms"]),
    ("delivery.deleted", "", &["delivery.created", "auth.body-forms"]),
    ("semantics.duplicate-at-once", "", &["semantics.duplicate"]),
    ("semantics.once-at-once", "", &["semantics.once"]),
    ("semantics.once-moves", "", &["semantics.duplicate", "semantics.once"]),
    ("semantics.stays-deleted", "", &["semantics.duplicate", "semantics.once", "semantics.once-moves"]),
    ("semantics.each-name", "", &["semantics.same-second", "semantics.each-age"]),
    ("semantics.each-address", "", &["semantics.same-second", "semantics.each-age"]),
    ("robust.cut-character", "", &["delivery.pieces", "robust.emoji"]),
    ("robust.unknown-event", "", &["robust.unknown-crash"]),
    ("robust.moved-down", "", &["delivery.position-changed"]),
    ("semantics.unknown-signup", "", &["delivery.position-changed", "delivery.deleted"]),
    ("semantics.out-of-order", "", &["semantics.unknown-signup", "delivery.position-changed", "delivery.deleted"]),
    ("robust.size-64k", "", &["delivery.pieces", "robust.long-strings"]),
    ("robust.size-256k", "", &["delivery.pieces", "robust.size-64k", "robust.long-strings"]),
    ("robust.right-to-left", "", &["robust.emoji"]),
    ("robust.lone-surrogate", "", &["robust.emoji", "robust.invalid-json"]),
    ("robust.empty-body", "", &["robust.invalid-json"]),
    ("robust.invalid-utf8", "", &["robust.invalid-json"]),
    ("robust.deep-nesting", "", &["robust.invalid-json", "robust.unknown-field"]),
    ("robust.parser-depth", "", &["robust.invalid-json", "robust.deep-nesting"]),
    ("robust.wrong-types", "event_type", &["robust.unknown-crash", "robust.unknown-event"]),
    ("robust.wrong-types", "email is a list", &["robust.unknown-field"]),
    ("robust.missing-data", "the body {}", &["robust.unknown-crash", "robust.unknown-event"]),
    ("load.slow-sender", "", &["delivery.pieces"]),
    ("auth.content-type", "", &["auth.missing", "auth.wrong-secret"]),
    ("auth.known-body", "", &["auth.missing", "auth.wrong-secret", "auth.malformed"]),
    ("semantics.once-later", "", &["semantics.duplicate", "semantics.once", "load.restart"]),
    ("load.restart", "", &["semantics.duplicate", "semantics.once", "semantics.each-age"]),
    ("load.burst-effects", "", &["load.burst", "semantics.same-second", "semantics.each-age"]),
];

/// The check that shows whether anything is compared with the secret at all, by so many forged events.
const WRONG_SECRET: (&str, usize) = ("auth.wrong-secret", 3);

/// Forgeries of one kind each, which tell of that kind only where others are refused.
const KINDS: [&str; 13] = [
    "auth.empty",
    "auth.swapped",
    "auth.truncated",
    "auth.part",
    "auth.doubled",
    "auth.empty-key",
    "auth.undefined-key",
    "auth.changed-whitespace",
    "auth.sha1",
    "auth.prefix",
    "auth.plain-hash",
    "auth.garbage-after",
    "auth.malformed",
];

/// Where the body is rebuilt before it is verified, what cannot be rebuilt fails, however that is answered.
const UNWRITABLE: [&str; 3] = ["robust.deep-nesting", "robust.parser-depth", "robust.odd-numbers"];

/// Stands for the status of an answer that did not come as the connection ended: a failure of the server like any other.
const BROKEN_OFF: u16 = u16::MAX;

fn is_broken_off(one: &CheckExchange) -> bool {
    matches!(one.outcome, AttemptOutcome::Disconnected)
}

/// One fault is told once: what fails with the answers of a cause that was found already follows from it.
pub(super) fn mark_following(report: CheckReport, ended: &[CheckReport]) -> CheckReport {
    let has_failed = |one: &CheckReport| matches!(one.verdict, CheckVerdict::Failed(_));
    let slow = |one: &CheckExchange| is_late(one) || matches!(one.outcome, AttemptOutcome::TimedOut(_));
    let is_slow = !report.exchanges.is_empty() && report.exchanges.iter().all(slow);
    let found = |id: &str| ended.iter().any(|one| one.id == id && has_failed(one));
    if has_failed(&report) && is_slow && found(IN_TIME) {
        return CheckReport { verdict: CheckVerdict::Skipped(format!("it follows from {IN_TIME}")), ..report };
    }
    // A process that broke off was not refusing anything.
    let broke_off = report.exchanges.iter().any(is_broken_off);
    if has_failed(&report) && UNWRITABLE.contains(&report.id) && found(BODY_FORMS) && !broke_off {
        return CheckReport { verdict: CheckVerdict::Skipped(format!("it follows from {BODY_FORMS}")), ..report };
    }
    // What found nobody, while the endpoint was restarted, says nothing.
    let faults = |report: &CheckReport| -> BTreeSet<u16> {
        let bad = report.exchanges.iter().filter(|one| !one.outcome.is_acknowledged());
        let broken_off = |one: &CheckExchange| is_broken_off(one).then_some(BROKEN_OFF);
        let all: BTreeSet<u16> = bad.filter_map(|one| one.outcome.status().or(broken_off(one))).collect();
        // Where the server failed, what it refused beside that is no fault.
        let failures: BTreeSet<u16> = all.iter().copied().filter(|status| *status >= 500).collect();
        if failures.is_empty() { all } else { failures }
    };
    let is_cause = |one: &CheckReport, causes: &[&str]| {
        // What was accepted must not hide that nothing was checked.
        let accepted = matches!(one.verdict, CheckVerdict::Accepted { .. }) && report.id != AUTHENTICITY_CHECK;
        let failed = matches!(one.verdict, CheckVerdict::Failed(_)) || accepted;
        failed && causes.contains(&one.id) && faults(&report).is_subset(&faults(one))
    };
    let labelled = |label: &str| report.exchanges.iter().all(|one| one.what.starts_with(label));
    let rules = FOLLOWING.iter().filter(|(id, label, _)| *id == report.id && has_failed(&report) && labelled(label));
    match rules.flat_map(|(_, _, causes)| ended.iter().find(|one| is_cause(one, causes))).next() {
        Some(cause) => {
            CheckReport { verdict: CheckVerdict::Skipped(format!("it follows from {}", cause.id)), ..report }
        }
        None => share_remedy(report, ended),
    }
}

/// Where everything that another secret signed is acknowledged, nothing is verified: a forgery of a certain kind is then no
/// sign of what it is sent for, and what is to be done is the same for all.
fn share_remedy(report: CheckReport, ended: &[CheckReport]) -> CheckReport {
    let (id, all) = WRONG_SECRET;
    let verifies_nothing = |one: &&CheckReport| {
        let acknowledged = one.exchanges.iter().filter(|sent| sent.outcome.is_acknowledged()).count();
        one.id == id && matches!(one.verdict, CheckVerdict::Failed(_)) && acknowledged >= all
    };
    let is_forgery = matches!(report.verdict, CheckVerdict::Failed(_)) && KINDS.contains(&report.id);
    match ended.iter().find(verifies_nothing).filter(|_| is_forgery) {
        Some(first) => CheckReport { why: first.why, fix: first.fix, ..report },
        None => report,
    }
}

/// Between a reason and the check that tells more.
const REFERENCE: &str = "; see ";

/// A reason refers to no check that is not part of the audit, or has found nothing.
pub(super) fn drop_empty_reference(
    report: CheckReport,
    ended: &[CheckReport],
    mut all: impl Iterator<Item = &'static str>,
) -> CheckReport {
    let CheckVerdict::Skipped(reason) = &report.verdict else { return report };
    let Some((said, id)) = reason.rsplit_once(REFERENCE) else { return report };
    let tells = match ended.iter().find(|one| one.id == id) {
        Some(one) => matches!(one.verdict, CheckVerdict::Failed(_) | CheckVerdict::Accepted { .. }),
        None => all.any(|other| other == id),
    };
    let verdict = CheckVerdict::Skipped(said.to_owned());
    if tells { report } else { CheckReport { verdict, ..report } }
}
