//! How many follow the store at one time, and what waits for them. A page that is hidden, a script that stopped reading, a
//! connection that is forgotten: each costs a reader of the store and the memory of what it has not read, and none may cost
//! the listener beside it its speed.

use crate::clock::SharedClock;
use bytes::Bytes;
use http_body::Frame;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Streams at one time. A browser opens six at most.
const STREAMS: usize = 16;

/// Bytes that may wait, of all streams together; a message more is let in.
const ROOM: usize = 8 << 20;

/// Whoever has taken nothing for so long gives way where another one needs the place or the room. Where nobody does, the
/// connection ends when the server's time for a write is over.
const UNREAD: Duration = Duration::from_secs(2);

/// What a connection is handed at one time. The rest of a message stays here, where it can be dropped.
const SLICE: usize = 32 << 10;

/// The streams of an inspector. Cloning shares them.
#[derive(Clone)]
pub(super) struct StreamTable(Arc<OpenStreams>);

struct OpenStreams {
    clock: SharedClock,
    open: Mutex<StreamsByNumber>,
    /// Whose turn it is to look at the store.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct StreamsByNumber {
    newest: u64,
    streams: BTreeMap<u64, UnreadStream>,
}

/// What waits for the reader of a stream.
struct UnreadStream {
    rest: Bytes,
    /// When something was taken last, or put where nothing waited.
    since: Duration,
    reader: Option<Waker>,
}

/// The place of a stream, for who writes to it. The stream ends with it.
pub(super) struct StreamSeat(StreamTable, u64);

/// What is sent, as it comes. The stream ends with it.
pub(super) struct StreamBody(StreamTable, u64);

impl StreamTable {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self(Arc::new(OpenStreams { clock, open: Mutex::default(), turn: tokio::sync::Mutex::default() }))
    }

    /// A place for one more; `None` where all are taken by streams that are read.
    pub(super) fn take_seat(&self) -> Option<(StreamSeat, StreamBody)> {
        let now = self.0.clock.monotonic();
        let mut open = self.lock();
        if open.streams.len() >= STREAMS && !open.end_unread(now) {
            return None;
        }
        open.newest += 1;
        let number = open.newest;
        open.streams.insert(number, UnreadStream { rest: Bytes::new(), since: now, reader: None });
        Some((StreamSeat(self.clone(), number), StreamBody(self.clone(), number)))
    }

    fn lock(&self) -> MutexGuard<'_, StreamsByNumber> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamsByNumber {
    /// Ends the stream that was unread for longest, if any was for long; whether there was one.
    fn end_unread(&mut self, now: Duration) -> bool {
        let unread = self.streams.iter().filter(|(_, stream)| !stream.rest.is_empty());
        let longest = unread.min_by_key(|(_, stream)| stream.since).map(|(number, stream)| (*number, stream.since));
        let Some((number, _)) = longest.filter(|(_, since)| now.saturating_sub(*since) >= UNREAD) else { return false };
        self.end(number);
        true
    }

    fn end(&mut self, number: u64) {
        if let Some(reader) = self.streams.remove(&number).and_then(|stream| stream.reader) {
            reader.wake();
        }
    }
}

impl StreamSeat {
    /// Whether nobody listens any more.
    pub(super) fn is_over(&self) -> bool {
        !self.0.lock().streams.contains_key(&self.1)
    }

    /// Waits until it may look for the next message: one stream at a time does. `None` where the last one was not read yet,
    /// or what was not read by others fills the room.
    pub(super) async fn take_turn(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let turn = self.0.0.turn.lock().await;
        let now = self.0.0.clock.monotonic();
        let mut open = self.0.lock();
        let is_read = open.streams.get(&self.1).is_some_and(|stream| stream.rest.is_empty());
        if open.streams.values().map(|stream| stream.rest.len()).sum::<usize>() >= ROOM {
            open.end_unread(now);
            return None;
        }
        is_read.then_some(turn)
    }

