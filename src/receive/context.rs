//! What every part of one listener holds: the store's door, the clock, the audience, the counters.

use super::counters::ListenerCounters;
use super::reports::ReportSink;
use crate::clock::SharedClock;
use crate::protocol::report::{Report, ReportKind};
use std::sync::Arc;

/// Cloning shares everything.
#[derive(Clone)]
pub(super) struct ReceiverContext<R> {
    pub(super) recorder: R,
    pub(super) clock: SharedClock,
    pub(super) audience: Arc<dyn ReportSink>,
    pub(super) tally: Arc<ListenerCounters>,
}

impl<R> ReceiverContext<R> {
    /// Tells what happened, now.
    pub(super) fn emit_report(&self, what: ReportKind) {
        self.audience.emit_report(Report { at: self.clock.now(), what });
    }

    /// Tells a sentence.
    pub(super) fn emit_notice(&self, message: String) {
        self.emit_report(ReportKind::Notice { message });
    }
}
