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
    /// the first. `None` after the last.
    pub(super) fn next_due_ms(self, number: u32, first_ms: i64, due_ms: i64) -> Option<i64> {
        let delay = self.scaled(*RETRY_DELAYS.get(number.checked_sub(1)? as usize)?);
        let since = match self.from {
            RetryFrom::Previous => due_ms,
            RetryFrom::First => first_ms,
        };
        Some(since.saturating_add(delay))
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
        while let Some(next) = pace.next_due_ms(starts.len() as u32, starts[0], starts[starts.len() - 1]) {
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
}