    /// Puts a message where none waits.
    pub(super) fn put(&self, message: Bytes) {
        let now = self.0.0.clock.monotonic();
        if let Some(stream) = self.0.lock().streams.get_mut(&self.1) {
            (stream.rest, stream.since) = (message, now);
            stream.reader.take().into_iter().for_each(Waker::wake);
        }
    }
}

impl Drop for StreamSeat {
    fn drop(&mut self) {
        self.0.lock().end(self.1);
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.0.lock().end(self.1);
    }
}

impl http_body::Body for StreamBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let now = self.0.0.clock.monotonic();
        let mut open = self.0.lock();
        let Some(stream) = open.streams.get_mut(&self.1) else { return Poll::Ready(None) };
        if stream.rest.is_empty() {
            stream.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        stream.since = now;
        let slice = match stream.rest.len() {
            ..=SLICE => std::mem::take(&mut stream.rest),
            // A copy: a part of the message would keep the whole.
            _ => Bytes::copy_from_slice(&stream.rest.split_to(SLICE)),
        };
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use http_body_util::BodyExt;
    use jiff::Timestamp;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct HandTurnedClock(AtomicU64);

    impl Clock for HandTurnedClock {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::Relaxed))
        }

        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::ready(()))
        }
    }

    fn table() -> (StreamTable, Arc<HandTurnedClock>) {
        let clock = Arc::new(HandTurnedClock::default());
        (StreamTable::new(clock.clone()), clock)
    }

    fn message(length: usize) -> Bytes {
        (0..length).map(|at| at as u8).collect::<Vec<_>>().into()
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_either_end_is_gone() {
        let (table, clock) = table();
        let mut seats: Vec<_> = (0..STREAMS).map(|_| table.take_seat().unwrap()).collect();
        clock.0.store(3600, Ordering::Relaxed);
        assert!(table.take_seat().is_none(), "who has nothing to read is not in arrears");
        let (seat, body) = seats.pop().unwrap();
        drop(body);
        assert!(seat.is_over());
        let (seat, mut body) = table.take_seat().unwrap();
        drop(seat);
        assert!(body.frame().await.is_none());
        assert!(table.take_seat().is_some());
    }

    #[tokio::test]
    async fn who_reads_nothing_gives_way_to_the_next() {
        let (table, clock) = table();
        let mut seats: Vec<_> = (0..STREAMS).map(|_| table.take_seat().unwrap()).collect();
        seats[3].0.put(message(SLICE));
        seats[4].0.put(message(2 * SLICE));
        clock.0.store(1, Ordering::Relaxed);
        assert!(table.take_seat().is_none());
        assert_eq!(seats[3].1.frame().await.unwrap().unwrap().into_data().unwrap().len(), SLICE);
        seats[5].0.put(message(1));
        clock.0.store(2, Ordering::Relaxed);
        let _new = table.take_seat().unwrap();
        assert_eq!(seats.iter().map(|(seat, _)| seat.is_over()).filter(|over| *over).count(), 1);
        assert!(seats[4].0.is_over() && seats[4].1.frame().await.is_none());
        assert!(table.take_seat().is_none(), "the others have read of late");
    }

    #[tokio::test]
    async fn what_is_unread_has_a_bound_over_all() {
        let (table, clock) = table();
        let hoarder = table.take_seat().unwrap();
        let mut reader = table.take_seat().unwrap();
        hoarder.0.put(message(ROOM));
        assert!(hoarder.0.take_turn().await.is_none(), "it has not read the last one");
        assert!(reader.0.take_turn().await.is_none(), "there is no room");
        clock.0.store(2, Ordering::Relaxed);
        assert!(reader.0.take_turn().await.is_none() && hoarder.0.is_over());
        let turn = reader.0.take_turn().await.unwrap();
        reader.0.put(message(3 * SLICE - 1));
        drop(turn);
        let mut read = Vec::new();
        while read.len() < 3 * SLICE - 1 {
            let slice = reader.1.frame().await.unwrap().unwrap().into_data().unwrap();
            assert!(slice.len() <= SLICE);
            read.extend_from_slice(&slice);
        }
        assert_eq!(read, message(3 * SLICE - 1));
        assert!(reader.0.take_turn().await.is_some());
    }
}
