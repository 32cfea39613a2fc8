//! What a load run counts, whoever counts it and whoever shows it.

use std::ops::AddAssign;

/// Counts of a load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LoadCounts {
    /// Events that ended, acknowledged or not.
    pub events: u64,
    /// Events that were acknowledged.
    pub acknowledged: u64,
    /// Events that were acknowledged within five seconds of their due start.
    pub in_time: u64,
    /// Attempts, retries among them.
    pub attempts: u64,
    /// Starts that came later than they were due.
    pub late: u64,
    /// Bytes of requests.
    pub sent: u64,
    /// Bytes of answers.
    pub received: u64,
}

impl AddAssign for LoadCounts {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.acknowledged += other.acknowledged;
        self.in_time += other.in_time;
        self.attempts += other.attempts;
        self.late += other.late;
        self.sent += other.sent;
        self.received += other.received;
    }
}
