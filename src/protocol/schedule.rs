//! The retry schedule: when each attempt of a delivery is due, and what ends it.
//!
//! Documented ("Retry Logic"): the first attempt at once, then retries after 1, 5, 15 and 60 minutes; any 2xx answer
//! acknowledges; after the fifth attempt the delivery is marked failed. What a delay counts from is not documented,
//! so both readings exist ([`RetryFrom`]). Nothing here sleeps or knows the time.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// Delays before the second, third, fourth and fifth attempt.
pub(crate) const RETRY_DELAYS: [Duration; 4] =
    [Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(900), Duration::from_secs(3600)];

/// Attempts a delivery has at most.
pub(crate) const MAX_ATTEMPTS: u32 = 1 + RETRY_DELAYS.len() as u32;

/// Time an endpoint has to acknowledge, over connect, send, head and body together. Never scaled.
pub(crate) const ATTEMPT_BUDGET: Duration = Duration::from_secs(5);

/// What a retry's delay counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryFrom {
    /// The attempt before it: attempts at 0, 60, 360, 1 260 and 4 860 s.
    #[default]
    Previous,
    /// The first attempt: attempts at 0, 60, 300, 900 and 3 600 s.
    First,
}

/// Scheduled starts of the attempts of one delivery, counted from the first one.
#[derive(Debug, Clone)]
pub(crate) struct RetrySchedule {
    from: RetryFrom,
    index: usize,
    previous: Duration,
}

impl RetrySchedule {
    /// The documented schedule under one of its two readings.
    pub(crate) fn new(from: RetryFrom) -> Self {
        Self { from, index: 0, previous: Duration::ZERO }
    }
}

impl Iterator for RetrySchedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let due = match self.index {
            0 => Duration::ZERO,
            n => {
                let delay = *RETRY_DELAYS.get(n - 1)?;
                match self.from {
                    RetryFrom::Previous => self.previous + delay,
                    RetryFrom::First => delay,
                }
            }
        };
        self.index += 1;
        self.previous = due;
        Some(due)
    }
}

/// Whether an HTTP status acknowledges a delivery: any 2xx does, redirects do not.
pub(crate) fn is_acknowledgement(status: u16) -> bool {
    (200..300).contains(&status)
}

/// How far a measured gap may lie beside a documented delay and still be taken for it: the sender's budget of five
/// seconds for the attempt before, and jitter of a tenth.
fn tolerance(delay: Duration) -> Duration {
    ATTEMPT_BUDGET.max(delay / 10)
}

/// Which documented retry a gap since the first arrival looks like, 1 to 4, under either reading.
pub(crate) fn guess_retry(gap: Duration) -> Option<u32> {
    [RetryFrom::Previous, RetryFrom::First].into_iter().find_map(|from| {
        RetrySchedule::new(from)
            .enumerate()
            .skip(1)
            .find_map(|(retry, due)| (gap.abs_diff(due) <= tolerance(due)).then_some(retry as u32))
    })
}
