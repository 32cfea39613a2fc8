//! Digests under which rows are looked up: short integers in place of long texts.
//!
//! Pure. Computed by whoever hands a row to the writer, so that the writer's one thread does not hash.

use super::code;
use crate::protocol::body::RawBody;
use crate::protocol::event::EventType;
use crate::protocol::facts::EventFacts;
use sha2::{Digest, Sha256};

/// All that the writer needs to know about a body besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EventKeys {
    /// The event's identity.
    pub print: [u8; 16],
    /// Equal for bodies that differ in their timestamp alone; taken from the identity where there is no timestamp.
    pub twin: i64,
    /// Whether there can be twins at all.
    pub twinned: bool,
    /// Whether the same may happen again later: a sign-up is created and deleted once, and moves many times.
    pub recurs: bool,
    /// Digest of the sign-up's id.
    pub signup: Option<i64>,
    /// The time that the body tells, in Unix milliseconds.
    pub occurred_ms: Option<i64>,
    /// The event type, where the catalogue has it.
    pub kind: Option<i64>,
    /// Digest of the e-mail address in lower case.
    pub email: Option<i32>,
    /// Digest of the waitlist's id.
    pub waitlist: Option<i32>,
}

impl EventKeys {
    /// Computes them all.
    pub(super) fn compute(body: &RawBody, facts: &EventFacts) -> Self {
        let print = body.fingerprint().key();
        let event_type = facts.event_type.as_deref().and_then(EventType::from_name);
        Self {
            print,
            twin: first_eight(facts.twin.as_ref().unwrap_or(&print)),
            twinned: facts.twin.is_some(),
            recurs: !matches!(event_type, Some(EventType::SignupCreated | EventType::SignupDeleted)),
            signup: facts.signup_id.as_deref().map(digest_64),
            occurred_ms: facts.occurred.map(|at| at.as_millisecond()),
            kind: event_type.map(code::encode_event_type),
            email: facts.email.as_deref().map(digest_email),
            waitlist: facts.waitlist_id.as_deref().map(digest_32),
        }
    }
}

/// A 64-bit digest of a text, for a tree in which chance must not bring two texts together.
pub(super) fn digest_64(text: &str) -> i64 {
    first_eight(&Sha256::digest(text.as_bytes()).into())
}

/// A 32-bit digest of a text, for sorting rows out before a real comparison.
pub(super) fn digest_32(text: &str) -> i32 {
    // The upper half; what is cut off is not needed.
    (digest_64(text) >> 32) as i32
}

/// A 32-bit digest of an e-mail address, without regard to case.
pub(super) fn digest_email(address: &str) -> i32 {
    digest_32(&address.to_lowercase())
}

fn first_eight<const N: usize>(digest: &[u8; N]) -> i64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    i64::from_be_bytes(bytes)
}
