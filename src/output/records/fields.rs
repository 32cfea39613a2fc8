//! Every record type by its report: which fields it has, and its name.

use super::instant;
use super::judged::{Check, Expectation, Instead};
use super::replayed::Replayed;
use super::sandbox::{Call, Dispatch};
use super::shapes::{Arrival, Attempt, Sending, milliseconds};
use crate::protocol::report::{ExposureReport, What};
use serde::Serialize;

/// The fields of any report.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Fields<'a> {
    Arrival(Arrival<'a>),
    Attempt(Attempt<'a>),
    Sending(Sending<'a>),
    Replayed(Replayed<'a>),
    Check(Box<Check<'a>>),
    Expectation(Expectation<'a>),
    Instead(Box<Instead<'a>>),
    Call(Call<'a>),
    Dispatch(Box<Dispatch<'a>>),
    Ready { url: &'a str, pid: u32 },
    ForwardSkipped { event: u64, url: &'a str, why: &'a str },
    Wait { attempt: u32, due_at: String, delay_ms: u64 },
    Delivered { event: u64, url: &'a str, attempts: u32 },
    GaveUp { event: u64, url: &'a str, attempts: u32, of: u32 },
    Exposure(Exposure<'a>),
    Skipped { count: u64 },
    Notice { message: &'a str },
}

/// The fields of `exposure`.
#[derive(Serialize)]
pub struct Exposure<'a> {
    state: &'static str,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again_in_ms: Option<u64>,
}

impl<'a> Exposure<'a> {
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

impl<'a> Fields<'a> {
    /// Reads a report.
    pub fn of(what: &'a What) -> Self {
        match what {
            What::Arrival(arrival) => Self::Arrival(Arrival::of(arrival)),
            What::Forward(attempt) | What::Attempt(attempt) => Self::Attempt(Attempt::of(attempt)),
            What::Sending(sending) => Self::Sending(Sending::of(sending)),
            What::Replayed(replayed) => Self::Replayed(Replayed::of(replayed)),
            What::Check(check) => Self::Check(Box::new(Check::of(check))),
            What::Expectation(expectation) => Self::Expectation(Expectation::of(expectation)),
            What::Instead(instead) => Self::Instead(Box::new(Instead::of(instead))),
            What::Call(call) => Self::Call(Call::of(call)),
            What::Dispatch(dispatch) => Self::Dispatch(Box::new(Dispatch::of(dispatch))),
            What::Ready { url, pid } => Self::Ready { url, pid: *pid },
            What::ForwardSkipped { event, url, why } => Self::ForwardSkipped { event: *event, url, why },
            What::Wait { attempt, due_at, delay } => {
                Self::Wait { attempt: *attempt, due_at: instant(*due_at), delay_ms: milliseconds(*delay) }
            }
            What::Delivered { event, url, attempts } => Self::Delivered { event: *event, url, attempts: *attempts },
            What::GaveUp { event, url, attempts, of } => {
                Self::GaveUp { event: *event, url, attempts: *attempts, of: *of }
            }
            What::Exposure(exposure) => Self::Exposure(Exposure::of(exposure)),
            What::Skipped { count } => Self::Skipped { count: *count },
            What::Notice { message } => Self::Notice { message },
        }
    }
}

/// The record type of a report.
pub fn kind(what: &What) -> &'static str {
    match what {
        What::Check(_) => "check",
        What::Expectation(_) => "expectation",
        What::Instead(_) => "instead",
        What::Call(_) => "call",
        What::Dispatch(_) => "delivery_attempt",
        What::Ready { .. } => "ready",
        What::Arrival(_) => "arrival",
        What::Forward(_) => "forward",
        What::ForwardSkipped { .. } => "forward_skipped",
        What::Sending(_) => "sending",
        What::Replayed(_) => "replayed",
        What::Attempt(_) => "attempt",
        What::Wait { .. } => "wait",
        What::Delivered { .. } => "delivered",
        What::GaveUp { .. } => "gave_up",
        What::Exposure(_) => "exposure",
        What::Skipped { .. } => "skipped",
        What::Notice { .. } => "notice",
    }
}
