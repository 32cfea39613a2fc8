//! Goes through the catalogue within the limits, and decides what can be judged at all.

use super::catalogue::{AuditCheck, CheckAction, CheckJudgement, describe_exchange};
use super::check_context::{CheckContext, EndpointBreakage};
use super::checks::{checks_of, word_for_service};
use super::draft::RequestDraft;
use super::following::{BODY_FORMS, IN_TIME, drop_empty_reference};
use super::life::{EndpointLife, describe_end, look_for_life, mark_end, take_last};
use super::perform::{JudgedExchanges, is_silent, perform_check};
use super::{AuditObserver, AuditPlan, AuditUnreachable};
use crate::protocol::check::{
    AUTHENTICITY_CHECK, AuditReport, CheckExchange, CheckGroup, CheckReport, CheckSeverity, CheckVerdict,
};
use crate::shutdown::{StopReceiver, StopSignal};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Exchanges that are shown with a failure.
const SHOWN: usize = 4;

/// From which latency on there may not be time for all checks, and the steps in which it is counted.
const SLOW: Duration = Duration::from_millis(600);
const STEP: Duration = Duration::from_millis(400);

/// Events by which the pace of what is slow is measured, and what is counted where their latencies differ by more than
/// a quarter: an estimate of those few would be another one in each run.
const PACED_BY: usize = 4;
const UNEVEN: Duration = Duration::from_secs(3);

/// What a server that is busy needs to recover.
const BREATH: Duration = Duration::from_millis(500);

/// The check that tells that the endpoint is gone, once for all others.
const LAST: &str = "load.alive";

/// Those that ask nothing and look back on what was answered, whatever is used up by then.
const LOOKING_BACK: [&str; 2] = ["load.rate-limit", "load.steady"];

/// What the audit has learnt that later checks build upon.
#[derive(Debug, Default)]
struct AuditKnowledge {
    /// Why an ordinary event is not acknowledged, if it is not.
    not_acknowledged: Option<String>,
    /// It was refused, maybe for its signature.
    refused: bool,
    /// The last check that sent anything.
    last_sender: Option<&'static str>,
    /// The check after which nothing listened any more.
    ended_by: Option<&'static str>,
    /// How correct signatures are refused for some forms of the same event.
    forms_refused: BTreeSet<u16>,
    /// The check since which ordinary events fail, and how.
    broken: Option<(&'static str, String)>,
    /// At the endpoint's pace the time will be up.
    late: bool,
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
        None => (stage.elapsed() >= plan.limits.time).then(|| stage.describe_time_limit()),
    };
    let (url, requests, took) = (plan.url.to_string(), stage.requests(), stage.elapsed());
    Ok((AuditReport { url, checks: ended, seed: plan.seed, requests, took, cut_short }, interrupted))
}

/// What matters most first where not all may come about. What is slow is found before all that is late, and those that
/// look back stay where they are.
fn rank_when_slow(check: &AuditCheck) -> (u8, Reverse<Option<CheckSeverity>>) {
    match check.id {
        IN_TIME => (0, Reverse(None)),
        id if id == LAST || LOOKING_BACK.contains(&id) => (2, Reverse(None)),
        _ => (1, Reverse(Some(check.severity))),
    }
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
    let told_at_the_end = checks.iter().any(|check| check.id == LAST);
    stage.keep_requests(u32::from(told_at_the_end));
    let pace = stage.stay_within_limits(measure_pace(stage, &known)).await.ok().flatten();
    if pace.is_some() {
        checks.sort_by_key(|check| rank_when_slow(check));
    }
    let mut planned = pace.unwrap_or_default() * stage.requests();
    if known.refused {
        // Whether the forms of a body are to blame is asked first, so that all else is told to follow from that.
        checks.sort_by_key(|check| check.id != BODY_FORMS);
    }
    for (at, check) in checks.iter().enumerate() {
        audience.check_started(at, checks.len(), check.id);
        planned += pace.unwrap_or_default() * check.cost;
        known.late = planned >= stage.plan().limits.time;
        if check.id == LAST {
            stage.keep_requests(0);
        }
        let report = run_check(check, stage, &known, repeat(check)).await;
        let report = settle_life(report, stage, &mut known, ended).await;
        let mut report = drop_empty_reference(report, ended, checks.iter().map(|check| check.id));
        let is_suspect = check.id != LAST
            && (has_server_failure(&report) || stage.check_exchanges().iter().any(|one| is_silent(one)));
        if known.not_acknowledged.is_none() && known.broken.is_none() && known.ended_by.is_none() && is_suspect {
            known.broken = find_breakage(check, stage).await;
            if known.broken.is_some() && told_at_the_end {
                report.verdict = CheckVerdict::Skipped(format!("ordinary events fail now as well; see {LAST}"));
            }
        }
        if check.id == BODY_FORMS && matches!(report.verdict, CheckVerdict::Failed(_)) {
            let refused = |status: &u16| matches!(status, 400 | 401 | 403);
            known.forms_refused.extend(report.exchanges.iter().filter_map(|one| one.outcome.status()).filter(refused));
        }
        audience.check_ended(&report);
        ended.push(report);
    }
    Ok(())
}

