//! What endpoints of the second service, ReferralHero, must withstand: its own events, and the checks that they share
//! with ReferralLoop's.

use super::super::catalogue::{AuditCheck, AuditExpectation};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use crate::protocol::check::CheckSeverity::{self, High, Medium};
use crate::protocol::referralhero::{HeroEvent, NAMES};
use serde_json::Value;

/// How its signatures are to be verified.
pub(super) const VERIFY: &str = "compute HMAC-SHA256 of the raw body with the secret, compare it in constant time with \
the whole value of X-ReferralHero-Signature, in hexadecimal or Base64, and answer 401 when they differ";

/// What becomes of a delivery that is not acknowledged.
pub(super) const GIVES_UP: &str = "ReferralHero takes 200 alone for an acknowledgement, tries three times over five \
minutes, and disables a webhook after ten bad answers in a row";

/// The referral of the documented example.
const FRIEND: &str =
    r#"{"name":"Mark","email":"mark@example.com","code":"hxgs6csgy","people_referred":26,"points":27}"#;

const ANSWER_200: &str = "answer exactly 200 to every event, also to those you have no use for";

/// Checks of the other service that say as much about this one's endpoints.
pub(super) const SHARED: &[&str] = &[
    "delivery.in-time",
    "delivery.no-redirect",
    "delivery.tls",
    "delivery.keep-alive",
    "delivery.small-answer",
    "delivery.chunked",
    "delivery.pieces",
    "delivery.header-case",
    "delivery.charset",
    "auth.body-forms",
    "auth.checked",
    "auth.missing",
    "auth.empty",
    "auth.wrong-secret",
    "auth.swapped",
    "auth.truncated",
    "auth.part",
    "auth.doubled",
    "auth.empty-key",
    "auth.undefined-key",
    "auth.changed-byte",
    "auth.changed-whitespace",
    "auth.plain-hash",
    "auth.garbage-after",
    "auth.malformed",
    "auth.no-crash",
    "auth.non-ascii",
    "auth.uniform",
    "auth.quiet",
    "auth.no-effect",
    "auth.content-type",
    "auth.known-body",
    "robust.emoji",
    "robust.right-to-left",
    "robust.long-strings",
    "robust.hostile-strings",
    "robust.invalid-json",
    "robust.empty-body",
    "robust.not-an-object",
    "robust.content-type",
    "robust.size-64k",
    "robust.size-256k",
    "robust.get",
    "robust.head",
    "robust.put",
    "semantics.duplicate",
    "semantics.duplicate-at-once",
    "semantics.effect",
    "semantics.once",
    "semantics.once-at-once",
    "load.burst",
    "load.burst-effects",
    "load.slow-sender",
    "load.stalled-sender",
    "load.abort",
    "load.restart",
    "load.many-at-once",
    "load.many-stalled",
    "load.rate-limit",
    "load.steady",
    "load.alive",
    "hygiene.stack-trace",
    "hygiene.secret",
    "hygiene.server-version",
    "hygiene.no-cookies",
    "hygiene.no-echo",
    "hygiene.other-path",
    "hygiene.get",
    "hygiene.no-cors",
];

pub(super) const CHECKS: &[AuditCheck] = &[
    acknowledged("delivery.referralhero-events", High, 7, |stage| {
        let events = NAMES.iter().filter_map(|name| HeroEvent::from_name(name));
        events.map(|event| stage.draft_signed(stage.make_hero_payload(event).to_string()).with_label(event.name())).collect()
    })
    .allow_unacknowledged()
    .with_texts("each documented event is acknowledged with 200", GIVES_UP, ANSWER_200),
    acknowledged("delivery.referralhero-referral", Medium, 3, |stage| {
        let friend = serde_json::from_str(FRIEND).unwrap_or_default();
        let forms = [("no referral", Value::from("")), ("a referral that was deleted", Value::from("subscriber_deleted")), ("a referral", friend)];
        forms.map(|(what, referral)| draft_with(stage, "referral", Some(referral)).with_label(what)).into()
    })
    .with_texts(
        "every form of \"referral\" is acknowledged",
        "it is an empty text, the text \"subscriber_deleted\" or an object; code that expects one form fails with the others",
        "check what \"referral\" is before you look into it",
    ),
    acknowledged("delivery.referralhero-no-waiting-list", Medium, 1, |stage| vec![draft_with(stage, "people_ahead", None)])
        .with_texts(
            "an event without \"people_ahead\" is acknowledged",
            "only campaigns with a waiting list have the member",
            "treat \"people_ahead\" as something that may be missing",
        ),
    acknowledged("delivery.referralhero-unknown-event", Medium, 1, |stage| {
        vec![draft_with(stage, "response", Some(Value::from("subscriber_merged")))]
    })
    .with_texts("an event with an unknown name is acknowledged", "new events come without notice", ANSWER_200),
    acknowledged("delivery.referralhero-out-of-order", Medium, 2, |stage| {
        let first = stage.make_payload();
        let told = |name: &str| {
            let mut payload = first.clone();
            payload["response"] = Value::from(name);
            stage.draft_signed(payload.to_string()).with_label(name)
        };
        vec![told("subscriber_deleted"), told("new_registration")]
    })
    .with_texts(
        "events of one subscriber that arrive out of order are acknowledged",
        "its pages warn that webhooks may arrive out of order or never, and are notifications, not the primary source",
        "acknowledge first; fetch the subscriber from the API where the order matters",
    ),
];

const fn acknowledged(
    id: &'static str,
    severity: CheckSeverity,
    cost: u32,
    drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
) -> AuditCheck {
    AuditCheck::from_requests(id, severity, AuditExpectation::Acknowledged, cost, drafts)
}

/// An ordinary event with a member of another value, or without it.
fn draft_with(stage: &CheckContext<'_>, member: &str, value: Option<Value>) -> RequestDraft {
    let event = HeroEvent::from_name("new_registration");
    let mut payload = event.map(|event| stage.make_hero_payload(event)).unwrap_or_default();
    if let Some(members) = payload.as_object_mut() {
        match value {
            Some(value) => drop(members.insert(member.to_owned(), value)),
            None => drop(members.shift_remove(member)),
        }
    }
    stage.draft_signed(payload.to_string())
}
