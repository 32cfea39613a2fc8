//! Goes through the catalogue within the limits, and decides what can be judged at all.

use super::catalogue::{AuditCheck, CheckAction, CheckJudgement, describe_exchange, is_late};
use super::check_context::CheckContext;
use super::checks::{checks_of, word_for_service};
use super::draft::RequestDraft;
use super::perform::{JudgedExchanges, perform_check};
use super::{AuditObserver, AuditPlan, AuditUnreachable};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase};
use crate::protocol::check::{AUTHENTICITY_CHECK, AuditReport, CheckExchange, CheckGroup, CheckReport, CheckVerdict};
use crate::shutdown::{StopReceiver, StopSignal};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// Exchanges that are shown with a failure.
const SHOWN: usize = 4;

/// How long a supervisor may take to bring the endpoint back, and how often it is looked for meanwhile.
const RETURNS_WITHIN: Duration = Duration::from_secs(5);
const ASK_EVERY: Duration = Duration::from_millis(50);

/// The check that tells that the endpoint is gone, once for all others.
const LAST: &str = "load.alive";

/// The check that finds what is slow, once for all others; and the one that finds what is hashed in the place of the bytes.
const IN_TIME: &str = "delivery.in-time";
const BODY_FORMS: &str = "auth.body-forms";

/// What the audit has learnt that later checks build upon.
#[derive(Debug, Default)]
struct AuditKnowledge {
    /// Why an ordinary event is not acknowledged, if it is not.
    not_acknowledged: Option<String>,
    /// It was refused, maybe for its signature.
    refused: bool,
    /// The check after which nothing listened any more.
    ended_by: Option<&'static str>,
    /// Correct signatures are refused for some forms of the same event.
    forms_refused: bool,
}

/// Audits until the end or until told to stop: what was judged by then, and by what it was ended early. `repeat` gives
/// the command line that repeats a check.
pub(crate) async fn run_audit(
    plan: &AuditPlan,
    repeat: &dyn Fn(&AuditCheck) -> String,
    audience: &mut dyn AuditObserver,
    stop: &StopReceiver,
) -> Result<(AuditReport, Option<StopSignal>), AuditUnreachable> {
    let stage = CheckContext::new(plan);
    let checks: Vec<&AuditCheck> = checks_of(plan.hero.is_some()).filter(|check| is_wanted(check, plan)).collect();
    let mut ended: Vec<CheckReport> = Vec::with_capacity(checks.len());
    let interrupted = tokio::select! {
        judged = judge(&checks, &stage, repeat, audience, &mut ended) => judged.map(|()| None)?,
        signal = stop.wait_for_stop() => Some(signal),
    };
    let cut_short = match interrupted {
        Some(_) => Some(format!("interrupted after {} of {} checks", ended.len(), checks.len())),
        None => (stage.elapsed() >= plan.limits.time).then(|| out_of_time(plan)),
    };
    let (url, requests, took) = (plan.url.to_string(), stage.requests(), stage.elapsed());
    Ok((AuditReport { url, checks: ended, seed: plan.seed, requests, took, cut_short }, interrupted))
}

/// Judges one check after the other. What has ended stays where this is dropped half-way.
async fn judge(
    checks: &[&AuditCheck],
    stage: &CheckContext<'_>,
    repeat: &dyn Fn(&AuditCheck) -> String,
    audience: &mut dyn AuditObserver,
    ended: &mut Vec<CheckReport>,
) -> Result<(), AuditUnreachable> {
    let wants_state =
        stage.plan().state.is_some() && checks.iter().any(|check| check.needs.state || check.needs.restart);
    let mut known = send_first_event(stage, wants_state).await?;
    let mut checks = checks.to_vec();
    if known.refused {
        // Whether the forms of a body are to blame is asked first, so that all else is told to follow from that.
        checks.sort_by_key(|check| check.id != BODY_FORMS);
    }
    for (at, check) in checks.iter().enumerate() {
        audience.check_started(at, checks.len(), check.id);
        let report = mark_following(run_check(check, stage, &known, repeat(check)).await, ended);
        known.forms_refused |= check.id == BODY_FORMS && matches!(report.verdict, CheckVerdict::Failed(_));
        let may_be_gone =
            |last: &Arc<CheckExchange>| matches!(last.outcome, AttemptOutcome::Refused | AttemptOutcome::Disconnected);
        if known.ended_by.is_none() && stage.check_exchanges().last().is_some_and(may_be_gone) {
            let back = wait_for_listener(stage).await || (try_restart(stage).await && wait_for_listener(stage).await);
            known.ended_by = if back { None } else { Some(check.id) };
        }
        audience.check_ended(&report);
        ended.push(report);
    }
    Ok(())
}

