//! The fields of records about sign-ups, subscriptions and what was missed.

use super::named;
use crate::protocol::api::ApiSignup;
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields of a `signup`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SignupRecord<'a> {
    id: &'a str,
    waitlist_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    #[cfg_attr(test, schemars(with = "Map<String, Value>"))]
    signup: &'a ApiSignup,
}

impl<'a> SignupRecord<'a> {
    /// Reads a sign-up of a waitlist.
    pub(crate) fn of(signup: &'a ApiSignup, waitlist_id: &'a str) -> Self {
        Self { id: signup.id(), waitlist_id, email: signup.email(), position: signup.position(), signup }
    }
}

/// Fields of a `signup_deleted`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SignupDeletedRecord<'a> {
    pub id: &'a str,
    pub waitlist_id: &'a str,
}

/// Fields of a `subscription`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SubscriptionRecord<'a> {
    pub line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    pub standing: &'static str,
    pub event_type: &'a str,
    pub target_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waitlist_id: Option<&'a str>,
    pub api_url: &'a str,
    pub asked_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_behind: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<bool>,
}

/// Fields of an `unsubscribed`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnsubscribedRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    pub found: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rollback: bool,
}

/// Fields of a `forgotten`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ForgottenRecord {
    pub line: u64,
}

/// Fields of a `missed`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct MissedRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'static str>,
    pub waitlist_id: &'a str,
    pub signup_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_position: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_position: Option<i64>,
    #[cfg_attr(test, schemars(with = "Option<Map<String, Value>>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signup: Option<&'a ApiSignup>,
}

named! {
    SignupRecord<'_> => "signup",
    SignupDeletedRecord<'_> => "signup_deleted",
    SubscriptionRecord<'_> => "subscription",
    UnsubscribedRecord<'_> => "unsubscribed",
    ForgottenRecord => "forgotten",
    MissedRecord<'_> => "missed",
}
