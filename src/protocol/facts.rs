//! What can be read off a body without changing it: the envelope's fields, and where the payload departs from the
//! event catalogue.
//!
//! Reading never fails; a body that is not a JSON object simply has no facts but that one. It takes one walk over the
//! tokens, since a listener does it for every request, and it reads what `JSON.parse` would have read: the last of
//! several members of one name counts, and a later `data` replaces the whole earlier one.

pub mod referralhero;
#[cfg(test)]
mod tests;
mod walk;

use super::body::RawBody;
use super::event::{CATALOGUE, CatalogueField, EventType, FieldKind, parse_time};
use super::json::{JsonToken, JsonTokenKind, decode_literal};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use walk::BodyWalk;

/// What a body says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFacts {
    /// `event_type`, as sent.
    pub event_type: Option<String>,
    /// `event_id` at the top, else `id`, should one appear: the contract has none.
    pub event_id: Option<String>,
    /// `waitlist_id`, as sent.
    pub waitlist_id: Option<String>,
    /// `data.id`, as sent: the sign-up.
    pub signup_id: Option<String>,
    /// `data.email`, as sent.
    pub email: Option<String>,
    /// Where the sign-up stands, from `data.position` or `data.old_position` and `data.new_position`.
    pub position: Option<WaitlistPosition>,
    /// `timestamp`, where it is a date and time of RFC 3339.
    pub occurred: Option<Timestamp>,
    /// Where the payload departs from the catalogue: its fields in their order, then what the catalogue does not have.
    pub drift: Vec<PayloadDrift>,
    /// Equal for bodies that are probably one event. With an event id: of the same type, sign-up, id and, for a move, places.
    /// Else the first 16 bytes of SHA-256 of the body without its `timestamp` member, and `None` where there is no such
    /// member.
    pub twin: Option<[u8; 16]>,
}

/// Where a sign-up stands on its waitlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitlistPosition {
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PayloadDrift {
    /// The field, as a path like `data.position`; [`BODY`] for the body itself.
    pub path: String,
    /// What is different.
    pub kind: DriftKind,
}

/// The path in a [`PayloadDrift`] that means the whole body: it is not a JSON object.
pub const BODY: &str = "body";

/// Fields unknown to the catalogue that are named at most; a hostile body could have a hundred thousand.
pub const UNKNOWN_KEPT: usize = 32;

/// The kinds of departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// The catalogue has it, the payload has not.
    Missing,
    /// The payload has it, the catalogue has not; for `event_type`: it names no documented event.
    Unknown,
    /// It is of another type, or not in the documented format. A whole number written with a fraction or an exponent
    /// counts, since typed handlers refuse it.
    Mistyped,
    /// It contradicts other fields: `position_change` is not new minus old position.
    Inconsistent,
}

impl EventFacts {
    /// Reads a body.
    pub fn from_body(body: &RawBody) -> Self {
        let text = body.as_bytes();
        let Some(walk) = BodyWalk::parse(text) else {
            return Self { drift: vec![drift(BODY, DriftKind::Mistyped)], ..Self::default() };
        };
        let event_type = string(&walk, "event_type");
        let hero =
            if event_type.is_none() && walk.has_unknown("response") { referralhero::read_facts(text) } else { None };
        if let Some(facts) = hero {
            return facts;
        }
        let event = event_type.as_deref().and_then(EventType::from_name);
        let event_id = walk.event_id().map(Cow::into_owned);
        Self {
            drift: departures(&walk, event),
            position: position(&walk),
            occurred: string(&walk, "timestamp").and_then(|text| parse_time(&text)),
            twin: identify(&walk, event, event_id.as_deref())
                .or_else(|| walk.without_timestamp.as_ref().map(|cut| hash(&text[..cut.start], &text[cut.end..]))),
            event_id,
            event_type: event_type.map(Cow::into_owned),
            waitlist_id: string(&walk, "waitlist_id").map(Cow::into_owned),
            signup_id: string(&walk, "data.id").map(Cow::into_owned),
            email: string(&walk, "data.email").map(Cow::into_owned),
        }
    }
}

fn drift(path: &str, kind: DriftKind) -> PayloadDrift {
    PayloadDrift { path: path.to_owned(), kind }
}

