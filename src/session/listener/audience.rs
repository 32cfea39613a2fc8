//! The screen before a listener.

use crate::clock::SharedClock;
use crate::output::screen::Screen;
use crate::protocol::report::{Report, ReportKind};
use crate::receive::ReportSink;
use std::sync::atomic::{AtomicBool, Ordering};

/// The screen as the listener sees it. It never waits: what does not fit is counted.
pub(super) struct ScreenAudience {
    screen: Screen,
    clock: SharedClock,
    /// Said of the first event that the filter leaves out.
    filter_note: Option<String>,
    filter_told: AtomicBool,
}

impl ScreenAudience {
    /// An audience that says a word about the first event that is left out, where there is one to say.
    pub(super) fn new(screen: Screen, clock: SharedClock, filter_note: Option<String>) -> Self {
        Self { screen, clock, filter_note, filter_told: AtomicBool::new(false) }
    }
}

impl ReportSink for ScreenAudience {
    fn emit_report(&self, report: Report) {
        self.screen.send_report(report);
    }

    fn wants_report(&self) -> bool {
        let wanted = self.screen.has_room();
        if !wanted {
            self.screen.skip_report(self.clock.now());
        }
        wanted
    }

    fn note_filtered(&self) {
        if let Some(note) = self.filter_note.as_ref().filter(|_| !self.filter_told.swap(true, Ordering::Relaxed)) {
            let message = note.clone();
            self.screen.send_report(Report { at: self.clock.now(), what: ReportKind::Notice { message } });
        }
    }
}
