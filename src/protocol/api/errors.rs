//! The errors of the API: `{"error": text}` always, sometimes with more members; there is no machine code.

use super::calls::check_id;
use super::responses::{parse_json, read_id, read_number};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// What a refused call answered: the documented errors as they are written, and any other as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiErrorResponse {
    pub status: u16,
    members: Map<String, Value>,
}

/// The sign-up that is on the waitlist already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExistingSignup {
    pub id: String,
    pub position: Option<i64>,
    pub referral_code: Option<String>,
}

/// Where a plan is changed.
const UPGRADE_URL: &str = "https://www.referralloop.dev/dashboard/billing";

impl ApiErrorResponse {
    /// Whatever an answer says. One that is not JSON, or no object, says nothing but its status.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let members = match parse_json(body) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        Self { status, members }
    }

    fn documented<const N: usize>(status: u16, members: [(&str, Value); N]) -> Self {
        Self { status, members: members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    /// One that says no more than a sentence. Its text may be documented or guessed.
    pub(crate) fn plain(status: u16, error: &str) -> Self {
        Self::documented(status, [("error", error.into())])
    }

    /// 400: the only one that is documented.
    pub(crate) fn email_required() -> Self {
        Self::plain(400, "Email is required")
    }

    /// 401: the key is wrong, expired or revoked.
    pub(crate) fn invalid_key() -> Self {
        Self::plain(401, "Invalid API key")
    }

    /// 401: there is no header, or none that is understood.
    pub(crate) fn missing_authorization() -> Self {
        Self::plain(401, "Missing or invalid authorization header")
    }

    /// 403: the plan has no API access.
    pub(crate) fn subscription_required() -> Self {
        Self::documented(
            403,
            [
                ("error", "API access requires a paid subscription".into()),
                ("message", "Upgrade your plan to use the API".into()),
                ("upgrade_url", UPGRADE_URL.into()),
            ],
        )
    }

    /// 404: the only one that is documented.
    pub(crate) fn waitlist_not_found() -> Self {
        Self::plain(404, "Waitlist not found")
    }

    /// 409: the e-mail address is on the waitlist already.
    pub(crate) fn signup_exists(id: &str, position: i64, referral_code: &str) -> Self {
        let signup = Value::from_iter([
            ("id", Value::from(id)),
            ("position", position.into()),
            ("referral_code", referral_code.into()),
        ]);
        Self::documented(409, [("error", "Email already exists on this waitlist".into()), ("signup", signup)])
    }

    /// 429: the hour's calls are used up.
    pub(crate) fn rate_limited(limit: u32, reset_at: Timestamp) -> Self {
        let error = "Rate limit exceeded";
        Self::documented(
            429,
            [("error", error.into()), ("limit", limit.into()), ("reset_at", reset_at.to_string().into())],
        )
    }

    /// The body, member for member.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The sentence: documented as a text, and found one member deeper or elsewhere where there is none.
    pub(crate) fn error(&self) -> Option<&str> {
        let deeper = || self.members.get("error")?.get("message")?.as_str();
        let first =
            || self.members.get("errors")?.get(0).and_then(|error| error.as_str().or(error["message"].as_str()));
        let elsewhere = || self.text("detail").or(self.text("message"));
        let found = self.text("error").or_else(deeper).or_else(first).or_else(elsewhere);
        found.filter(|text| !text.is_empty())
    }

    /// A second sentence: what to do.
    pub(crate) fn message(&self) -> Option<&str> {
        self.text("message")
    }

    /// Where to pay.
    pub(crate) fn upgrade_url(&self) -> Option<&str> {
        self.text("upgrade_url")
    }

    /// How many calls an hour has.
    pub(crate) fn limit(&self) -> Option<u64> {
        read_number(self.members.get("limit")?)?.try_into().ok()
    }

    /// When calls are answered again.
    pub(crate) fn reset_at(&self) -> Option<Timestamp> {
        let seconds = |value: &Value| Timestamp::from_second(read_number(value)?).ok();
        let value = self.members.get("reset_at")?;
        value.as_str().and_then(|text| text.parse().ok()).or_else(|| seconds(value))
    }

    /// The sign-up that stands in the way.
    pub(crate) fn existing(&self) -> Option<ExistingSignup> {
        let signup = self.members.get("signup")?;
        let id = read_id(signup.get("id")?)?;
        check_id(&id).ok()?;
        Some(ExistingSignup {
            id,
            position: signup.get("position").and_then(read_number),
            referral_code: signup.get("referral_code").and_then(Value::as_str).map(str::to_owned),
        })
    }
}