/// Notes where the endpoint did not survive a check, whose report then follows from nothing.
async fn settle_life(
    report: CheckReport,
    stage: &CheckContext<'_>,
    known: &mut AuditKnowledge,
    ended: &[CheckReport],
) -> CheckReport {
    let life = match known.ended_by {
        None => look_for_life(&report, known.last_sender, stage).await,
        Some(_) => EndpointLife::Lasting,
    };
    if let EndpointLife::Gone(by) = life {
        known.ended_by = Some(by);
    }
    if !stage.check_exchanges().is_empty() {
        known.last_sender = Some(report.id);
    }
    mark_end(report, life, ended)
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
    let first = stage.draft_signup_created().with_label("an ordinary event");
    let answer = match stage.stay_within_limits(stage.send(first)).await {
        Ok(answer) => answer,
        Err(why) => {
            stage.set_acknowledged(false);
            return Ok(AuditKnowledge { not_acknowledged: Some(why), ..AuditKnowledge::default() });
        }
    };
    if answer.outcome.is_unreachable() {
        return Err(AuditUnreachable::Endpoint(answer.outcome.explain_unreachable(&stage.plan().url)));
    }
    let not_acknowledged = (!answer.outcome.is_acknowledged()).then(|| describe_exchange(&answer));
    stage.set_acknowledged(not_acknowledged.is_none());
    if let (None, Some(before)) = (&not_acknowledged, before) {
        // The checks that need it try again, and say what is wrong.
        let _ = stage.stay_within_limits(stage.measure_effect(before)).await;
    }
    let refused = matches!(answer.outcome.status(), Some(400 | 401 | 403 | 406..=428 | 500..));
    Ok(AuditKnowledge { not_acknowledged, refused, ..AuditKnowledge::default() })
}

/// Whether the server failed in a check that failed.
fn has_server_failure(report: &CheckReport) -> bool {
    let failed = |one: &CheckExchange| one.outcome.status().is_some_and(|status| status >= 500);
    matches!(report.verdict, CheckVerdict::Failed(_)) && report.exchanges.iter().any(failed)
}

/// How an ordinary event fails, where it does so twice, or gets no answer at all: what was exhausted, or damaged by the
/// last check, fails whatever comes, and one finding tells it.
async fn find_breakage(check: &AuditCheck, stage: &CheckContext<'_>) -> Option<(&'static str, String)> {
    let before = stage.check_exchanges();
    let mut failed = None;
    for _ in 0..2 {
        let event = stage.draft_signup_created().with_label("an ordinary event");
        let sent = stage.stay_within_limits(stage.send(event)).await.ok()?;
        let is_failure = is_silent(&sent) || matches!(sent.outcome.status(), Some(500..));
        failed = Some(sent).filter(|_| is_failure);
        if is_silent(failed.as_deref()?) {
            break;
        }
        stage.plan().clock.sleep(BREATH).await;
    }
    let failed = failed?;
    let seen = describe_exchange(&failed);
    let mut last = take_last(&before);
    last.push(failed);
    stage.note_breakage(EndpointBreakage { since: check.id, seen: seen.clone(), last, is_gone: false });
    Some((check.id, seen))
}

/// How long an event takes an endpoint that is slow, in coarse steps: what is left out for want of time must be the same
/// in every run.
async fn measure_pace(stage: &CheckContext<'_>, known: &AuditKnowledge) -> Option<Duration> {
    let latencies = || stage.all_exchanges().into_iter().map(|one| one.latency);
    if known.not_acknowledged.is_some() || latencies().min().is_none_or(|least| least < SLOW) {
        return None;
    }
    for _ in 0..PACED_BY {
        stage.send(stage.draft_signup_created().with_label("another ordinary event")).await;
        if latencies().last().is_some_and(|latency| latency < SLOW) {
            return None;
        }
    }
    // Many are slow once, when they have just been started.
    estimate_pace(&latencies().skip(1).collect::<Vec<_>>())
}

/// What is counted for each event where these took so long.
pub(super) fn estimate_pace(latencies: &[Duration]) -> Option<Duration> {
    let (least, most) = (*latencies.iter().min()?, *latencies.iter().max()?);
    let steps = u32::try_from(least.as_millis().div_ceil(STEP.as_millis())).unwrap_or(1);
    Some(if most > least + least / 4 { UNEVEN.max(least) } else { STEP * steps })
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
    let shown = stage.shown_exchanges();
    let faulty = if shown.is_empty() { faulty } else { shown };
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
    if known.late && check.cost > 0 && known.broken.is_none() {
        let limit = plan.limits.time.as_secs();
        return Some(format!("the endpoint takes too long for all checks in {limit} s (--max-time)"));
    }
    // What is known already takes neither time nor requests.
    let is_told = LOOKING_BACK.contains(&check.id) || (check.id == LAST && known.broken.is_some());
    if stage.elapsed() >= plan.limits.time && !is_told {
        return Some(stage.describe_time_limit());
    }
    if !stage.has_requests(check.cost) && !is_told {
        return Some(stage.describe_request_limit());
    }
    if let Some((by, seen)) = known.broken.as_ref().filter(|_| check.id != LAST && check.cost > 0) {
        return Some(format!("ordinary events fail since {by} ({seen}); see {LAST}"));
    }
    if let Some(by) = known.ended_by.filter(|_| check.id != LAST) {
        return Some(describe_end(by));
    }
    let why = known.not_acknowledged.as_ref().filter(|_| needs.acknowledged && !plan.regardless)?;
    Some(format!("an ordinary event is not acknowledged ({why}); fix that first"))
}

async fn perform_within_time(check: &AuditCheck, stage: &CheckContext<'_>, known: &AuditKnowledge) -> JudgedExchanges {
    let judged = stage.stay_within_limits(perform_check(check, stage, &known.forms_refused)).await;
    judged.unwrap_or_else(|why| (CheckJudgement::Skip(why), Vec::new()))
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
