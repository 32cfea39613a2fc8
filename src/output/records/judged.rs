//! The fields of records that tell a judgement: what was expected, what came instead.

use super::shapes::Arrival;
use crate::protocol::expectation::{ExpectationReport, InsteadReport, Miss, Verdict};
use serde::Serialize;

/// Fields of an `expectation`.
#[derive(Serialize)]
pub struct Expectation<'a> {
    expected: &'a str,
    least: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
    count: u64,
    verdict: Verdict,
}

impl<'a> Expectation<'a> {
    /// Reads a report.
    pub fn of(report: &'a ExpectationReport) -> Self {
        let (least, most) = (report.bound.least(), report.bound.most());
        Self { expected: &report.expected, least, most, count: report.count, verdict: report.verdict }
    }
}

/// Fields of an `instead`.
#[derive(Serialize)]
pub struct Instead<'a> {
    miss: Miss,
    #[serde(flatten)]
    arrival: Arrival<'a>,
}

impl<'a> Instead<'a> {
    /// Reads a report.
    pub fn of(report: &'a InsteadReport) -> Self {
        Self { miss: report.miss, arrival: Arrival::of(&report.arrival) }
    }
}