/// Checks whose failure may have been found by an earlier one, which is then the one to mend. Where only requests of one
/// label follow from it, all that failed must begin with that.
const FOLLOWING: [(&str, &str, &[&str]); 28] = [
    (AUTHENTICITY_CHECK, "", &["delivery.no-redirect", "delivery.created", "auth.body-forms"]),
    ("auth.changed-whitespace", "", &["auth.body-forms"]),
    ("auth.garbage-after", "", &["auth.truncated"]),
    ("auth.part", "", &["auth.truncated"]),
    ("hygiene.secret", "", &["auth.quiet"]),
    // A field that is there and holds nothing is none to many programs.
    ("auth.empty", "\"\"", &["auth.missing"]),
    ("delivery.created", "", &["auth.body-forms"]),
    ("delivery.position-changed", "", &["delivery.created", "auth.body-forms"]),
    ("delivery.deleted", "", &["delivery.created", "auth.body-forms"]),
    ("semantics.duplicate-at-once", "", &["semantics.duplicate"]),
    ("semantics.once-at-once", "", &["semantics.once"]),
    ("semantics.unknown-signup", "", &["delivery.position-changed", "delivery.deleted"]),
    ("semantics.out-of-order", "", &["semantics.unknown-signup", "delivery.position-changed", "delivery.deleted"]),
    ("robust.size-64k", "", &["delivery.pieces", "robust.long-strings"]),
    ("robust.size-256k", "", &["delivery.pieces", "robust.size-64k", "robust.long-strings"]),
    ("robust.right-to-left", "", &["robust.emoji"]),
    ("robust.lone-surrogate", "", &["robust.emoji", "robust.invalid-json"]),
    ("robust.wrong-types", "data is text", &["robust.missing-data"]),
    ("robust.empty-body", "", &["robust.invalid-json"]),
    ("robust.invalid-utf8", "", &["robust.invalid-json"]),
    ("robust.deep-nesting", "", &["robust.invalid-json", "robust.unknown-field"]),
    ("robust.parser-depth", "", &["robust.invalid-json", "robust.deep-nesting"]),
    ("robust.wrong-types", "event_type", &["robust.unknown-event"]),
    ("robust.wrong-types", "email is a list", &["robust.unknown-field"]),
    ("robust.missing-data", "an empty object", &["robust.unknown-event"]),
    ("load.slow-sender", "", &["delivery.pieces"]),
    ("load.restart", "", &["semantics.duplicate", "semantics.once"]),
    ("load.burst-effects", "", &["load.burst", "semantics.same-second"]),
];

/// One fault is told once: what fails with the answers of a cause that was found already follows from it.
fn mark_following(report: CheckReport, ended: &[CheckReport]) -> CheckReport {
    let has_failed = |one: &CheckReport| matches!(one.verdict, CheckVerdict::Failed(_));
    let slow = |one: &CheckExchange| is_late(one) || matches!(one.outcome, AttemptOutcome::TimedOut(_));
    let is_slow = !report.exchanges.is_empty() && report.exchanges.iter().all(slow);
    if has_failed(&report) && is_slow && ended.iter().any(|one| one.id == IN_TIME && has_failed(one)) {
        return CheckReport { verdict: CheckVerdict::Skipped(format!("it follows from {IN_TIME}")), ..report };
    }
    // What found nobody, while the endpoint was restarted, says nothing.
    let faults = |report: &CheckReport| -> BTreeSet<u16> {
        let bad = report.exchanges.iter().filter(|one| !one.outcome.is_acknowledged());
        let all: BTreeSet<u16> = bad.filter_map(|one| one.outcome.status()).collect();
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
        None => report,
    }
}

