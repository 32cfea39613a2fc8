//! Whether repeats, order and age are handled as the service delivers. Effects are judged by the endpoint's own state.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::draft_with_change;
use crate::protocol::check::CheckSeverity;
use crate::protocol::check::CheckSeverity::{High, Low, Medium};
use serde_json::Value;

const TWICE: &str = "a slow or lost answer makes the service deliver the same event again, byte for byte";

pub(super) const REMEMBER: &str = "store a fingerprint of each body (its SHA-256) in the same transaction as the effect, with a \
    unique index, and acknowledge repeats without doing the work again";

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("semantics.duplicate", High, 2, |stage| Box::pin(duplicate(stage))).with_texts(
        "an event that comes a second time is acknowledged again",
        "a repeat that is refused is delivered three more times, and then reported as failed",
        "acknowledge events that you already have",
    ),
    AuditCheck::from_action("semantics.duplicate-at-once", High, 2, |stage| Box::pin(at_once(stage))).with_texts(
        "an event that comes twice at the same time is acknowledged twice",
        "two subscriptions for one event deliver it twice at once",
        "let the second insert fail on the unique index, and acknowledge the event anyway",
    ),
    AuditCheck::from_action("semantics.effect", Medium, 2, |stage| Box::pin(effect(stage))).with_state().with_texts(
        "an ordinary event has an effect",
        "the checks of effects compare this state",
        "let --state-cmd print a number that each sign-up changes, like the number of rows",
    ),
    AuditCheck::from_action("semantics.once", High, 4, |stage| Box::pin(once(stage))).with_state().with_texts(
        "an event that comes a second time has its effect once",
        TWICE,
        REMEMBER,
    ),
    AuditCheck::from_action("semantics.once-at-once", High, 5, |stage| Box::pin(once_at_once(stage)))
        .with_state()
        .with_texts(
            "an event that comes four times at the same moment has its effect once",
            "checking first and inserting afterwards lets two through that check at the same time",
            REMEMBER,
        ),
    AuditCheck::from_action("semantics.same-second", High, 3, |stage| Box::pin(same_second(stage)))
        .with_state()
        .with_texts(
            "two sign-ups in the same second both have their effect",
            "the documentation suggests recognising repeats by timestamp, which merges two sign-ups in the same second",
            "recognise repeats by the whole body, never by timestamp alone",
        ),
    AuditCheck::from_action("semantics.two-moves", High, 4, |stage| Box::pin(two_moves(stage)))
        .with_state()
        .with_texts(
            "two moves of one sign-up both have their effect",
            "a sign-up moves many times; whoever recognises repeats by its id and the event's type loses all but the first",
            "recognise repeats by the whole body",
        ),
    AuditCheck::from_requests("semantics.unknown-signup", Medium, AuditExpectation::Acknowledged, 2, |stage| {
        let (moved, deleted) = (stage.make_signup(), stage.make_signup());
        vec![
            stage.draft_signed(moved.build_moved(9, 3, stage.now()).to_string()).with_label("moved"),
            stage.draft_signed(deleted.build_deleted(stage.now()).to_string()).with_label("deleted"),
        ]
    })
    .with_texts(
        "events of an unknown sign-up are acknowledged",
        "its creation may have been lost, or have come before you subscribed; after a 404 it is delivered four more \
        times",
        "acknowledge, and fetch the sign-up from the API if you need it",
    ),
    AuditCheck::from_action("semantics.out-of-order", Medium, 4, |stage| Box::pin(out_of_order(stage))).with_texts(
        "events of one sign-up that arrive out of order are acknowledged",
        "a retry comes after later events; no order is promised",
        "compare timestamps with what you have stored, keep the newer, and acknowledge the older",
    ),
    aged("semantics.age-1m", |stage| vec![of_age(stage, 60)]),
    aged("semantics.age-6m", |stage| vec![of_age(stage, 360)]),
    aged("semantics.age-21m", |stage| vec![of_age(stage, 1_260)]),
    aged("semantics.age-81m", |stage| vec![of_age(stage, 4_860)]),
    AuditCheck::from_requests("semantics.malformed-timestamp", Medium, AuditExpectation::Survived, 5, |stage| {
        let mut drafts: Vec<RequestDraft> = ["yesterday", "", "2024-13-45T99:99:99Z", "9999-12-31T23:59:59Z"]
            .map(|time| {
                draft_with_change(stage, |payload| payload["timestamp"] = Value::from(time))
                    .with_label(format!("{time:?}"))
            })
            .into();
        drafts.push(
            draft_with_change(stage, |payload| payload["timestamp"] = Value::from(1_705_312_800))
                .with_label("a number"),
        );
        drafts
    })
    .with_texts(
        "an invalid timestamp does not crash it",
        "date parsers throw, or return a value that throws later",
        "check what the parser returned before you use it",
    ),
    AuditCheck::from_requests("semantics.time-with-offset", Low, AuditExpectation::Acknowledged, 2, |stage| {
        let now = stage.seconds_ago(0).to_string();
        let second = now.split('.').next().unwrap_or_default().trim_end_matches('Z');
        let east = stage.seconds_ago(-7_200).to_string();
        let there = east.split('.').next().unwrap_or_default().trim_end_matches('Z');
        [format!("{there}+02:00"), format!("{second}.123456Z")]
            .map(|time| {
                draft_with_change(stage, |payload| payload["timestamp"] = time.as_str().into()).with_label(time)
            })
            .into()
    })
    .with_texts(
        "a timestamp with an offset or a fraction is acknowledged",
        "both are the same format (RFC 3339)",
        "parse times with a library, not with a pattern",
    ),
];

