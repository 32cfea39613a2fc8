//! Counts over a listener's life, for its summary and for ending after so many events.
//!
//! Shared counters that cost an addition each. Must not keep anything of a request but, where distinct events are
//! asked for, its event's number.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// One counter.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The counters of one listener.
#[derive(Debug)]
pub struct Tally {
    pub(super) requests: Counter,
    pub(super) valid: Counter,
    pub(super) unsigned: Counter,
    pub(super) invalid: Counter,
    pub(super) turned_away: Counter,
    pub(super) stored: Counter,
    pub(super) duplicates: Counter,
    pub(super) probable_retries: Counter,
    pub(super) not_stored: Counter,
    pub(super) filtered: Counter,
    pub(super) forwarded: Counter,
    pub(super) forward_failed: Counter,
    pub(super) forward_skipped: Counter,
    distinct: Distinct,
}

/// What the counters said at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
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

impl Tally {
    /// Counters at zero, counting distinct events up to `until`.
    pub(super) fn new(until: Option<u64>) -> Self {
        Self {
            requests: Counter::default(),
            valid: Counter::default(),
            unsigned: Counter::default(),
            invalid: Counter::default(),
            turned_away: Counter::default(),
            stored: Counter::default(),
            duplicates: Counter::default(),
            probable_retries: Counter::default(),
            not_stored: Counter::default(),
            filtered: Counter::default(),
            forwarded: Counter::default(),
            forward_failed: Counter::default(),
            forward_skipped: Counter::default(),
            distinct: Distinct::new(until),
        }
    }

    /// What the counters say now.
    pub fn counts(&self) -> Counts {
        Counts {
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

    /// Notes an event that passed the filter.
    pub(super) fn saw(&self, delivery: u64) {
        self.distinct.saw(delivery);
    }

    /// The number of distinct events, to be waited on.
    pub(super) fn distinct(&self) -> watch::Receiver<u64> {
        self.distinct.count.subscribe()
    }
}

/// Distinct events, counted until there are enough.
#[derive(Debug)]
struct Distinct {
    until: u64,
    seen: Mutex<HashSet<u64>>,
    count: watch::Sender<u64>,
}

impl Distinct {
    fn new(until: Option<u64>) -> Self {
        Self { until: until.unwrap_or(0), seen: Mutex::default(), count: watch::Sender::new(0) }
    }

    fn saw(&self, delivery: u64) {
        if self.until == 0 {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if (seen.len() as u64) < self.until && seen.insert(delivery) {
            self.count.send_replace(seen.len() as u64);
        }
    }
}