/// What an event with an id is known by. What is called `id` may be the sign-up's, or the same in every event, so that type
/// and sign-up must agree as well; a sign-up is created and deleted once, but moves many times, so that its places must,
/// too. Nothing for a body that leaves one of these open: it is known by its bytes. No body begins like this, so that none
/// is the twin of an id by accident.
fn identify(walk: &BodyWalk<'_>, event: Option<EventType>, id: Option<&str>) -> Option<[u8; 16]> {
    let (event, id, signup) = (event?, id?, string(walk, "data.id")?);
    let places = match (event, position(walk)) {
        (EventType::SignupPositionChanged, Some(WaitlistPosition::Moved { from, to })) => Some((from, to)),
        (EventType::SignupPositionChanged, _) => return None,
        _ => None,
    };
    Some(hash(b"event id", format!("{:?}", (event.name(), signup, id, places)).as_bytes()))
}

fn hash(before: &[u8], after: &[u8]) -> [u8; 16] {
    let digest = Sha256::new().chain_update(before).chain_update(after).finalize();
    std::array::from_fn(|i| digest[i])
}

fn string<'a>(walk: &BodyWalk<'a>, path: &str) -> Option<Cow<'a, str>> {
    walk.value(path).filter(|token| token.kind == JsonTokenKind::String).map(|token| decode_literal(token.bytes))
}

fn position(walk: &BodyWalk<'_>) -> Option<WaitlistPosition> {
    let integer = |path: &str| walk.value(path).and_then(integer);
    match (integer("data.old_position"), integer("data.new_position")) {
        (Some(from), Some(to)) => Some(WaitlistPosition::Moved { from, to }),
        _ => integer("data.position").map(WaitlistPosition::At),
    }
}

/// The whole number that a token stands for; `5.0` and `5e0` are one to every reader of JSON that has doubles.
fn integer(token: &JsonToken<'_>) -> Option<i64> {
    if token.kind != JsonTokenKind::Number {
        return None;
    }
    let text = std::str::from_utf8(token.bytes).ok()?;
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        // Up to 2⁵³ every whole double is exactly one integer.
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    })
}

/// Compares every field with the catalogue. Where the event is not known, only the envelope can be compared.
fn departures(walk: &BodyWalk<'_>, event: Option<EventType>) -> Vec<PayloadDrift> {
    let mut found = Vec::new();
    let data = walk.value("data").is_some_and(|token| token.kind == JsonTokenKind::ObjectOpen);
    for (field, token) in CATALOGUE.iter().zip(&walk.values) {
        if field.is_in_data() && (!data || event.is_none()) {
            continue;
        }
        let fault = match (token, event.is_none_or(|event| field.is_carried_by(event))) {
            (Some(token), true) => fault(field, token),
            (Some(_), false) => Some(DriftKind::Unknown),
            (None, here) => (here && field.required).then_some(DriftKind::Missing),
        };
        found.extend(fault.map(|kind| drift(field.path, kind)));
    }
    if contradicts(walk) {
        found.push(drift("data.position_change", DriftKind::Inconsistent));
    }
    let unknown = walk.unknown.iter().filter(|member| !member.inside || event.is_some());
    found.extend(unknown.map(|member| drift(&member.path(), DriftKind::Unknown)));
    found
}

/// What is wrong with a value by itself.
fn fault(field: &CatalogueField, token: &JsonToken<'_>) -> Option<DriftKind> {
    let fits = match token.kind {
        JsonTokenKind::String if field.kind == FieldKind::Event => {
            return EventType::from_name(&decode_literal(token.bytes)).is_none().then_some(DriftKind::Unknown);
        }
        JsonTokenKind::String => field.kind.takes_text(&decode_literal(token.bytes)),
        JsonTokenKind::Number => field.kind == FieldKind::Integer && !token.bytes.iter().any(|b| b".eE".contains(b)),
        JsonTokenKind::ObjectOpen => field.kind == FieldKind::Object,
        JsonTokenKind::Null => !field.required,
        _ => false,
    };
    (!fits).then_some(DriftKind::Mistyped)
}

fn contradicts(walk: &BodyWalk<'_>) -> bool {
    let Some(WaitlistPosition::Moved { from, to }) = position(walk) else { return false };
    let change = walk.value("data.position_change").and_then(integer);
    change.is_some_and(|change| to.checked_sub(from) != Some(change))
}
