//! Values of the protocol as the numbers that stand in rows, and back.
//!
//! Pure. These numbers are in files: they may be added to and never changed.

use crate::database::Unwritten;
use crate::protocol::arrival::Verification;
use crate::protocol::attempt::{Attempt, Purpose};
use crate::protocol::event::EventType;
use crate::protocol::signature::Reason;

/// An event of the catalogue as a number.
pub(super) fn kind(event: EventType) -> i64 {
    match event {
        EventType::SignupCreated => 1,
        EventType::SignupPositionChanged => 2,
        EventType::SignupDeleted => 3,
    }
}

/// Set in an arrival's state once any arrival of its event, up to this one, was verified.
const PROVED: i64 = 4;

/// The state of an arrival: its own verification, and whether it or one before it was valid.
pub(super) fn state(own: Verification, before: i64) -> i64 {
    let own = match own {
        Verification::Unsigned => 0,
        Verification::Valid => 1 | PROVED,
        Verification::Invalid => 2,
    };
    own | (before & PROVED)
}

/// An arrival's own verification.
pub(super) fn own_verification(state: i64) -> Result<Verification, Unwritten> {
    match state & !PROVED {
        0 => Ok(Verification::Unsigned),
        1 => Ok(Verification::Valid),
        2 => Ok(Verification::Invalid),
        _ => Err(Unwritten(state, "state of an arrival")),
    }
}

/// The best verification of all arrivals up to one: one valid signature proves the body.
pub(super) fn best_verification(state: i64) -> Result<Verification, Unwritten> {
    if state & PROVED != 0 { Ok(Verification::Valid) } else { own_verification(state) }
}

/// A purpose as a number.
pub(super) fn purpose(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Trigger => 0,
        Purpose::Forward => 1,
        Purpose::Replay => 2,
        Purpose::Reconcile => 3,
    }
}

/// The purpose of a number.
pub(super) fn to_purpose(number: i64) -> Result<Purpose, Unwritten> {
    match number {
        0 => Ok(Purpose::Trigger),
        1 => Ok(Purpose::Forward),
        2 => Ok(Purpose::Replay),
        3 => Ok(Purpose::Reconcile),
        _ => Err(Unwritten(number, "purpose")),
    }
}

const REASONS: [Reason; 8] = [
    Reason::Missing,
    Reason::Empty,
    Reason::NoPrefix,
    Reason::WrongPrefix,
    Reason::NotHex,
    Reason::WrongLength,
    Reason::DoubledHeader,
    Reason::Mismatch,
];

/// A reason as a number.
pub(super) fn reason(reason: Reason) -> i64 {
    match reason {
        Reason::Missing => 0,
        Reason::Empty => 1,
        Reason::NoPrefix => 2,
        Reason::WrongPrefix => 3,
        Reason::NotHex => 4,
        Reason::WrongLength => 5,
        Reason::DoubledHeader => 6,
        Reason::Mismatch => 7,
    }
}

/// The reason of a number.
pub(super) fn to_reason(number: i64) -> Result<Reason, Unwritten> {
    let found = usize::try_from(number).ok().and_then(|index| REASONS.get(index).copied());
    found.ok_or(Unwritten(number, "reason"))
}

/// Latency in microseconds, as stored.
pub(super) fn latency_us(attempt: &Attempt) -> i64 {
    i64::try_from(attempt.latency.as_micros()).unwrap_or(i64::MAX)
}
