//! The fields of records that a sandbox tells: a call of its API, an attempt of its queue, a delivery with all of them.

use super::instant;
use super::shapes::{Body, Ended, milliseconds};
use crate::protocol::delivery::{CallReport, Delivery, DispatchReport, End, State, Try};
use serde::Serialize;

/// Fields of a `call`.
#[derive(Serialize)]
pub struct Call<'a> {
    method: &'a str,
    target: &'a str,
    status: u16,
    assumptions: &'a [&'static str],
}

impl<'a> Call<'a> {
    /// Reads a report.
    pub fn of(report: &'a CallReport) -> Self {
        let CallReport { method, target, status, assumptions } = report;
        Self { method, target, status: *status, assumptions }
    }
}

/// Fields of a `delivery_attempt`.
#[derive(Serialize)]
pub struct Dispatch<'a> {
    delivery: u64,
    subscription: &'a str,
    event_type: &'a str,
    email: &'a str,
    url: &'a str,
    #[serde(flatten)]
    attempt: Attempt<'a>,
    of: u32,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
}

impl<'a> Dispatch<'a> {
    /// Reads a report.
    pub fn of(report: &'a DispatchReport) -> Self {
        Self {
            delivery: report.delivery,
            subscription: &report.subscription,
            event_type: &report.event_type,
            email: &report.email,
            url: &report.url,
            attempt: Attempt::of(&report.attempt),
            of: report.of,
            state: report.state,
            next_at: report.next_at.map(instant),
        }
    }
}

/// One attempt of a delivery.
#[derive(Serialize)]
struct Attempt<'a> {
    attempt: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    again: bool,
    due_at: String,
    started_at: String,
    #[serde(flatten)]
    end: Ending<'a>,
}

/// How it ended.
#[derive(Serialize)]
#[serde(untagged)]
enum Ending<'a> {
    Ended {
        latency_ms: u64,
        #[serde(flatten)]
        ended: Ended<'a>,
    },
    Without {
        outcome: &'static str,
    },
}

impl<'a> Attempt<'a> {
    fn of(attempt: &'a Try) -> Self {
        Self {
            attempt: attempt.number,
            again: attempt.again,
            due_at: instant(attempt.due_at),
            started_at: instant(attempt.started_at),
            end: match &attempt.end {
                End::Ended { outcome, latency } => {
                    Ending::Ended { latency_ms: milliseconds(*latency), ended: Ended::of(outcome) }
                }
                other => Ending::Without { outcome: other.name() },
            },
        }
    }
}

/// Fields of a `delivery`.
#[derive(Serialize)]
pub struct Delivered<'a> {
    delivery: u64,
    subscription: &'a str,
    event_type: &'a str,
    signup_id: &'a str,
    email: &'a str,
    url: &'a str,
    created_at: String,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    attempts: Vec<Attempt<'a>>,
    body_bytes: usize,
    #[serde(flatten)]
    body: Body<'a>,
}

impl<'a> Delivered<'a> {
    /// Reads a delivery.
    pub fn of(delivery: &'a Delivery) -> Self {
        Self {
            delivery: delivery.number,
            subscription: &delivery.subscription,
            event_type: &delivery.event_type,
            signup_id: &delivery.signup,
            email: &delivery.email,
            url: &delivery.url,
            created_at: instant(delivery.created_at),
            state: delivery.state,
            due_at: delivery.due_at.map(instant),
            attempts: delivery.attempts.iter().map(Attempt::of).collect(),
            body_bytes: delivery.body.len(),
            body: Body::of(delivery.body.as_bytes()),
        }
    }
}
