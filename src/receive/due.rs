//! When the attempts of a forward are due, also where the wall clock was set while no listener ran. Pure: time is a
//! parameter.
//!
//! Due times outlive the process, so they are times of the wall clock. A clock that was set forward makes them overdue, one
//! that was set back puts them far off; in neither case may anything come at once that has a distance, or wait for longer than
//! the schedule has it.

use super::settings::ForwardRetryPolicy;
use crate::protocol::arrival::ForwardProgress;
use crate::protocol::schedule::RetryFrom;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The starts of an event's attempts, counted from the first, and the pace at which they pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryPlan<'a> {
    pub schedule: &'a [Duration],
    pub policy: ForwardRetryPolicy,
}

impl RetryPlan<'_> {
    /// When the attempt after so many is due, where there is one. After a pause, of the listener or of the machine, those that
    /// are overdue are not made one upon the other: the app may be a few seconds behind.
    pub(super) fn find_next_due(
        self,
        made: u32,
        (first, last): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Option<Timestamp> {
        let planned = *self.schedule.get(made as usize)?;
        let by_first = first.checked_add(self.scale(planned)).ok().filter(|due| *due > now);
        let by_last = last.checked_add(self.gap(made)).ok();
        match self.policy.from {
            RetryFrom::First => by_first.or(by_last),
            RetryFrom::Previous => by_last,
        }
    }

    /// How far the retries have got of which only the attempts are known, and when the last one was: the next one is due as
    /// long after it as the schedule has it.
    pub(super) fn resume(self, arrival: u64, (attempts, last): (u32, Timestamp), now: Timestamp) -> ForwardProgress {
        let due = last.checked_add(self.gap(attempts)).unwrap_or(now).max(now);
        let since_first = self.scale(self.schedule.get(attempts as usize).copied().unwrap_or_default());
        ForwardProgress { arrival, attempts, first: due.checked_sub(since_first).unwrap_or(now), due }
    }

    /// The same progress, its next attempt no later than the schedule's own delay from now: what waits for longer was noted
    /// by a clock that was ahead of this one, or at another speed.
    pub(super) fn limit_wait(self, progress: ForwardProgress, now: Timestamp) -> ForwardProgress {
        let latest = now.checked_add(self.gap(progress.attempts)).unwrap_or(now);
        let excess = progress.due.duration_since(latest);
        if !excess.is_positive() {
            return progress;
        }
        ForwardProgress { first: progress.first.checked_sub(excess).unwrap_or(now), due: latest, ..progress }
    }

    /// The wait between an attempt and the one after it.
    fn gap(self, made: u32) -> SignedDuration {
        let at = |attempt: u32| self.schedule.get(attempt as usize).copied().unwrap_or_default();
        self.scale(at(made).saturating_sub(at(made.saturating_sub(1))))
    }

    fn scale(self, planned: Duration) -> SignedDuration {
        SignedDuration::try_from(planned.div_f64(self.policy.factor)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::schedule::RetrySchedule;

    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    /// Seconds from now to the next attempt and from the first one to now, of both kinds of progress that a start finds.
    fn found(from: RetryFrom, factor: f64, attempts: u32, now: i64) -> [(f64, f64); 2] {
        let schedule: Vec<Duration> = RetrySchedule::new(from).collect();
        let plan = RetryPlan { schedule: &schedule, policy: ForwardRetryPolicy { from, factor } };
        let last = plan.schedule[attempts as usize - 1].div_f64(factor);
        let last = at(0) + SignedDuration::try_from(last).unwrap();
        let due = plan.find_next_due(attempts, (at(0), last), last).unwrap();
        let noted = ForwardProgress { arrival: 0, attempts, first: at(0), due };
        [noted, plan.resume(0, (attempts, last), at(now))].map(|progress| {
            let limited = plan.limit_wait(progress, at(now));
            assert_eq!(plan.limit_wait(limited, at(now)), limited);
            let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs_f64();
            (seconds(at(now), limited.due), seconds(limited.first, at(now)))
        })
    }

    #[test]
    fn a_clock_set_back_stretches_no_wait_beyond_the_schedule() {
        for back in [3600, DAY, 365 * DAY] {
            for (attempts, previous, first) in
                [(1, 60.0, 60.0), (2, 300.0, 240.0), (3, 900.0, 600.0), (4, 3600.0, 2700.0)]
            {
                let waits = |from, factor| found(from, factor, attempts, -back).map(|(wait, _)| wait);
                assert_eq!(waits(RetryFrom::Previous, 1.0), [previous; 2], "attempt {attempts}");
                assert_eq!(waits(RetryFrom::First, 1.0), [first; 2], "attempt {attempts}");
                assert_eq!(waits(RetryFrom::Previous, 60.0), [previous / 60.0; 2], "attempt {attempts}");
            }
        }
    }

    #[test]
    fn what_follows_counts_from_a_first_attempt_that_has_moved_along() {
        for (_, first) in found(RetryFrom::First, 1.0, 2, -DAY) {
            assert_eq!(first, 60.0, "the third attempt is due 300 s after the first and 240 s from now");
        }
    }

    #[test]
    fn a_wait_that_the_schedule_has_is_left_alone() {
        assert_eq!(found(RetryFrom::Previous, 1.0, 2, 100).map(|(wait, _)| wait), [260.0; 2]);
        assert_eq!(found(RetryFrom::First, 1.0, 2, 100).map(|(wait, _)| wait), [200.0; 2]);
        let overdue = found(RetryFrom::Previous, 1.0, 2, DAY).map(|(wait, _)| wait);
        assert_eq!((overdue[0] < 0.0, overdue[1]), (true, 0.0));
    }

    #[test]
    fn overdue_attempts_keep_their_distance() {
        for from in [RetryFrom::Previous, RetryFrom::First] {
            let schedule: Vec<Duration> = RetrySchedule::new(from).collect();
            let plan = RetryPlan { schedule: &schedule, policy: ForwardRetryPolicy { from, factor: 1.0 } };
            let due = plan.find_next_due(2, (at(0), at(DAY)), at(DAY)).unwrap();
            assert_eq!(due.duration_since(at(DAY)).as_secs(), if from == RetryFrom::First { 240 } else { 300 });
        }
    }
}