const fn aged(id: &'static str, drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>) -> AuditCheck {
    AuditCheck::from_requests(id, CheckSeverity::High, AuditExpectation::Acknowledged, 1, drafts).with_texts(
        "an event as old as a documented retry is acknowledged",
        "retries come 1, 6, 21 and 81 minutes after the event, each with the event's own timestamp; a tolerance of \
        five minutes, which other services use, refuses them",
        "do not refuse by age; if you must, allow at least 90 minutes",
    )
}

fn of_age(stage: &CheckContext<'_>, seconds: i64) -> RequestDraft {
    stage.draft_signed(stage.make_signup_at(stage.free_second(seconds)).build_created().to_string())
}

async fn duplicate(stage: &CheckContext<'_>) -> CheckJudgement {
    let draft = stage.draft_signup_created();
    let first = stage.send(draft.clone().with_label("first")).await;
    let second = stage.send(draft.with_label("again")).await;
    match (first.outcome.is_acknowledged(), second.outcome.is_acknowledged()) {
        (false, _) => CheckJudgement::Skip(describe_exchange(&first)),
        (true, true) => CheckJudgement::Pass,
        (true, false) => CheckJudgement::Fail(describe_exchange(&second)),
    }
}

async fn at_once(stage: &CheckContext<'_>) -> CheckJudgement {
    let draft = stage.draft_signup_created();
    let both = stage.send_together(vec![draft.clone().with_label("one"), draft.with_label("the other")]).await;
    match both.iter().find(|one| !one.outcome.is_acknowledged()) {
        None => CheckJudgement::Pass,
        Some(bad) => CheckJudgement::Fail(describe_exchange(bad)),
    }
}

/// A judgement by the state; what keeps it from being asked skips the check.
pub(super) fn by_state(judged: Result<CheckJudgement, String>) -> CheckJudgement {
    judged.unwrap_or_else(CheckJudgement::Skip)
}

/// What one event changes the state by; `Err` with a reason to skip where that is nothing.
pub(super) async fn unit(stage: &CheckContext<'_>) -> Result<i64, String> {
    match stage.measure_unit().await? {
        0 => Err("an ordinary event does not change what --state-cmd prints; see semantics.effect".to_owned()),
        unit => Ok(unit),
    }
}

