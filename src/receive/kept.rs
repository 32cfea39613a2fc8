//! How much a target that is tried again still has to get, for who watches. The store is the queue; this counts what this
//! listener added to it, and knows the event that holds the others back.

use super::counters::ListenerCounters;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Arrivals that are counted: beyond it, more wait than are told.
const MOST: usize = 100_000;

/// What waits in the store for one target.
#[derive(Debug, Default)]
pub(super) struct KeptForwards(Mutex<KeptForwardsState>);

#[derive(Debug, Default)]
struct KeptForwardsState {
    /// The target is done with this arrival and all before it.
    done: u64,
    waiting: BTreeSet<u64>,
    /// The event that failed and is tried again.
    failing: Option<u64>,
}

impl KeptForwards {
    /// Counts an arrival that the target is to get, unless it has it by now.
    pub(super) fn add(&self, arrival: u64, tally: &ListenerCounters) {
        let mut state = self.state();
        if arrival > state.done && state.waiting.len() < MOST && state.waiting.insert(arrival) {
            tally.kept.increment();
        }
    }

    /// Notes that an event failed, and that those after it wait for it.
    pub(super) fn hold_back(&self, event: u64) {
        self.state().failing = Some(event);
    }

    /// The event that others wait for.
    pub(super) fn holds_back(&self) -> Option<u64> {
        self.state().failing
    }

    /// The target is done with an arrival and all before it.
    pub(super) fn finish(&self, arrival: u64, tally: &ListenerCounters) {
        let mut state = self.state();
        if arrival <= state.done {
            return;
        }
        (state.done, state.failing) = (arrival, None);
        let later = state.waiting.split_off(&(arrival + 1));
        let done = std::mem::replace(&mut state.waiting, later);
        done.iter().for_each(|_| tally.unkept.increment());
    }

    fn state(&self) -> MutexGuard<'_, KeptForwardsState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_waits_no_longer_in_whatever_order_it_is_told() {
        let (kept, tally) = (KeptForwards::default(), ListenerCounters::new(None));
        let count = || tally.forwards_left().kept;
        [4, 5, 7].into_iter().for_each(|arrival| kept.add(arrival, &tally));
        kept.hold_back(40);
        assert_eq!((count(), kept.holds_back()), (3, Some(40)));
        kept.finish(5, &tally);
        assert_eq!((count(), kept.holds_back()), (1, None));
        // Its worker was faster than the answer to its sender.
        kept.add(3, &tally);
        kept.add(7, &tally);
        assert_eq!(count(), 1);
        kept.finish(7, &tally);
        assert_eq!(count(), 0);
    }
}
