//! Whether each event has its effect, and none has it again: moves, deletions, late events of the deleted, sign-ups that
//! differ in little. Judged by the endpoint's own state.

use super::super::catalogue::{AuditCheck, CheckJudgement};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::draft_with_name;
use super::semantics::{REMEMBER, by_state, unit};
use crate::protocol::check::CheckSeverity::{High, Medium};
use serde_json::Value;

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("semantics.each-age", High, 6, |stage| Box::pin(each_age(stage))).with_state().with_texts(
        "an event has its effect whatever its age",
        "retries come up to 81 minutes after the event, and after newer ones; what is acknowledged and left out is lost",
        "compare ages only with what is stored of the same sign-up, never with the newest event or the clock",
    ),
    AuditCheck::from_action("semantics.once-moves", High, 5, |stage| Box::pin(once_moves(stage))).with_state().with_texts(
        "a move and a deletion that come a second time have their effect once",
        "whoever recognises repeats of signup.created alone counts the others again with each retry",
        REMEMBER,
    ),
    AuditCheck::from_action("semantics.stays-deleted", Medium, 4, |stage| Box::pin(stays_deleted(stage)))
        .with_state()
        .with_texts(
            "a deleted sign-up does not come back with a late event",
            "a retry comes after later events, a move or creation after the deletion; the sign-up is then there for ever",
            "remember deletions, and compare timestamps with what you have stored",
        ),
    AuditCheck::from_action("semantics.each-name", Medium, 8, |stage| Box::pin(each_name(stage))).with_state().with_texts(
        "a sign-up has its effect whatever its name",
        "an error that is caught after the acknowledgement loses the event for good",
        "use UTF-8 throughout; treat names as optional, of any script, and not unique; log what fails",
    ),
    AuditCheck::from_action("semantics.each-address", Medium, 6, |stage| Box::pin(each_address(stage)))
        .with_state()
        .with_texts(
            "ada@example.com, ada+tag@example.com and ada@mail.example.com are three sign-ups",
            "they are sign-ups of their own, with ids of their own; merged, one of them is lost",
            "identify sign-ups by data.id, never by a changed address",
        ),
];

/// What makes the check of late events possible.
const NO_WAY_BACK: &str = "the number of --state-cmd stays the same after a deletion, so a sign-up that came back could not be seen; a \
    command that counts the sign-ups that there are makes this check possible";

async fn once_moves(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(count_repeats(stage).await)
}

/// Whatever they change the first time, the second changes nothing.
async fn count_repeats(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    unit(stage).await?;
    let [created, moved, deleted] = stage.free_seconds();
    let signup = stage.make_signup_at(created);
    stage.send(stage.draft_signed(signup.build_created().to_string()).with_label("created")).await;
    let events = [("a move", signup.build_moved(9, 7, moved)), ("a deletion", signup.build_deleted(deleted))];
    for (what, payload) in events {
        let draft = stage.draft_signed(payload.to_string());
        stage.send(draft.clone().with_label(what)).await;
        let once = stage.read_settled_state().await?;
        stage.send(draft.with_label(format!("{what} again"))).await;
        let twice = stage.read_settled_state().await?;
        if twice != once {
            return Ok(CheckJudgement::Fail(format!("{what} that came again took the state from {once} to {twice}")));
        }
    }
    Ok(CheckJudgement::Pass)
}

async fn stays_deleted(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(send_late(stage).await)
}

/// Only where a deletion takes back what the sign-up changed: elsewhere events are counted, and a late one is one more.
async fn send_late(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    unit(stage).await?;
    let [first, second, third] = stage.free_seconds();
    let signup = stage.make_signup_at(first);
    let created = stage.draft_signed(signup.build_created().to_string());
    let before = stage.read_settled_state().await?;
    stage.send(created.clone().with_label("created")).await;
    stage.send(stage.draft_signed(signup.build_deleted(third).to_string()).with_label("deleted")).await;
    let gone = stage.read_settled_state().await?;
    if gone != before {
        return Ok(CheckJudgement::Skip(NO_WAY_BACK.to_owned()));
    }
    let moved = stage.draft_signed(signup.build_moved(9, 7, second).to_string());
    stage.send(moved.with_label("moved, told late")).await;
    stage.send(created.with_label("created, told late")).await;
    let after = stage.read_settled_state().await?;
    Ok(match after == gone {
        true => CheckJudgement::Pass,
        false => {
            CheckJudgement::Fail(format!("late events of a deleted sign-up took the state from {gone} to {after}"))
        }
    })
}

