//! A delivery of the sandbox: one event on its way to one subscription, with each attempt that was made of it.

use super::attempt::AttemptOutcome;
use super::body::RawBody;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One event on its way to one subscription.
#[derive(Debug, Clone)]
pub(crate) struct SandboxDelivery {
    /// Its number within the sandbox's data.
    pub number: u64,
    /// The subscription's id.
    pub subscription: String,
    /// The event's name.
    pub event_type: String,
    /// The sign-up's id.
    pub signup: String,
    /// The sign-up's e-mail address.
    pub email: String,
    /// Where it goes.
    pub url: String,
    /// The bytes, the same for each attempt.
    pub body: RawBody,
    /// When the event happened.
    pub created_at: Timestamp,
    /// What became of it.
    pub state: SandboxDeliveryState,
    /// When the next attempt is due, while there is one.
    pub due_at: Option<Timestamp>,
    /// The attempts so far, oldest first.
    pub attempts: Vec<SandboxDeliveryAttempt>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SandboxDeliveryState {
    /// An attempt is due, now or later.
    Pending,
    /// It was acknowledged.
    Delivered,
    /// Every attempt failed.
    Failed,
    /// Its subscription was removed first.
    Cancelled,
}

impl SandboxDeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Cancelled];

    /// Its name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One attempt of a delivery.
#[derive(Debug, Clone)]
pub struct SandboxDeliveryAttempt {
    /// Its number, from 1.
    pub number: u32,
    /// Whether this number was begun before and interrupted.
    pub again: bool,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended.
    pub end: SandboxAttemptState,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SandboxAttemptState {
    /// Not yet.
    UnderWay,
    /// The sandbox ended in the middle of it: whether the request got through is unknown.
    Interrupted,
    /// As any attempt ends.
    Ended {
        /// How.
        outcome: AttemptOutcome,
        /// How long it took.
        latency: Duration,
    },
}

impl SandboxAttemptState {
    /// Its name in records: the outcome's, or `interrupted`, or `under_way`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Interrupted => "interrupted",
            Self::Ended { outcome, .. } => outcome.name(),
        }
    }
}

/// An attempt of the sandbox that ended, as told.
#[derive(Debug, Clone)]
pub struct DispatchReport {
    /// The delivery's number.
    pub delivery: u64,
    /// The subscription's id.
    pub subscription: String,
    /// The event's name.
    pub event_type: String,
    /// The sign-up's e-mail address.
    pub email: String,
    /// Where it went.
    pub url: String,
    /// The attempt.
    pub attempt: SandboxDeliveryAttempt,
    /// Attempts that the schedule allows.
    pub of: u32,
    /// What became of the delivery by it.
    pub state: SandboxDeliveryState,
    /// When the next attempt is due, where there is one.
    pub next_at: Option<Timestamp>,
}

/// A call of the sandbox's API, as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReport {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub target: String,
    /// The status it was answered with.
    pub status: u16,
    /// The guesses that the answer rests on, by their ids.
    pub assumptions: Vec<&'static str>,
}