/// The requests of a check that does nothing but send some; `None` for any other.
pub(crate) fn build_drafts(check: &AuditCheck, plan: &AuditPlan) -> Option<Vec<RequestDraft>> {
    match check.play {
        CheckAction::Send(drafts, _) => Some(drafts(&CheckContext::new(plan))),
        CheckAction::Act(_) => None,
    }
}

/// Those that strain the endpoint only with leave, or when named one by one.
fn is_wanted(check: &AuditCheck, plan: &AuditPlan) -> bool {
    let selection = &plan.selection;
    // Where forgeries are asked about, it is told whether anybody could look.
    let told = check.id == AUTHENTICITY_CHECK
        && !plan.regardless
        && !selection.skips(check)
        && checks_of(plan.hero.is_some()).any(|other| other.group() == CheckGroup::Auth && selection.includes(other));
    told || (selection.includes(check) && (!check.needs.intrusive || plan.intrusive || selection.includes_by_id(check)))
}

/// An ordinary event first: where nothing answers there is nothing to audit.
async fn send_first_event(stage: &CheckContext<'_>, wants_state: bool) -> Result<AuditKnowledge, AuditUnreachable> {
    // Nothing is under way yet, so that the delay of effects is that of this event. What cannot be read is told by checks.
    let before = match wants_state {
        true => stage.read_settled_state().await.ok(),
        false => None,
    };
    let answer = stage.send(stage.draft_signup_created().with_label("an ordinary event")).await;
    match answer.outcome {
        AttemptOutcome::Refused
        | AttemptOutcome::UnknownHost
        | AttemptOutcome::Tls(_)
        | AttemptOutcome::Failed(_)
        | AttemptOutcome::TimedOut(AttemptPhase::Connect) => {
            Err(AuditUnreachable::Endpoint(explain_no_connection(&answer.outcome, &stage.plan().url)))
        }
        _ => {
            let not_acknowledged = (!answer.outcome.is_acknowledged()).then(|| describe_exchange(&answer));
            stage.set_acknowledged(not_acknowledged.is_none());
            if let (None, Some(before)) = (&not_acknowledged, before) {
                // The checks that need it try again, and say what is wrong.
                let _ = stage.measure_effect(before).await;
            }
            let refused = matches!(answer.outcome.status(), Some(400 | 401 | 403 | 406..=428 | 500..));
            Ok(AuditKnowledge { not_acknowledged, refused, ..AuditKnowledge::default() })
        }
    }
}

/// Why no event can be delivered at all, in one sentence.
fn explain_no_connection(outcome: &AttemptOutcome, url: &Url) -> String {
    match (outcome, outcome.detail()) {
        (AttemptOutcome::UnknownHost, _) => format!("unknown host {}", url.host_str().unwrap_or_default()),
        (AttemptOutcome::Refused, _) => format!("nothing is listening at {url}"),
        (AttemptOutcome::Tls(why), _) => format!("no TLS connection to {url} can be made: {why}"),
        (_, detail) => format!("{url} cannot be reached: {}", detail.unwrap_or_else(|| outcome.name().to_owned())),
    }
}

async fn run_check(
    check: &AuditCheck,
    stage: &CheckContext<'_>,
    known: &AuditKnowledge,
    repeat: String,
) -> CheckReport {
    let began = stage.elapsed();
    stage.begin_check();
    let (judgement, faulty) = match find_obstacle(check, stage, known) {
        Some(reason) => (CheckJudgement::Skip(reason), Vec::new()),
        None => perform_within_time(check, stage, known).await,
    };
    let exchanges = select_exchanges(&judgement, faulty, stage.check_exchanges());
    CheckReport {
        id: check.id,
        group: check.group(),
        severity: check.severity,
        title: check.title,
        why: word_for_service(check.why, stage.plan().hero.is_some()),
        fix: word_for_service(check.fix, stage.plan().hero.is_some()),
        verdict: match judgement {
            CheckJudgement::Pass => CheckVerdict::Passed,
            CheckJudgement::Fail(what) => match stage.plan().accepted.get(check.id) {
                Some(reason) => CheckVerdict::Accepted { what, reason: reason.clone() },
                None => CheckVerdict::Failed(what),
            },
            CheckJudgement::Skip(reason) => CheckVerdict::Skipped(reason),
        },
        exchanges,
        repeat,
        took: stage.elapsed().saturating_sub(began),
    }
}

