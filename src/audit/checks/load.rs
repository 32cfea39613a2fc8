//! Whether the endpoint stays alive under what networks and other senders do to it.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use crate::exchange::BodyEncoding;
use crate::protocol::check::CheckExchange;
use crate::protocol::check::CheckSeverity::{Critical, High, Low, Medium};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long after a restart the endpoint is tried again; each further wait is twice as long, 13 s in all.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Tries that this makes at most.
const TRIES: u32 = 8;

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("load.burst", High, 20, |stage| Box::pin(burst(stage, 20))).with_texts(
        "twenty events at once are each acknowledged within 5 s",
        "a campaign brings many sign-ups at once, and each one moves others",
        "acknowledge first and do the work afterwards; give the server more than one worker",
    ),
    AuditCheck::from_action("load.burst-effects", High, 11, |stage| Box::pin(burst_effects(stage)))
        .with_state()
        .with_texts(
            "ten events at once all have their effect",
            "reading a number, adding to it and writing it back loses updates made in between",
            "let the database do the counting, or use a lock",
        ),
    AuditCheck::from_requests("load.slow-sender", Medium, AuditExpectation::Acknowledged, 1, |stage| {
        vec![stage.draft_signup_created().with_manner(BodyEncoding::Pieces(8, Duration::from_millis(250)))]
    })
    .with_texts(
        "an event whose body takes two seconds to arrive is acknowledged",
        "networks are sometimes slow",
        "allow ten seconds for a body",
    ),
    AuditCheck::from_action("load.stalled-sender", High, 4, |stage| Box::pin(stalled(stage))).with_texts(
        "senders that stop half-way do not keep other events from being acknowledged",
        "one broken connection, or one attacker, stops all deliveries",
        "use a server that handles connections concurrently, and set a deadline for the body",
    ),
    AuditCheck::from_action("load.abort", Medium, 6, |stage| Box::pin(aborts(stage))).with_texts(
        "connections that break half-way do not keep the next event from being acknowledged",
        "connections break every day; an unhandled error event crashes some servers",
        "handle errors on the request's stream",
    ),
    AuditCheck::from_action("load.restart", Medium, 2 + TRIES, |stage| Box::pin(restart(stage)))
        .with_restart()
        .with_texts(
            "an event that comes again after a restart is acknowledged, and has no second effect",
            "a deployment can come between an event and its retry; what was received must be remembered across \
            restarts",
            "keep fingerprints in the database, not in memory",
        ),
    AuditCheck::from_action("load.many-at-once", Medium, 200, |stage| Box::pin(burst(stage, 200)))
        .mark_intrusive()
        .with_texts(
            "two hundred events at once are each acknowledged within 5 s",
            "a large campaign does this",
            "acknowledge first and do the work afterwards; give the server more than one worker",
        ),
    AuditCheck::from_action("load.many-stalled", Medium, 65, |stage| Box::pin(many_stalled(stage)))
        .mark_intrusive()
        .with_texts(
            "sixty-four senders that stop half-way do not keep other events from being acknowledged",
            "one attacker with one machine can do this",
            "set a deadline for the body, and put a proxy in front that does the same",
        ),
    AuditCheck::from_requests("load.megabytes", Low, AuditExpectation::Survived, 1, |stage| vec![megabytes(stage)])
        .mark_intrusive()
        .with_texts(
            "a body of 5 MiB does not crash it",
            "anyone who knows the URL can send one",
            "limit the size of bodies, and answer 413",
        ),
    AuditCheck::from_action("load.alive", Critical, 1, |stage| Box::pin(alive(stage))).with_texts(
        "it still works after all this",
        "an endpoint that has to be restarted by hand loses everything sent until then",
        "find in its log which of the requests above crashed it; let a supervisor restart it",
    ),
];

/// What is wrong with an answer that should be an acknowledgement in time.
fn late(one: &CheckExchange) -> Option<String> {
    match (one.outcome.is_acknowledged(), one.latency > ATTEMPT_BUDGET) {
        (true, false) => None,
        (true, true) => Some(format!("acknowledged after {:.1} s", one.latency.as_secs_f64())),
        (false, _) => Some(describe_exchange(one)),
    }
}

async fn burst(stage: &CheckContext<'_>, count: usize) -> CheckJudgement {
    let drafts = (0..count).map(|_| stage.draft_signup_created()).collect();
    let all = stage.send_together(drafts).await;
    let faults: Vec<String> = all.iter().filter_map(|one| late(one)).collect();
    match faults.first() {
        None => CheckJudgement::Pass,
        Some(first) => CheckJudgement::Fail(format!(
            "{} of {count} were not acknowledged within 5 s; one of them: {first}",
            faults.len()
        )),
    }
}

