//! Counts over a listener's life, for its summary and for ending after so many events.
//!
//! Shared counters that cost an addition each. Must not keep anything of a request but, where distinct events are
//! asked for, its event's number.

use crate::protocol::arrival::RepeatKind;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Forwards of which the middle is told.
const LATENCIES: usize = 200;

#[derive(Debug, Default)]
pub(super) struct AtomicCounter(AtomicU64);

impl AtomicCounter {
    pub(super) fn increment(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

#[derive(Debug)]
pub struct ListenerCounters {
    pub(super) requests: AtomicCounter,
    pub(super) valid: AtomicCounter,
    pub(super) unsigned: AtomicCounter,
    pub(super) invalid: AtomicCounter,
    pub(super) turned_away: AtomicCounter,
    pub(super) stored: AtomicCounter,
    pub(super) duplicates: AtomicCounter,
    pub(super) probable_retries: AtomicCounter,
    pub(super) not_stored: AtomicCounter,
    pub(super) filtered: AtomicCounter,
    pub(super) forwarded: AtomicCounter,
    pub(super) forward_failed: AtomicCounter,
    pub(super) forward_skipped: AtomicCounter,
    /// Events that joined a line and that left it, attempts that began and that ended: the differences are what is left to do.
    pub(super) joined: AtomicCounter,
    pub(super) left: AtomicCounter,
    pub(super) kept: AtomicCounter,
    pub(super) unkept: AtomicCounter,
    pub(super) begun: AtomicCounter,
    pub(super) ended: AtomicCounter,
    /// Targets that events are passed on to.
    pub(super) targets: AtomicCounter,
    /// The event that came last, of those that the filter lets through; 0 before the first.
    last_event: AtomicU64,
    distinct: DistinctEvents,
    /// How long the last forwards took.
    latencies: Mutex<VecDeque<Duration>>,
}

/// What the counters said at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct ListenerCounts {
    /// Requests whose head was read.
    pub requests: u64,
    /// Signed with a known secret.
    pub valid: u64,
    /// Without a signature, and accepted.
    pub unsigned: u64,
    /// Refused for their signature, or for the lack of one.
    pub invalid: u64,
    /// Answered 404, 405, 408, 413 or 400: no delivery.
    pub turned_away: u64,
    /// Arrivals made durable.
    pub stored: u64,
    /// Of these, the same bytes as an earlier one.
    pub duplicates: u64,
    /// Of these, the same as an earlier one but for the timestamp.
    pub probable_retries: u64,
    /// Arrivals that could not be made durable.
    pub not_stored: u64,
    /// Arrivals that the filter kept from the screen and from being passed on.
    pub filtered: u64,
    /// Forwards that were acknowledged.
    pub forwarded: u64,
    /// Forwards that were not.
    pub forward_failed: u64,
    /// Forwards that were left out.
    pub forward_skipped: u64,
    /// Distinct events that passed the filter, as far as they are counted.
    pub distinct: u64,
}

/// One of those that wait in the store, while an attempt of it is made; it waits again when this is dropped.
pub(super) struct TakenForward<'a>(&'a ListenerCounters);

impl<'a> TakenForward<'a> {
    pub(super) fn take(counters: &'a ListenerCounters) -> Self {
        counters.unkept.increment();
        Self(counters)
    }
}

impl Drop for TakenForward<'_> {
    fn drop(&mut self) {
        self.0.kept.increment();
    }
}

/// Forwards that are not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ForwardsLeft {
    /// Attempts under way.
    pub under_way: u64,
    /// Events that wait for those before them, and are passed on before the listener ends where time allows it.
    pub waiting: u64,
    /// Events that wait in the store for those before them, for as many starts as it takes.
    pub kept: u64,
    /// Whether there are several targets, so that an event counts more than once.
    pub several: bool,
}

impl ListenerCounters {
    /// Counters at zero, counting distinct events up to `until`.
    pub(crate) fn new(until: Option<u64>) -> Self {
        Self {
            requests: AtomicCounter::default(),
            valid: AtomicCounter::default(),
            unsigned: AtomicCounter::default(),
            invalid: AtomicCounter::default(),
            turned_away: AtomicCounter::default(),
            stored: AtomicCounter::default(),
            duplicates: AtomicCounter::default(),
            probable_retries: AtomicCounter::default(),
            not_stored: AtomicCounter::default(),
            filtered: AtomicCounter::default(),
            forwarded: AtomicCounter::default(),
            forward_failed: AtomicCounter::default(),
            forward_skipped: AtomicCounter::default(),
            joined: AtomicCounter::default(),
            left: AtomicCounter::default(),
            kept: AtomicCounter::default(),
            unkept: AtomicCounter::default(),
            begun: AtomicCounter::default(),
            ended: AtomicCounter::default(),
            targets: AtomicCounter::default(),
            last_event: AtomicU64::default(),
            distinct: DistinctEvents::new(until),
            latencies: Mutex::default(),
        }
    }