async fn effect(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(match stage.measure_unit().await {
        Ok(0) => Ok(CheckJudgement::Fail("the state is unchanged 5 s after an ordinary event".to_owned())),
        Ok(_) => Ok(CheckJudgement::Pass),
        Err(why) => Err(why),
    })
}

/// Sends, and compares the effect with that of so many events.
async fn has_effect(
    stage: &CheckContext<'_>,
    drafts: Vec<RequestDraft>,
    together: bool,
    events: i64,
) -> Result<CheckJudgement, String> {
    let unit = unit(stage).await?;
    let before = stage.read_settled_state().await?;
    let wanted = before + unit * events;
    let repeated = drafts.len() as u64 > events.unsigned_abs();
    if together {
        stage.send_together(drafts).await;
    } else {
        for draft in drafts {
            stage.send(draft).await;
        }
    }
    let after = stage.wait_for_state(before, wanted).await?;
    Ok(match after == wanted {
        true => CheckJudgement::Pass,
        // Taken for one that was known already, which is not what comes twice.
        false if repeated && after.abs_diff(before) < wanted.abs_diff(before) => {
            CheckJudgement::Skip("a new event had no effect; see semantics.same-second".to_owned())
        }
        false => CheckJudgement::Fail(format!("the state went from {before} to {after}; {wanted} was expected")),
    })
}

async fn once(stage: &CheckContext<'_>) -> CheckJudgement {
    // Another one in between: some remember the last event alone.
    let (draft, other) = (stage.draft_signup_created(), stage.draft_signup_created());
    let drafts = vec![draft.clone().with_label("first"), other.with_label("another"), draft.with_label("first again")];
    by_state(has_effect(stage, drafts, false, 2).await)
}

async fn once_at_once(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(has_effect(stage, vec![stage.draft_signup_created(); 4], true, 1).await)
}

async fn same_second(stage: &CheckContext<'_>) -> CheckJudgement {
    let now = stage.now();
    let draft = || stage.draft_signed(stage.make_signup_at(now).build_created().to_string());
    by_state(has_effect(stage, vec![draft().with_label("one sign-up"), draft().with_label("another")], false, 2).await)
}

async fn two_moves(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(count_moves(stage).await)
}

/// What a move changes is for the endpoint to say; where the first changes something, the second must too.
async fn count_moves(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    unit(stage).await?;
    let [created, first, second] = stage.free_seconds();
    let signup = stage.make_signup_at(created);
    stage.send(stage.draft_signed(signup.build_created().to_string()).with_label("created")).await;
    let moves = [("moved to 7", 9, 7, first), ("moved to 3", 7, 3, second)];
    let mut changes = Vec::new();
    for (what, from, to, at) in moves {
        let before = stage.read_settled_state().await?;
        let moved = signup.build_moved(from, to, at);
        stage.send(stage.draft_signed(moved.to_string()).with_label(what)).await;
        changes.push(stage.read_settled_state().await?.abs_diff(before));
        if changes == [0] {
            return Ok(CheckJudgement::Skip("a move does not change what --state-cmd prints".to_owned()));
        }
    }
    Ok(match changes.last() {
        Some(0) => CheckJudgement::Fail("the first move changed the state, the second did not".to_owned()),
        _ => CheckJudgement::Pass,
    })
}

async fn out_of_order(stage: &CheckContext<'_>) -> CheckJudgement {
    let signup = stage.make_signup_at(stage.seconds_ago(30));
    let drafts = [
        ("moved to 3, told first", signup.build_moved(7, 3, stage.now())),
        ("moved to 7, an older event", signup.build_moved(9, 7, stage.seconds_ago(10))),
        ("deleted", signup.build_deleted(stage.now())),
        ("created, the oldest event", signup.build_created()),
    ];
    for (what, payload) in drafts {
        let sent = stage.send(stage.draft_signed(payload.to_string()).with_label(what)).await;
        if !sent.outcome.is_acknowledged() {
            return CheckJudgement::Fail(describe_exchange(&sent));
        }
    }
    CheckJudgement::Pass
}