async fn each_age(stage: &CheckContext<'_>) -> CheckJudgement {
    let ages = |stage: &CheckContext<'_>| {
        let ages = [("of this moment", 0), ("21 minutes old", 1_260), ("81 minutes old", 4_860)];
        let signup = |age| stage.make_signup_at(stage.free_second(age));
        ages.map(|(what, age)| stage.draft_signed(signup(age).build_created().to_string()).with_label(what)).into()
    };
    by_state(find_lost(stage, &ages).await)
}

async fn each_name(stage: &CheckContext<'_>) -> CheckJudgement {
    let names = |stage: &CheckContext<'_>| {
        let names = [("letters beyond ASCII", "Zo\u{eb}"), ("emoji", "\u{1f98a}"), ("an apostrophe", "O'Neil")];
        let mut drafts: Vec<_> = names.map(|(what, name)| draft_with_name(stage, name).with_label(what)).into();
        drafts.push(draft_with_name(stage, Value::Null).with_label("no name"));
        drafts
    };
    by_state(find_lost(stage, &names).await)
}

/// Not with addresses that differ in case: to merge these is right, for hardly a mail server tells them apart.
async fn each_address(stage: &CheckContext<'_>) -> CheckJudgement {
    let addresses = |stage: &CheckContext<'_>| {
        let plain = stage.make_signup();
        let (name, domain) = plain.email.split_once('@').unwrap_or((&plain.email, "example.com"));
        let emails = [
            ("an address", plain.email.clone()),
            ("with a tag, as in ada+tag@example.com", format!("{name}+tag@{domain}")),
            ("at another domain, as in ada@mail.example.com", format!("{name}@mail.{domain}")),
        ];
        let draft = |(what, email): (&str, String)| {
            let mut payload = stage.make_signup().build_created();
            payload["data"]["email"] = Value::from(email);
            stage.draft_signed(payload.to_string()).with_label(what)
        };
        emails.map(draft).into()
    };
    by_state(find_lost(stage, &addresses).await)
}

/// Sends all; where some that were acknowledged had no effect, others like them one by one, to name these.
async fn find_lost(
    stage: &CheckContext<'_>,
    drafts: &(dyn Fn(&CheckContext<'_>) -> Vec<RequestDraft> + Sync),
) -> Result<CheckJudgement, String> {
    let unit = unit(stage).await?;
    let before = stage.read_settled_state().await?;
    let mut acknowledged = 0;
    for draft in drafts(stage) {
        acknowledged += i64::from(stage.send(draft).await.outcome.is_acknowledged());
    }
    let wanted = before + unit * acknowledged;
    let after = stage.wait_for_state(before, wanted).await?;
    if after.abs_diff(before) >= wanted.abs_diff(before) {
        return Ok(CheckJudgement::Pass);
    }
    let (mut lost, mut before) = (Vec::new(), after);
    for draft in drafts(stage) {
        let what = draft.what.clone();
        let sent = stage.send(draft).await;
        let after = stage.read_settled_state().await?;
        if sent.outcome.is_acknowledged() && after == before {
            lost.push(what);
        }
        before = after;
    }
    Ok(match lost.is_empty() {
        true => CheckJudgement::Skip("one event had no effect, and others of the same kind had theirs when it was tried again; which one cannot be told".to_owned()),
        false => CheckJudgement::Fail(format!("acknowledged, and without effect: {}", lost.join(", "))),
    })
}
