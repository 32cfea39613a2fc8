//! What was seen on the way and is told later: failures that a second try did not have, the end of all answers, and the
//! exchanges that show a fault.

use super::CheckContext;
use crate::protocol::check::CheckExchange;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Since which check ordinary events fail or nobody listens, how, and the last requests before.
#[derive(Debug, Clone)]
pub(in crate::audit) struct EndpointBreakage {
    pub(in crate::audit) since: &'static str,
    pub(in crate::audit) seen: String,
    pub(in crate::audit) last: Vec<Arc<CheckExchange>>,
    /// Nobody listens any more, unless somebody has come back since.
    pub(in crate::audit) is_gone: bool,
}

impl CheckContext<'_> {
    /// Shows these with the finding of the check that plays.
    pub(in crate::audit) fn show_exchanges(&self, shown: impl IntoIterator<Item = Arc<CheckExchange>>) {
        self.log().shown = shown.into_iter().collect();
    }

    /// What the check that plays wants shown, where it has said so.
    pub(in crate::audit) fn shown_exchanges(&self) -> Vec<Arc<CheckExchange>> {
        self.log().shown.clone()
    }

    /// Remembers a failure that a second try did not have.
    pub(in crate::audit) fn note_unsteady(&self, what: String, first: &Arc<CheckExchange>) {
        self.log().unsteady.push((what, first.clone()));
    }

    /// Failures that a second try did not have, in words and as they came back.
    pub(in crate::audit) fn list_unsteady(&self) -> Vec<(String, Arc<CheckExchange>)> {
        self.log().unsteady.clone()
    }

    pub(in crate::audit) fn note_breakage(&self, breakage: EndpointBreakage) {
        self.log().broken = Some(breakage);
    }

    pub(in crate::audit) fn breakage(&self) -> Option<EndpointBreakage> {
        self.log().broken.clone()
    }

    /// How many of all requests were answered with a failure of the server, and with which.
    pub(in crate::audit) fn describe_failures(&self) -> String {
        let all = self.all_exchanges();
        let mut failures: BTreeMap<u16, usize> = BTreeMap::new();
        for status in all.iter().filter_map(|one| one.outcome.status()).filter(|status| *status >= 500) {
            *failures.entry(status).or_default() += 1;
        }
        let statuses: Vec<String> = failures.keys().map(ToString::to_string).collect();
        let count: usize = failures.values().sum();
        format!("the endpoint answered {count} of {} requests with {}", all.len(), statuses.join(" or "))
    }
}
