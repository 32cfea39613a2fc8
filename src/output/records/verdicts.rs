//! The fields of records that tell a judgement: a check of an audit, what was expected, what came instead.

use super::events::{ArrivalRecord, BodyFields, OutcomeFields, milliseconds};
use crate::protocol::check::{CheckExchange, CheckGroup, CheckReport, CheckSeverity, CheckVerdict};
use crate::protocol::expectation::{ExpectationMiss, ExpectationReport, ExpectationVerdict};
use crate::protocol::report::NearMissReport;
use serde::Serialize;

/// Fields of a `check`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CheckRecord<'a> {
    id: &'static str,
    group: CheckGroup,
    severity: CheckSeverity,
    verdict: &'static str,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    why: &'static str,
    fix: &'static str,
    repeat: &'a str,
    took_ms: u64,
    exchanges: Vec<CheckExchangeFields<'a>>,
}

/// A request, and what came back.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CheckExchangeFields<'a> {
    what: &'a str,
    method: &'a str,
    target: &'a str,
    headers: Vec<CheckHeaderField<'a>>,
    body_bytes: usize,
    #[serde(flatten)]
    body: BodyFields<'a>,
    answer: CheckResponseFields<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CheckResponseFields<'a> {
    latency_ms: u64,
    headers: Vec<CheckHeaderField<'a>>,
    #[serde(flatten)]
    ended: OutcomeFields<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CheckHeaderField<'a> {
    name: &'a str,
    value: &'a str,
}

/// Bytes of a request's body that a record carries; what is longer is repeated by the check's own line.
const BODY_TOLD: usize = 4096;

impl<'a> CheckExchangeFields<'a> {
    fn of(one: &'a CheckExchange) -> Self {
        let body = one.body.as_bytes();
        Self {
            what: &one.what,
            method: &one.method,
            target: &one.target,
            headers: fields(&one.headers),
            body_bytes: body.len(),
            body: BodyFields::of(&body[..body.len().min(BODY_TOLD)]),
            answer: CheckResponseFields {
                latency_ms: milliseconds(one.latency),
                headers: fields(&one.answer_headers),
                ended: OutcomeFields::of(&one.outcome),
            },
        }
    }
}

fn fields(headers: &[(String, String)]) -> Vec<CheckHeaderField<'_>> {
    headers.iter().map(|(name, value)| CheckHeaderField { name, value }).collect()
}

impl<'a> CheckRecord<'a> {
    /// Reads a report. What was sent is told of findings alone.
    pub(super) fn of(report: &'a CheckReport) -> Self {
        let (seen, reason) = match &report.verdict {
            CheckVerdict::Passed => (None, None),
            CheckVerdict::Failed(what) => (Some(what.as_str()), None),
            CheckVerdict::Accepted { what, reason } => (Some(what.as_str()), Some(reason.as_str())),
            CheckVerdict::Skipped(reason) => (None, Some(reason.as_str())),
        };
        let exchanges =
            if seen.is_some() { report.exchanges.iter().map(CheckExchangeFields::of).collect() } else { Vec::new() };
        Self {
            id: report.id,
            group: report.group,
            severity: report.severity,
            verdict: report.verdict.name(),
            title: report.title,
            seen,
            reason,
            why: report.why,
            fix: report.fix,
            repeat: &report.repeat,
            took_ms: milliseconds(report.took),
            exchanges,
        }
    }
}

/// Fields of an `expectation`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ExpectationRecord<'a> {
    expected: &'a str,
    least: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
    count: u64,
    verdict: ExpectationVerdict,
}

impl<'a> ExpectationRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a ExpectationReport) -> Self {
        let (least, most) = (report.bound.least(), report.bound.most());
        Self { expected: &report.expected, least, most, count: report.count, verdict: report.verdict }
    }
}

/// Fields of an `instead`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct InsteadRecord<'a> {
    miss: ExpectationMiss,
    #[serde(flatten)]
    arrival: ArrivalRecord<'a>,
}

impl<'a> InsteadRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a NearMissReport) -> Self {
        Self { miss: report.miss, arrival: ArrivalRecord::of(&report.arrival) }
    }
}
