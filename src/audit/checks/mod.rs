//! The catalogue, a file for each group. Ids are stable: scripts and baseline files name them.

mod auth;
mod auth_detours;
mod auth_drafts;
mod auth_effects;
mod auth_quiet;
mod auth_timing;
mod body_forms;
mod delivery;
mod effects;
mod hygiene;
mod load;
mod looking_back;
mod referralhero;
mod robust;
mod semantics;

use super::catalogue::AuditCheck;
use super::check_context::CheckContext;
use super::draft::RequestDraft;
use serde_json::Value;

/// A signed `signup.created` after a change.
fn draft_with_change(stage: &CheckContext<'_>, change: impl FnOnce(&mut Value)) -> RequestDraft {
    let mut payload = stage.make_signup().build_created();
    change(&mut payload);
    stage.draft_signed(payload.to_string())
}

/// A signed `signup.created` whose name is this.
fn draft_with_name(stage: &CheckContext<'_>, name: impl Into<Value>) -> RequestDraft {
    stage.draft_signed(name_payload(stage.make_payload(), name.into()).to_string())
}

/// A body with another name of the sign-up, wherever the service has it.
fn name_payload(mut payload: Value, name: Value) -> Value {
    match payload.get_mut("data") {
        Some(data) => data["name"] = name,
        None => payload["name"] = name,
    }
    payload
}

/// The member of a body that holds the sign-up's place, and its value.
fn find_place(payload: &Value) -> (&'static str, i64) {
    let place = |value: Option<&Value>| value.and_then(Value::as_i64);
    match place(payload.pointer("/data/position")) {
        Some(position) => ("position", position),
        None => ("people_ahead", place(payload.get("people_ahead")).unwrap_or_default()),
    }
}

/// The whole catalogue of both services, in the order in which it is run.
pub(crate) fn all_checks() -> impl Iterator<Item = &'static AuditCheck> {
    let groups: [&'static [AuditCheck]; 10] = [
        delivery::CHECKS,
        referralhero::CHECKS,
        auth::CHECKS,
        auth_detours::CHECKS,
        robust::CHECKS,
        semantics::CHECKS,
        effects::CHECKS,
        load::CHECKS,
        hygiene::CHECKS,
        looking_back::CHECKS,
    ];
    groups.into_iter().flatten()
}

/// The checks for endpoints of one service: the second one's, or ReferralLoop's.
pub(crate) fn checks_of(hero: bool) -> impl Iterator<Item = &'static AuditCheck> {
    all_checks().filter(move |check| is_of_service(check, hero))
}

/// Whether a check says something about endpoints of that service.
pub(crate) fn is_of_service(check: &AuditCheck, hero: bool) -> bool {
    let own = referralhero::CHECKS.iter().any(|other| other.id == check.id);
    if hero { own || referralhero::SHARED.contains(&check.id) } else { !own }
}

/// What a check says, where it speaks of ReferralLoop's own schedule or signature and the other service is meant.
pub(crate) fn word_for_service(text: &'static str, hero: bool) -> &'static str {
    const OWN_SCHEDULE: [&str; 5] =
        ["five times", "three more times", "gives up after 5 s", "part of the 5 s", "only to public https"];
    match hero {
        true if text.contains("sha256=") => referralhero::VERIFY,
        true if OWN_SCHEDULE.iter().any(|words| text.contains(words)) => referralhero::GIVES_UP,
        _ => text,
    }
}

pub(crate) fn find_check(id: &str) -> Option<&'static AuditCheck> {
    all_checks().find(|check| check.id == id)
}
