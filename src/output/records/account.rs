//! The fields of records about the workspace and its key.

use super::named;
use crate::protocol::api::ApiWaitlist;
use serde::Serialize;

/// Fields of a `logged_in`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LoginRecord<'a> {
    pub profile: &'a str,
    pub api_url: String,
    /// `live` or `test`.
    pub key: &'static str,
    pub file: String,
    pub waitlists: usize,
}

/// Fields of a `logged_out`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogoutRecord<'a> {
    pub profile: &'a str,
    pub had_key: bool,
}

/// Fields of a `whoami`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WhoamiRecord<'a> {
    pub profile: &'a str,
    pub profile_origin: String,
    pub api_url: String,
    pub api_url_origin: String,
    /// `live` or `test`.
    pub key: &'static str,
    pub key_origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waitlists: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<&'static str>,
}

/// Fields of a `waitlist`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WaitlistRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    waitlist: &'a ApiWaitlist,
}

impl<'a> WaitlistRecord<'a> {
    /// Reads a waitlist.
    pub(crate) fn of(waitlist: &'a ApiWaitlist) -> Self {
        Self { id: waitlist.id(), name: waitlist.name(), waitlist }
    }
}

named! {
    LoginRecord<'_> => "logged_in",
    LogoutRecord<'_> => "logged_out",
    WhoamiRecord<'_> => "whoami",
    WaitlistRecord<'_> => "waitlist",
}
