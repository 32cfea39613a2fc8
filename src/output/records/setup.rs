//! The fields of records about the set-up: settings, checks of it and of the catalogue, guesses of the sandbox.

use super::named;
use crate::protocol::check::CheckSeverity;
use serde::Serialize;

/// Fields of a `setting`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SettingRecord<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'a str>,
    pub help: &'a str,
}

/// Fields of a `setting_changed`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SettingChangedRecord<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    pub file: String,
}

/// Fields of a `config_path`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ConfigPathRecord {
    pub path: String,
    pub exists: bool,
}

/// Fields of a `profile`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProfileRecord<'a> {
    pub name: &'a str,
    pub current: bool,
}

/// Fields of a `check` of the set-up; an endpoint's have more to tell.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SetupCheckRecord<'a> {
    pub id: &'static str,
    pub group: &'static str,
    pub severity: CheckSeverity,
    pub verdict: &'static str,
    pub title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    pub why: &'static str,
    pub fix: String,
    pub repeat: &'static str,
    pub took_ms: u64,
    /// None: nothing was sent.
    pub exchanges: [(); 0],
}

/// Fields of a `check_listed`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CheckListedRecord<'a> {
    pub id: &'static str,
    pub severity: CheckSeverity,
    pub title: &'static str,
    pub why: &'static str,
    pub fix: &'static str,
    pub needs: &'a [&'static str],
}

/// Fields of an `assumption`; `about` is what it is about.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AssumptionRecord {
    pub id: &'static str,
    pub about: &'static str,
    pub what: &'static str,
}

named! {
    SettingRecord<'_> => "setting",
    SettingChangedRecord<'_> => "setting_changed",
    ConfigPathRecord => "config_path",
    ProfileRecord<'_> => "profile",
    SetupCheckRecord<'_> => "check",
    CheckListedRecord<'_> => "check_listed",
    AssumptionRecord => "assumption",
}
