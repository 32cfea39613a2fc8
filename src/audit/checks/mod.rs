//! The catalogue, a file for each group. Ids are stable: scripts and baseline files name them.

mod auth;
mod auth_quiet;
mod body_forms;
mod delivery;
mod hygiene;
mod load;
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
    draft_with_change(stage, |payload| payload["data"]["name"] = name.into())
}

/// The whole catalogue, in the order in which it is run.
pub(crate) fn all_checks() -> impl Iterator<Item = &'static AuditCheck> {
    let groups: [&'static [AuditCheck]; 7] = [
        delivery::CHECKS,
        auth::CHECKS,
        robust::CHECKS,
        semantics::CHECKS,
        load::CHECKS,
        hygiene::CHECKS,
        load::LAST_CHECKS,
    ];
    groups.into_iter().flatten()
}

/// The check of that id.
pub(crate) fn find_check(id: &str) -> Option<&'static AuditCheck> {
    all_checks().find(|check| check.id == id)
}
