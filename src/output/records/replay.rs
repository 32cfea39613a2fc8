//! The fields of a `replayed` record, in the order in which they are written.

use super::events::{OutcomeFields, milliseconds};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::report::ReplayReport;
use serde::Serialize;

/// Fields of a `replayed`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ReplayedRecord<'a> {
    event: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    url: &'a str,
    attempts: u32,
    latency_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    was_outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was_status: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    changed: bool,
    #[serde(flatten)]
    ended: OutcomeFields<'a>,
}

impl<'a> ReplayedRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a ReplayReport) -> Self {
        Self {
            event: report.event,
            event_type: report.event_type.as_deref(),
            url: &report.url,
            attempts: report.attempts,
            latency_ms: milliseconds(report.latency),
            was_outcome: report.was.as_ref().map(AttemptOutcome::name),
            was_status: report.was.as_ref().and_then(AttemptOutcome::status),
            changed: report.has_changed(),
            ended: OutcomeFields::of(&report.outcome),
        }
    }
}
