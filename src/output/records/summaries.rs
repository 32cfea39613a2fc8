//! What the `summary` of each long command counts, and one step of a rehearsal.

use super::named;
use crate::protocol::body::Fingerprint;
use crate::protocol::check::CheckSeverity;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a `summary` counts.
pub(crate) trait CommandSummary: Serialize {
    /// Whose it is.
    const COMMAND: &'static str;
}

macro_rules! summaries {
    ($($name:ty => $command:literal,)*) => {
        $(impl CommandSummary for $name {
            const COMMAND: &'static str = $command;
        })*
    };
}

/// Counts of `listen`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ListenSummary {
    pub requests: u64,
    pub valid: u64,
    pub unsigned: u64,
    pub invalid: u64,
    pub turned_away: u64,
    pub stored: u64,
    pub duplicates: u64,
    pub probable_retries: u64,
    pub not_stored: u64,
    pub filtered: u64,
    pub forwarded: u64,
    pub forward_failed: u64,
    pub forward_skipped: u64,
    pub distinct: u64,
    pub unforwarded: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_before: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpublished: Option<u64>,
}

/// Counts of `demo`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DemoSummary {
    pub acts: u32,
    pub deliveries: u64,
    pub attempts: u64,
}

/// Counts of `sandbox`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SandboxRunSummary {
    pub attempts: u64,
    pub delivered: u64,
    pub failed: u64,
    pub pending: u64,
}

/// Counts of `doctor`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DoctorSummary {
    pub passed: usize,
    pub failed: usize,
    pub faults: usize,
    pub skipped: usize,
}

/// Counts of `test`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditSummary<'a> {
    pub url: &'a str,
    pub passed: usize,
    pub failed: usize,
    pub accepted: usize,
    pub skipped: usize,
    pub authenticity_checked: bool,
    pub seed: u64,
    pub requests: u32,
    pub took_ms: u64,
    pub fail_on: CheckSeverity,
    pub met: bool,
}

/// How `expect` ended.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ExpectSummary {
    pub met: bool,
    pub timed_out: bool,
    pub command_exit: u8,
    pub exit: u8,
}

/// Counts of `reconcile`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReconcileSummary {
    pub signups: usize,
    pub heard_of: usize,
    pub missed: usize,
    pub missed_created: usize,
    pub missed_moved: usize,
    pub missed_deleted: usize,
    pub still_there: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<u64>,
}

/// Counts of `events prune`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Default)]
pub(crate) struct PrunedSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_remove: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_emptied: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<u64>,
}

/// Counts of `events import`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ImportSummary {
    pub imported: u64,
    pub known: u64,
    pub other: u64,
}

/// Counts of `replay`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReplaySummary<'a> {
    pub deliveries: usize,
    pub done: u64,
    pub acknowledged: u64,
    pub changed: u64,
    pub outcomes: &'a BTreeMap<String, u64>,
    pub duration_ms: u64,
}

/// Counts of `rehearse`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RehearsalSummary<'a> {
    pub url: &'a str,
    pub seed: u64,
    pub events: usize,
    pub planned: u64,
    pub sent: u64,
    pub dropped: &'a [usize],
    pub duplicates: u64,
    pub late: u64,
    pub corrupted: u64,
    pub corrupted_accepted: u64,
    pub corrupted_refused: u64,
    pub acknowledged: u64,
    pub failed: u64,
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u64>"))]
    pub failures: NumberMap,
    pub unacknowledged: usize,
    pub order: &'a [usize],
    pub repeat: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateFields>,
}

/// What the judge of a rehearsal said.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StateFields {
    pub before: i64,
    pub after: i64,
    pub expected_change: i64,
    pub events: i64,
    pub met: bool,
}

/// Fields of a `rehearsal`: one copy of an event.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RehearsalRecord<'a> {
    pub step: usize,
    pub number: usize,
    pub how: &'static str,
    #[cfg_attr(test, schemars(with = "String"))]
    pub fingerprint: Fingerprint,
    pub wait_ms: u64,
    pub together: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
}

/// Counts of `load`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LoadSummary<'a> {
    pub url: &'a str,
    pub connections: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    pub signed: bool,
    pub seed: u64,
    pub events: u64,
    pub acknowledged: u64,
    pub acknowledged_in_5s: u64,
    pub share_in_5s: f64,
    pub attempts: u64,
    pub late_starts: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub duration_ms: u64,
    pub events_per_second: f64,
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u64>"))]
    pub outcomes: NumberMap,
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u64>"))]
    pub latency_us: NumberMap,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_after: Option<u64>,
}

/// Numbers by name, in their own order.
#[derive(Debug)]
pub(crate) struct NumberMap(pub Vec<(String, u64)>);

impl Serialize for NumberMap {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, number)| (name, number)))
    }
}

named! {
    RehearsalRecord<'_> => "rehearsal",
}

summaries! {
    ListenSummary => "listen",
    DemoSummary => "demo",
    SandboxRunSummary => "sandbox",
    DoctorSummary => "doctor",
    AuditSummary<'_> => "test",
    ExpectSummary => "expect",
    ReconcileSummary => "reconcile",
    PrunedSummary => "events prune",
    ImportSummary => "events import",
    ReplaySummary<'_> => "replay",
    RehearsalSummary<'_> => "rehearse",
    LoadSummary<'_> => "load",
}
