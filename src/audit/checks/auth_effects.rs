//! What forged events change: nothing, neither when they are refused nor when the genuine event comes afterwards.

use super::super::catalogue::CheckJudgement;
use super::super::check_context::CheckContext;
use super::auth_drafts::{header, signed_with, wrong};
use super::semantics::{by_state, unit};

pub(super) async fn judge_effects(stage: &CheckContext<'_>) -> CheckJudgement {
    by_state(send_forged_first(stage).await)
}

/// Whether the state moves although the forgeries are refused; and whether it moves once the same body is genuine.
async fn send_forged_first(stage: &CheckContext<'_>) -> Result<CheckJudgement, String> {
    // An effect that comes later than anybody waits for would be taken for one of the forgeries.
    let unit = unit(stage).await?;
    let before = stage.read_settled_state().await?;
    let genuine = stage.draft_signup_created();
    let drafts = [
        stage.draft_signup_created().without_header(header(stage)).with_label("no signature"),
        genuine.clone().with_header(header(stage), wrong(stage)).with_label("a wrong signature"),
        signed_with(stage, b"a secret that is not yours").with_label("another secret"),
    ];
    let mut refused = Vec::new();
    for draft in drafts {
        let sent = stage.send(draft).await;
        if sent.outcome.is_acknowledged() {
            return Ok(CheckJudgement::Skip("forged events are accepted; see auth.missing".to_owned()));
        }
        refused.push(sent);
    }
    // The delay of effects is known by now, or it is looked for as long as at the beginning.
    let after = stage.read_settled_state().await?;
    if after != before {
        return Ok(CheckJudgement::Fail(format!("three forged events took the state from {before} to {after}")));
    }
    let sent = stage.send(genuine.with_label("the same body, rightly signed")).await;
    if !sent.outcome.is_acknowledged() || stage.wait_for_state(after, after + unit).await? != after {
        return Ok(CheckJudgement::Pass);
    }
    // Where another one has no effect either, that is not why.
    stage.send(stage.draft_signup_created().with_label("another event, to compare with")).await;
    if stage.wait_for_state(after, after + unit).await? == after {
        return Ok(CheckJudgement::Skip("a new event had no effect; see semantics.same-second".to_owned()));
    }
    stage.show_exchanges([refused.swap_remove(1), sent]);
    let seen =
        "an event that was refused for its signature was acknowledged when it came rightly signed, and had no effect";
    Ok(CheckJudgement::Fail(seen.to_owned()))
}
