//! Whether the endpoint stays alive under what networks and other senders do to it.

use super::super::catalogue::{Check, Judgement, Wanted, seen};
use super::super::draft::Draft;
use super::super::stage::Stage;
use crate::exchange::Manner;
use crate::protocol::check::Exchanged;
use crate::protocol::check::Severity::{Critical, High, Low, Medium};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How long after a restart the endpoint is tried again; each further wait is twice as long, 13 s in all.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Tries that this makes at most.
const TRIES: u32 = 8;

pub const CHECKS: &[Check] = &[
    Check::acts("load.burst", High, 20, |stage| Box::pin(burst(stage, 20))).says(
        "twenty events at once are each acknowledged within 5 s",
        "a campaign that goes out brings sign-ups at once, and each moves others",
        "acknowledge first and do the work afterwards; give the server more than one worker",
    ),
    Check::acts("load.burst-effects", High, 11, |stage| Box::pin(burst_effects(stage))).with_state().says(
        "ten events at once all have their effect",
        "reading a number, adding to it and writing it back loses what came in between",
        "let the database count, or lock",
    ),
    Check::sends("load.slow-sender", Medium, Wanted::Acknowledged, 1, |stage| {
        vec![stage.created().sent(Manner::Pieces(8, Duration::from_millis(250)))]
    })
    .says(
        "an event whose body takes two seconds to arrive is acknowledged",
        "networks are slow at times",
        "give a body ten seconds",
    ),
    Check::acts("load.stalled-sender", High, 4, |stage| Box::pin(stalled(stage))).says(
        "senders that stop half-way do not keep other events from being acknowledged",
        "one broken connection, or one ill-meaning visitor, stops all deliveries",
        "use a server that handles connections side by side, and give the body a deadline",
    ),
    Check::acts("load.abort", Medium, 6, |stage| Box::pin(aborts(stage))).says(
        "connections that break half-way do not keep the next event from being acknowledged",
        "connections break every day; an unhandled error event ends some servers",
        "handle errors of the request's stream",
    ),
    Check::acts("load.restart", Medium, 2 + TRIES, |stage| Box::pin(restart(stage))).with_restart().says(
        "an event that comes again after a restart is acknowledged, and has no second effect",
        "a deployment falls between an event and its retry; memory of what came must outlive the process",
        "keep fingerprints in the database, not in memory",
    ),
    Check::acts("load.many-at-once", Medium, 200, |stage| Box::pin(burst(stage, 200))).intrusive().says(
        "two hundred events at once are each acknowledged within 5 s",
        "a large campaign does this",
        "acknowledge first and do the work afterwards; give the server more than one worker",
    ),
    Check::acts("load.many-stalled", Medium, 65, |stage| Box::pin(many_stalled(stage))).intrusive().says(
        "sixty-four senders that stop half-way do not keep other events from being acknowledged",
        "one ill-meaning visitor with one machine can do this",
        "give the body a deadline, and put a proxy in front that does",
    ),
    Check::sends("load.megabytes", Low, Wanted::Survived, 1, |stage| vec![megabytes(stage)]).intrusive().says(
        "a body of 5 MiB does not crash it",
        "whoever knows the URL can send one",
        "limit the size of bodies, and answer 413",
    ),
    Check::acts("load.alive", Critical, 1, |stage| Box::pin(alive(stage))).says(
        "it is alive after all this",
        "an endpoint that has to be restarted by hand loses what comes until somebody does",
        "find in its log which of the requests above ended it; let a supervisor restart it",
    ),
];

/// What is wrong with an answer that should be an acknowledgement in time.
fn late(one: &Exchanged) -> Option<String> {
    match (one.outcome.acknowledged(), one.latency > ATTEMPT_BUDGET) {
        (true, false) => None,
        (true, true) => Some(format!("acknowledged after {:.1} s", one.latency.as_secs_f64())),
        (false, _) => Some(seen(one)),
    }
}

async fn burst(stage: &Stage<'_>, count: usize) -> Judgement {
    let drafts = (0..count).map(|_| stage.created()).collect();
    let all = stage.send_together(drafts).await;
    let faults: Vec<String> = all.iter().filter_map(|one| late(one)).collect();
    match faults.first() {
        None => Judgement::Pass,
        Some(first) => Judgement::Fail(format!("{} of {count} were not: {first}", faults.len())),
    }
}

