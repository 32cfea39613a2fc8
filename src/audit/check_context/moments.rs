//! Times of events. Whoever takes two events of one second for one would fail every check of effects but the one that is
//! about that, so each event of such a check has a second of its own.

use super::CheckContext;
use jiff::{SignedDuration, Timestamp};

impl CheckContext<'_> {
    /// The latest second so long ago that no event has had yet.
    pub(in crate::audit) fn free_second(&self, ago: i64) -> Timestamp {
        let mut at = self.seconds_ago(ago);
        let mut log = self.log();
        while !log.seconds.insert(at.as_second()) {
            at = at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(at);
        }
        at
    }

    /// Seconds of their own, the oldest first.
    pub(in crate::audit) fn free_seconds<const COUNT: usize>(&self) -> [Timestamp; COUNT] {
        let mut seconds = [(); COUNT].map(|()| self.free_second(1));
        seconds.sort();
        seconds
    }
}
