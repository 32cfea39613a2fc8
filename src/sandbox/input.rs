//! What a caller sends, read and checked: bodies of the two calls that have one, and the numbers of a page.
//!
//! Pure. What is wrong becomes the reply that says so.

use super::allowed_target::AllowedTarget;
use super::assumption;
use super::response::SandboxResponse;
use crate::protocol::api::{ApiErrorResponse, LARGEST_PAGE, PAGE};
use crate::protocol::event::{EventType, FieldKind};
use crate::protocol::target::is_loopback;
use serde_json::{Map, Value};
use url::Url;

/// Longest target that is taken.
const LONGEST_URL: usize = 2048;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageQuery {
    pub limit: u64,
    pub offset: u64,
    /// Whether more was asked for than a page may have.
    pub cut: bool,
}

impl PageQuery {
    /// Reads `limit` and `offset`; of several the first counts.
    pub(super) fn parse_query(query: &str) -> Result<Self, SandboxResponse> {
        let given = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let number = |name: &'static str, least: u64, usual: u64| match given(name) {
            None => Ok(usual),
            Some(text) => whole(&text).filter(|number| *number >= least).ok_or_else(|| {
                SandboxResponse::from_assumption(
                    400,
                    &format!("{name} must be a whole number from {least}"),
                    assumption::PAGE_NUMBERS,
                )
            }),
        };
        let limit = number("limit", 1, u64::from(PAGE))?;
        let largest = u64::from(LARGEST_PAGE);
        Ok(Self { limit: limit.min(largest), offset: number("offset", 0, 0)?, cut: limit > largest })
    }
}

/// Digits alone; what is beyond every list is as good as the end of the longest.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// A sign-up to be made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SignupRequest {
    pub email: String,
    pub name: Option<String>,
    pub metadata: Map<String, Value>,
    /// Whether metadata and customFields had a member of the same name.
    pub clash: bool,
}

impl SignupRequest {
    /// Reads the body of a sign-up.
    pub(super) fn parse_body(body: &[u8]) -> Result<Self, SandboxResponse> {
        Self::from_members(object(body)?)
    }

    /// Checks the members of a sign-up.
    pub(super) fn from_members(mut members: Map<String, Value>) -> Result<Self, SandboxResponse> {
        let email = match members.remove("email") {
            None | Some(Value::Null) => return Err(SandboxResponse::from_refusal(&ApiErrorResponse::email_required())),
            Some(Value::String(email)) if email.is_empty() => {
                return Err(SandboxResponse::from_refusal(&ApiErrorResponse::email_required()));
            }
            Some(Value::String(email)) if FieldKind::Email.takes_text(&email) => email,
            Some(_) => return Err(SandboxResponse::from_assumption(400, "Invalid email", assumption::INVALID_FIELD)),
        };
        let name = match members.remove("name") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(SandboxResponse::from_assumption(400, "Invalid name", assumption::INVALID_FIELD)),
        };
        let mut metadata = map(&mut members, "metadata")?;
        let custom = map(&mut members, "customFields")?;
        let clash = custom.keys().any(|key| metadata.contains_key(key));
        metadata.extend(custom);
        Ok(Self { email, name, metadata, clash })
    }
}

fn map(members: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, SandboxResponse> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(SandboxResponse::from_assumption(400, &format!("Invalid {name}"), assumption::INVALID_FIELD)),
    }
}

/// A subscription to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubscriptionRequest {
    pub event: EventType,
    pub url: String,
    pub waitlist: Option<String>,
    /// Whether the URL is taken only because `--allow-target` says so.
    pub is_allowed_only: bool,
}

impl SubscriptionRequest {
    /// Reads the body of a subscription. Plain http goes to this machine, and where it is allowed to.
    pub(super) fn parse_body(body: &[u8], allowed: &[AllowedTarget]) -> Result<Self, SandboxResponse> {
        let mut members = object(body)?;
        let refused = |error: &str, assumption| Err(SandboxResponse::from_assumption(400, error, assumption));
        let event = match members.remove("event_type") {
            None | Some(Value::Null) => return refused("event_type is required", assumption::SUBSCRIBE_FIELDS),
            Some(name) => name.as_str().and_then(EventType::from_name),
        };
        let Some(event) = event else { return refused("Invalid event_type", assumption::SUBSCRIBE_FIELDS) };
        let url = match members.remove("target_url") {
            None | Some(Value::Null) => return refused("target_url is required", assumption::SUBSCRIBE_FIELDS),
            Some(url) => url.as_str().and_then(|text| read_target(text, allowed)),
        };
        let Some((url, is_allowed_only)) = url else {
            return refused(describe_targets(allowed), assumption::TARGET_URL);
        };
        let waitlist = match members.remove("waitlist_id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id),
            Some(_) => return refused("Invalid waitlist_id", assumption::INVALID_FIELD),
        };
        Ok(Self { event, url, waitlist, is_allowed_only })
    }
}

