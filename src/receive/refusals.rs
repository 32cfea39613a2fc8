//! Refused requests on their way into the ring and onto the screen, behind the back of the 401.
//!
//! Bounded: in a flood the answer stays quick, memory stays small, and what finds no room is told without a number.
//! The ring keeps only the last few anyway.

use super::settings::Filter;
use super::shared::Shared;
use super::telling;
use crate::protocol::arrival::{REFUSED_KEPT, Recorder, Refused};
use crate::protocol::facts::Facts;
use http::StatusCode;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// Where refused requests are put.
pub(super) struct Refusals {
    queue: mpsc::Sender<Held>,
    room: Arc<Semaphore>,
    bytes: usize,
}

/// A refused request and the memory that it was granted.
struct Held(Refused, OwnedSemaphorePermit);

/// The worker's half.
pub(super) struct Ring<R> {
    queue: mpsc::Receiver<Held>,
    shared: Shared<R>,
    shown: Option<Filter>,
}

/// A queue for refused requests that holds this many bytes of bodies and headers at most.
pub(super) fn refusals<R>(bytes: usize, shared: Shared<R>, shown: Option<Filter>) -> (Refusals, Ring<R>) {
    let bytes = bytes.min(Semaphore::MAX_PERMITS);
    let (sender, queue) = mpsc::channel(REFUSED_KEPT as usize);
    (Refusals { queue: sender, room: Arc::new(Semaphore::new(bytes)), bytes }, Ring { queue, shared, shown })
}

impl Refusals {
    /// Takes a request without waiting; hands it back where there is no room.
    pub(super) fn put(&self, refused: Refused) -> Result<(), Refused> {
        let weight = refused.body.len() + refused.headers.as_block().len();
        let weight = u32::try_from(weight.min(self.bytes)).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.room).try_acquire_many_owned(weight) else { return Err(refused) };
        self.queue.try_send(Held(refused, permit)).map_err(|error| error.into_inner().0)
    }
}

impl<R: Recorder> Ring<R> {
    /// The worker's life: request after request, until the stop and the end of the queue.
    pub(super) async fn work(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                held = self.queue.recv() => match held {
                    Some(Held(refused, _room)) => self.keep(refused).await,
                    None => return,
                },
                _ = stop.changed(), if !self.queue.is_closed() => self.queue.close(),
            }
        }
    }

    async fn keep(&self, refused: Refused) {
        let copy = refused.clone();
        match self.shared.recorder.refuse(refused).await {
            Ok(number) => tell(&self.shared, self.shown.as_ref(), copy, Some(number)),
            Err(_) => tell(&self.shared, self.shown.as_ref(), copy, None),
        }
    }
}

/// Tells a refused request, where somebody wants to see it.
pub(super) fn tell<R>(shared: &Shared<R>, shown: Option<&Filter>, refused: Refused, number: Option<u64>) {
    if !shared.audience.wants() {
        return;
    }
    let facts = Facts::of(&refused.body);
    if shown.is_none_or(|shown| shown(&facts, &refused.body)) {
        let answer = StatusCode::UNAUTHORIZED.as_u16();
        shared.tell(telling::refused(refused, facts, number, answer));
    }
}
