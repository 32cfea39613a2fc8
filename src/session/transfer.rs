//! Events on their way out of one store and into another: one JSON record a line, the `event` record of
//! `events show --json` with everything that happened to it. What is read back has the same bytes.

use super::history::{arrival_fields, event_fields};
use crate::error::Error;
use crate::output::records::{EventRecord, StoredAttemptFields};
use crate::protocol::arrival::{Arrival, HeaderLines, RequestContent, SignatureState};
use crate::protocol::attempt::{Attempt, AttemptOutcome, AttemptPhase, AttemptResponse, DeliveryPurpose};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::protocol::schedule::is_acknowledgement;
use crate::store::{ArrivalRow, EventImport, EventRow, StoreReader};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::Duration;
use url::Url;

#[cfg(test)]
mod tests;

/// An event with everything that happened to it.
#[derive(Debug, Clone)]
pub(crate) struct EventHistory {
    pub event: EventRow,
    /// Each time it came in, oldest first.
    pub arrivals: Vec<ArrivalRow>,
    /// Each attempt to deliver it, oldest first.
    pub attempts: Vec<Attempt>,
}

impl EventHistory {
    /// Reads it; `None` where the event is gone.
    pub(crate) fn read(reader: &StoreReader, number: u64) -> Result<Option<Self>, Error> {
        let Some(event) = reader.find_event(number)? else { return Ok(None) };
        Ok(Some(Self { event, arrivals: reader.list_arrivals(number)?, attempts: reader.list_attempts(number)? }))
    }

    /// Where it went last: to the app that it was passed on to, else where it was sent from here. A replay to somewhere
    /// else was an exception, and where it came in again it was sent to a listener, which may be another one by now.
    pub(crate) fn last_target(&self) -> Option<Url> {
        let last = |purpose| self.attempts.iter().rfind(|attempt| attempt.purpose == purpose);
        let sent = || last(DeliveryPurpose::Trigger).or_else(|| last(DeliveryPurpose::Reconcile));
        let sent = || sent().or_else(|| self.attempts.last()).filter(|_| self.arrivals.is_empty());
        Url::parse(&last(DeliveryPurpose::Forward).or_else(sent)?.url).ok()
    }

    /// The same with every target that the listener passed it on to beside that one, in the order in which they were tried
    /// first; none where it went nowhere.
    pub(crate) fn last_targets(&self) -> Vec<Url> {
        // What came in again was not passed on to an app that had it: a round with one target in common is of the same
        // listener, whose other targets belong to the set.
        let mut rounds: Vec<(usize, Vec<&str>)> = Vec::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.purpose == DeliveryPurpose::Forward) {
            let round = self.arrivals.iter().filter(|arrival| arrival.at <= attempt.at).count();
            match rounds.iter_mut().find(|(known, _)| *known == round) {
                Some((_, urls)) => urls.push(&attempt.url),
                None => rounds.push((round, vec![&attempt.url])),
            }
        }
        rounds.sort_by_key(|(round, _)| *round);
        let mut set: Vec<&str> = rounds.pop().map(|(_, urls)| urls).unwrap_or_default();
        for (_, urls) in rounds.iter().rev() {
            if urls.iter().any(|url| set.contains(url)) {
                set.splice(0..0, urls.iter().copied());
            }
        }
        match set.is_empty() {
            true => self.last_target().into_iter().collect(),
            false => parse_distinct(set),
        }
    }

    /// The targets that are owed it. What was sent to a listener and came in is owed to nobody but that listener's apps.
    pub(crate) fn owed_targets(&self) -> Vec<Url> {
        let passed = |attempt: &&Attempt| {
            self.arrivals.is_empty() || matches!(attempt.purpose, DeliveryPurpose::Forward | DeliveryPurpose::Replay)
        };
        parse_distinct(self.event.list_owed().filter(passed).map(|attempt| attempt.url.as_str()))
    }

    pub(crate) fn fields(&self) -> EventRecord<'_> {
        EventRecord {
            arrivals: Some(self.arrivals.iter().map(arrival_fields).collect()),
            attempts: Some(self.attempts.iter().map(StoredAttemptFields::of).collect()),
            ..event_fields(&self.event)
        }
    }

    /// The same without what identifies people.
    #[must_use]
    pub(crate) fn redacted(mut self, redactor: &mut Redactor) -> Self {
        self.event.body = redactor.redact_body(&self.event.body);
        self.event.facts = EventFacts::from_body(&self.event.body);
        for arrival in &mut self.arrivals {
            arrival.headers = redactor.redact_headers(&arrival.headers);
            arrival.target = redactor.redact_text(&arrival.target);
        }
        let EventRow { last_attempt, deliveries, .. } = &mut self.event;
        let last = last_attempt.iter_mut().chain(deliveries.iter_mut().map(|delivery| &mut delivery.last));
        for attempt in self.attempts.iter_mut().chain(last) {
            attempt.url = redactor.redact_text(&attempt.url);
            mask(&mut attempt.outcome, redactor);
        }
        self
    }
}

