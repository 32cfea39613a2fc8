//! What calls answer: waitlists, sign-ups and subscriptions, read leniently and kept whole.

use serde::Serialize;
use serde_json::{Map, Value};

/// Why an answer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiResponseError {
    /// Not JSON, and not a web page either.
    #[error("it is not JSON")]
    NotJson,
    /// A web page.
    #[error("it is a web page, not JSON")]
    WebPage,
    /// JSON without what was asked for.
    #[error("it has no {0}")]
    Without(&'static str),
}

/// An object of the service: its members as they came, unknown ones included.
trait ApiObject: Sized {
    /// Reads an object that has an id.
    fn from_members(members: Map<String, Value>) -> Option<Self>;
}

/// Declares an object that is its members.
macro_rules! api_object {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name {
            members: Map<String, Value>,
        }

        impl ApiObject for $name {
            fn from_members(members: Map<String, Value>) -> Option<Self> {
                text(&members, "id").filter(|id| !id.is_empty())?;
                Some(Self { members })
            }
        }

        impl $name {
            /// Its id.
            pub(crate) fn id(&self) -> &str {
                self.text("id").unwrap_or_default()
            }

            /// A member that is text.
            pub(crate) fn text(&self, name: &str) -> Option<&str> {
                text(&self.members, name)
            }
        }
    };
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}

api_object! {
    /// A waitlist.
    ApiWaitlist
}

api_object! {
    /// A sign-up.
    ApiSignup
}

api_object! {
    /// A subscription as it was made; it cannot be read again later.
    ApiSubscription
}

impl ApiWaitlist {
    /// Its name, else its slug.
    pub(crate) fn name(&self) -> Option<&str> {
        self.text("name").or_else(|| self.text("slug"))
    }
}

impl ApiSignup {
    /// Every member as it came, in its order.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Its e-mail address.
    pub(crate) fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Its position on the waitlist, from 1.
    pub(crate) fn position(&self) -> Option<i64> {
        self.members.get("position")?.as_i64()
    }
}

/// Reads one object, which stands below a name or is the whole answer.
#[expect(private_bounds, reason = "the three objects of the API are all there are")]
pub(crate) fn read_one<T: ApiObject>(body: &[u8], below: &'static str) -> Result<T, ApiResponseError> {
    let mut value = parse_json(body)?;
    let object = match value.get_mut(below) {
        Some(inner) => inner.take(),
        None => value,
    };
    match object {
        Value::Object(members) => T::from_members(members).ok_or(ApiResponseError::Without(below)),
        _ => Err(ApiResponseError::Without(below)),
    }
}

/// Reads a list of objects, which stands below a name or is the whole answer.
#[expect(private_bounds, reason = "the three objects of the API are all there are")]
pub(crate) fn read_list<T: ApiObject>(body: &[u8], below: &'static str) -> Result<Vec<T>, ApiResponseError> {
    let mut value = parse_json(body)?;
    let list = match value.get_mut(below) {
        Some(inner) => inner.take(),
        None => value,
    };
    let Value::Array(items) = list else { return Err(ApiResponseError::Without(below)) };
    let item = |item: Value| match item {
        Value::Object(members) => T::from_members(members),
        _ => None,
    };
    items
        .into_iter()
        .map(item)
        .collect::<Option<_>>()
        .ok_or(ApiResponseError::Without("id in every one of its objects"))
}

pub(super) fn parse_json(body: &[u8]) -> Result<Value, ApiResponseError> {
    serde_json::from_slice(body).map_err(|_| match body.trim_ascii_start().first() {
        Some(b'<') => ApiResponseError::WebPage,
        _ => ApiResponseError::NotJson,
    })
}
