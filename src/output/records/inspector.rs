//! The records that only the inspector's interface has: what its page begins with, and where a list or a stream goes on.

use super::signing::DiagnosisFields;
use super::{format_instant, named};
use crate::protocol::arrival::ForwardProgress;
use crate::protocol::event::{CatalogueField, EventType, FieldKind};
use crate::protocol::latency::{LATENCY_ENDS_MS, LatencyDistribution};
use crate::protocol::signature::SignatureFault;
use serde::Serialize;
use std::collections::BTreeMap;

/// Fields of a `page`.
#[derive(Serialize)]
pub(crate) struct PageRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_before: Option<u64>,
}

/// Fields of a `place`: how far a stream has come.
#[derive(Serialize)]
pub(crate) struct PlaceRecord {
    pub last: u64,
    pub skipped: u64,
}

/// Fields of a `hello`: where a stream begins.
#[derive(Serialize)]
pub(crate) struct HelloRecord {
    pub last: u64,
    pub skipped: u64,
}

/// Fields of a `reset`: the store is another one.
#[derive(Serialize)]
pub(crate) struct ResetRecord {
    pub last: u64,
    pub skipped: u64,
}

/// Fields of a `payload`.
#[derive(Serialize)]
pub(crate) struct PayloadRecord<'a> {
    pub event_type: EventType,
    pub body: &'a str,
}

/// Fields of a `verification` of a request that was refused: `verify --json` prints these and the secret's origin.
#[derive(Serialize)]
pub(crate) struct RefusalRecord<'a> {
    pub verification: &'static str,
    pub reason: SignatureFault,
    pub message: &'a str,
    pub bytes: usize,
    #[serde(flatten)]
    pub diagnosis: DiagnosisFields,
}

/// Fields of a `status`.
#[derive(Serialize)]
pub(crate) struct StatusRecord<'a> {
    pub version: &'static str,
    pub profile: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    pub last: u64,
    pub refused: u64,
    pub catalogue: Vec<CatalogueFieldRecord>,
    pub retry_delays_s: Vec<u64>,
    pub pending: Vec<PendingForwardFields>,
}

/// One field that events have.
#[derive(Serialize)]
pub(crate) struct CatalogueFieldRecord {
    path: &'static str,
    kind: &'static str,
    events: Vec<EventType>,
}

impl CatalogueFieldRecord {
    /// Reads the catalogue's line.
    pub(crate) fn of(field: &CatalogueField) -> Self {
        let events = EventType::ALL.into_iter().filter(|event| field.is_carried_by(*event)).collect();
        Self { path: field.path, kind: name_kind(field.kind), events }
    }
}

/// What a form needs to know of a field.
fn name_kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Event => "event",
        FieldKind::Id => "id",
        FieldKind::Text => "text",
        FieldKind::Email => "email",
        FieldKind::Time => "time",
        FieldKind::Integer => "integer",
        FieldKind::Object => "object",
    }
}

/// A forward that is tried again.
#[derive(Serialize)]
pub(crate) struct PendingForwardFields {
    url: String,
    arrival: u64,
    attempts: u32,
    began_at: String,
    due_at: String,
}

impl PendingForwardFields {
    /// Reads how far a target has got.
    pub(crate) fn of(url: String, progress: &ForwardProgress) -> Self {
        Self {
            url,
            arrival: progress.arrival,
            attempts: progress.attempts,
            began_at: format_instant(progress.first),
            due_at: format_instant(progress.due),
        }
    }
}

/// Fields of a `timeline`: equal bars of a span of time.
#[derive(Serialize)]
pub(crate) struct TimelineRecord {
    pub from: String,
    pub to: String,
    /// Whether each of some rows stands for many.
    #[serde(rename = "estimate")]
    pub is_estimate: bool,
    pub arrivals: Vec<u64>,
    pub acknowledged: Vec<u64>,
    pub failed: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyFields>,
}

/// How long answers took.
#[derive(Serialize)]
pub(crate) struct LatencyFields {
    ranges: Vec<LatencyRangeFields>,
    figures_us: BTreeMap<&'static str, u64>,
}

/// A range of latencies; the last one has no end.
#[derive(Serialize)]
struct LatencyRangeFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    below_ms: Option<u64>,
    count: u64,
}

impl LatencyFields {
    pub(crate) fn of(found: LatencyDistribution) -> Self {
        let ends = LATENCY_ENDS_MS.iter().copied().map(Some).chain([None]);
        let ranges = ends.zip(found.counts).map(|(below_ms, count)| LatencyRangeFields { below_ms, count });
        let figures =
            found.figures.map(|(name, latency)| (name, u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)));
        Self { ranges: ranges.collect(), figures_us: figures.into() }
    }
}

named! {
    TimelineRecord => "timeline",
    PageRecord => "page",
    PlaceRecord => "place",
    HelloRecord => "hello",
    ResetRecord => "reset",
    PayloadRecord<'_> => "payload",
    RefusalRecord<'_> => "verification",
    StatusRecord<'_> => "status",
}
