//! Whether repeats, order and age are handled as the service delivers. Effects are judged by the endpoint's own state.

use super::super::catalogue::{Check, Judgement, Wanted, seen};
use super::super::draft::Draft;
use super::super::stage::Stage;
use super::changed;
use crate::protocol::check::Severity;
use crate::protocol::check::Severity::{High, Low, Medium};
use serde_json::json;

const TWICE: &str = "a slow or lost answer makes the service deliver the same event again, byte for byte";

const REMEMBER: &str = "remember a fingerprint of each body (its SHA-256) in the same transaction as the effect, with a \
unique index, and acknowledge what is known without doing it again";

pub const CHECKS: &[Check] = &[
    Check::acts("semantics.duplicate", High, 2, |stage| Box::pin(duplicate(stage))).says(
        "an event that comes a second time is acknowledged again",
        "a repeat that is refused is delivered three more times, and then told as failed",
        "acknowledge what you know already",
    ),
    Check::acts("semantics.duplicate-at-once", High, 2, |stage| Box::pin(at_once(stage))).says(
        "an event that comes twice at the same time is acknowledged twice",
        "two subscriptions for one event deliver it twice at once",
        "let the second insert fail on the unique index, and acknowledge it all the same",
    ),
    Check::acts("semantics.effect", Medium, 1, |stage| Box::pin(effect(stage))).with_state().says(
        "an ordinary event has an effect",
        "the state is what the checks of effects are judged by",
        "let --state-cmd print a number that each sign-up changes, like the number of rows",
    ),
    Check::acts("semantics.once", High, 3, |stage| Box::pin(once(stage))).with_state().says(
        "an event that comes a second time has its effect once",
        TWICE,
        REMEMBER,
    ),
    Check::acts("semantics.once-at-once", High, 5, |stage| Box::pin(once_at_once(stage))).with_state().says(
        "an event that comes four times at the same moment has its effect once",
        "looking first and inserting then lets two through that look at the same time",
        REMEMBER,
    ),
    Check::acts("semantics.same-second", High, 3, |stage| Box::pin(same_second(stage))).with_state().says(
        "two sign-ups of the same second both have their effect",
        "the documentation suggests to recognise repeats by timestamp, which merges two sign-ups of one second",
        "recognise repeats by the whole body, never by timestamp alone",
    ),
    Check::acts("semantics.out-of-order", Medium, 4, |stage| Box::pin(out_of_order(stage))).says(
        "events of one sign-up that come in another order are acknowledged",
        "a retry comes after its successors; nothing promises an order",
        "compare timestamps with what you hold, keep the newer, and acknowledge the older",
    ),
    Check::sends("semantics.unknown-signup", Medium, Wanted::Acknowledged, 2, |stage| {
        let (moved, deleted) = (stage.signup(), stage.signup());
        vec![
            stage.post(moved.moved(9, 3, stage.now()).to_string()).called("moved"),
            stage.post(deleted.deleted(stage.now()).to_string()).called("deleted"),
        ]
    })
    .says(
        "events of a sign-up that nobody has seen are acknowledged",
        "its creation may have been lost, or have come before you subscribed; 404 has it delivered five times over",
        "acknowledge, and fetch the sign-up from the API if you need it",
    ),
    aged("semantics.age-1m", |stage| vec![of_age(stage, 60)]),
    aged("semantics.age-6m", |stage| vec![of_age(stage, 360)]),
    aged("semantics.age-21m", |stage| vec![of_age(stage, 1_260)]),
    aged("semantics.age-81m", |stage| vec![of_age(stage, 4_860)]),
    Check::sends("semantics.malformed-timestamp", Medium, Wanted::Survived, 5, |stage| {
        let mut drafts: Vec<Draft> = ["yesterday", "", "2024-13-45T99:99:99Z", "9999-12-31T23:59:59Z"]
            .map(|time| changed(stage, |payload| payload["timestamp"] = json!(time)).called(format!("{time:?}")))
            .into();
        drafts.push(changed(stage, |payload| payload["timestamp"] = json!(1_705_312_800)).called("a number"));
        drafts
    })
    .says(
        "a timestamp that is none does not crash it",
        "date parsers throw, or give a value that throws later",
        "check what the parser returned before you use it",
    ),
    Check::sends("semantics.time-with-offset", Low, Wanted::Acknowledged, 2, |stage| {
        let now = stage.ago(0).to_string();
        let second = now.split('.').next().unwrap_or_default().trim_end_matches('Z');
        let east = stage.ago(-7_200).to_string();
        let there = east.split('.').next().unwrap_or_default().trim_end_matches('Z');
        [format!("{there}+02:00"), format!("{second}.123456Z")]
            .map(|time| changed(stage, |payload| payload["timestamp"] = json!(time)).called(time))
            .into()
    })
    .says(
        "a timestamp with an offset or a fraction is acknowledged",
        "both are the same format (RFC 3339)",
        "read times with a library, not with a pattern",
    ),
];

