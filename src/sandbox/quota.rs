//! Calls in the hour of the clock, and what is left of them. The count begins anew with each start.
//!
//! Pure but for the lock: time is a parameter.

use crate::protocol::api::WorkspacePlan;
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

const HOUR: i64 = 3600;

/// The count of one workspace.
#[derive(Debug)]
pub(super) struct HourlyQuota {
    limit: u32,
    spent: Mutex<(i64, u32)>,
}

/// What an answer tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuotaStatus {
    pub limit: u32,
    pub remaining: u32,
    pub reset_at: Timestamp,
    /// Whether this call was one too many.
    pub exceeded: bool,
}

impl HourlyQuota {
    /// The plan's limit, or another one in its place.
    pub(super) fn new(plan: WorkspacePlan, limit: Option<u32>) -> Self {
        let limit = plan.hourly_limit().map_or(0, |own| limit.unwrap_or(own));
        Self { limit, spent: Mutex::new((0, 0)) }
    }

    pub(super) fn count_call(&self, now: Timestamp) -> QuotaStatus {
        self.count(now, 1)
    }

    /// Counts nothing.
    pub(super) fn read_status(&self, now: Timestamp) -> QuotaStatus {
        QuotaStatus { exceeded: false, ..self.count(now, 0) }
    }

    fn count(&self, now: Timestamp, calls: u32) -> QuotaStatus {
        let hour = now.as_second().div_euclid(HOUR);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.0 != hour {
            *spent = (hour, 0);
        }
        let exceeded = spent.1 + calls > self.limit;
        spent.1 = self.limit.min(spent.1 + calls);
        QuotaStatus {
            limit: self.limit,
            remaining: self.limit - spent.1,
            reset_at: Timestamp::from_second((hour + 1) * HOUR).unwrap_or(now),
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_has_so_many_calls() {
        let quota = HourlyQuota::new(WorkspacePlan::Starter, Some(2));
        let reset_at = at("2024-01-15T11:00:00Z");
        let told = |standing: QuotaStatus| (standing.remaining, standing.exceeded, standing.reset_at);
        assert_eq!(told(quota.count_call(at("2024-01-15T10:00:00Z"))), (1, false, reset_at));
        assert_eq!(told(quota.read_status(at("2024-01-15T10:10:00Z"))), (1, false, reset_at));
        assert_eq!(told(quota.count_call(at("2024-01-15T10:59:59.999Z"))), (0, false, reset_at));
        assert_eq!(told(quota.count_call(at("2024-01-15T10:59:59.999Z"))), (0, true, reset_at));
        assert_eq!(told(quota.read_status(at("2024-01-15T10:59:59.999Z"))), (0, false, reset_at));
        assert_eq!(told(quota.count_call(at("2024-01-15T11:00:00Z"))), (1, false, at("2024-01-15T12:00:00Z")));
    }

    #[test]
    fn each_plan_has_its_own() {
        let limit = |plan| HourlyQuota::new(plan, None).read_status(Timestamp::UNIX_EPOCH).limit;
        assert_eq!(WorkspacePlan::ALL.map(limit), [0, 1_000, 10_000, 100_000]);
    }
}
