//! What came in, held against what was expected.

use crate::jq::{Condition, Fault};
use crate::protocol::arrival::Verification;
use crate::protocol::body::RawBody;
use crate::protocol::expectation::{Count, ExpectationReport, Miss, Standing, Verdict};
use crate::protocol::report::{ArrivalReport, InsteadReport};
use std::sync::Arc;

/// Arrivals that are kept to be listed in a failure.
const KEPT: usize = 200;

/// What counts as an event.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Only what this holds for.
    pub condition: Option<Arc<Condition>>,
    /// Repeats of an event too.
    pub repeats: bool,
}

/// Counts arrivals, and remembers why others did not count.
pub struct Judge {
    count: Count,
    rules: Rules,
    came: Vec<InsteadReport>,
    /// Arrivals that were not kept.
    pub forgotten: u64,
    /// Why the condition could not be asked.
    pub fault: Option<Fault>,
}

impl Judge {
    /// Nothing has come yet.
    pub fn new(count: Count, rules: Rules) -> Self {
        Self { count, rules, came: Vec::new(), forgotten: 0, fault: None }
    }

    /// Takes what came in.
    pub fn take(&mut self, arrival: Box<ArrivalReport>) {
        let Some(miss) = self.judge(&arrival) else { return };
        if self.came.len() < KEPT {
            self.came.push(InsteadReport { arrival, miss });
        } else {
            self.forgotten += 1;
        }
    }

    /// `None` for what the listener could not store: it was not acknowledged and will come again.
    fn judge(&mut self, arrival: &ArrivalReport) -> Option<Miss> {
        if arrival.not_stored.is_some() {
            return None;
        }
        Some(match arrival.verification {
            Verification::Unsigned if arrival.reason.is_some() => Miss::Unsigned,
            Verification::Invalid => Miss::BadSignature,
            _ if arrival.repeat.is_some() && !self.rules.repeats => Miss::Repeated,
            _ if !self.holds(&arrival.body) => Miss::Filtered,
            _ if self.count.see(arrival.facts.event_type.as_deref()) => Miss::Counted,
            _ => Miss::NotExpected,
        })
    }

    fn holds(&mut self, body: &RawBody) -> bool {
        match self.rules.condition.as_ref().map(|condition| condition.holds(body)) {
            None => true,
            Some(Ok(holds)) => holds,
            Some(Err(fault)) => {
                self.fault = Some(fault);
                false
            }
        }
    }

    /// How things stand.
    pub fn standing(&self) -> Standing {
        self.count.standing()
    }

    /// What became of each expectation.
    pub fn results(&self) -> Vec<ExpectationReport> {
        self.count.results().map(ExpectationReport::from).collect()
    }

    /// What came where something is wrong: first what an unmet expectation is about, and there the nearest miss first.
    pub fn instead(&self) -> Vec<InsteadReport> {
        let about_unmet = |report: &InsteadReport| {
            let name = report.arrival.facts.event_type.as_deref();
            let unmet = |tally: &crate::protocol::expectation::Tally<'_>| tally.verdict != Verdict::Met;
            self.count.results().filter(unmet).any(|tally| tally.expectation.matches(name))
        };
        let mut came = self.came.clone();
        came.sort_by_key(|report| (!about_unmet(report), report.miss));
        came
    }
}
