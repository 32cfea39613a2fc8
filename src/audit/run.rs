//! Goes through the catalogue within the limits, and decides what can be judged at all.

use super::catalogue::{Check, Judgement, Play, Wanted, seen};
use super::checks::all;
use super::draft::Draft;
use super::stage::Stage;
use super::{Audience, Plan, Unreachable};
use crate::protocol::attempt::Outcome;
use crate::protocol::check::{AuditReport, CheckReport, CheckVerdict, Exchanged};
use std::sync::Arc;

/// Exchanges that are shown with a failure.
const SHOWN: usize = 4;

/// The check that tells that the endpoint is gone, once for all others.
const LAST: &str = "load.alive";

/// What the audit has learnt that later checks build upon.
#[derive(Debug, Default)]
struct Known {
    /// Why an ordinary event is not acknowledged, if it is not.
    not_acknowledged: Option<String>,
    /// The check after which nothing listened any more.
    ended_by: Option<&'static str>,
    /// Correct signatures are refused for some forms of the same event.
    forms_refused: bool,
}

/// Audits. `repeat` gives the command line that repeats a check.
pub async fn run(
    plan: &Plan,
    repeat: &dyn Fn(&Check) -> String,
    audience: &mut dyn Audience,
) -> Result<AuditReport, Unreachable> {
    let stage = Stage::new(plan);
    let mut known = knock(&stage).await?;
    let checks: Vec<&Check> = all().filter(|check| is_wanted(check, plan)).collect();
    let mut ended: Vec<CheckReport> = Vec::with_capacity(checks.len());
    for (at, check) in checks.iter().enumerate() {
        audience.begins(at, checks.len(), check.id);
        let report = one(check, &stage, &known, repeat(check)).await;
        known.forms_refused |= check.id == "auth.body-forms" && matches!(report.verdict, CheckVerdict::Failed(_));
        if known.ended_by.is_none() && stage.of_check().last().is_some_and(|last| last.outcome == Outcome::Refused) {
            known.ended_by = if revived(&stage).await { None } else { Some(check.id) };
        }
        audience.ended(&report);
        ended.push(report);
    }
    let cut_short = (stage.elapsed() >= plan.limits.time).then(|| out_of_time(plan));
    let (url, requests, took) = (plan.url.to_string(), stage.requests(), stage.elapsed());
    Ok(AuditReport { url, checks: ended, requests, took, cut_short })
}

/// The requests of a check that does nothing but send some; `None` for any other.
pub fn drafts(check: &Check, plan: &Plan) -> Option<Vec<Draft>> {
    match check.play {
        Play::Send(drafts, _) => Some(drafts(&Stage::new(plan))),
        Play::Act(_) => None,
    }
}

/// Those that strain the endpoint only with leave, or when named one by one.
fn is_wanted(check: &Check, plan: &Plan) -> bool {
    plan.selection.has(check) && (!check.needs.intrusive || plan.intrusive || plan.selection.names(check))
}

/// An ordinary event first: where nothing answers there is nothing to audit.
async fn knock(stage: &Stage<'_>) -> Result<Known, Unreachable> {
    let answer = stage.send(stage.created().called("an ordinary event")).await;
    match answer.outcome {
        Outcome::Refused | Outcome::UnknownHost => Err(Unreachable::Endpoint(match answer.outcome {
            Outcome::UnknownHost => format!("there is no host {}", stage.plan().url.host_str().unwrap_or_default()),
            _ => format!("nothing listens at {}", stage.plan().url),
        })),
        _ => {
            let not_acknowledged = (!answer.outcome.acknowledged()).then(|| seen(&answer));
            Ok(Known { not_acknowledged, ..Known::default() })
        }
    }
}

async fn one(check: &Check, stage: &Stage<'_>, known: &Known, repeat: String) -> CheckReport {
    let began = stage.elapsed();
    stage.begin();
    let (judgement, faulty) = match obstacle(check, stage, known) {
        Some(reason) => (Judgement::Skip(reason), Vec::new()),
        None => within_time(check, stage, known).await,
    };
    let exchanges = shown(&judgement, faulty, stage.of_check());
    CheckReport {
        id: check.id,
        group: check.group(),
        severity: check.severity,
        title: check.title,
        why: check.why,
        fix: check.fix,
        verdict: match judgement {
            Judgement::Pass => CheckVerdict::Passed,
            Judgement::Fail(what) => match stage.plan().accepted.get(check.id) {
                Some(reason) => CheckVerdict::Accepted { what, reason: reason.clone() },
                None => CheckVerdict::Failed(what),
            },
            Judgement::Skip(reason) => CheckVerdict::Skipped(reason),
        },
        exchanges,
        repeat,
        took: stage.elapsed().saturating_sub(began),
    }
}

