//! Events on their way out of one store and into another: one JSON record a line, the `event` record of
//! `events show --json` with everything that happened to it. What is read back has the same bytes.

use super::history::{arrival_fields, attempt_fields, event_fields};
use crate::error::Error;
use crate::protocol::arrival::{Arrival, HeaderLines, Verification};
use crate::protocol::attempt::{Answer, Attempt, Outcome, Phase, Purpose};
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use crate::protocol::redact::Redactor;
use crate::store::{ArrivalRow, EventRow, Past, Reader};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use url::Url;

#[cfg(test)]
mod tests;

/// An event with everything that happened to it.
#[derive(Debug, Clone)]
pub struct Story {
    /// The event.
    pub event: EventRow,
    /// Each time it came in, oldest first.
    pub arrivals: Vec<ArrivalRow>,
    /// Each attempt to deliver it, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Story {
    /// Reads it; `None` where the event is gone.
    pub fn read(reader: &Reader, number: u64) -> Result<Option<Self>, Error> {
        let Some(event) = reader.event(number)? else { return Ok(None) };
        Ok(Some(Self { event, arrivals: reader.arrivals(number)?, attempts: reader.attempts(number)? }))
    }

    /// Where it was forwarded last.
    pub fn forwarded_to(&self) -> Option<Url> {
        let last = self.attempts.iter().rfind(|attempt| attempt.purpose == Purpose::Forward)?;
        Url::parse(&last.url).ok()
    }

    /// The fields of its record.
    pub fn fields(&self) -> Value {
        let mut fields = event_fields(&self.event);
        fields["arrivals"] = self.arrivals.iter().map(arrival_fields).collect();
        fields["attempts"] = self.attempts.iter().map(attempt_fields).collect();
        fields
    }

    /// The same without what identifies people.
    #[must_use]
    pub fn redacted(mut self, redactor: &mut Redactor) -> Self {
        self.event.body = redactor.body(&self.event.body);
        self.event.facts = Facts::of(&self.event.body);
        for arrival in &mut self.arrivals {
            arrival.headers = redactor.headers(&arrival.headers);
            arrival.target = redactor.text(&arrival.target);
        }
        let last = self.event.last_attempt.iter_mut();
        for attempt in self.attempts.iter_mut().chain(last) {
            attempt.url = redactor.text(&attempt.url);
            mask(&mut attempt.outcome, redactor);
        }
        self
    }
}

fn mask(outcome: &mut Outcome, redactor: &mut Redactor) {
    match outcome {
        Outcome::Answered(answer) => {
            answer.body = redactor.body(&RawBody::new(answer.body.clone())).bytes();
            answer.location = answer.location.as_deref().map(|to| redactor.text(to));
        }
        Outcome::Tls(text) | Outcome::Malformed(text) | Outcome::Failed(text) => *text = redactor.text(text),
        _ => {}
    }
}

#[derive(Deserialize)]
struct Record {
    r#type: String,
    #[serde(flatten)]
    body: Bytes,
    sent_at: Option<Timestamp>,
    #[serde(default)]
    arrivals: Vec<Came>,
    #[serde(default)]
    attempts: Vec<Tried>,
    /// Of an `arrival` record, as `listen --json` writes it.
    at: Option<Timestamp>,
    verification: Option<Verification>,
    target: Option<String>,
    #[serde(default)]
    headers: Vec<Line>,
}

#[derive(Deserialize)]
struct Bytes {
    body: Option<String>,
    body_base64: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    value: Option<String>,
    value_base64: Option<String>,
}

#[derive(Deserialize)]
struct Came {
    arrived_at: Timestamp,
    verification: Verification,
    target: String,
    #[serde(default)]
    headers: Vec<Line>,
}

#[derive(Deserialize)]
struct Tried {
    purpose: Purpose,
    url: String,
    attempt: u32,
    began_at: Timestamp,
    latency_ms: u64,
    latency_us: Option<u64>,
    outcome: String,
    status: Option<u16>,
    detail: Option<String>,
    location: Option<String>,
    phase: Option<Phase>,
    #[serde(flatten)]
    body: Bytes,
    #[serde(default)]
    body_truncated: bool,
}

