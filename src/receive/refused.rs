//! Refused requests on their way into the ring and onto the screen, behind the back of the 401.
//!
//! Bounded: in a flood the answer stays quick, memory stays small, and what finds no room is told without a number.
//! The ring keeps only the last few anyway.

use super::context::ReceiverContext;
use super::reports;
use super::settings::ListenerFilter;
use crate::protocol::arrival::{ArrivalRecorder, REFUSED_KEPT, RefusedRequest};
use crate::protocol::facts::EventFacts;
use http::StatusCode;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// Where refused requests are put.
pub(super) struct RefusedQueue {
    queue: mpsc::Sender<QueuedRefusal>,
    room: Arc<Semaphore>,
    bytes: usize,
}

/// A refused request and the memory that it was granted.
struct QueuedRefusal(RefusedRequest, OwnedSemaphorePermit);

/// The worker's half.
pub(super) struct RefusedWorker<R> {
    queue: mpsc::Receiver<QueuedRefusal>,
    shared: ReceiverContext<R>,
    shown: Option<ListenerFilter>,
}

/// A queue for refused requests that holds this many bytes of bodies and headers at most.
pub(super) fn open_refused_queue<R>(
    bytes: usize,
    shared: ReceiverContext<R>,
    shown: Option<ListenerFilter>,
) -> (RefusedQueue, RefusedWorker<R>) {
    let bytes = bytes.min(Semaphore::MAX_PERMITS);
    let (sender, queue) = mpsc::channel(REFUSED_KEPT as usize);
    (
        RefusedQueue { queue: sender, room: Arc::new(Semaphore::new(bytes)), bytes },
        RefusedWorker { queue, shared, shown },
    )
}

impl RefusedQueue {
    /// Takes a request without waiting; hands it back where there is no room.
    pub(super) fn try_enqueue(&self, refused: RefusedRequest) -> Result<(), RefusedRequest> {
        let weight = refused.content.weight();
        let weight = u32::try_from(weight.min(self.bytes)).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.room).try_acquire_many_owned(weight) else { return Err(refused) };
        self.queue.try_send(QueuedRefusal(refused, permit)).map_err(|error| error.into_inner().0)
    }
}

impl<R: ArrivalRecorder> RefusedWorker<R> {
    /// The worker's life: request after request, until the stop and the end of the queue.
    pub(super) async fn run_worker(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                held = self.queue.recv() => match held {
                    Some(QueuedRefusal(refused, _room)) => self.store_refused(refused).await,
                    None => return,
                },
                _ = stop.changed(), if !self.queue.is_closed() => self.queue.close(),
            }
        }
    }

    async fn store_refused(&self, refused: RefusedRequest) {
        let copy = refused.clone();
        match self.shared.recorder.record_refused(refused).await {
            Ok(number) => report_refused(&self.shared, self.shown.as_ref(), copy, Some(number)),
            Err(_) => report_refused(&self.shared, self.shown.as_ref(), copy, None),
        }
    }
}

/// Tells a refused request, where somebody wants to see it.
pub(super) fn report_refused<R>(
    shared: &ReceiverContext<R>,
    shown: Option<&ListenerFilter>,
    refused: RefusedRequest,
    number: Option<u64>,
) {
    if !shared.audience.wants_report() {
        return;
    }
    let facts = EventFacts::from_body(&refused.content.body);
    if shown.is_none_or(|shown| shown(&facts, &refused.content.body)) {
        let answer = StatusCode::UNAUTHORIZED.as_u16();
        shared.emit_report(reports::report_refused(refused, facts, number, answer));
    }
}
