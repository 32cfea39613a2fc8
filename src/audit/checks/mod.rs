//! The catalogue, a file for each group. Ids are stable: scripts and baseline files name them.

pub(super) mod auth;
mod auth_forms;
pub(super) mod delivery;
pub(super) mod hygiene;
pub(super) mod load;
pub(super) mod robust;
pub(super) mod semantics;

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
