//! The delivery queue at work: takes what is due, writes that an attempt begins, makes it, writes how it ended.
//!
//! Knows the book's deliveries and makes attempts; what a request looks like is handed in. A kill at any moment leaves a
//! book from which the next start goes on: see `delivery::recover`.

use super::Around;
use super::book::{Book, Undone};
use super::delivery::{self, After, Begun, MOST, Waiting};
use super::pace::Pace;
use super::queue::Queue;
use crate::database::time;
use crate::exchange::Exchange;
use crate::protocol::delivery::{DispatchReport, End, State, Try};
use crate::protocol::report::What;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Attempts under way at one time.
const AT_ONCE: usize = 32;

/// Wait after the book could not be written.
const BOOK_PAUSE: Duration = Duration::from_secs(1);

/// Longest sleep: whoever sets the wall clock forward is noticed by then.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What every attempt needs.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub pace: Pace,
    pub around: Arc<Around>,
    pub exchange: Exchange,
}

/// An attempt that ended: whose lane is free again, and when the delivery waits for another one.
struct Freed {
    lane: u64,
    next: Option<Waiting>,
}

/// The queue's life. At the stop, what is under way is finished; the rest waits in the book.
pub(super) async fn work(
    desk: Desk,
    waiting: Vec<Waiting>,
    mut news: mpsc::UnboundedReceiver<Vec<Waiting>>,
    mut stop: watch::Receiver<bool>,
) {
    let mut queue = Queue::default();
    waiting.into_iter().for_each(|waiting| queue.put(waiting));
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.len() < AT_ONCE
            && let Some(due) = queue.take(desk.now_ms())
        {
            under_way.spawn(attempt(desk.clone(), due));
        }
        let full = under_way.len() >= AT_ONCE;
        let pause = queue.next_due().filter(|_| !full).map_or(LONGEST_SLEEP, |due| desk.until(due));
        tokio::select! {
            Some(new) = news.recv() => new.into_iter().for_each(|waiting| queue.put(waiting)),
            Some(freed) = under_way.join_next() => settle(&mut queue, freed.ok()),
            () = desk.around.clock.sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// A retry waits before its lane is freed, so that the lane keeps its order.
fn settle(queue: &mut Queue, freed: Option<Freed>) {
    let Some(freed) = freed else { return };
    freed.next.into_iter().for_each(|waiting| queue.put(waiting));
    queue.done(freed.lane);
}

impl Desk {
    fn now(&self) -> Timestamp {
        self.around.clock.now()
    }

    fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    fn until(&self, due_ms: i64) -> Duration {
        let left = u64::try_from(due_ms.saturating_sub(self.now_ms())).unwrap_or_default();
        Duration::from_millis(left).min(LONGEST_SLEEP)
    }

    /// Says that the book cannot be written, and gives it time.
    async fn wait_for_book(&self, undone: &Undone) {
        let message = format!("Deliveries wait, since the sandbox's data cannot be written: {undone}.");
        self.around.tell(What::Notice { message });
        self.around.clock.sleep(BOOK_PAUSE).await;
    }
}

async fn attempt(desk: Desk, due: Waiting) -> Freed {
    let (id, now_ms) = (due.delivery, desk.now_ms());
    let freed = |next_ms: Option<i64>| Freed { lane: due.lane, next: next_ms.map(|due_ms| Waiting { due_ms, ..due }) };
    match desk.book.enter(move |book| delivery::begin(book, id, now_ms)).await {
        Ok(Some(begun)) => freed(make(&desk, begun).await.next_ms),
        Ok(None) => freed(None),
        Err(undone) => {
            desk.wait_for_book(&undone).await;
            freed(Some(desk.now_ms()))
        }
    }
}

/// Makes the attempt whose row is written.
async fn make(desk: &Desk, begun: Begun) -> After {
    let (outcome, latency) = match (desk.around.prepare)(&begun.url, &begun.body) {
        Ok(request) => desk.exchange.post(&request, Some(ATTEMPT_BUDGET)).await,
        Err(words) => (crate::protocol::attempt::Outcome::Failed(words), Duration::ZERO),
    };
    let now_ms = desk.now_ms();
    let after = loop {
        let (row, result, pace) = (begun.clone(), outcome.clone(), desk.pace);
        let written = desk.book.enter(move |book| delivery::end(book, &row, &result, latency, pace, now_ms)).await;
        match written {
            Ok(after) => break after,
            // The row stays open meanwhile: were the sandbox to end now, this attempt would count as interrupted.
            Err(undone) => desk.wait_for_book(&undone).await,
        }
    };
    desk.around.tell(What::Dispatch(Box::new(told(begun, End::Ended { outcome, latency }, after))));
    after
}

fn told(begun: Begun, end: End, after: After) -> DispatchReport {
    let moment = |ms| time(ms).unwrap_or_default();
    DispatchReport {
        delivery: begun.delivery.unsigned_abs(),
        subscription: begun.subscription,
        event_type: begun.event,
        email: begun.email,
        url: begun.url,
        attempt: Try {
            number: begun.number,
            again: begun.again,
            due_at: moment(begun.due_ms),
            started_at: moment(begun.started_ms),
            end,
        },
        of: MOST,
        state: after.state,
        next_at: after.next_ms.filter(|_| after.state == State::Pending).map(moment),
    }
}