/// Why a check cannot be judged here and now.
fn find_obstacle(check: &AuditCheck, stage: &CheckContext<'_>, known: &AuditKnowledge) -> Option<String> {
    let plan = stage.plan();
    let needs = check.needs;
    if needs.secret && plan.secret.is_none() {
        return Some("no secret given; use --secret-file or REFERRALLOOP_WEBHOOK_SECRET".to_owned());
    }
    if needs.state && plan.state.is_none() {
        return Some("needs --state-cmd CMD, a command that prints a number from the endpoint's own state".to_owned());
    }
    if needs.restart && plan.restart.is_none() {
        return Some("needs --restart-cmd CMD, a command that restarts the endpoint".to_owned());
    }
    if stage.elapsed() >= plan.limits.time {
        return Some(out_of_time(plan));
    }
    if stage.requests() + check.cost > plan.limits.requests {
        return Some(format!("it would take more than {} requests (--max-requests)", plan.limits.requests));
    }
    if let Some(by) = known.ended_by.filter(|_| check.id != LAST) {
        return Some(format!("nothing is listening there any more since {by}"));
    }
    let why = known.not_acknowledged.as_ref().filter(|_| needs.acknowledged && !plan.regardless)?;
    Some(format!("an ordinary event is not acknowledged ({why}); fix that first"))
}

/// Whether somebody listens again within some seconds: a supervisor needs a moment.
async fn wait_for_listener(stage: &CheckContext<'_>) -> bool {
    let (clock, url) = (&stage.plan().clock, &stage.plan().url);
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let until = clock.monotonic() + RETURNS_WITHIN;
    loop {
        // What has just broken off may be about to end.
        clock.sleep(ASK_EVERY).await;
        let door = TcpStream::connect((host.as_str(), url.port_or_known_default().unwrap_or(80)));
        if tokio::time::timeout(RETURNS_WITHIN, door).await.is_ok_and(|door| door.is_ok()) {
            return true;
        }
        if clock.monotonic() >= until {
            return false;
        }
    }
}

/// Restarts an endpoint that is gone, where it is known how.
async fn try_restart(stage: &CheckContext<'_>) -> bool {
    match &stage.plan().restart {
        Some(restart) => restart().await.is_ok(),
        None => false,
    }
}

fn out_of_time(plan: &AuditPlan) -> String {
    format!("the audit's time is up ({} s; --max-time)", plan.limits.time.as_secs())
}

async fn perform_within_time(check: &AuditCheck, stage: &CheckContext<'_>, known: &AuditKnowledge) -> JudgedExchanges {
    let left = stage.plan().limits.time.saturating_sub(stage.elapsed());
    match tokio::time::timeout(left, perform_check(check, stage, known.forms_refused)).await {
        Ok(judged) => judged,
        Err(_) => (CheckJudgement::Skip(out_of_time(stage.plan())), Vec::new()),
    }
}

/// What shows a failure: the faulty ones, else those that were not acknowledged, else the last.
fn select_exchanges(
    judgement: &CheckJudgement,
    faulty: Vec<Arc<CheckExchange>>,
    all: Vec<Arc<CheckExchange>>,
) -> Vec<CheckExchange> {
    let bad = |all: &[Arc<CheckExchange>]| {
        all.iter().filter(|one| !one.outcome.is_acknowledged()).cloned().collect::<Vec<_>>()
    };
    let chosen = match judgement {
        CheckJudgement::Fail(_) if !faulty.is_empty() => faulty,
        CheckJudgement::Fail(_) if !bad(&all).is_empty() => bad(&all),
        CheckJudgement::Fail(_) => all[all.len().saturating_sub(2)..].to_vec(),
        CheckJudgement::Pass | CheckJudgement::Skip(_) => all,
    };
    chosen.iter().take(SHOWN).map(|one| CheckExchange::clone(one)).collect()
}