async fn burst_effects(stage: &Stage<'_>) -> Judgement {
    let judged = async {
        let unit = match stage.unit().await? {
            0 => return Err("an ordinary event does not change it, which semantics.effect tells".to_owned()),
            unit => unit,
        };
        let before = stage.state().await?;
        let all = stage.send_together((0..10).map(|_| stage.created()).collect()).await;
        let acknowledged = all.iter().filter(|one| one.outcome.acknowledged()).count();
        let wanted = before + unit * i64::try_from(acknowledged).unwrap_or(0);
        let after = stage.settled(before, wanted).await?;
        Ok(match after == wanted {
            true => Judgement::Pass,
            false => {
                let came = format!("{acknowledged} were acknowledged, and the state went from {before} to {after}");
                Judgement::Fail(format!("{came}, where {wanted} was right"))
            }
        })
    };
    judged.await.unwrap_or_else(|why: String| Judgement::Skip(format!("the state could not be asked: {why}")))
}

/// An ordinary event, which must be acknowledged in time whatever went before.
async fn ordinary(stage: &Stage<'_>, what: &str) -> Arc<Exchanged> {
    stage.send(stage.created().called(what)).await
}

async fn stalled(stage: &Stage<'_>) -> Judgement {
    while_hanging(stage, 3).await
}

async fn many_stalled(stage: &Stage<'_>) -> Judgement {
    while_hanging(stage, 64).await
}

async fn while_hanging(stage: &Stage<'_>, count: usize) -> Judgement {
    let hanging = stage.hang((0..count).map(|_| stage.created()).collect()).await;
    let sent = ordinary(stage, "an ordinary event meanwhile").await;
    drop(hanging);
    match late(&sent) {
        None => Judgement::Pass,
        Some(fault) => Judgement::Fail(format!("while {count} senders had stopped half-way: {fault}")),
    }
}

async fn aborts(stage: &Stage<'_>) -> Judgement {
    let broken: Vec<Draft> = (0..5).map(|_| stage.created().sent(Manner::BrokenOff).called("broken off")).collect();
    stage.send_together(broken).await;
    let sent = ordinary(stage, "an ordinary event afterwards").await;
    match late(&sent) {
        None => Judgement::Pass,
        Some(fault) => Judgement::Fail(fault),
    }
}

async fn restart(stage: &Stage<'_>) -> Judgement {
    let Some(restart) = &stage.plan().restart else { return Judgement::Skip(String::new()) };
    let draft = stage.created();
    let first = stage.send(draft.clone().called("before the restart")).await;
    if !first.outcome.acknowledged() {
        return Judgement::Skip(seen(&first));
    }
    let before = match &stage.plan().state {
        Some(_) => settled_state(stage).await,
        None => None,
    };
    if let Err(why) = restart().await {
        return Judgement::Skip(format!("--restart-cmd failed: {why}"));
    }
    let again = back(stage, &draft).await;
    match (again.outcome.acknowledged(), before) {
        (false, _) => Judgement::Fail(seen(&again)),
        (true, None) => Judgement::Pass,
        (true, Some(before)) => match stage.settled(before, before).await {
            Ok(after) if after != before => {
                Judgement::Fail(format!("it had its effect again: the state went from {before} to {after}"))
            }
            _ => Judgement::Pass,
        },
    }
}

/// The state once it has stopped changing.
async fn settled_state(stage: &Stage<'_>) -> Option<i64> {
    let now = stage.state().await.ok()?;
    stage.settled(now, now).await.ok()
}

/// The event again, until the endpoint answers or its time is up.
async fn back(stage: &Stage<'_>, draft: &Draft) -> Arc<Exchanged> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        let sent = stage.send(draft.clone().called("the same event after the restart")).await;
        if sent.outcome.status().is_some() {
            return sent;
        }
        stage.plan().clock.sleep(wait).await;
        wait *= 2;
    }
    stage.send(draft.clone().called("the same event after the restart")).await
}

fn megabytes(stage: &Stage<'_>) -> Draft {
    super::changed(stage, |payload| payload["data"]["notes"] = json!("x".repeat(5 * 1024 * 1024)))
}

async fn alive(stage: &Stage<'_>) -> Judgement {
    let sent = ordinary(stage, "an ordinary event at the end").await;
    // How fast it is when nothing strains it is a check of its own.
    match sent.outcome.acknowledged() {
        true => Judgement::Pass,
        false => Judgement::Fail(seen(&sent)),
    }
}