/// Why a check cannot be judged here and now.
fn obstacle(check: &Check, stage: &Stage<'_>, known: &Known) -> Option<String> {
    let plan = stage.plan();
    let needs = check.needs;
    if needs.secret && plan.secret.is_none() {
        return Some("no secret is given: --secret-file, or REFERRALLOOP_WEBHOOK_SECRET".to_owned());
    }
    if needs.state && plan.state.is_none() {
        return Some("only the endpoint's own state could tell: --state-cmd CMD, which prints a number".to_owned());
    }
    if needs.restart && plan.restart.is_none() {
        return Some("it is known by --restart-cmd CMD alone how to restart the endpoint".to_owned());
    }
    if stage.elapsed() >= plan.limits.time {
        return Some(out_of_time(plan));
    }
    if stage.requests() + check.cost > plan.limits.requests {
        return Some(format!("it would take more than {} requests (--max-requests)", plan.limits.requests));
    }
    if let Some(by) = known.ended_by.filter(|_| check.id != LAST) {
        return Some(format!("nothing listens there any more, since {by}"));
    }
    let why = known.not_acknowledged.as_ref().filter(|_| needs.acknowledged && !plan.regardless)?;
    Some(format!("an ordinary event is not acknowledged ({why}); mend that first"))
}

/// Restarts an endpoint that is gone, where it is known how.
async fn revived(stage: &Stage<'_>) -> bool {
    match &stage.plan().restart {
        Some(restart) => restart().await.is_ok(),
        None => false,
    }
}

fn out_of_time(plan: &Plan) -> String {
    format!("the audit's time is up ({} s; --max-time)", plan.limits.time.as_secs())
}

type Judged = (Judgement, Vec<Arc<Exchanged>>);

async fn within_time(check: &Check, stage: &Stage<'_>, known: &Known) -> Judged {
    let left = stage.plan().limits.time.saturating_sub(stage.elapsed());
    match tokio::time::timeout(left, play(check, stage, known)).await {
        Ok(judged) => judged,
        Err(_) => (Judgement::Skip(out_of_time(stage.plan())), Vec::new()),
    }
}

async fn play(check: &Check, stage: &Stage<'_>, known: &Known) -> Judged {
    match check.play {
        Play::Act(act) => (act(stage).await, Vec::new()),
        Play::Send(drafts, wanted) => {
            let mut faulty = Vec::new();
            for draft in drafts(stage) {
                let exchanged = stage.send(draft).await;
                if wanted.fault(&exchanged).is_some() {
                    faulty.push(exchanged);
                }
            }
            (judged(wanted, &faulty, known), faulty)
        }
    }
}

/// One fault is told once: what follows from another check's failure is left to that check.
fn judged(wanted: Wanted, faulty: &[Arc<Exchanged>], known: &Known) -> Judgement {
    if faulty.is_empty() {
        return Judgement::Pass;
    }
    let all = |is: fn(u16) -> bool| faulty.iter().all(|one| one.outcome.status().is_some_and(is));
    if wanted == Wanted::Acknowledged && known.forms_refused && all(|status| matches!(status, 401 | 403)) {
        return Judgement::Skip("its correct signature is refused, which auth.body-forms tells".to_owned());
    }
    if wanted == Wanted::Acknowledged && all(|status| (300..400).contains(&status)) {
        return Judgement::Skip("it is redirected, which delivery.no-redirect tells".to_owned());
    }
    let faults: Vec<String> = faulty.iter().filter_map(|one| wanted.fault(one)).collect();
    Judgement::Fail(faults.join("; "))
}

/// What shows a failure: the faulty ones, else those that were not acknowledged, else the last.
fn shown(judgement: &Judgement, faulty: Vec<Arc<Exchanged>>, all: Vec<Arc<Exchanged>>) -> Vec<Exchanged> {
    let bad =
        |all: &[Arc<Exchanged>]| all.iter().filter(|one| !one.outcome.acknowledged()).cloned().collect::<Vec<_>>();
    let chosen = match judgement {
        Judgement::Fail(_) if !faulty.is_empty() => faulty,
        Judgement::Fail(_) if !bad(&all).is_empty() => bad(&all),
        Judgement::Fail(_) => all[all.len().saturating_sub(2)..].to_vec(),
        Judgement::Pass | Judgement::Skip(_) => all,
    };
    chosen.iter().take(SHOWN).map(|one| Exchanged::clone(one)).collect()
}
