//! Values of the protocol as the numbers that stand in rows, and back.
//!
//! Pure. These numbers are in files: they may be added to and never changed.

use crate::database::InvalidStoredValue;
use crate::protocol::arrival::SignatureState;
use crate::protocol::attempt::{Attempt, DeliveryPurpose};
use crate::protocol::event::EventType;
use crate::protocol::signature::SignatureFault;

/// An event of the catalogue as a number.
pub(super) fn encode_event_type(event: EventType) -> i64 {
    match event {
        EventType::SignupCreated => 1,
        EventType::SignupPositionChanged => 2,
        EventType::SignupDeleted => 3,
    }
}

/// Set in an arrival's state once any arrival of its event, up to this one, was verified.
const PROVED: i64 = 4;

/// The state of an arrival: its own verification, and whether it or one before it was valid.
pub(super) fn encode_state(own: SignatureState, before: i64) -> i64 {
    let own = match own {
        SignatureState::Unsigned => 0,
        SignatureState::Valid => 1 | PROVED,
        SignatureState::Invalid => 2,
    };
    own | (before & PROVED)
}

/// An arrival's own verification.
pub(super) fn decode_own_verification(state: i64) -> Result<SignatureState, InvalidStoredValue> {
    match state & !PROVED {
        0 => Ok(SignatureState::Unsigned),
        1 => Ok(SignatureState::Valid),
        2 => Ok(SignatureState::Invalid),
        _ => Err(InvalidStoredValue(state, "state of an arrival")),
    }
}

/// The best verification of all arrivals up to one: one valid signature proves the body.
pub(super) fn decode_best_verification(state: i64) -> Result<SignatureState, InvalidStoredValue> {
    if state & PROVED != 0 { Ok(SignatureState::Valid) } else { decode_own_verification(state) }
}

/// A purpose as a number.
pub(super) fn encode_purpose(purpose: DeliveryPurpose) -> i64 {
    match purpose {
        DeliveryPurpose::Trigger => 0,
        DeliveryPurpose::Forward => 1,
        DeliveryPurpose::Replay => 2,
        DeliveryPurpose::Reconcile => 3,
    }
}

pub(super) fn decode_purpose(number: i64) -> Result<DeliveryPurpose, InvalidStoredValue> {
    match number {
        0 => Ok(DeliveryPurpose::Trigger),
        1 => Ok(DeliveryPurpose::Forward),
        2 => Ok(DeliveryPurpose::Replay),
        3 => Ok(DeliveryPurpose::Reconcile),
        _ => Err(InvalidStoredValue(number, "purpose")),
    }
}

const REASONS: [SignatureFault; 8] = [
    SignatureFault::Missing,
    SignatureFault::Empty,
    SignatureFault::NoPrefix,
    SignatureFault::WrongPrefix,
    SignatureFault::NotHex,
    SignatureFault::WrongLength,
    SignatureFault::DoubledHeader,
    SignatureFault::Mismatch,
];

/// A reason as a number.
pub(super) fn encode_reason(reason: SignatureFault) -> i64 {
    match reason {
        SignatureFault::Missing => 0,
        SignatureFault::Empty => 1,
        SignatureFault::NoPrefix => 2,
        SignatureFault::WrongPrefix => 3,
        SignatureFault::NotHex => 4,
        SignatureFault::WrongLength => 5,
        SignatureFault::DoubledHeader => 6,
        SignatureFault::Mismatch => 7,
    }
}

pub(super) fn decode_reason(number: i64) -> Result<SignatureFault, InvalidStoredValue> {
    let found = usize::try_from(number).ok().and_then(|index| REASONS.get(index).copied());
    found.ok_or(InvalidStoredValue(number, "reason"))
}

/// Latency in microseconds, as stored.
pub(super) fn encode_latency(attempt: &Attempt) -> i64 {
    i64::try_from(attempt.latency.as_micros()).unwrap_or(i64::MAX)
}
