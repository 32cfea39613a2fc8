//! When arrivals are shown whole, and when on one line each: as they are asked for, or as fast as they come.
//!
//! It knows the times that reports carry, and no clock. An arrival on one line waits for its forwards, so that what
//! came of them stands beside it.

use super::brief::{ForwardEnd, HeldArrival};
use crate::output::style::BodyDisplay;
use crate::protocol::report::ArrivalReport;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// More arrivals than this within [`WINDOW`] are more than can be read with their bodies.
const READABLE: usize = 4;

/// See [`READABLE`].
const WINDOW: SignedDuration = SignedDuration::from_secs(2);

/// Held arrivals beyond which a pause in the reports does not mean that nothing comes any more.
const FEW: usize = READABLE;

/// What decides about an arrival's form, and the arrivals that wait.
#[derive(Debug, Clone)]
pub(super) struct ArrivalFolding {
    display: BodyDisplay,
    /// When the last few came.
    recent: VecDeque<Timestamp>,
    folded: bool,
    /// Whether an arrival was shown whole, or it was said that they no longer are.
    announced: bool,
    held: Vec<HeldArrival>,
}

/// What to do with an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArrivalForm {
    /// Show it with its body, at once.
    Whole,
    /// Hold it: it is shown whole, unless so many follow that it takes one line.
    Undecided,
    /// Show it on one line, with what comes of its forwards; the first is preceded by why.
    Folded {
        /// Whether to say so.
        announce: bool,
    },
}

/// How long nothing must come before what waits is shown without what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldTime {
    /// Until it is clear that no burst begins.
    Instant,
    /// As long as somebody looks at one line and expects it to go on.
    Short,
    /// Longer than any forward takes: many wait, and each shall get one line and no more.
    Long,
}

impl ArrivalFolding {
    pub(super) fn new(display: BodyDisplay) -> Self {
        Self { display, recent: VecDeque::new(), folded: display == BodyDisplay::Never, announced: false, held: vec![] }
    }

    /// How bodies are displayed from now on. Who chose knows, and is not told again.
    pub(super) fn set_display(&mut self, display: BodyDisplay) {
        if self.display != display {
            (self.display, self.folded, self.announced) = (display, display == BodyDisplay::Never, true);
        }
    }

    /// Notes an arrival and says what to do with it.
    pub(super) fn choose_form(&mut self, at: Timestamp) -> ArrivalForm {
        self.recent.push_back(at);
        self.recent.retain(|before| at.duration_since(*before) < WINDOW);
        self.folded = match self.display {
            BodyDisplay::Full => false,
            BodyDisplay::Never => true,
            BodyDisplay::First => std::mem::replace(&mut self.announced, true),
            BodyDisplay::Auto => self.recent.len() > READABLE,
        };
        match (self.folded, self.display) {
            (false, BodyDisplay::Auto) => ArrivalForm::Undecided,
            (false, _) => ArrivalForm::Whole,
            (true, display) => {
                self.held.iter_mut().for_each(|held| held.whole = false);
                let announce = display == BodyDisplay::Auto && !std::mem::replace(&mut self.announced, true);
                ArrivalForm::Folded { announce }
            }
        }
    }

    /// Whether arrivals are on one line now.
    pub(super) fn is_folded(&self) -> bool {
        self.folded
    }

    /// Takes an arrival in.
    pub(super) fn hold(&mut self, at: Timestamp, report: &ArrivalReport, whole: bool) {
        self.held.push(HeldArrival { at, report: report.clone(), results: Vec::new(), whole });
    }

    /// Puts a result to its arrival; gives it back where no arrival waits for it.
    pub(super) fn settle(&mut self, event: u64, end: ForwardEnd) -> Option<ForwardEnd> {
        let waiting = self.held.iter_mut().find(|held| held.event() == Some(event) && !held.is_complete());
        match waiting {
            Some(held) => held.results.push(end),
            None => return Some(end),
        }
        None
    }

    /// The arrivals on one line that wait for nothing more.
    pub(super) fn take_complete(&mut self) -> Vec<HeldArrival> {
        self.held.extract_if(.., |held| !held.whole && held.is_complete()).collect()
    }

    /// What a pause must be before [`ArrivalFolding::release`]; `None` where nothing waits.
    pub(super) fn hold_time(&self) -> Option<HoldTime> {
        match self.held.len() {
            0 => None,
            _ if self.held.iter().any(|held| held.whole) => Some(HoldTime::Instant),
            count if count <= FEW => Some(HoldTime::Short),
            _ => Some(HoldTime::Long),
        }
    }

    /// What waits, after a pause: those that are whole, else all.
    pub(super) fn release(&mut self) -> Vec<HeldArrival> {
        if self.hold_time() == Some(HoldTime::Instant) {
            return self.held.extract_if(.., |held| held.whole).collect();
        }
        std::mem::take(&mut self.held)
    }
}
