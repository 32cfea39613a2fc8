//! What can be read off a body without changing it: the envelope's fields, and where the payload departs from the
//! event catalogue. Reading never fails; a body that is not JSON simply has no facts.

use super::body::RawBody;
use jiff::Timestamp;
use serde::Serialize;

/// What a body says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// `event_type`, as sent.
    pub event_type: Option<String>,
    /// `waitlist_id`, as sent.
    pub waitlist_id: Option<String>,
    /// `data.id`, as sent: the sign-up.
    pub signup_id: Option<String>,
    /// `data.email`, as sent.
    pub email: Option<String>,
    /// Where the sign-up stands, from `data.position` or `data.old_position` and `data.new_position`.
    pub position: Option<Position>,
    /// `timestamp`, where it is a date and time of RFC 3339.
    pub occurred: Option<Timestamp>,
    /// Where the payload departs from the catalogue.
    pub drift: Vec<Drift>,
    /// The first 16 bytes of SHA-256 of the body without its `timestamp` member: equal for two bodies that differ in that member
    /// alone. `None` where there is no such member.
    pub twin: Option<[u8; 16]>,
}

/// Where a sign-up stands on its waitlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// `position`, 1 is the front.
    At(i64),
    /// `old_position` and `new_position`.
    Moved {
        /// `old_position`.
        from: i64,
        /// `new_position`.
        to: i64,
    },
}

/// One departure from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The field, as a path like `data.position`.
    pub path: String,
    /// What is different.
    pub kind: DriftKind,
}

/// The kinds of departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// The catalogue has it, the payload has not.
    Missing,
    /// The payload has it, the catalogue has not.
    Unknown,
    /// It is of another type, or not in the documented format.
    Mistyped,
}

impl Facts {
    /// Reads a body.
    pub fn of(body: &RawBody) -> Self {
        let _ = body;
        Self::default()
    }
}
