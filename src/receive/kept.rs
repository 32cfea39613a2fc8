//! What a target that is tried again still has to get: numbers of arrivals, whose content the store has.
//!
//! The lowest goes first, once nobody can come in before it (see `queue` for the tickets). Must not know the store.

use super::counters::ListenerCounters;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What waits in the store for one target.
#[derive(Debug, Default)]
pub(super) struct KeptForwards(Mutex<KeptForwardsState>);

#[derive(Debug, Default)]
struct KeptForwardsState {
    waiting: BTreeMap<u64, KeptForward>,
    /// Those of which the history does not know yet that they wait.
    unentered: Vec<u64>,
    /// The event that failed and is tried again.
    failing: Option<u64>,
}

/// One that waits, by the number of its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeptForward {
    pub(super) event: u64,
    /// Whoever has a ticket before this one might still come in with a lower number.
    pub(super) after: u64,
    /// Of one that is owed from before: attempts that were made, and when the last of them began.
    pub(super) before: Option<(u32, Timestamp)>,
    /// Whether it is found by who sends what failed, and may have been sent meanwhile.
    pub(super) entered: bool,
}

impl KeptForwards {
    /// Adds an arrival that came in.
    pub(super) fn add(&self, arrival: u64, event: u64, after: u64, tally: &ListenerCounters) {
        self.insert(arrival, KeptForward { event, after, before: None, entered: false }, tally);
        self.note_unentered(arrival);
    }

    /// Adds one that is owed from before.
    pub(super) fn add_owed(&self, arrival: u64, event: u64, before: (u32, Timestamp), tally: &ListenerCounters) {
        self.insert(arrival, KeptForward { event, after: 0, before: Some(before), entered: true }, tally);
    }

    /// The history does not know that one waits.
    pub(super) fn note_unentered(&self, arrival: u64) {
        self.state().unentered.push(arrival);
    }

    fn insert(&self, arrival: u64, forward: KeptForward, tally: &ListenerCounters) {
        if self.state().waiting.insert(arrival, forward).is_none() {
            tally.kept.increment();
        }
    }

    /// The first in order.
    pub(super) fn find_first(&self) -> Option<(u64, KeptForward)> {
        self.state().waiting.first_key_value().map(|(arrival, forward)| (*arrival, *forward))
    }

    /// Notes that an event failed, and that those after it wait for it.
    pub(super) fn hold_back(&self, event: u64) {
        self.state().failing = Some(event);
    }

    /// The event that others wait for.
    pub(super) fn holds_back(&self) -> Option<u64> {
        self.state().failing
    }

    /// The target is done with an arrival.
    pub(super) fn finish(&self, arrival: u64, tally: &ListenerCounters) {
        let mut state = self.state();
        state.failing = None;
        if state.waiting.remove(&arrival).is_some() {
            tally.unkept.increment();
        }
        if state.waiting.is_empty() {
            state.unentered.clear();
        }
    }

    /// The arrivals that wait and are not in the history as such, with their events. They count as entered from now on.
    pub(super) fn take_unentered(&self) -> Vec<(u64, u64)> {
        let mut state = self.state();
        let unentered = std::mem::take(&mut state.unentered);
        let mut enter = |arrival: u64| {
            let kept = state.waiting.get_mut(&arrival)?;
            kept.entered = true;
            Some((arrival, kept.event))
        };
        unentered.into_iter().filter_map(&mut enter).collect()
    }

    /// The events that wait.
    pub(super) fn list_events(&self) -> Vec<u64> {
        self.state().waiting.values().map(|forward| forward.event).collect()
    }

    fn state(&self) -> MutexGuard<'_, KeptForwardsState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_waits_no_longer_and_what_waits_is_entered_once() {
        let (kept, tally) = (KeptForwards::default(), ListenerCounters::new(None));
        let count = || tally.forwards_left().kept;
        [5, 4, 7].into_iter().for_each(|arrival| kept.add(arrival, arrival * 10, 0, &tally));
        kept.add_owed(3, 30, (2, Timestamp::UNIX_EPOCH), &tally);
        kept.hold_back(30);
        assert_eq!((count(), kept.holds_back()), (4, Some(30)));
        assert_eq!(kept.find_first().map(|(arrival, forward)| (arrival, forward.event)), Some((3, 30)));
        kept.finish(3, &tally);
        kept.finish(5, &tally);
        kept.finish(5, &tally);
        assert_eq!((count(), kept.holds_back()), (2, None));
        assert_eq!(kept.take_unentered(), [(4, 40), (7, 70)]);
        assert!(kept.take_unentered().is_empty());
        kept.note_unentered(7);
        assert_eq!((kept.take_unentered(), kept.list_events()), (vec![(7, 70)], vec![40, 70]));
    }
}