async fn burst_effects(stage: &CheckContext<'_>) -> CheckJudgement {
    let judged = async {
        let unit = match stage.measure_unit().await? {
            0 => {
                return Err(
                    "an ordinary event does not change what --state-cmd prints; see semantics.effect".to_owned()
                );
            }
            unit => unit,
        };
        let before = stage.read_settled_state().await?;
        let all = stage.send_together((0..10).map(|_| stage.draft_signup_created()).collect()).await;
        let acknowledged = all.iter().filter(|one| one.outcome.is_acknowledged()).count();
        let wanted = before + unit * i64::try_from(acknowledged).unwrap_or(0);
        let after = stage.wait_for_state(before, wanted).await?;
        Ok(match after == wanted {
            true => CheckJudgement::Pass,
            false => {
                let came = format!("{acknowledged} were acknowledged, and the state went from {before} to {after}");
                CheckJudgement::Fail(format!("{came}; {wanted} was expected"))
            }
        })
    };
    judged.await.unwrap_or_else(CheckJudgement::Skip)
}

/// An ordinary event, which must be acknowledged in time whatever went before.
async fn ordinary(stage: &CheckContext<'_>, what: &str) -> Arc<CheckExchange> {
    stage.send(stage.draft_signup_created().with_label(what)).await
}

async fn stalled(stage: &CheckContext<'_>) -> CheckJudgement {
    while_hanging(stage, 3).await
}

async fn many_stalled(stage: &CheckContext<'_>) -> CheckJudgement {
    while_hanging(stage, 64).await
}

async fn while_hanging(stage: &CheckContext<'_>, count: usize) -> CheckJudgement {
    let hanging = stage.send_stalled((0..count).map(|_| stage.draft_signup_created()).collect()).await;
    let sent = ordinary(stage, "an ordinary event meanwhile").await;
    drop(hanging);
    match late(&sent) {
        None => CheckJudgement::Pass,
        Some(fault) => CheckJudgement::Fail(format!("while {count} senders had stopped half-way: {fault}")),
    }
}

async fn aborts(stage: &CheckContext<'_>) -> CheckJudgement {
    let broken: Vec<RequestDraft> = (0..5)
        .map(|_| stage.draft_signup_created().with_manner(BodyEncoding::BrokenOff).with_label("broken off"))
        .collect();
    stage.send_together(broken).await;
    let sent = ordinary(stage, "an ordinary event afterwards").await;
    match late(&sent) {
        None => CheckJudgement::Pass,
        Some(fault) => CheckJudgement::Fail(fault),
    }
}

async fn restart(stage: &CheckContext<'_>) -> CheckJudgement {
    let Some(restart) = &stage.plan().restart else { return CheckJudgement::Skip(String::new()) };
    let draft = stage.draft_signup_created();
    let first = stage.send(draft.clone().with_label("before the restart")).await;
    if !first.outcome.is_acknowledged() {
        return CheckJudgement::Skip(describe_exchange(&first));
    }
    let before = match &stage.plan().state {
        Some(_) if stage.measure_unit().await.is_ok_and(|unit| unit != 0) => stage.read_settled_state().await.ok(),
        _ => None,
    };
    if let Err(why) = restart().await {
        return CheckJudgement::Skip(format!("--restart-cmd failed: {why}"));
    }
    let again = back(stage, &draft).await;
    match (again.outcome.is_acknowledged(), before) {
        (false, _) => CheckJudgement::Fail(describe_exchange(&again)),
        (true, None) => CheckJudgement::Pass,
        (true, Some(before)) => match stage.wait_for_state(before, before).await {
            Ok(after) if after != before => {
                CheckJudgement::Fail(format!("it had its effect again: the state went from {before} to {after}"))
            }
            _ => CheckJudgement::Pass,
        },
    }
}

/// The event again, until the endpoint answers or its time is up.
async fn back(stage: &CheckContext<'_>, draft: &RequestDraft) -> Arc<CheckExchange> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        let sent = stage.send(draft.clone().with_label("the same event after the restart")).await;
        if sent.outcome.status().is_some() {
            return sent;
        }
        stage.plan().clock.sleep(wait).await;
        wait *= 2;
    }
    stage.send(draft.clone().with_label("the same event after the restart")).await
}

fn megabytes(stage: &CheckContext<'_>) -> RequestDraft {
    super::draft_with_change(stage, |payload| payload["data"]["notes"] = Value::from("x".repeat(5 * 1024 * 1024)))
}

async fn alive(stage: &CheckContext<'_>) -> CheckJudgement {
    let broken = stage.breakage();
    if let Some(broken) = broken.clone().filter(|broken| !broken.is_gone) {
        stage.show_exchanges(broken.last);
        let since = format!("since {} no ordinary event is acknowledged any more", broken.since);
        return CheckJudgement::Fail(format!("{since} ({}); the last requests before that are shown", broken.seen));
    }
    let sent = ordinary(stage, "an ordinary event at the end").await;
    // How fast it is when nothing strains it is a check of its own.
    match broken {
        _ if sent.outcome.is_acknowledged() => CheckJudgement::Pass,
        Some(gone) if sent.outcome.is_unreachable() => {
            stage.show_exchanges(gone.last);
            CheckJudgement::Fail(format!("{} since {}; the last requests before that are shown", gone.seen, gone.since))
        }
        _ => CheckJudgement::Fail(describe_exchange(&sent)),
    }
}
