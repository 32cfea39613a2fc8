//! The fields of each record type, in the order in which they are written. Optional fields are left out, never `null`.

use super::format_instant;
use crate::protocol::arrival::{HeaderLines, RepeatKind, SignatureState};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::body::Fingerprint;
use crate::protocol::body::RawBody;
use crate::protocol::facts;
use crate::protocol::facts::{PayloadDrift, WaitlistPosition};
use crate::protocol::report::{ArrivalNumber, ArrivalReport, AttemptReport, RepeatReport, SendingReport};
use crate::protocol::signature::SignatureFault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A body as text, or in Base64 where it is not UTF-8.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum BodyFields<'a> {
    /// UTF-8.
    #[serde(rename = "body")]
    Text(&'a str),
    /// Anything else.
    #[serde(rename = "body_base64")]
    Base64(String),
}

impl<'a> BodyFields<'a> {
    /// Text where it is UTF-8.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }
}

/// One header line.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HeaderField<'a> {
    name: String,
    #[serde(flatten)]
    value: HeaderFieldValue<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum HeaderFieldValue<'a> {
    #[serde(rename = "value")]
    Text(&'a str),
    #[serde(rename = "value_base64")]
    Base64(String),
}

/// Header lines in order.
pub(crate) fn header_fields(headers: &HeaderLines) -> Vec<HeaderField<'_>> {
    let field = |(name, value)| HeaderField {
        name: String::from_utf8_lossy(name).into_owned(),
        value: match std::str::from_utf8(value) {
            Ok(text) => HeaderFieldValue::Text(text),
            Err(_) => HeaderFieldValue::Base64(STANDARD.encode(value)),
        },
    };
    headers.iter().map(field).collect()
}

/// Fields of an `arrival`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ArrivalRecord<'a> {
    #[serde(flatten)]
    number: ArrivalNumberFields,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "String"))]
    fingerprint: Fingerprint,
    verification: SignatureState,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<SignatureFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    proved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a str>,
    #[serde(flatten)]
    repeat: RepeatFields,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    out_of_order: bool,
    drift: &'a [PayloadDrift],
    answer: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_stored: Option<&'a str>,
    #[serde(flatten)]
    facts: PayloadFactFields<'a>,
    target: &'a str,
    headers: Vec<HeaderField<'a>>,
    body_bytes: usize,
    #[serde(flatten)]
    body: BodyFields<'a>,
}

impl<'a> ArrivalRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a ArrivalReport) -> Self {
        let arrival = &report.arrival;
        Self {
            number: ArrivalNumberFields::of(report.number),
            event_type: arrival.facts.event_type.as_deref(),
            fingerprint: report.fingerprint,
            verification: arrival.verification,
            reason: report.reason,
            cause: report.explanation.as_ref().and_then(|explanation| explanation.cause),
            proved: report.explanation.as_ref().is_some_and(|explanation| explanation.proved),
            explanation: report.explanation.as_ref().map(|explanation| explanation.words.as_str()),
            repeat: report.repeat.as_ref().map(RepeatFields::of).unwrap_or_default(),
            out_of_order: report.out_of_order,
            drift: &arrival.facts.drift,
            answer: report.answer,
            not_stored: report.not_stored.as_deref(),
            facts: PayloadFactFields::of(&arrival.facts, &arrival.content.body),
            target: &arrival.target,
            headers: header_fields(&arrival.content.headers),
            body_bytes: arrival.content.body.len(),
            body: BodyFields::of(arrival.content.body.as_bytes()),
        }
    }
}

#[derive(Serialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ArrivalNumberFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrival: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<u64>,
}

impl ArrivalNumberFields {
    fn of(number: Option<ArrivalNumber>) -> Self {
        match number {
            Some(ArrivalNumber::Stored { event, arrival }) => {
                Self { event: Some(event), arrival: Some(arrival), refused: None }
            }
            Some(ArrivalNumber::Refused(number)) => Self { refused: Some(number), ..Self::default() },
            None => Self::default(),
        }
    }
}

#[derive(Serialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RepeatFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probable_retry_of: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_guess: Option<u32>,
}

