//! The calls: method, path and what is sent.

use super::{BASE_PATH, PAGE};
use crate::protocol::event::EventType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// HTTP's methods, as far as the API uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiMethod {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Removes.
    Delete,
}

impl ApiMethod {
    /// As it stands in a request.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// One call of the API. Ids have been through [`check_id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiCall {
    /// Every waitlist of the workspace.
    Waitlists,
    /// A page of a waitlist's sign-ups.
    Signups {
        waitlist: String,
        /// How many at most.
        limit: u32,
        /// How many to pass over.
        offset: u64,
    },
    /// Adds a sign-up to a waitlist.
    CreateSignup { waitlist: String },
    /// One sign-up.
    Signup {
        waitlist: String,
        /// The sign-up.
        signup: String,
    },
    /// Removes a sign-up.
    DeleteSignup {
        waitlist: String,
        /// The sign-up.
        signup: String,
    },
    /// Makes a subscription.
    Subscribe,
    /// Removes a subscription.
    Unsubscribe { subscription: String },
}

impl ApiCall {
    pub(crate) fn method(&self) -> ApiMethod {
        match self {
            Self::Waitlists | Self::Signups { .. } | Self::Signup { .. } => ApiMethod::Get,
            Self::CreateSignup { .. } | Self::Subscribe => ApiMethod::Post,
            Self::DeleteSignup { .. } | Self::Unsubscribe { .. } => ApiMethod::Delete,
        }
    }

    /// Whether making it twice does no more than making it once (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        self.method() != ApiMethod::Post
    }

    /// Its path below the base, query included.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Waitlists => "/waitlists".into(),
            Self::Signups { waitlist, limit, offset } => {
                let path = format!("/waitlists/{waitlist}/signups");
                match (*limit, *offset) {
                    (PAGE, 0) => path,
                    (limit, offset) => format!("{path}?limit={limit}&offset={offset}"),
                }
            }
            Self::CreateSignup { waitlist } => format!("/waitlists/{waitlist}/signups"),
            Self::Signup { waitlist, signup } | Self::DeleteSignup { waitlist, signup } => {
                format!("/waitlists/{waitlist}/signups/{signup}")
            }
            Self::Subscribe => "/webhooks/subscribe".into(),
            Self::Unsubscribe { subscription } => format!("/webhooks/unsubscribe/{subscription}"),
        }
    }

    /// The waitlist that it names.
    pub(crate) fn waitlist(&self) -> Option<&str> {
        match self {
            Self::Signups { waitlist, .. }
            | Self::CreateSignup { waitlist }
            | Self::Signup { waitlist, .. }
            | Self::DeleteSignup { waitlist, .. } => Some(waitlist),
            Self::Waitlists | Self::Subscribe | Self::Unsubscribe { .. } => None,
        }
    }

    /// As it is spoken of: `GET /api/v1/waitlists`.
    pub(crate) fn describe(&self) -> String {
        format!("{} {BASE_PATH}{}", self.method().name(), self.path())
    }
}

/// Longest id that is believed to be one.
const LONGEST_ID: usize = 128;

/// Whether a text may stand as an id in a path. The documentation shows UUIDs and `sub_…`, and promises neither; so
/// it may be whatever needs no escaping in a path (RFC 3986, section 2.3) and is no step up or down in it.
pub(crate) fn check_id(text: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    if text.is_empty() {
        return Err("an id is empty".into());
    }
    if text.len() > LONGEST_ID {
        return Err(format!("an id of {} characters is too long", text.chars().count()));
    }
    if matches!(text, "." | "..") || !text.chars().all(fits) {
        return Err("an id has letters, digits, '-', '_', '.' and '~' only".into());
    }
    Ok(())
}

/// What [`ApiCall::CreateSignup`] carries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NewSignup {
    /// The only member that must be there.
    pub email: String,
    /// Required on one page of the documentation, optional on another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whatever the waitlist wants to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Merged into the metadata by the service.
    #[serde(default, rename = "customFields", skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Map<String, Value>>,
}

/// What [`ApiCall::Subscribe`] carries: one event for one URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewSubscription {
    pub event_type: EventType,
    /// Where it is delivered to.
    pub target_url: String,
    /// The waitlist. It stands in the only example; whether it must is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waitlist_id: Option<String>,
}
