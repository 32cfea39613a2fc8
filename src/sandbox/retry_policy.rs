//! How fast the documented schedule passes, and what its delays count from.

use crate::protocol::schedule::{RETRY_DELAYS, RetryFrom};
use std::time::Duration;

/// The schedule as a sandbox keeps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SandboxRetryPolicy {
    /// What a delay counts from.
    pub from: RetryFrom,
    /// How many times as fast as documented; `None` for no waiting at all.
    pub speed: Option<f64>,
}

impl SandboxRetryPolicy {
    /// When the attempt after this one is due, in Unix milliseconds: counted from the scheduled start of this one or of
    /// the first. After a pause, of the sandbox or of the machine, those that are overdue are not made one upon the other.
    /// `None` after the last.
    pub(super) fn next_due_ms(self, number: u32, first_ms: i64, due_ms: i64, now_ms: i64) -> Option<i64> {
        let delay = self.scaled(*RETRY_DELAYS.get(number.checked_sub(1)? as usize)?);
        let by_first = Some(first_ms.saturating_add(delay)).filter(|due| *due > now_ms);
        let by_last = due_ms.saturating_add(self.gap_ms(number));
        Some(match self.from {
            RetryFrom::Previous => by_last,
            RetryFrom::First => by_first.unwrap_or(by_last),
        })
    }

    /// The wait between an attempt and the one after it, in milliseconds.
    pub(super) fn gap_ms(self, made: u32) -> i64 {
        let delay = |number: u32| {
            let delay = number.checked_sub(1).and_then(|before| RETRY_DELAYS.get(before as usize));
            delay.map_or(0, |delay| self.scaled(*delay))
        };
        match self.from {
            RetryFrom::Previous => delay(made),
            RetryFrom::First => delay(made).saturating_sub(delay(made.saturating_sub(1))).max(0),
        }
    }

    /// Rounded up: never early.
    fn scaled(self, delay: Duration) -> i64 {
        let Some(speed) = self.speed else { return 0 };
        (delay.as_secs_f64() * 1000.0 / speed).ceil() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(pace: SandboxRetryPolicy) -> Vec<i64> {
        let mut starts = vec![1_000];
        while let Some(next) = pace.next_due_ms(starts.len() as u32, starts[0], starts[starts.len() - 1], 0) {
            starts.push(next);
        }
        starts
    }

    #[test]
    fn both_readings_at_any_speed() {
        let pace = |from, speed| SandboxRetryPolicy { from, speed };
        let previous = [1_000, 61_000, 361_000, 1_261_000, 4_861_000];
        assert_eq!(starts(pace(RetryFrom::Previous, Some(1.0))), previous);
        assert_eq!(starts(pace(RetryFrom::First, Some(1.0))), [1_000, 61_000, 301_000, 901_000, 3_601_000]);
        assert_eq!(starts(pace(RetryFrom::Previous, Some(60.0))), [1_000, 2_000, 7_000, 22_000, 82_000]);
        assert_eq!(starts(pace(RetryFrom::First, Some(70_000.0))), [1_000, 1_001, 1_005, 1_013, 1_052]);
        assert_eq!(starts(pace(RetryFrom::Previous, None)), [1_000; 5]);
    }

    #[test]
    fn what_is_overdue_keeps_its_distance() {
        let day = 86_400_000;
        for (from, distance) in [(RetryFrom::Previous, 300_000), (RetryFrom::First, 240_000)] {
            let pace = SandboxRetryPolicy { from, speed: Some(1.0) };
            assert_eq!(pace.next_due_ms(2, 1_000, day, day + 9), Some(day + distance), "{from:?}");
            assert_eq!([0, 2, 5].map(|made| pace.gap_ms(made)), [0, distance, 0]);
        }
    }
}
