//! The catalogue, a file for each group. Ids are stable: scripts and baseline files name them.

mod auth;
mod auth_forms;
mod delivery;
mod hygiene;
mod load;
mod robust;
mod semantics;

use super::catalogue::Check;
use super::draft::Draft;
use super::stage::Stage;
use serde_json::Value;

/// A signed `signup.created` after a change.
fn changed(stage: &Stage<'_>, change: impl FnOnce(&mut Value)) -> Draft {
    let mut payload = stage.signup().created();
    change(&mut payload);
    stage.post(payload.to_string())
}

/// A signed `signup.created` whose name is this.
fn named(stage: &Stage<'_>, name: impl Into<Value>) -> Draft {
    changed(stage, |payload| payload["data"]["name"] = name.into())
}

/// The whole catalogue, in the order in which it is run.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let groups: [&'static [Check]; 6] =
        [delivery::CHECKS, auth::CHECKS, robust::CHECKS, semantics::CHECKS, load::CHECKS, hygiene::CHECKS];
    groups.into_iter().flatten()
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}
