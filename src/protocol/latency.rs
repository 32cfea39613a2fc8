//! How long answers took, put into ranges, with the figures that people ask for.
//!
//! Pure. Report and inspector draw the same distribution.

use std::time::Duration;

/// Upper ends of the ranges, in milliseconds; the last range has none.
pub(crate) const LATENCY_ENDS_MS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// The shares whose figures are told.
const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];

/// Latencies by range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LatencyDistribution {
    /// How many lie in each range: below its end, and not below the one before.
    pub counts: [u64; LATENCY_ENDS_MS.len() + 1],
    /// The latency at each share, by its name.
    pub figures: [(&'static str, Duration); SHARES.len()],
}

impl LatencyDistribution {
    /// Sorts latencies in, each with how many it stands for; `None` where there are none.
    pub(crate) fn of(mut all: Vec<(Duration, u64)>) -> Option<Self> {
        all.sort_unstable();
        let (longest, whole) = (all.last()?.0, all.iter().map(|(_, weight)| weight).sum::<u64>());
        let mut counts = [0; LATENCY_ENDS_MS.len() + 1];
        for (latency, weight) in &all {
            let ms = latency.as_millis();
            let range = LATENCY_ENDS_MS.iter().position(|end| ms < u128::from(*end));
            counts[range.unwrap_or(LATENCY_ENDS_MS.len())] += weight;
        }
        // The nearest rank of each share.
        let at = |share: f64| {
            let (rank, mut seen) = ((whole as f64 * share).ceil() as u64, 0);
            let reached = all.iter().find(|(_, weight)| {
                seen += weight;
                seen >= rank
            });
            reached.map_or(longest, |(latency, _)| *latency)
        };
        Some(Self { counts, figures: SHARES.map(|(name, share)| (name, at(share))) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(all: &[(u64, u64)]) -> [u64; 4] {
        let all = all.iter().map(|(ms, weight)| (Duration::from_millis(*ms), *weight)).collect();
        LatencyDistribution::of(all).unwrap().figures.map(|(_, latency)| latency.as_millis() as u64)
    }

    #[test]
    fn figures_are_those_of_the_nearest_rank() {
        assert_eq!(LatencyDistribution::of(Vec::new()), None);
        assert_eq!(figures(&[(7, 1)]), [7; 4]);
        let hundred: Vec<_> = (1..=100).rev().map(|ms| (ms, 1)).collect();
        assert_eq!(figures(&hundred), [50, 90, 99, 100]);
        assert_eq!(figures(&[(1, 98), (2, 1), (3, 1)]), [1, 1, 2, 3], "as if each were there so often");
    }

    #[test]
    fn each_latency_is_in_one_range() {
        let all = [0, 1, 4999, 5000, 60_000].map(|ms| (Duration::from_millis(ms), 2)).to_vec();
        let counts = LatencyDistribution::of(all).unwrap().counts;
        assert_eq!(counts, [2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 4]);
    }
}
