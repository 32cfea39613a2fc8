//! What is about to be entered: an arrival, or an event that is sent, with the keys it is looked up by.
//!
//! Pure. Must not know the tables.

use super::key::EventKeys;
use crate::protocol::arrival::{Arrival, RequestContent, SignatureState};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use jiff::Timestamp;

/// An arrival, ready to be entered.
#[derive(Debug)]
pub(super) struct IncomingArrival {
    /// When it came, in Unix milliseconds.
    pub at_ms: i64,
    /// Path and query.
    pub target: String,
    /// Header lines and body.
    pub content: RequestContent,
    pub verification: SignatureState,
    /// What it is looked up by.
    pub keys: EventKeys,
}

impl From<Arrival> for IncomingArrival {
    fn from(arrival: Arrival) -> Self {
        Self {
            at_ms: arrival.at.as_millisecond(),
            keys: EventKeys::compute(&arrival.content.body, &arrival.facts),
            target: arrival.target,
            content: arrival.content,
            verification: arrival.verification,
        }
    }
}

/// An event that is about to be sent, ready to be entered.
#[derive(Debug)]
pub(super) struct OutgoingEvent {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    pub body: RawBody,
    /// What it is looked up by.
    pub keys: EventKeys,
}

impl OutgoingEvent {
    /// Computes the keys.
    pub(super) fn new(body: RawBody, facts: &EventFacts, at: Timestamp) -> Self {
        Self { at_ms: at.as_millisecond(), keys: EventKeys::compute(&body, facts), body }
    }
}
