//! What everything before has shown, told once and at the end. Asked alone, these send some events to look back on.

use super::super::catalogue::{AuditCheck, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::semantics::{REMEMBER, by_state, unit};
use crate::protocol::check::CheckExchange;
use crate::protocol::check::CheckSeverity::{High, Low, Medium};
use std::sync::Arc;

/// So many other events must have come before an early one comes again.
const OTHERS: usize = 60;

/// So many events are sent to see one of them fail; a server that fails more seldom is not found out.
const SOUGHT: usize = 20;

/// How often an event that failed comes again.
const RETRIES: usize = 4;

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("semantics.once-later", High, 2, |stage| Box::pin(once_later(stage)))
        .with_state()
        .with_texts(
            "an event that comes again after many others has its effect once",
            "the last retry comes 81 minutes after the event, and any number of others in between; a memory of the last \
            few has forgotten it by then",
            REMEMBER,
        ),
    AuditCheck::from_action("semantics.after-failure", High, 2, |stage| Box::pin(after_failure(stage)))
        .with_state()
        .with_texts(
            "an event that failed has its effect when it comes again",
            "whoever notes an event as known before the work is done takes its retry for a repeat, and it is lost",
            REMEMBER,
        ),
    AuditCheck::from_action("load.rate-limit", Low, 0, |stage| Box::pin(rate_limit(stage)))
        .allow_unacknowledged()
        .with_texts(
            "events are not turned away for their number",
            "the service takes 429 for a failure like any other: the event comes again a minute later, five times in all",
            "let the service's deliveries pass the rate limit, or allow more of them",
        ),
    AuditCheck::from_action("load.steady", Medium, 0, |stage| Box::pin(steady(stage))).allow_unacknowledged().with_texts(
        "the same kind of event gets the same kind of answer each time",
        "what fails now and then is delivered again and again, and hides every other fault",
        "look in the endpoint's log for what failed: a pool that is exhausted, a worker that restarts, a dependency",
    ),
];

/// Ordinary events, where nothing but the first has been sent.
async fn send_some(stage: &CheckContext<'_>) {
    if stage.all_exchanges().len() > 1 || !stage.was_acknowledged() {
        return;
    }
    for _ in 0..SOUGHT {
        let sent = stage.send(stage.draft_signup_created().with_label("an ordinary event")).await;
        if sent.outcome.status().is_some_and(|status| status >= 500) {
            stage.note_unsteady("an ordinary event failed, and others like it did not".to_owned(), &sent);
        }
    }
}

async fn rate_limit(stage: &CheckContext<'_>) -> CheckJudgement {
    send_some(stage).await;
    match stage.limited_after() {
        None => CheckJudgement::Pass,
        Some(count) => CheckJudgement::Fail(format!("it answered 429 after {count} requests")),
    }
}

async fn steady(stage: &CheckContext<'_>) -> CheckJudgement {
    send_some(stage).await;
    let all = stage.list_unsteady();
    let Some((first, _)) = all.first() else { return CheckJudgement::Pass };
    stage.show_exchanges(all.iter().map(|(_, failed)| failed.clone()));
    CheckJudgement::Fail(format!("{}, and not when it was tried once more: {first}", stage.describe_failures()))
}

/// The first event of all that was acknowledged, once more.
async fn once_later(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(repeat_first(stage).await)
}

async fn repeat_first(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    unit(stage).await?;
    let taken = |one: &&Arc<CheckExchange>| one.outcome.is_acknowledged() && one.method == "POST";
    let all = stage.all_exchanges();
    let Some(first) = all.iter().find(taken).cloned() else {
        return Ok(CheckJudgement::Skip("no event was acknowledged".to_owned()));
    };
    for _ in all.iter().filter(taken).count()..OTHERS {
        stage.send(stage.draft_signup_created().with_label("another event")).await;
    }
    let others = stage.all_exchanges().iter().filter(taken).count() - 1;
    let before = stage.read_settled_state().await?;
    let again = stage.resend(&first, "the first event again").await;
    let after = stage.read_settled_state().await?;
    if after == before {
        return Ok(CheckJudgement::Pass);
    }
    stage.show_exchanges([first, again]);
    let seen = format!("an event that came again after {others} others took the state from {before} to {after}");
    Ok(CheckJudgement::Fail(seen))
}

async fn after_failure(stage: &CheckContext<'_>) -> CheckJudgement {
    if stage.all_exchanges().len() > 10 && stage.list_unsteady().is_empty() {
        return CheckJudgement::Skip("no ordinary event was answered with a failure of the server".to_owned());
    }
    by_state(retry_failed(stage).await)
}

/// Sends events until one fails, and that one until it is acknowledged: by then each has had its effect.
async fn retry_failed(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    let unit = unit(stage).await?;
    let before = stage.read_settled_state().await?;
    let mut acknowledged = 0;
    for _ in 0..SOUGHT {
        let draft = stage.draft_signup_created();
        let failed = stage.send(draft.clone().with_label("an ordinary event")).await;
        acknowledged += i64::from(failed.outcome.is_acknowledged());
        if failed.outcome.status().is_none_or(|status| status < 500) {
            continue;
        }
        for _ in 0..RETRIES {
            let again = stage.send(draft.clone().with_label("the same event again")).await;
            if !again.outcome.is_acknowledged() {
                continue;
            }
            let wanted = before + unit * (acknowledged + 1);
            let after = stage.wait_for_state(before, wanted).await?;
            if after.abs_diff(before) >= wanted.abs_diff(before) {
                return Ok(CheckJudgement::Pass);
            }
            let seen = format!("{}, then {}, without an effect", describe_exchange(&failed), describe_exchange(&again));
            stage.show_exchanges([failed, again]);
            let events = acknowledged + 1;
            return Ok(CheckJudgement::Fail(format!(
                "{seen}: {events} events took the state from {before} to {after}; {wanted} was expected"
            )));
        }
        return Ok(CheckJudgement::Skip(format!("an event that failed was not acknowledged in {RETRIES} more tries")));
    }
    Ok(CheckJudgement::Skip(format!("none of {SOUGHT} ordinary events was answered with a failure of the server")))
}