fn parse_distinct<'a>(urls: impl IntoIterator<Item = &'a str>) -> Vec<Url> {
    let mut distinct = Vec::new();
    for url in urls.into_iter().filter_map(|url| Url::parse(url).ok()) {
        if !distinct.contains(&url) {
            distinct.push(url);
        }
    }
    distinct
}

fn mask(outcome: &mut AttemptOutcome, redactor: &mut Redactor) {
    match outcome {
        AttemptOutcome::Answered(answer) => {
            answer.body = redactor.redact_body(&RawBody::new(answer.body.clone())).bytes();
            answer.location = answer.location.as_deref().map(|to| redactor.redact_text(to));
        }
        AttemptOutcome::Tls(text) | AttemptOutcome::Malformed(text) | AttemptOutcome::Failed(text) => {
            *text = redactor.redact_text(text)
        }
        _ => {}
    }
}

#[derive(Deserialize)]
struct ExportRecord {
    r#type: String,
    #[serde(flatten)]
    body: ExportBytes,
    sent_at: Option<Timestamp>,
    #[serde(default)]
    arrivals: Vec<ExportArrival>,
    #[serde(default)]
    attempts: Vec<ExportAttempt>,
    #[serde(flatten)]
    own: ExportOwnArrival,
}

/// What an `arrival` record, as `listen --json` writes it, says of itself.
#[derive(Deserialize)]
struct ExportOwnArrival {
    at: Option<Timestamp>,
    verification: Option<SignatureState>,
    target: Option<String>,
    #[serde(default)]
    headers: Vec<ExportHeader>,
}

#[derive(Deserialize)]
struct ExportBytes {
    body: Option<String>,
    body_base64: Option<String>,
}

#[derive(Deserialize)]
struct ExportHeader {
    name: String,
    value: Option<String>,
    value_base64: Option<String>,
}

#[derive(Deserialize)]
struct ExportArrival {
    arrived_at: Timestamp,
    verification: SignatureState,
    target: String,
    #[serde(default)]
    headers: Vec<ExportHeader>,
}

#[derive(Deserialize)]
struct ExportAttempt {
    purpose: DeliveryPurpose,
    url: String,
    attempt: u32,
    began_at: Timestamp,
    latency_ms: u64,
    latency_us: Option<u64>,
    outcome: String,
    status: Option<u16>,
    detail: Option<String>,
    location: Option<String>,
    phase: Option<AttemptPhase>,
    #[serde(flatten)]
    body: ExportBytes,
    #[serde(default)]
    body_truncated: bool,
}

/// An event as it stands in a file.
#[derive(Debug, Clone)]
pub(crate) struct ExportedEvent {
    /// Its bytes.
    pub body: RawBody,
    pub sent: Option<Timestamp>,
    /// Each time it came in.
    pub arrivals: Vec<Arrival>,
    /// Each attempt to deliver it.
    pub attempts: Vec<Attempt>,
}

