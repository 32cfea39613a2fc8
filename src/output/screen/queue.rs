//! The queue between those who tell and the one who writes: bounded in reports, in bytes and in pace, in order, and
//! never waited for by those who tell.
//!
//! A listener under load makes reports far faster than anybody reads, and rendering them would take the time in which
//! it should answer. What goes beyond the pace is counted, and said so once a second.

use crate::output::human::{ArrivalView, ScreenStream};
use crate::output::line::StyledLine;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::report::{Report, ReportKind};
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a count grows before it is told, where nothing else is.
const COUNTING: Duration = Duration::from_secs(1);

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScreenLimits {
    pub reports: usize,
    /// Bytes of bodies, headers and answers.
    pub bytes: usize,
    /// Reports of one second that are shown; `None` where somebody counts on every one that there is room for.
    pub a_second: Option<u32>,
}

/// What waits to be shown.
#[derive(Debug)]
pub(super) enum ScreenItem {
    /// To be rendered.
    Report(Report),
    /// Rendered already.
    Text(ScreenStream, Vec<u8>),
    /// The same, below everything else that is ever written.
    Last(ScreenStream, Vec<u8>),
    /// What is to stand below everything else from now on.
    Footer(Option<StyledLine>),
    /// The terminal has this many columns now.
    Columns(usize),
    /// Other arrivals are shown from now on.
    View(ArrivalView),
    /// The whole screen, in place of everything; `None` gives it back.
    Picture(Option<String>),
    /// A word on stderr, unless it is what was written last.
    Aside(Vec<u8>),
    /// Whether somebody else draws on the terminal, an editor for instance.
    Lent(bool),
    /// Somebody waits until all before it is written.
    Mark(SyncSender<()>),
}

/// The queue, shared by all who tell.
#[derive(Debug)]
pub(super) struct ScreenQueue {
    inner: Mutex<ScreenQueueState>,
    filled: Condvar,
    /// Whether there is room, for those who ask before they make a report.
    room: AtomicBool,
    limits: ScreenLimits,
}

#[derive(Debug, Default)]
struct ScreenQueueState {
    items: Vec<ScreenItem>,
    bytes: usize,
    /// There was no room for one: none has room any more until the writer, or something that must be seen, has said
    /// so. Otherwise small reports would slip past large ones.
    full: bool,
    skipped: u64,
    last_skipped: Timestamp,
    pace: ScreenPace,
    /// Nothing more is taken in.
    closed: bool,
}

/// How many reports of the current second were taken in. The second is that of the reports' own time.
#[derive(Debug, Default)]
struct ScreenPace {
    second: i64,
    taken: u32,
}

impl ScreenPace {
    /// Whether one more of this second may be taken in.
    fn allows(&mut self, at: Timestamp, limits: ScreenLimits) -> bool {
        if self.second != at.as_second() {
            *self = Self { second: at.as_second(), taken: 0 };
        }
        limits.a_second.is_none_or(|most| self.taken < most)
    }
}

impl ScreenQueue {
    /// An empty queue.
    pub(super) fn new(limits: ScreenLimits) -> Self {
        Self { inner: Mutex::default(), filled: Condvar::new(), room: AtomicBool::new(true), limits }
    }

    /// Takes a report in, or counts it where there is no room or too many came in its second, and it may be skipped.
    pub(super) fn push_report(&self, report: Report) {
        let mut inner = self.lock();
        let weight = weight(&report);
        if !may_be_skipped(&report.what) {
            return self.push(&mut inner, weight, ScreenItem::Report(report));
        }
        inner.full = inner.full || !inner.has_room(self.limits, weight);
        if inner.full || !inner.pace.allows(report.at, self.limits) {
            return self.count(&mut inner, report.at);
        }
        inner.pace.taken += 1;
        self.push(&mut inner, weight, ScreenItem::Report(report));
    }

    /// Takes rendered text in, whatever the room.
    pub(super) fn push_text(&self, stream: ScreenStream, text: Vec<u8>) {
        self.push(&mut self.lock(), text.len(), ScreenItem::Text(stream, text));
    }

    /// Takes in what is no report and weighs nothing.
    pub(super) fn push_item(&self, item: ScreenItem) {
        self.push(&mut self.lock(), 0, item);
    }

