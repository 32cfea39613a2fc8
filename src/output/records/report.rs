//! Every record type by its report: which fields it has, and its name.

use super::events::{ArrivalRecord, AttemptRecord, SendingRecord, milliseconds};
use super::format_instant;
use super::replay::ReplayedRecord;
use super::sandbox::{CallRecord, DeliveryAttemptRecord, ReadyRecord};
use super::verdicts::{CheckRecord, ExpectationRecord, InsteadRecord};
use crate::protocol::report::{ExposureReport, PublishedReport, ReportKind, TurnedAwayReport};
use serde::Serialize;

/// The fields of any report.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ReportRecord<'a> {
    Arrival(ArrivalRecord<'a>),
    Attempt(AttemptRecord<'a>),
    Sending(SendingRecord<'a>),
    Replayed(ReplayedRecord<'a>),
    Check(Box<CheckRecord<'a>>),
    Expectation(ExpectationRecord<'a>),
    Instead(Box<InsteadRecord<'a>>),
    Call(CallRecord<'a>),
    Dispatch(Box<DeliveryAttemptRecord<'a>>),
    Ready(ReadyRecord<'a>),
    ForwardSkipped(ForwardSkippedRecord<'a>),
    TurnedAway(TurnedAwayRecord<'a>),
    Wait(WaitRecord<'a>),
    Delivered(DeliveredRecord<'a>),
    GaveUp(GaveUpRecord<'a>),
    Exposure(ExposureRecord<'a>),
    Published(PublishedRecord<'a>),
    Lag(LagRecord<'a>),
    Skipped(SkippedRecord),
    Notice(NoticeRecord<'a>),
}

/// The fields of `forward_skipped`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ForwardSkippedRecord<'a> {
    event: u64,
    url: &'a str,
    why: &'a str,
}

/// The fields of `wait`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct WaitRecord<'a> {
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    due_at: String,
    delay_ms: u64,
}

/// The fields of `delivered`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct DeliveredRecord<'a> {
    event: u64,
    url: &'a str,
    attempts: u32,
}

/// The fields of `gave_up`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct GaveUpRecord<'a> {
    event: u64,
    url: &'a str,
    attempts: u32,
    of: u32,
}

/// The fields of `skipped`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SkippedRecord {
    count: u64,
}

/// The fields of `notice`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NoticeRecord<'a> {
    message: &'a str,
}

/// The fields of `lag`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LagRecord<'a> {
    stream: &'a str,
    pending: u64,
}

/// The fields of `turned_away`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TurnedAwayRecord<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    method: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
    status: u16,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    untold: Option<u64>,
}

impl<'a> TurnedAwayRecord<'a> {
    fn of(report: &'a TurnedAwayReport) -> Self {
        let TurnedAwayReport { method, path, status, why, untold } = report;
        Self { method, path, status: *status, why, untold: Some(*untold).filter(|untold| *untold > 0) }
    }
}

/// The fields of `published`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PublishedRecord<'a> {
    event: u64,
    stream: &'a str,
    sequence: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
}

impl<'a> PublishedRecord<'a> {
    fn of(report: &'a PublishedReport) -> Self {
        let PublishedReport { event, stream, sequence, duplicate } = report;
        Self { event: *event, stream, sequence: *sequence, duplicate: *duplicate }
    }
}

/// The fields of `exposure`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ExposureRecord<'a> {
    state: &'static str,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again_in_ms: Option<u64>,
}

impl<'a> ExposureRecord<'a> {
    fn of(report: &'a ExposureReport) -> Self {
        Self {
            state: report.state.name(),
            by: &report.by,
            url: report.url.as_deref(),
            message: report.message.as_deref(),
            again_in_ms: report.again_in.map(milliseconds),
        }
    }
}

impl<'a> ReportRecord<'a> {
    /// Reads a report.
    pub(super) fn of(what: &'a ReportKind) -> Self {
        match what {
            ReportKind::Arrival(arrival) => Self::Arrival(ArrivalRecord::of(arrival)),
            ReportKind::Forward(attempt) | ReportKind::Attempt(attempt) => Self::Attempt(AttemptRecord::of(attempt)),
            ReportKind::Sending(sending) => Self::Sending(SendingRecord::of(sending)),
            ReportKind::Replayed(replayed) => Self::Replayed(ReplayedRecord::of(replayed)),
            ReportKind::Check(check) => Self::Check(Box::new(CheckRecord::of(check))),
            ReportKind::Expectation(expectation) => Self::Expectation(ExpectationRecord::of(expectation)),
            ReportKind::Instead(instead) => Self::Instead(Box::new(InsteadRecord::of(instead))),
            ReportKind::Call(call) => Self::Call(CallRecord::of(call)),
            ReportKind::Dispatch(dispatch) => Self::Dispatch(Box::new(DeliveryAttemptRecord::of(dispatch))),
            ReportKind::Ready { url, pid, inspect_url, secret_from } => Self::Ready(ReadyRecord {
                url: Some(url),
                pid: *pid,
                inspect_url: inspect_url.as_deref(),
                secret_from: Some(secret_from),
                ..ReadyRecord::default()
            }),
            ReportKind::ForwardSkipped { event, url, why, .. } => {
                Self::ForwardSkipped(ForwardSkippedRecord { event: *event, url, why })
            }
            ReportKind::TurnedAway(report) => Self::TurnedAway(TurnedAwayRecord::of(report)),
            ReportKind::Wait { attempt, target, due_at, delay } => Self::Wait(WaitRecord {
                attempt: *attempt,
                target: target.as_deref(),
                due_at: format_instant(*due_at),
                delay_ms: milliseconds(*delay),
            }),
            ReportKind::Delivered { event, url, attempts } => {
                Self::Delivered(DeliveredRecord { event: *event, url, attempts: *attempts })
            }
            ReportKind::GaveUp { event, url, attempts, of } => {
                Self::GaveUp(GaveUpRecord { event: *event, url, attempts: *attempts, of: *of })
            }
            ReportKind::Exposure(exposure) => Self::Exposure(ExposureRecord::of(exposure)),
            ReportKind::Published(published) => Self::Published(PublishedRecord::of(published)),
            ReportKind::Lag { stream, pending } => Self::Lag(LagRecord { stream, pending: *pending }),
            ReportKind::Skipped { count } => Self::Skipped(SkippedRecord { count: *count }),
            ReportKind::Notice { message } => Self::Notice(NoticeRecord { message }),
        }
    }
}

/// The record type of a report.
pub(super) fn record_type(what: &ReportKind) -> &'static str {
    match what {
        ReportKind::Check(_) => "check",
        ReportKind::Expectation(_) => "expectation",
        ReportKind::Instead(_) => "instead",
        ReportKind::Call(_) => "call",
        ReportKind::Dispatch(_) => "delivery_attempt",
        ReportKind::Ready { .. } => "ready",
        ReportKind::Arrival(_) => "arrival",
        ReportKind::Forward(_) => "forward",
        ReportKind::ForwardSkipped { .. } => "forward_skipped",
        ReportKind::TurnedAway(_) => "turned_away",
        ReportKind::Sending(_) => "sending",
        ReportKind::Replayed(_) => "replayed",
        ReportKind::Attempt(_) => "attempt",
        ReportKind::Wait { .. } => "wait",
        ReportKind::Delivered { .. } => "delivered",
        ReportKind::GaveUp { .. } => "gave_up",
        ReportKind::Exposure(_) => "exposure",
        ReportKind::Published(_) => "published",
        ReportKind::Lag { .. } => "lag",
        ReportKind::Skipped { .. } => "skipped",
        ReportKind::Notice { .. } => "notice",
    }
}
