//! The fields of records about what is stored: an event with what happened to it, a refused request, a comparison.

use super::events::{BodyFields, HeaderField, OutcomeFields, PayloadFactFields, milliseconds};
use super::{format_instant, named};
use crate::output::sanitise::spell_bytes;
use crate::protocol::arrival::SignatureState;
use crate::protocol::attempt::{Attempt, AttemptOutcome, AttemptPhase, DeliveryPurpose};
use crate::protocol::body::Fingerprint;
use crate::protocol::difference::DocumentChange;
use crate::protocol::facts::PayloadDrift;
use crate::protocol::signature::SignatureFault;
use serde::Serialize;

/// Fields of an `event`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EventRecord<'a> {
    pub event: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub fingerprint: Fingerprint,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<SignatureState>,
    pub times: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probable_retry_of: Option<u64>,
    pub drift: &'a [PayloadDrift],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<StoredAttemptFields<'a>>,
    /// To each target, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempts: Option<Vec<StoredAttemptFields<'a>>>,
    /// Those of several targets that failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed_to: Option<Vec<&'a str>>,
    #[serde(flatten)]
    pub facts: PayloadFactFields<'a>,
    pub body_bytes: usize,
    #[serde(flatten)]
    pub body: BodyFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<Vec<StoredArrivalFields<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Vec<StoredAttemptFields<'a>>>,
}

/// One of the `arrivals` of an `event`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StoredArrivalFields<'a> {
    pub arrival: u64,
    pub arrived_at: String,
    pub verification: SignatureState,
    pub target: &'a str,
    pub headers: Vec<HeaderField<'a>>,
}

/// One of the `attempts` of an `event`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StoredAttemptFields<'a> {
    purpose: DeliveryPurpose,
    url: &'a str,
    attempt: u32,
    began_at: String,
    latency_ms: u64,
    latency_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<AttemptPhase>,
    #[serde(flatten)]
    ended: OutcomeFields<'a>,
}

impl<'a> StoredAttemptFields<'a> {
    /// Reads an attempt.
    pub(crate) fn of(attempt: &'a Attempt) -> Self {
        Self {
            purpose: attempt.purpose,
            url: &attempt.url,
            attempt: attempt.number,
            began_at: format_instant(attempt.at),
            latency_ms: milliseconds(attempt.latency),
            latency_us: u64::try_from(attempt.latency.as_micros()).unwrap_or(u64::MAX),
            phase: match attempt.outcome {
                AttemptOutcome::TimedOut(phase) => Some(phase),
                _ => None,
            },
            ended: OutcomeFields::of(&attempt.outcome),
        }
    }
}

/// Fields of a `refused`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RefusedRecord<'a> {
    pub refused: u64,
    pub reason: SignatureFault,
    pub arrived_at: String,
    pub target: &'a str,
    pub headers: Vec<HeaderField<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub fingerprint: Fingerprint,
    #[serde(flatten)]
    pub facts: PayloadFactFields<'a>,
    pub body_bytes: usize,
    #[serde(flatten)]
    pub body: BodyFields<'a>,
}

/// Fields of a `difference`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DifferenceRecord<'a> {
    pub a: &'a str,
    pub b: &'a str,
    pub same: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<&'a [DocumentChange]>,
    pub headers_a: Vec<TextHeaderField>,
    pub headers_b: Vec<TextHeaderField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_a: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_b: Option<String>,
}

/// A header line as text, whatever it holds.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TextHeaderField {
    name: String,
    value: String,
}

impl TextHeaderField {
    /// Reads bytes; those that are not UTF-8 stand as `\xNN`.
    pub(crate) fn of((name, value): (&[u8], &[u8])) -> Self {
        Self { name: spell_bytes(name), value: spell_bytes(value) }
    }
}

named! {
    EventRecord<'_> => "event",
    RefusedRecord<'_> => "refused",
    DifferenceRecord<'_> => "difference",
}
