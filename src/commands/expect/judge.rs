//! What came in, held against what was expected.

use crate::jq::{JqCondition, JqError};
use crate::protocol::arrival::SignatureState;
use crate::protocol::body::RawBody;
use crate::protocol::expectation::{
    ExpectationCounter, ExpectationMiss, ExpectationReport, ExpectationStanding, ExpectationVerdict,
};
use crate::protocol::report::{ArrivalReport, NearMissReport};
use std::sync::Arc;

/// Arrivals that are kept to be listed in a failure.
const KEPT: usize = 200;

/// What counts as an event.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectRules {
    /// Only what this holds for.
    pub condition: Option<Arc<JqCondition>>,
    /// Repeats of an event too.
    pub repeats: bool,
}

/// Counts arrivals, and remembers why others did not count.
pub(super) struct ArrivalJudge {
    count: ExpectationCounter,
    rules: ExpectRules,
    came: Vec<NearMissReport>,
    /// Arrivals that were not kept.
    pub forgotten: u64,
    /// Why the condition could not be asked.
    pub fault: Option<JqError>,
    /// Why it failed on the first body on which it did.
    pub unanswered: Option<String>,
}

impl ArrivalJudge {
    /// Nothing has come yet.
    pub(super) fn new(count: ExpectationCounter, rules: ExpectRules) -> Self {
        Self { count, rules, came: Vec::new(), forgotten: 0, fault: None, unanswered: None }
    }

    /// Takes what came in.
    pub(super) fn take(&mut self, arrival: Box<ArrivalReport>) {
        let Some(miss) = self.judge(&arrival) else { return };
        if self.came.len() < KEPT {
            self.came.push(NearMissReport { arrival, miss });
        } else {
            self.forgotten += 1;
        }
    }

    /// `None` for what the listener could not store: it was not acknowledged and will come again.
    fn judge(&mut self, arrival: &ArrivalReport) -> Option<ExpectationMiss> {
        if arrival.not_stored.is_some() {
            return None;
        }
        Some(match arrival.arrival.verification {
            SignatureState::Unsigned if arrival.reason.is_some() => ExpectationMiss::Unsigned,
            SignatureState::Invalid => ExpectationMiss::BadSignature,
            _ if arrival.repeat.is_some() && !self.rules.repeats => ExpectationMiss::Repeated,
            _ if !self.holds(&arrival.arrival.content.body) => ExpectationMiss::Filtered,
            _ if self.count.count_event(arrival.arrival.facts.event_type.as_deref()) => ExpectationMiss::Counted,
            _ => ExpectationMiss::NotExpected,
        })
    }

    fn holds(&mut self, body: &RawBody) -> bool {
        let Some(condition) = &self.rules.condition else { return true };
        match condition.matches(body) {
            Ok(holds) => {
                self.unanswered = self.unanswered.take().or_else(|| condition.take_fault());
                holds
            }
            Err(fault) => {
                self.fault = Some(fault);
                false
            }
        }
    }

    /// How things stand.
    pub(super) fn standing(&self) -> ExpectationStanding {
        self.count.standing()
    }

    /// What became of each expectation.
    pub(super) fn results(&self) -> Vec<ExpectationReport> {
        self.count.results().map(ExpectationReport::from).collect()
    }

    /// What came where something is wrong: first what an unmet expectation is about, and there the nearest miss first.
    pub(super) fn list_unexpected(&self) -> Vec<NearMissReport> {
        let about_unmet = |report: &NearMissReport| {
            let name = report.arrival.arrival.facts.event_type.as_deref();
            let unmet =
                |tally: &crate::protocol::expectation::ExpectationTally<'_>| tally.verdict != ExpectationVerdict::Met;
            self.count.results().filter(unmet).any(|tally| tally.expectation.matches(name))
        };
        let mut came = self.came.clone();
        came.sort_by_key(|report| (!about_unmet(report), report.miss));
        came
    }
}
