//! What every part of one listener holds: the store's door, the clock, the audience, the counters.

use super::tally::Tally;
use super::telling::Audience;
use crate::clock::SharedClock;
use crate::protocol::report::{Report, What};
use std::sync::Arc;

/// Cloning shares everything.
#[derive(Clone)]
pub(super) struct Shared<R> {
    pub(super) recorder: R,
    pub(super) clock: SharedClock,
    pub(super) audience: Arc<dyn Audience>,
    pub(super) tally: Arc<Tally>,
}

impl<R> Shared<R> {
    /// Tells what happened, now.
    pub(super) fn tell(&self, what: What) {
        self.audience.tell(Report { at: self.clock.now(), what });
    }

    /// Tells a sentence.
    pub(super) fn notice(&self, message: String) {
        self.tell(What::Notice { message });
    }
}