/// What a target has to be.
fn describe_targets(allowed: &[AllowedTarget]) -> &'static str {
    match allowed {
        [] => "target_url must be a public HTTPS URL, or one of this machine (or of a host that --allow-target names)",
        _ => "target_url must be a public HTTPS URL, one of this machine, or one of a host that --allow-target names",
    }
}

/// A URL that deliveries may go to, as it was written, and whether only `--allow-target` says so.
fn read_target(text: &str, allowed: &[AllowedTarget]) -> Option<(String, bool)> {
    let url = Url::parse(text).ok()?;
    let usual = match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    let fits = usual || url.scheme() == "http" && allowed.iter().any(|allowed| allowed.includes(&url));
    let plain = url.username().is_empty() && url.password().is_none() && text.len() <= LONGEST_URL;
    (fits && plain).then(|| (text.to_owned(), !usual))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, SandboxResponse> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(SandboxResponse::from_assumption(400, "Invalid JSON body", assumption::INVALID_BODY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let page = |query: &str| PageQuery::parse_query(query).map(|page| (page.limit, page.offset, page.cut)).ok();
        assert_eq!(page(""), Some((100, 0, false)));
        assert_eq!(page("limit=5&offset=7&limit=9"), Some((5, 7, false)));
        assert_eq!(page("limit=1000"), Some((1000, 0, false)));
        assert_eq!(page("limit=1001"), Some((1000, 0, true)));
        assert_eq!(page("limit=99999999999999999999&offset=99999999999999999999"), Some((1000, u64::MAX, true)));
        for bad in ["limit=0", "limit=", "limit=-1", "limit=1.0", "limit=+1", "limit=x", "offset=-1", "offset= 1"] {
            assert_eq!(page(bad), None, "{bad}");
        }
    }

    #[test]
    fn custom_fields_go_into_the_metadata() {
        let wish = |body: &str| {
            SignupRequest::parse_body(body.as_bytes()).map(|wish| (Value::Object(wish.metadata), wish.clash)).ok()
        };
        let body = r#"{"email":"a@b.io","metadata":{"a":1,"b":[2]},"customFields":{"b":3,"c":null}}"#;
        assert_eq!(wish(body), Some((serde_json::json!({"a":1,"b":3,"c":null}), true)));
        assert_eq!(wish(r#"{"email":"a@b.io","metadata":null,"name":null}"#), Some((serde_json::json!({}), false)));
        for bad in ["", "[]", "{", "\"x\"", r#"{"email":"a@b.io","metadata":[]}"#, r#"{"email":"a@b.io","name":1}"#] {
            assert!(wish(bad).is_none(), "{bad}");
        }
        for bad in ["a", "@b", "a@", "a b@c.io", "a@b.io\u{0}", &format!("{}@b.io", "a".repeat(250))] {
            assert!(!FieldKind::Email.takes_text(bad), "{bad}");
        }
    }

    #[test]
    fn targets() {
        let allowed = ["app".parse().unwrap()];
        assert_eq!(read_target("http://app:3000/hook", &allowed), Some(("http://app:3000/hook".to_owned(), true)));
        assert_eq!(read_target("http://app:3000/hook", &[]), None);
        for good in
            ["https://app.example.com/hook?x=1", "http://127.0.0.1:4242/", "http://localhost:1/x", "http://[::1]/"]
        {
            assert_eq!(read_target(good, &allowed), Some((good.to_owned(), false)));
        }
        for bad in ["http://app.example.com/", "ftp://127.0.0.1/", "https://me:pw@example.com/", "127.0.0.1:80", ""] {
            assert_eq!(read_target(bad, &allowed), None, "{bad}");
        }
    }
}
