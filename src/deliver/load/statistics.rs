//! What a load run counts, and its latencies.

use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::load::LoadCounts;
use crate::protocol::schedule::is_acknowledgement;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Longest latency that is told apart, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;

/// How far a thread has got, for a progress bar. Each has cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct LoadThreadProgress {
    ended: AtomicU64,
    acknowledged: AtomicU64,
}

impl LoadThreadProgress {
    /// Deliveries that ended, and those of them that were acknowledged.
    pub(crate) fn read(&self) -> (u64, u64) {
        (self.ended.load(Relaxed), self.acknowledged.load(Relaxed))
    }
}

/// The sum of a run.
#[derive(Debug, Clone)]
pub(crate) struct LoadStatistics {
    pub counts: LoadCounts,
    /// From the first start to the last end.
    pub elapsed: Duration,
    /// After which attempt the second service would have switched the webhook off.
    pub disabled_after: Option<u64>,
    /// When the last attempt ended.
    pub(super) ended: Option<Instant>,
    statuses: Vec<u64>,
    failures: BTreeMap<&'static str, u64>,
    latencies: Option<Histogram<u64>>,
}

impl LoadStatistics {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            counts: LoadCounts::default(),
            elapsed: Duration::ZERO,
            disabled_after: None,
            ended: None,
            statuses: vec![0; 1000],
            failures: BTreeMap::new(),
            // These bounds are allowed, so there always is one.
            latencies: Histogram::new_with_bounds(1, LONGEST, 3).ok(),
        }
    }

    /// Counts an attempt that was answered.
    pub(super) fn count_answer(&mut self, status: u16, latency: Duration) {
        self.counts.attempts += 1;
        if let Some(count) = self.statuses.get_mut(usize::from(status)) {
            *count += 1;
        }
        let micros = u64::try_from(latency.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST);
        if let Some(latencies) = &mut self.latencies {
            latencies.saturating_record(micros);
        }
    }

    /// Counts an attempt that was not.
    pub(super) fn count_failure(&mut self, outcome: &AttemptOutcome) {
        self.counts.attempts += 1;
        *self.failures.entry(outcome.name()).or_default() += 1;
    }

    /// Counts an event that ended.
    pub(super) fn count_end(&mut self, acknowledged: bool, in_time: bool, at: Instant, live: &LoadThreadProgress) {
        self.counts.events += 1;
        self.counts.acknowledged += u64::from(acknowledged);
        self.counts.in_time += u64::from(acknowledged && in_time);
        self.ended = Some(at);
        live.ended.store(self.counts.events, Relaxed);
        live.acknowledged.store(self.counts.acknowledged, Relaxed);
    }

    /// Adds another thread's.
    pub(super) fn merge(&mut self, other: &Self) {
        self.counts += other.counts;
        self.ended = self.ended.max(other.ended);
        self.statuses.iter_mut().zip(&other.statuses).for_each(|(sum, more)| *sum += more);
        for (name, count) in &other.failures {
            *self.failures.entry(name).or_default() += count;
        }
        if let (Some(sum), Some(more)) = (&mut self.latencies, &other.latencies) {
            // Both have the same bounds.
            let _ = sum.add(more);
        }
    }

    /// Whether there were attempts, and all were answered with 401 or 403.
    pub(crate) fn are_all_refused(&self) -> bool {
        let refused: u64 = [401, 403].iter().filter_map(|status| self.statuses.get(*status)).sum();
        refused > 0 && refused == self.counts.attempts
    }

    /// Statuses and failures by name, with how often each came.
    pub(crate) fn outcomes(&self) -> Vec<(String, u64, bool)> {
        let met = self.statuses.iter().enumerate().filter(|(_, count)| **count > 0);
        let statuses = met.map(|(status, count)| {
            let good = u16::try_from(status).is_ok_and(is_acknowledgement);
            (status.to_string(), *count, good)
        });
        let failures = self.failures.iter().map(|(name, count)| ((*name).to_owned(), *count, false));
        statuses.chain(failures).collect()
    }

    /// The latency that this share of the answers did not exceed.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let micros = self.latencies.as_ref().map_or(0, |latencies| latencies.value_at_quantile(share));
        // A bucket's upper end may lie a little beyond the greatest value.
        Duration::from_micros(micros).min(self.max())
    }

    /// The greatest latency.
    pub(crate) fn max(&self) -> Duration {
        Duration::from_micros(self.latencies.as_ref().map_or(0, Histogram::max))
    }

    /// The least latency.
    pub(crate) fn min(&self) -> Duration {
        Duration::from_micros(self.latencies.as_ref().filter(|all| !all.is_empty()).map_or(0, Histogram::min))
    }

    /// The mean latency.
    pub(crate) fn mean(&self) -> Duration {
        Duration::from_micros(self.latencies.as_ref().map_or(0.0, Histogram::mean).round() as u64)
    }
}