    /// What the counters say now.
    pub fn snapshot(&self) -> ListenerCounts {
        ListenerCounts {
            requests: self.requests.get(),
            valid: self.valid.get(),
            unsigned: self.unsigned.get(),
            invalid: self.invalid.get(),
            turned_away: self.turned_away.get(),
            stored: self.stored.get(),
            duplicates: self.duplicates.get(),
            probable_retries: self.probable_retries.get(),
            not_stored: self.not_stored.get(),
            filtered: self.filtered.get(),
            forwarded: self.forwarded.get(),
            forward_failed: self.forward_failed.get(),
            forward_skipped: self.forward_skipped.get(),
            distinct: *self.distinct.count.borrow(),
        }
    }

    /// Counters that say so much is left.
    #[cfg(test)]
    pub(crate) fn with_forwards_left(under_way: u64, waiting: u64) -> Self {
        let counters = Self::new(None);
        (0..under_way).for_each(|_| counters.begun.increment());
        (0..waiting).for_each(|_| counters.joined.increment());
        counters
    }

    /// Counters that say so much came, and which of it was known.
    #[cfg(test)]
    pub(crate) fn with_arrivals(valid: u64, repeats: &[RepeatKind]) -> Self {
        let counters = Self::new(None);
        (0..valid).for_each(|_| counters.valid.increment());
        repeats.iter().for_each(|kind| counters.count_repeat(Some(*kind)));
        counters
    }

    /// What is left to be forwarded now.
    pub(crate) fn forwards_left(&self) -> ForwardsLeft {
        let left = |more: &AtomicCounter, fewer: &AtomicCounter| {
            let fewer = fewer.get();
            more.get().saturating_sub(fewer)
        };
        ForwardsLeft {
            under_way: left(&self.begun, &self.ended),
            waiting: left(&self.joined, &self.left),
            kept: left(&self.kept, &self.unkept),
            several: self.targets.get() > 1,
        }
    }

    /// The event that came last in this listener's life.
    pub(crate) fn last_event(&self) -> Option<u64> {
        Some(self.last_event.load(Relaxed)).filter(|event| *event > 0)
    }

    /// Notes an event that came in and passed the filter.
    pub(super) fn note_event(&self, event: u64) {
        self.last_event.store(event, Relaxed);
    }

    /// Counts what an arrival repeats.
    pub(super) fn count_repeat(&self, kind: Option<RepeatKind>) {
        match kind {
            Some(RepeatKind::Duplicate) => self.duplicates.increment(),
            Some(RepeatKind::ProbableRetry) => self.probable_retries.increment(),
            None => {}
        }
    }

    /// Notes how long a forward took.
    pub(super) fn note_latency(&self, latency: Duration) {
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        if latencies.len() == LATENCIES {
            latencies.pop_front();
        }
        latencies.push_back(latency);
    }

    /// What half of the last forwards took at most; `None` before the first.
    pub(crate) fn forward_median(&self) -> Option<Duration> {
        let latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<Duration> = latencies.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied()
    }

    /// Notes an event that passed the filter.
    pub(super) fn count_distinct(&self, delivery: u64) {
        self.distinct.insert_event(delivery);
    }

    /// The number of distinct events, to be waited on.
    pub(super) fn subscribe_distinct(&self) -> watch::Receiver<u64> {
        self.distinct.count.subscribe()
    }
}

/// Distinct events, counted until there are enough.
#[derive(Debug)]
struct DistinctEvents {
    until: u64,
    seen: Mutex<HashSet<u64>>,
    count: watch::Sender<u64>,
}

impl DistinctEvents {
    fn new(until: Option<u64>) -> Self {
        Self { until: until.unwrap_or(0), seen: Mutex::default(), count: watch::Sender::new(0) }
    }

    fn insert_event(&self, delivery: u64) {
        if self.until == 0 {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if (seen.len() as u64) < self.until && seen.insert(delivery) {
            self.count.send_replace(seen.len() as u64);
        }
    }
}
