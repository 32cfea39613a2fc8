//! The three payloads, member for member in the documented order, from values that somebody else knows: fabricated
//! ones, or those of a sandbox.

use super::event::EventType;
use jiff::Timestamp;
use serde_json::Value;

/// The sign-up that a payload is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadSubject<'a> {
    /// Its waitlist's id.
    pub waitlist: &'a str,
    pub id: &'a str,
    /// Its e-mail address.
    pub email: &'a str,
}

/// What only `signup.created` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CreatedDetails<'a> {
    /// Its name; `null` where it has none.
    pub name: Option<&'a str>,
    /// Where it stands.
    pub position: i64,
    pub referral_code: &'a str,
    /// When it was made.
    pub created_at: Timestamp,
}

impl PayloadSubject<'_> {
    /// Tells of its making.
    pub(crate) fn build_created(&self, made: &CreatedDetails<'_>, told_at: Timestamp) -> Value {
        let data = Value::from_iter([
            ("id", Value::from(self.id)),
            ("email", self.email.into()),
            ("name", made.name.into()),
            ("position", made.position.into()),
            ("referral_code", made.referral_code.into()),
            ("created_at", truncate_to_seconds(made.created_at).to_string().into()),
        ]);
        self.envelope(EventType::SignupCreated, data, told_at)
    }

    /// Tells of a move from one position to another.
    pub(crate) fn build_moved(&self, from: i64, to: i64, told_at: Timestamp) -> Value {
        let data = Value::from_iter([
            ("id", Value::from(self.id)),
            ("email", self.email.into()),
            ("old_position", from.into()),
            ("new_position", to.into()),
            ("position_change", to.saturating_sub(from).into()),
        ]);
        self.envelope(EventType::SignupPositionChanged, data, told_at)
    }

    /// Tells of its removal.
    pub(crate) fn build_deleted(&self, told_at: Timestamp) -> Value {
        let data = Value::from_iter([("id", self.id), ("email", self.email)]);
        self.envelope(EventType::SignupDeleted, data, told_at)
    }

    fn envelope(&self, event: EventType, data: Value, told_at: Timestamp) -> Value {
        Value::from_iter([
            ("event_type", Value::from(event.name())),
            ("waitlist_id", self.waitlist.into()),
            ("data", data),
            ("timestamp", truncate_to_seconds(told_at).to_string().into()),
        ])
    }
}

/// The documentation's payloads tell times in whole seconds.
pub(crate) fn truncate_to_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