impl RepeatFields {
    fn of(repeat: &RepeatReport) -> Self {
        let is = |kind| (repeat.kind == kind).then_some(repeat.of);
        Self {
            duplicate_of: is(RepeatKind::Duplicate),
            probable_retry_of: is(RepeatKind::ProbableRetry),
            gap_ms: repeat.gap.map(milliseconds),
            retry_guess: repeat.retry_guess,
        }
    }
}

/// What the body says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PayloadFactFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waitlist_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signup_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_position: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_position: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<serde_json::Value>,
}

impl<'a> PayloadFactFields<'a> {
    /// Reads facts, and the body's `data`.
    pub(crate) fn of(facts: &'a facts::EventFacts, body: &RawBody) -> Self {
        let (position, old_position, new_position) = match facts.position {
            Some(WaitlistPosition::At(position)) => (Some(position), None, None),
            Some(WaitlistPosition::Moved { from, to }) => (None, Some(from), Some(to)),
            None => (None, None, None),
        };
        Self {
            event_id: facts.event_id.as_deref(),
            waitlist_id: facts.waitlist_id.as_deref(),
            signup_id: facts.signup_id.as_deref(),
            email: facts.email.as_deref(),
            position,
            old_position,
            new_position,
            occurred_at: facts.occurred.map(format_instant),
            data: data(body.as_bytes()),
        }
    }
}

/// The payload's `data` for convenience; the exact bytes stand in `body`. What a JSON reader cannot hold has none.
fn data(body: &[u8]) -> Option<serde_json::Value> {
    #[derive(Deserialize)]
    struct PayloadDataOnly {
        data: Option<serde_json::Value>,
    }
    serde_json::from_slice::<PayloadDataOnly>(body).ok().and_then(|payload| payload.data)
}

/// Fields of a `sending`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SendingRecord<'a> {
    event: u64,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "String"))]
    fingerprint: Fingerprint,
    #[serde(flatten)]
    facts: PayloadFactFields<'a>,
    headers: Vec<HeaderField<'a>>,
    body_bytes: usize,
    #[serde(flatten)]
    body: BodyFields<'a>,
}

impl<'a> SendingRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a SendingReport) -> Self {
        Self {
            event: report.event,
            url: &report.url,
            event_type: report.facts.event_type.as_deref(),
            fingerprint: report.fingerprint,
            facts: PayloadFactFields::of(&report.facts, &report.content.body),
            headers: header_fields(&report.content.headers),
            body_bytes: report.content.body.len(),
            body: BodyFields::of(report.content.body.as_bytes()),
        }
    }
}

/// Fields of a `forward` or an `attempt`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct AttemptRecord<'a> {
    event: u64,
    url: &'a str,
    attempt: u32,
    of: u32,
    scheduled_ms: u64,
    latency_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_ms: Option<u64>,
    #[serde(flatten)]
    ended: OutcomeFields<'a>,
}

/// How an attempt ended.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OutcomeFields<'a> {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(flatten)]
    body: Option<BodyFields<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    body_truncated: bool,
}

impl<'a> AttemptRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a AttemptReport) -> Self {
        Self {
            event: report.attempt.event,
            url: &report.attempt.url,
            attempt: report.attempt.number,
            of: report.of,
            scheduled_ms: milliseconds(report.scheduled),
            latency_ms: milliseconds(report.attempt.latency),
            budget_ms: report.budget.map(milliseconds),
            ended: OutcomeFields::of(&report.attempt.outcome),
        }
    }
}

impl<'a> OutcomeFields<'a> {
    /// Reads an outcome.
    pub(crate) fn of(outcome: &'a AttemptOutcome) -> Self {
        let answer = match outcome {
            AttemptOutcome::Answered(answer) => Some(answer),
            _ => None,
        };
        Self {
            outcome: outcome.name(),
            status: outcome.status(),
            detail: outcome.detail(),
            location: answer.and_then(|answer| answer.location.as_deref()),
            body: answer.map(|answer| BodyFields::of(&answer.body)),
            body_truncated: answer.is_some_and(|answer| answer.truncated),
        }
    }
}
