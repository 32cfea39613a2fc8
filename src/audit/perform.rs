//! Carries one check out: once, and a second time where it failed in a way that may not be its own. What a rate limit
//! or a server that fails now and then does is told once, by the check that is about it.

use super::catalogue::{
    AuditCheck, AuditExpectation, CheckAction, CheckJudgement, describe_exchange, is_late, name_exchanges,
};
use super::check_context::{CheckContext, read_retry_after};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::CheckExchange;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A judgement, and the exchanges that show its fault.
pub(super) type JudgedExchanges = (CheckJudgement, Vec<Arc<CheckExchange>>);

/// Answers that took longer than this are not asked for again.
const QUICK: Duration = Duration::from_secs(2);

/// The check that a rate limit without a word of when to come back fails.
const BURST: &str = "load.burst";

/// The checks that send events until one fails.
const LOOKING_FOR_FAILURES: [&str; 2] = ["semantics.after-failure", "load.steady"];

/// Carries a check out and judges it.
pub(super) async fn perform_check(
    check: &AuditCheck,
    stage: &CheckContext<'_>,
    forms_refused: &BTreeSet<u16>,
) -> JudgedExchanges {
    let (judgement, faulty) = match check.play {
        CheckAction::Act(act) => {
            let first = act(stage).await;
            (repeat_action(check, stage, first).await, Vec::new())
        }
        CheckAction::Send(drafts, wanted) => {
            let mut faulty = Vec::new();
            for (at, draft) in drafts(stage).into_iter().enumerate() {
                let sent = stage.send(draft).await;
                if wanted.find_fault(&sent).is_none() {
                    continue;
                }
                // Of the same kind and never seen before: what is known already might be answered differently.
                let again = drafts(stage)
                    .into_iter()
                    .nth(at)
                    .filter(|_| wanted != AuditExpectation::Refused && may_be_chance(&sent) && stage.has_requests(1));
                let Some(again) = again else {
                    faulty.push(sent);
                    // Whether anything is answered any more is asked before the others are waited for.
                    if wanted != AuditExpectation::Refused && faulty.iter().filter(|one| is_silent(one)).count() > 1 {
                        break;
                    }
                    continue;
                };
                let second = stage.send(again).await;
                match wanted.find_fault(&second) {
                    Some(_) => faulty.push(second),
                    None => note_chance(check, stage, &sent, &second),
                }
            }
            (judge_exchanges(wanted, &faulty, forms_refused), faulty)
        }
    };
    (excuse_limit(check, stage, judgement), faulty)
}

/// One more time where a server failed: it may do so now and then, whatever is sent. And where many at once were all
/// acknowledged, some of them late: what needs seconds for each may be at the limit once.
async fn repeat_action(check: &AuditCheck, stage: &CheckContext<'_>, first: CheckJudgement) -> CheckJudgement {
    let CheckAction::Act(act) = check.play else { return first };
    let failed = matches!(first, CheckJudgement::Fail(_));
    if failed && check.id == BURST && is_merely_late(&stage.check_exchanges()) && stage.has_requests(check.cost) {
        return act(stage).await;
    }
    let failed = stage.check_exchanges().into_iter().find(|one| is_server_failure(one) && one.latency < QUICK);
    // A failure of the server is what these look for.
    if LOOKING_FOR_FAILURES.contains(&check.id) {
        return first;
    }
    let (CheckJudgement::Fail(_), Some(failed)) = (&first, failed) else { return first };
    if !stage.has_requests(check.cost) {
        return first;
    }
    let second = act(stage).await;
    match &second {
        CheckJudgement::Fail(_) if !stage.list_unsteady().is_empty() && only_failures(stage) => {
            CheckJudgement::Skip(format!("not judged: {}; see load.steady", stage.describe_failures()))
        }
        CheckJudgement::Fail(_) => second,
        CheckJudgement::Pass | CheckJudgement::Skip(_) => {
            let seen = format!("{} saw \"{}\", and not when it was repeated", check.id, describe_exchange(&failed));
            stage.note_unsteady(seen, &failed);
            second
        }
    }
}

/// All were acknowledged, and most of them in time.
pub(super) fn is_merely_late(all: &[Arc<CheckExchange>]) -> bool {
    let late = all.iter().filter(|one| is_late(one)).count();
    late * 2 < all.len() && all.iter().all(|one| one.outcome.is_acknowledged())
}

/// Nothing but the server's failures is wrong with what the check has seen.
fn only_failures(stage: &CheckContext<'_>) -> bool {
    let all = stage.check_exchanges();
    let failures = all.iter().filter(|one| is_server_failure(one)).count();
    failures * 2 < all.len() && all.iter().all(|one| one.outcome.is_acknowledged() || is_server_failure(one))
}

pub(super) fn is_silent(one: &CheckExchange) -> bool {
    matches!(one.outcome, AttemptOutcome::TimedOut(_))
}

fn is_server_failure(one: &CheckExchange) -> bool {
    one.outcome.status().is_some_and(|status| status >= 500)
}

/// An answer came, and quickly; a process that may have died is not asked again.
fn may_be_chance(sent: &CheckExchange) -> bool {
    sent.latency < QUICK && sent.outcome.status().is_some_and(|status| status != 429)
}

fn note_chance(check: &AuditCheck, stage: &CheckContext<'_>, first: &Arc<CheckExchange>, second: &CheckExchange) {
    let (once, then) = (describe_exchange(first), describe_exchange(second));
    stage.note_unsteady(format!("{} saw \"{once}\", then \"{then}\" for another event of that kind", check.id), first);
}

/// What was turned away for its number says nothing about anything else.
fn excuse_limit(check: &AuditCheck, stage: &CheckContext<'_>, judgement: CheckJudgement) -> CheckJudgement {
    let limited: Vec<_> = stage.check_exchanges().into_iter().filter(|one| one.outcome.status() == Some(429)).collect();
    let untold = limited.iter().any(|one| read_retry_after(one).is_none());
    let own = check.id == BURST && untold && matches!(judgement, CheckJudgement::Fail(_));
    match limited.is_empty() || own {
        true => judgement,
        false => CheckJudgement::Skip("it was turned away with 429; see load.rate-limit".to_owned()),
    }
}

/// One fault is told once: what follows from another check's failure is left to that check.
fn judge_exchanges(
    wanted: AuditExpectation,
    faulty: &[Arc<CheckExchange>],
    forms_refused: &BTreeSet<u16>,
) -> CheckJudgement {
    if faulty.is_empty() {
        return CheckJudgement::Pass;
    }
    let all = |is: &dyn Fn(u16) -> bool| faulty.iter().all(|one| one.outcome.status().is_some_and(is));
    if wanted == AuditExpectation::Acknowledged && all(&|status| forms_refused.contains(&status)) {
        return CheckJudgement::Skip("its correct signature is refused; see auth.body-forms".to_owned());
    }
    if wanted == AuditExpectation::Acknowledged && all(&|status| (300..400).contains(&status)) {
        return CheckJudgement::Skip("it is redirected; see delivery.no-redirect".to_owned());
    }
    let mut faults: Vec<(String, Vec<&str>)> = Vec::new();
    for one in faulty {
        let Some(fault) = wanted.find_bare_fault(one) else { continue };
        match faults.iter_mut().find(|(known, _)| *known == fault) {
            Some((_, names)) => names.push(&one.what),
            None => faults.push((fault, vec![&one.what])),
        }
    }
    let told: Vec<String> = faults.iter().map(|(fault, names)| name_exchanges(names, fault)).collect();
    CheckJudgement::Fail(told.join("; "))
}
