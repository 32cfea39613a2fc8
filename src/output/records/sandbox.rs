//! The fields of records that a sandbox tells: a call of its API, an attempt of its queue, a delivery with all of them.

use super::events::{BodyFields, OutcomeFields, milliseconds};
use super::{format_instant, named};
use crate::protocol::delivery::{
    CallReport, DispatchReport, SandboxAttemptState, SandboxDelivery, SandboxDeliveryAttempt, SandboxDeliveryState,
};
use crate::protocol::schedule::MAX_ATTEMPTS;
use crate::protocol::workspace::{WorkspaceOverview, WorkspaceSignup, WorkspaceSubscription, WorkspaceWaitlist};
use serde::Serialize;

/// Fields of a `call`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CallRecord<'a> {
    method: &'a str,
    target: &'a str,
    status: u16,
    assumptions: &'a [&'static str],
}

impl<'a> CallRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a CallReport) -> Self {
        let CallReport { method, target, status, assumptions } = report;
        Self { method, target, status: *status, assumptions }
    }
}

/// Fields of a `delivery_attempt`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct DeliveryAttemptRecord<'a> {
    delivery: u64,
    subscription: &'a str,
    event_type: &'a str,
    email: &'a str,
    url: &'a str,
    #[serde(flatten)]
    attempt: DeliveryAttemptFields<'a>,
    of: u32,
    state: SandboxDeliveryState,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
}

impl<'a> DeliveryAttemptRecord<'a> {
    /// Reads a report.
    pub(super) fn of(report: &'a DispatchReport) -> Self {
        Self {
            delivery: report.delivery,
            subscription: &report.subscription,
            event_type: &report.event_type,
            email: &report.email,
            url: &report.url,
            attempt: DeliveryAttemptFields::of(&report.attempt),
            of: report.of,
            state: report.state,
            next_at: report.next_at.map(format_instant),
        }
    }
}

/// One attempt of a delivery.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DeliveryAttemptFields<'a> {
    attempt: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    again: bool,
    due_at: String,
    started_at: String,
    #[serde(flatten)]
    end: DeliveryAttemptEndFields<'a>,
}

/// How it ended.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum DeliveryAttemptEndFields<'a> {
    Ended {
        latency_ms: u64,
        #[serde(flatten)]
        ended: OutcomeFields<'a>,
    },
    Without {
        outcome: &'static str,
    },
}

impl<'a> DeliveryAttemptFields<'a> {
    fn of(attempt: &'a SandboxDeliveryAttempt) -> Self {
        Self {
            attempt: attempt.number,
            again: attempt.again,
            due_at: format_instant(attempt.due_at),
            started_at: format_instant(attempt.started_at),
            end: match &attempt.end {
                SandboxAttemptState::Ended { outcome, latency } => DeliveryAttemptEndFields::Ended {
                    latency_ms: milliseconds(*latency),
                    ended: OutcomeFields::of(outcome),
                },
                other => DeliveryAttemptEndFields::Without { outcome: other.name() },
            },
        }
    }
}

/// Fields of a `ready`.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReadyRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'a str>,
    pub pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspect_url: Option<&'a str>,
    /// Of a sandbox, whose key opens nothing else, unless it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_from: Option<&'a str>,
}

/// The deliveries as a sandbox's own page gives them.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DeliveryPageFields<'a> {
    pub deliveries: Vec<DeliveryRecord<'a>>,
}

/// Fields of a `delivery`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DeliveryRecord<'a> {
    delivery: u64,
    subscription: &'a str,
    event_type: &'a str,
    signup_id: &'a str,
    email: &'a str,
    url: &'a str,
    created_at: String,
    state: SandboxDeliveryState,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    attempts: Vec<DeliveryAttemptFields<'a>>,
    body_bytes: usize,
    #[serde(flatten)]
    body: BodyFields<'a>,
}

impl<'a> DeliveryRecord<'a> {
    /// Reads a delivery.
    pub(crate) fn of(delivery: &'a SandboxDelivery) -> Self {
        Self {
            delivery: delivery.number,
            subscription: &delivery.subscription,
            event_type: &delivery.event_type,
            signup_id: &delivery.signup,
            email: &delivery.email,
            url: &delivery.url,
            created_at: format_instant(delivery.created_at),
            state: delivery.state,
            due_at: delivery.due_at.map(format_instant),
            attempts: delivery.attempts.iter().map(DeliveryAttemptFields::of).collect(),
            body_bytes: delivery.body.len(),
            body: BodyFields::of(delivery.body.as_bytes()),
        }
    }
}

/// Fields of a `sandbox`: the workspace as the inspector shows it.
#[derive(Serialize)]
pub(crate) struct WorkspaceRecord<'a> {
    url: &'a str,
    plan: &'static str,
    limit: u32,
    remaining: u32,
    reset_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    attempts: u32,
    pending: u64,
    waitlists: Vec<WorkspaceWaitlistFields<'a>>,
    subscriptions: Vec<WorkspaceSubscriptionFields<'a>>,
}

#[derive(Serialize)]
struct WorkspaceWaitlistFields<'a> {
    id: &'a str,
    name: &'a str,
    page: &'a str,
    signups: u64,
}

#[derive(Serialize)]
struct WorkspaceSubscriptionFields<'a> {
    id: &'a str,
    event_type: &'a str,
    target_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waitlist_id: Option<&'a str>,
    created_at: String,
}

impl<'a> WorkspaceRecord<'a> {
    /// Reads what was looked at.
    pub(crate) fn of(found: &'a WorkspaceOverview) -> Self {
        let waitlist = |list: &'a WorkspaceWaitlist| {
            let WorkspaceWaitlist { id, name, page, signups } = list;
            WorkspaceWaitlistFields { id, name, page, signups: *signups }
        };
        let subscription = |one: &'a WorkspaceSubscription| WorkspaceSubscriptionFields {
            id: &one.id,
            event_type: &one.event_type,
            target_url: &one.target_url,
            waitlist_id: one.waitlist_id.as_deref(),
            created_at: format_instant(one.created_at),
        };
        Self {
            url: &found.origin,
            plan: found.plan.name(),
            limit: found.limit,
            remaining: found.remaining,
            reset_at: format_instant(found.reset_at),
            speed: found.speed,
            attempts: MAX_ATTEMPTS,
            pending: found.pending,
            waitlists: found.waitlists.iter().map(waitlist).collect(),
            subscriptions: found.subscriptions.iter().map(subscription).collect(),
        }
    }
}

/// Fields of a `sandbox_signup`.
#[derive(Serialize)]
pub(crate) struct WorkspaceSignupRecord<'a> {
    id: &'a str,
    waitlist_id: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    position: u64,
    referral_code: &'a str,
    referral_count: u64,
    status: &'a str,
    created_at: String,
}

impl<'a> WorkspaceSignupRecord<'a> {
    /// Reads a sign-up.
    pub(crate) fn of(found: &'a WorkspaceSignup) -> Self {
        Self {
            id: &found.id,
            waitlist_id: &found.waitlist_id,
            email: &found.email,
            name: found.name.as_deref(),
            position: found.position,
            referral_code: &found.referral_code,
            referral_count: found.referral_count,
            status: &found.status,
            created_at: format_instant(found.created_at),
        }
    }
}

named! {
    WorkspaceRecord<'_> => "sandbox",
    WorkspaceSignupRecord<'_> => "sandbox_signup",
    ReadyRecord<'_> => "ready",
    DeliveryRecord<'_> => "delivery",
}