impl ExportedEvent {
    /// As the store takes it.
    pub(crate) fn into_past(self) -> EventImport {
        EventImport::new(self.body, self.sent, self.arrivals, self.attempts)
    }
}

/// Reads one line of an export, or of what `listen --json` wrote. `None` for a record of something else.
///
/// # Errors
/// It is no such record, in words.
pub(crate) fn read_line(line: &str) -> Result<Option<ExportedEvent>, String> {
    let record: ExportRecord = serde_json::from_str(line).map_err(|error| describe_json_error(&error))?;
    if !matches!(record.r#type.as_str(), "event" | "arrival")
        || record.own.verification == Some(SignatureState::Invalid)
    {
        return Ok(None);
    }
    let body = RawBody::new(record.body.read()?.ok_or("it has no body")?);
    let mut came = record.arrivals;
    if let (Some(at), Some(verification), "arrival") = (record.own.at, record.own.verification, record.r#type.as_str())
    {
        let target = record.own.target.unwrap_or_else(|| "/".into());
        came.push(ExportArrival { arrived_at: at, verification, target, headers: record.own.headers });
    }
    let facts = EventFacts::from_body(&body);
    let arrivals = came.into_iter().map(|came| came.into_arrival(&body, &facts)).collect::<Result<_, _>>()?;
    let attempts = record.attempts.into_iter().map(ExportAttempt::into_attempt).collect::<Result<_, _>>()?;
    Ok(Some(ExportedEvent { body, sent: record.sent_at, arrivals, attempts }))
}

/// What is wrong with a line; its number is the caller's to tell, not the parser's, who saw one line alone.
fn describe_json_error(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.split_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    match error.is_data() {
        true => words.to_owned(),
        false => format!("it is not JSON ({words}, at byte {})", error.column()),
    }
}

impl ExportBytes {
    fn read(self) -> Result<Option<Vec<u8>>, String> {
        match (self.body, self.body_base64) {
            (Some(text), _) => Ok(Some(text.into_bytes())),
            (None, Some(base64)) => STANDARD.decode(base64).map(Some).map_err(|error| error.to_string()),
            (None, None) => Ok(None),
        }
    }
}

impl ExportArrival {
    fn into_arrival(self, body: &RawBody, facts: &EventFacts) -> Result<Arrival, String> {
        let mut lines = Vec::with_capacity(self.headers.len());
        for line in self.headers {
            let value = ExportBytes { body: line.value, body_base64: line.value_base64 }.read()?.unwrap_or_default();
            if line.name.contains(['\r', '\n']) || value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                return Err("a header has a line break in it".into());
            }
            lines.push((line.name, value));
        }
        let headers = HeaderLines::collect(lines.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let (body, facts) = (body.clone(), facts.clone());
        let (at, target, verification) = (self.arrived_at, self.target, self.verification);
        Ok(Arrival { at, target, content: RequestContent { headers, body }, verification, facts })
    }
}

impl ExportAttempt {
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

    fn into_outcome(self) -> Result<AttemptOutcome, String> {
        let detail = self.detail.unwrap_or_default();
        Ok(match self.outcome.as_str() {
            "acknowledged" | "rejected" => AttemptOutcome::Answered(AttemptResponse {
                status: self.status.ok_or("an answer has no status")?,
                location: self.location,
                body: self.body.read()?.unwrap_or_default().into(),
                truncated: self.body_truncated,
                // An export says which it was.
                only_200: self.outcome == "rejected" && self.status.is_some_and(is_acknowledgement),
            }),
            "timeout" => AttemptOutcome::TimedOut(self.phase.unwrap_or(AttemptPhase::Head)),
            "refused" => AttemptOutcome::Refused,
            "unknown_host" => AttemptOutcome::UnknownHost,
            "tls" => AttemptOutcome::Tls(detail),
            "disconnected" => AttemptOutcome::Disconnected,
            "malformed" => AttemptOutcome::Malformed(detail),
            "failed" => AttemptOutcome::Failed(detail),
            other => return Err(format!("'{other}' is not an outcome")),
        })
    }
}
