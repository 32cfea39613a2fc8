//! A workspace of the sandbox as somebody looks at it: its waitlists, subscriptions and limits, and who signed up.
//!
//! Pure values.

use super::api::WorkspacePlan;
use jiff::Timestamp;

/// The whole of it, but for its sign-ups and deliveries.
#[derive(Debug, Clone)]
pub(crate) struct WorkspaceOverview {
    /// When it was looked at.
    pub at: Timestamp,
    /// Scheme, host and port.
    pub origin: String,
    pub plan: WorkspacePlan,
    /// Calls an hour; 0 where the plan has none.
    pub limit: u32,
    pub remaining: u32,
    pub reset_at: Timestamp,
    /// How many times as fast as documented retries come; `None` for at once.
    pub speed: Option<f64>,
    /// Deliveries that are due, now or later.
    pub pending: u64,
    pub waitlists: Vec<WorkspaceWaitlist>,
    pub subscriptions: Vec<WorkspaceSubscription>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspaceWaitlist {
    pub id: String,
    pub name: String,
    /// Where it takes public sign-ups.
    pub page: String,
    pub signups: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspaceSubscription {
    pub id: String,
    pub event_type: String,
    pub target_url: String,
    /// `None` for every waitlist.
    pub waitlist_id: Option<String>,
    pub created_at: Timestamp,
}

/// Somebody on a waitlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspaceSignup {
    pub id: String,
    pub waitlist_id: String,
    pub email: String,
    pub name: Option<String>,
    pub position: u64,
    pub referral_code: String,
    pub referral_count: u64,
    pub status: String,
    pub created_at: Timestamp,
}