    /// Counts a report that was not even made. In a new second the next one is worth making again.
    pub(super) fn skip_report(&self, at: Timestamp) {
        let mut inner = self.lock();
        self.count(&mut inner, at);
        if !inner.full && inner.pace.allows(at, self.limits) {
            self.room.store(true, Ordering::Relaxed);
        }
    }

    /// Whether there is room.
    pub(super) fn has_room(&self) -> bool {
        self.room.load(Ordering::Relaxed)
    }

    /// Takes nothing in any more; what waits can still be taken out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Waits until there is something, and takes all of it. `None` once the queue is closed and empty. What is merely
    /// counted is waited for a little longer: a line for each would be as much as was left out. After a `pause` in which
    /// nothing came, the answer is nothing.
    pub(super) fn take_items(&self, pause: Option<Duration>) -> Option<Vec<ScreenItem>> {
        let mut inner = self.lock();
        while inner.items.is_empty() && !inner.closed {
            if inner.skipped == 0 && pause.is_some() {
                let waited = self.filled.wait_timeout(inner, pause.unwrap_or_default());
                inner = waited.unwrap_or_else(PoisonError::into_inner).0;
                if inner.items.is_empty() && !inner.closed {
                    return Some(Vec::new());
                }
                continue;
            }
            if inner.skipped == 0 {
                inner = self.filled.wait(inner).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.filled.wait_timeout(inner, COUNTING).unwrap_or_else(PoisonError::into_inner);
            inner = waited.0;
            if waited.1.timed_out() {
                break;
            }
        }
        inner.note_skipped();
        inner.bytes = 0;
        self.room.store(true, Ordering::Relaxed);
        let items = std::mem::take(&mut inner.items);
        (!items.is_empty()).then_some(items)
    }

    /// Whether nothing waits.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().items.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, ScreenQueueState> {
        // The queue is whole between any two statements, so a panic elsewhere does not spoil it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, inner: &mut ScreenQueueState, at: Timestamp) {
        if inner.closed {
            return;
        }
        inner.skipped += 1;
        inner.last_skipped = at;
        self.room.store(false, Ordering::Relaxed);
        if inner.skipped == 1 {
            self.filled.notify_one();
        }
    }

    fn push(&self, inner: &mut ScreenQueueState, weight: usize, item: ScreenItem) {
        if inner.closed {
            return;
        }
        // The writer sleeps only while there is nothing.
        let woken = inner.items.is_empty();
        inner.note_skipped();
        inner.items.push(item);
        inner.bytes += weight;
        self.room.store(inner.has_room(self.limits, 0), Ordering::Relaxed);
        if woken {
            self.filled.notify_one();
        }
    }
}

impl ScreenQueueState {
    /// One report always fits into an empty queue.
    fn has_room(&self, limits: ScreenLimits, weight: usize) -> bool {
        let fits = self.items.len() < limits.reports && self.bytes.saturating_add(weight) <= limits.bytes;
        fits || self.items.is_empty()
    }

    /// Puts the count of what was skipped where it belongs: behind all that was queued before.
    fn note_skipped(&mut self) {
        self.full = false;
        let count = std::mem::take(&mut self.skipped);
        if count > 0 {
            self.items.push(ScreenItem::Report(Report { at: self.last_skipped, what: ReportKind::Skipped { count } }));
        }
    }
}

/// What comes by the thousand may be skipped; what begins or ends something may not.
fn may_be_skipped(what: &ReportKind) -> bool {
    matches!(
        what,
        ReportKind::Arrival(_)
            | ReportKind::Forward(_)
            | ReportKind::ForwardSkipped { .. }
            | ReportKind::Attempt(_)
            | ReportKind::Wait { .. }
            | ReportKind::Call(_)
            | ReportKind::Dispatch(_)
    )
}

/// Bytes that a report keeps alive.
fn weight(report: &Report) -> usize {
    match &report.what {
        ReportKind::Arrival(report) => report.arrival.content.weight(),
        ReportKind::Forward(report) | ReportKind::Attempt(report) => match &report.attempt.outcome {
            AttemptOutcome::Answered(answer) => answer.body.len(),
            _ => 0,
        },
        _ => 0,
    }
}
