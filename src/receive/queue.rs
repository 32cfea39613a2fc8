//! The line in which events wait to be passed on to one target, ordered by arrival number.
//!
//! Arrivals are recorded side by side and their answers come back in any order, so whoever is about to record takes a
//! ticket first. An event leaves the line once nobody with an older ticket is still out: only they can hold a lower
//! arrival number. Memory is bounded; what does not fit is handed back, and is in the store to be replayed.

use super::pending::PendingForward;
use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A line of events.
#[derive(Debug)]
pub(super) struct ForwardQueue {
    state: Mutex<ForwardQueueState>,
    news: Notify,
    room: usize,
}

#[derive(Debug, Default)]
struct ForwardQueueState {
    next_ticket: u64,
    out: BTreeSet<u64>,
    waiting: BinaryHeap<QueuedForward>,
    held: usize,
    /// The event that has left the line and whose forward has not ended.
    served: Option<u64>,
    closed: bool,
}

/// The right to join the line, taken before the arrival is recorded.
#[derive(Debug)]
pub(super) struct Reservation {
    line: Arc<ForwardQueue>,
    number: u64,
}

impl ForwardQueue {
    /// A line that holds this many bytes at most.
    pub(super) fn new(room: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), news: Notify::new(), room })
    }

    /// Takes a ticket.
    pub(super) fn reserve(self: &Arc<Self>) -> Reservation {
        let mut state = self.state();
        let number = state.next_ticket;
        state.next_ticket += 1;
        state.out.insert(number);
        Reservation { line: Arc::clone(self), number }
    }

    /// The next event in order; `None` when the line is closed and empty. Asking for it ends the one before.
    pub(super) async fn next_forward(&self) -> Option<PendingForward> {
        self.state().served = None;
        loop {
            if let Some(turn) = self.state().take_next() {
                return turn;
            }
            self.news.notified().await;
        }
    }

    /// The ticket that is next: whoever comes in with a lower arrival number than one that is there has one before it.
    pub(super) fn next_ticket(&self) -> u64 {
        self.state().next_ticket
    }

    /// Whether nobody has a ticket before this one any more.
    pub(super) fn is_settled(&self, ticket: u64) -> bool {
        self.state().out.first().is_none_or(|first| *first >= ticket)
    }

    /// Ready when somebody came in or went away, or the line was closed.
    pub(super) async fn wait_for_news(&self) {
        self.news.notified().await;
    }

    /// Lets nobody join any more. Those in the line still leave it one by one.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.news.notify_one();
    }

    /// The events that have joined and were not passed on to the end; the line is empty then.
    pub(super) fn take_unfinished(&self) -> Vec<u64> {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting).into_sorted_vec();
        // The heap's greatest is the first in the line.
        state.served.take().into_iter().chain(waiting.iter().rev().map(|queued| queued.passage.event)).collect()
    }

    /// How many those are.
    #[cfg(test)]
    pub(super) fn count_unfinished(&self) -> usize {
        let state = self.state();
        state.waiting.len() + usize::from(state.served.is_some())
    }

    fn state(&self) -> MutexGuard<'_, ForwardQueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ForwardQueueState {
    /// `None` to wait, `Some(None)` for the end.
    fn take_next(&mut self) -> Option<Option<PendingForward>> {
        let Some(first) = self.waiting.peek() else {
            return (self.closed && self.out.is_empty()).then_some(None);
        };
        if self.out.first().is_some_and(|ticket| *ticket < first.after) {
            return None;
        }
        let first = self.waiting.pop()?;
        self.held -= first.passage.weight();
        self.served = Some(first.passage.event);
        Some(Some(first.passage))
    }
}

impl Reservation {
    /// Joins the line; the event is handed back where there is no room.
    pub(super) fn enqueue(self, passage: PendingForward) -> Result<(), PendingForward> {
        let mut state = self.line.state();
        let weight = passage.weight();
        if state.held.saturating_add(weight) > self.line.room {
            return Err(passage);
        }
        state.held += weight;
        let after = state.next_ticket;
        state.waiting.push(QueuedForward { after, passage });
        Ok(())
        // Dropping the ticket takes it in and wakes the line.
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.line.state().out.remove(&self.number);
        self.line.news.notify_one();
    }
}

/// An event in the line; the lowest arrival number is the greatest of a heap.
#[derive(Debug)]
struct QueuedForward {
    /// Whoever has a ticket before this one might still come in with a lower arrival number.
    after: u64,
    passage: PendingForward,
}

impl Ord for QueuedForward {
    fn cmp(&self, other: &Self) -> Ordering {
        other.passage.arrival.cmp(&self.passage.arrival)
    }
}

impl PartialOrd for QueuedForward {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for QueuedForward {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for QueuedForward {}
