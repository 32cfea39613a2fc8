//! Whether the signature is verified on every way into the handler: whatever the body is said to be, and whether it is
//! known already.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::auth_drafts::{header, wrong};
use crate::protocol::check::CheckSeverity::{Critical, Medium};
use http::header::CONTENT_TYPE;

/// What body parsers tell apart.
const TYPES: [&str; 2] = ["text/plain", "application/x-www-form-urlencoded"];

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_requests("auth.content-type", Critical, AuditExpectation::Refused, 6, |stage| {
        let unsigned = || stage.draft_signup_created().without_header(header(stage));
        let forged = || stage.draft_signup_created().with_header(header(stage), wrong(stage));
        [of_each_kind(&unsigned, "no signature"), of_each_kind(&forged, "a wrong signature")].concat()
    })
    .with_secret()
    .with_texts(
        "a forged event is refused whatever its content type",
        "where the signature is verified by the JSON parser, another Content-Type leads past it, and anyone who knows \
        the URL can invent sign-ups, moves and deletions",
        "read the raw body of every request, whatever its type, and verify it before any parser: \
        express.raw({ type: () => true })",
    ),
    AuditCheck::from_action("auth.known-body", Medium, 3, |stage| Box::pin(known_body(stage))).with_secret().with_texts(
        "an event that is known already is refused when its signature is wrong",
        "whoever looks for repeats before verifying tells anybody which events have come, and may take what is forged \
        for what was received",
        "verify first; look for repeats afterwards",
    ),
];

/// The same kind of request, once for each content type, and once without.
fn of_each_kind(draft: &dyn Fn() -> RequestDraft, what: &str) -> Vec<RequestDraft> {
    let typed = |kind: &&str| draft().with_header(&CONTENT_TYPE, kind).with_label(format!("{what}, sent as {kind}"));
    let mut drafts: Vec<RequestDraft> = TYPES.iter().map(typed).collect();
    drafts.push(draft().without_header(&CONTENT_TYPE).with_label(format!("{what}, sent without Content-Type")));
    drafts
}

async fn known_body(stage: &CheckContext<'_>) -> CheckJudgement {
    let draft = stage.draft_signup_created();
    let first = stage.send(draft.clone().with_label("an event")).await;
    if !first.outcome.is_acknowledged() {
        return CheckJudgement::Skip(describe_exchange(&first));
    }
    let forgeries = [
        draft.clone().with_header(header(stage), wrong(stage)).with_label("the same body with a wrong signature"),
        draft.without_header(header(stage)).with_label("the same body without a signature"),
    ];
    for forgery in forgeries {
        let sent = stage.send(forgery).await;
        if let Some(fault) = AuditExpectation::Refused.find_fault(&sent) {
            stage.show_exchanges([first, sent]);
            return CheckJudgement::Fail(fault);
        }
    }
    CheckJudgement::Pass
}