const fn aged(id: &'static str, drafts: fn(&Stage<'_>) -> Vec<Draft>) -> Check {
    Check::sends(id, Severity::High, Wanted::Acknowledged, 1, drafts).says(
        "an event as old as a documented retry is acknowledged",
        "retries come 1, 6, 21 and 81 minutes after the event, each with the event's own timestamp; a tolerance of five minutes, as other services have it, refuses them",
        "do not refuse by age; if you must, allow 90 minutes and more",
    )
}

fn of_age(stage: &Stage<'_>, seconds: i64) -> Draft {
    stage.post(stage.signup_at(stage.ago(seconds)).created().to_string())
}

async fn duplicate(stage: &Stage<'_>) -> Judgement {
    let draft = stage.created();
    let first = stage.send(draft.clone().called("first")).await;
    let second = stage.send(draft.called("again")).await;
    match (first.outcome.acknowledged(), second.outcome.acknowledged()) {
        (false, _) => Judgement::Skip(seen(&first)),
        (true, true) => Judgement::Pass,
        (true, false) => Judgement::Fail(seen(&second)),
    }
}

async fn at_once(stage: &Stage<'_>) -> Judgement {
    let draft = stage.created();
    let both = stage.send_together(vec![draft.clone().called("one"), draft.called("the other")]).await;
    match both.iter().find(|one| !one.outcome.acknowledged()) {
        None => Judgement::Pass,
        Some(bad) => Judgement::Fail(seen(bad)),
    }
}

/// A judgement by the state; what keeps it from being asked skips the check.
fn by_state(judged: Result<Judgement, String>) -> Judgement {
    judged.unwrap_or_else(|why| Judgement::Skip(format!("the state could not be asked: {why}")))
}

/// What one event changes the state by; `Err` with a reason to skip where that is nothing.
async fn unit(stage: &Stage<'_>) -> Result<i64, String> {
    match stage.unit().await? {
        0 => Err("an ordinary event does not change it, which semantics.effect tells".to_owned()),
        unit => Ok(unit),
    }
}

async fn effect(stage: &Stage<'_>) -> Judgement {
    by_state(match stage.unit().await {
        Ok(0) => Ok(Judgement::Fail("the state is the same 5 s after an ordinary event".to_owned())),
        Ok(_) => Ok(Judgement::Pass),
        Err(why) => Err(why),
    })
}

/// Sends, and compares the effect with that of so many events.
async fn has_effect(stage: &Stage<'_>, drafts: Vec<Draft>, together: bool, events: i64) -> Result<Judgement, String> {
    let unit = unit(stage).await?;
    let before = stage.state().await?;
    let wanted = before + unit * events;
    if together {
        stage.send_together(drafts).await;
    } else {
        for draft in drafts {
            stage.send(draft).await;
        }
    }
    let after = stage.settled(before, wanted).await?;
    Ok(match after == wanted {
        true => Judgement::Pass,
        false => Judgement::Fail(format!("the state went from {before} to {after}, where {wanted} was right")),
    })
}

async fn once(stage: &Stage<'_>) -> Judgement {
    let draft = stage.created();
    by_state(has_effect(stage, vec![draft.clone().called("first"), draft.called("again")], false, 1).await)
}

async fn once_at_once(stage: &Stage<'_>) -> Judgement {
    by_state(has_effect(stage, vec![stage.created(); 4], true, 1).await)
}

async fn same_second(stage: &Stage<'_>) -> Judgement {
    let now = stage.now();
    let draft = || stage.post(stage.signup_at(now).created().to_string());
    by_state(has_effect(stage, vec![draft().called("one sign-up"), draft().called("another")], false, 2).await)
}

async fn out_of_order(stage: &Stage<'_>) -> Judgement {
    let signup = stage.signup_at(stage.ago(30));
    let drafts = [
        ("moved to 3, told first", signup.moved(7, 3, stage.now())),
        ("moved to 7, an older event", signup.moved(9, 7, stage.ago(10))),
        ("deleted", signup.deleted(stage.now())),
        ("created, the oldest event", signup.created()),
    ];
    for (what, payload) in drafts {
        let sent = stage.send(stage.post(payload.to_string()).called(what)).await;
        if !sent.outcome.acknowledged() {
            return Judgement::Fail(seen(&sent));
        }
    }
    Judgement::Pass
}
