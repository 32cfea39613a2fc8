//! What calls answer: waitlists, sign-ups and subscriptions, read leniently and kept whole.

use super::tolerant::mend_json;
use serde::Serialize;
use serde_json::{Map, Value};

/// Why an answer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiResponseError {
    /// Not JSON, and not a web page either.
    #[error("it is not JSON")]
    NotJson,
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// A web page.
    #[error("it is a web page, not JSON")]
    WebPage,
    /// Compressed, and not to be decompressed.
    #[error("it is compressed and cannot be decoded")]
    Undecodable,
    /// JSON of more objects than this.
    #[error("it has more than {0} objects or lists, more than any page has")]
    Crowded(usize),
    /// JSON without what was asked for.
    #[error("it has no {0}")]
    Without(&'static str),
}

/// An object of the service: its members as they came, unknown ones included.
pub(crate) trait ApiObject: Sized {
    /// Reads an object that has an id.
    fn from_members(members: Map<String, Value>) -> Option<Self>;
}

/// Declares an object that is its members.
macro_rules! api_object {
    ($(#[$doc:meta])* $name:ident, $other_id:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name {
            members: Map<String, Value>,
            #[serde(skip)]
            id: String,
        }

        impl ApiObject for $name {
            fn from_members(members: Map<String, Value>) -> Option<Self> {
                let id = ["id", $other_id].into_iter().find_map(|name| read_id(members.get(name)?))?;
                Some(Self { members, id })
            }
        }

        impl $name {
            /// Its id.
            pub(crate) fn id(&self) -> &str {
                &self.id
            }
        }
    };
}

/// An id: text, or a whole number that is written as it came. Any other number is none, nor is text that was not readable
/// (see [`super::tolerant`]): it names nothing any more.
pub(super) fn read_id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() && !id.contains(char::REPLACEMENT_CHARACTER) => Some(id.clone()),
        Value::Number(id) if id.is_i64() || id.is_u64() => Some(id.to_string()),
        _ => None,
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}

api_object! {
    /// A waitlist.
    ApiWaitlist, "waitlist_id"
}

api_object! {
    /// A sign-up.
    ApiSignup, "signup_id"
}

api_object! {
    /// A subscription as it was made; it cannot be read again later.
    ApiSubscription, "subscription_id"
}

impl ApiWaitlist {
    /// A member that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.members, name)
    }

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

    /// A member that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.members, name)
    }

    /// Its e-mail address.
    pub(crate) fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Its position on the waitlist, from 1.
    pub(crate) fn position(&self) -> Option<i64> {
        read_number(self.members.get("position")?)
    }
}

/// Whether the members of a subscription say that it is switched off.
pub(crate) fn is_switched_off(members: &Map<String, Value>) -> bool {
    let off = |value: &Value| match value {
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.eq_ignore_ascii_case("false"),
        _ => false,
    };
    members.get("is_active").is_some_and(off)
}

/// A whole number, also where it stands in quotes or with a decimal point.
pub(super) fn read_number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64().or_else(|| {
            let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
            Some(number as i64)
        }),
    }
}

/// Names of members that other APIs wrap their answers in.
const WRAPPERS: [&str; 3] = ["data", "result", "response"];

/// Members by which an object is known that is no wrapper.
const OWN_MEMBERS: [&str; 5] = ["event_type", "target_url", "email", "name", "slug"];

/// A list of which every object that can be told is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiList<T> {
    /// Objects that have an id.
    pub items: Vec<T>,
    /// Rows that are none: without an id that can be used, or no objects.
    pub odd: usize,
}

/// Reads one object, which stands below a name, in a wrapper, or is the whole answer.
pub(crate) fn read_one<T: ApiObject>(body: &[u8], below: &'static str) -> Result<T, ApiResponseError> {
    find_object(parse_json(body)?, below, true).ok_or(ApiResponseError::Without(below))
}

fn find_object<T: ApiObject>(value: Value, below: &str, outermost: bool) -> Option<T> {
    match value {
        // A list of one; of several nobody knows which is meant.
        Value::Array(mut items) if items.len() == 1 => find_object(items.pop()?, below, false),
        Value::Object(mut members) => {
            if let Some(inner) = members.remove(below) {
                return match inner {
                    // The id alone.
                    Value::String(_) | Value::Number(_) => T::from_members(Map::from_iter([("id".to_owned(), inner)])),
                    inner => find_object(inner, below, false),
                };
            }
            // An answer about the answer may have an id of its own.
            let own = OWN_MEMBERS.iter().any(|name| members.contains_key(*name));
            let wrapped = WRAPPERS.iter().filter(|_| outermost && !own).find_map(|name| members.get(*name).cloned());
            wrapped.and_then(|inner| find_object(inner, below, false)).or_else(|| T::from_members(members))
        }
        _ => None,
    }
}

/// Reads a list of objects, which stands below a name, in a wrapper, or is the whole answer. A row that is odd does not
/// take the others away.
pub(crate) fn read_list<T: ApiObject>(body: &[u8], below: &'static str) -> Result<ApiList<T>, ApiResponseError> {
    let rows = find_rows(parse_json(body)?, below).ok_or(ApiResponseError::Without(below))?;
    let count = rows.len();
    let item = |row: Value| match row {
        Value::Object(members) => T::from_members(members),
        _ => None,
    };
    let items: Vec<T> = rows.into_iter().filter_map(item).collect();
    Ok(ApiList { odd: count - items.len(), items })
}

fn find_rows(value: Value, below: &str) -> Option<Vec<Value>> {
    let mut members = match value {
        Value::Array(rows) => return Some(rows),
        Value::Object(members) => members,
        _ => return None,
    };
    // None at all may be written as null.
    if members.get(below).is_some_and(Value::is_null) {
        return Some(Vec::new());
    }
    let inner = [below, "items"].iter().chain(&WRAPPERS).find_map(|name| members.remove(*name));
    find_rows(inner.filter(|inner| inner.is_array() || inner.is_object())?, below)
}

/// Objects and lists that an answer may have: a few bytes of JSON take some hundred of memory.
const MOST_OBJECTS: usize = 50_000;

pub(super) fn parse_json(body: &[u8]) -> Result<Value, ApiResponseError> {
    // A byte order mark is none of JSON's, and some servers begin with one (RFC 8259, section 8.1).
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let begins_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if begins_json && body.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > MOST_OBJECTS {
        return Err(ApiResponseError::Crowded(MOST_OBJECTS));
    }
    serde_json::from_str(&mend_json(body)).map_err(|_| match body.trim_ascii_start().first() {
        None => ApiResponseError::Empty,
        Some(b'<') => ApiResponseError::WebPage,
        _ => ApiResponseError::NotJson,
    })
}