/// An event as it stands in a file.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its bytes.
    pub body: RawBody,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// Each time it came in.
    pub arrivals: Vec<Arrival>,
    /// Each attempt to deliver it.
    pub attempts: Vec<Attempt>,
}

impl Imported {
    /// As the store takes it.
    pub fn into_past(self) -> Past {
        Past::new(self.body, self.sent, self.arrivals, self.attempts)
    }
}

/// Reads one line of an export, or of what `listen --json` wrote. `None` for a record of something else.
///
/// # Errors
/// It is no such record, in words.
pub fn read_line(line: &str) -> Result<Option<Imported>, String> {
    let record: Record = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if !matches!(record.r#type.as_str(), "event" | "arrival") || record.verification == Some(Verification::Invalid) {
        return Ok(None);
    }
    let body = RawBody::new(record.body.read()?.ok_or("it has no body")?);
    let mut came = record.arrivals;
    if let (Some(at), Some(verification), "arrival") = (record.at, record.verification, record.r#type.as_str()) {
        let target = record.target.unwrap_or_else(|| "/".into());
        came.push(Came { arrived_at: at, verification, target, headers: record.headers });
    }
    let facts = Facts::of(&body);
    let arrivals = came.into_iter().map(|came| came.into_arrival(&body, &facts)).collect::<Result<_, _>>()?;
    let attempts = record.attempts.into_iter().map(Tried::into_attempt).collect::<Result<_, _>>()?;
    Ok(Some(Imported { body, sent: record.sent_at, arrivals, attempts }))
}

impl Bytes {
    fn read(self) -> Result<Option<Vec<u8>>, String> {
        match (self.body, self.body_base64) {
            (Some(text), _) => Ok(Some(text.into_bytes())),
            (None, Some(base64)) => STANDARD.decode(base64).map(Some).map_err(|error| error.to_string()),
            (None, None) => Ok(None),
        }
    }
}

impl Came {
    fn into_arrival(self, body: &RawBody, facts: &Facts) -> Result<Arrival, String> {
        let mut lines = Vec::with_capacity(self.headers.len());
        for line in self.headers {
            let value = Bytes { body: line.value, body_base64: line.value_base64 }.read()?.unwrap_or_default();
            if line.name.contains(['\r', '\n']) || value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                return Err("a header has a line break in it".into());
            }
            lines.push((line.name, value));
        }
        let headers = HeaderLines::collect(lines.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let (body, facts) = (body.clone(), facts.clone());
        let (at, target, verification) = (self.arrived_at, self.target, self.verification);
        Ok(Arrival { at, target, headers, body, verification, facts })
    }
}

impl Tried {
    fn into_attempt(self) -> Result<Attempt, String> {
        let latency = self.latency_us.unwrap_or(self.latency_ms.saturating_mul(1000));
        Ok(Attempt {
            event: 0,
            url: self.url.clone(),
            purpose: self.purpose,
            number: self.attempt,
            at: self.began_at,
            latency: Duration::from_micros(latency),
            outcome: self.into_outcome()?,
        })
    }

    fn into_outcome(self) -> Result<Outcome, String> {
        let detail = self.detail.unwrap_or_default();
        Ok(match self.outcome.as_str() {
            "acknowledged" | "rejected" => Outcome::Answered(Answer {
                status: self.status.ok_or("an answer has no status")?,
                location: self.location,
                body: self.body.read()?.unwrap_or_default().into(),
                truncated: self.body_truncated,
            }),
            "timeout" => Outcome::TimedOut(self.phase.unwrap_or(Phase::Head)),
            "refused" => Outcome::Refused,
            "unknown_host" => Outcome::UnknownHost,
            "tls" => Outcome::Tls(detail),
            "disconnected" => Outcome::Disconnected,
            "malformed" => Outcome::Malformed(detail),
            "failed" => Outcome::Failed(detail),
            other => return Err(format!("'{other}' is no outcome")),
        })
    }
}
