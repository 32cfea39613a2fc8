//! The delivery queue at work: takes what is due, writes that an attempt begins, makes it, writes how it ended.
//!
//! Knows the book's deliveries and makes attempts; what a request looks like is handed in. A kill at any moment leaves a
//! book from which the next start goes on: see `delivery::recover`.

use super::SandboxContext;
use super::database::{SandboxDatabase, SandboxWriteError};
use super::delivery::{self, DeliveryUpdate, MOST, QueuedDelivery, StartedAttempt};
use super::queue::DeliveryQueue;
use super::retry_policy::SandboxRetryPolicy;
use crate::database::decode_time;
use crate::exchange::HttpClient;
use crate::protocol::delivery::{DispatchReport, SandboxAttemptState, SandboxDeliveryAttempt, SandboxDeliveryState};
use crate::protocol::report::ReportKind;
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

/// What the queue is told.
pub(super) enum QueueMessage {
    /// Deliveries that were made.
    New(Vec<QueuedDelivery>),
    /// Deliveries that waited for a later time than now.
    Sooner(Vec<QueuedDelivery>),
}

/// What every attempt needs.
#[derive(Clone)]
pub(super) struct DispatchContext {
    pub book: SandboxDatabase,
    pub pace: SandboxRetryPolicy,
    pub around: Arc<SandboxContext>,
    pub exchange: HttpClient,
}

/// An attempt that ended: whose lane is free again, and when the delivery waits for another one.
struct DispatchedAttempt {
    lane: u64,
    next: Option<QueuedDelivery>,
}

/// The queue's life. At the stop, what is under way is finished; the rest waits in the book.
pub(super) async fn run_queue(
    desk: DispatchContext,
    waiting: Vec<QueuedDelivery>,
    mut news: mpsc::UnboundedReceiver<QueueMessage>,
    mut stop: watch::Receiver<bool>,
) {
    let mut queue = DeliveryQueue::default();
    waiting.into_iter().for_each(|waiting| queue.put(waiting));
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.len() < AT_ONCE
            && let Some(due) = queue.take(desk.now_ms())
        {
            under_way.spawn(run_attempt(desk.clone(), due));
        }
        let full = under_way.len() >= AT_ONCE;
        let pause = queue.next_due().filter(|_| !full).map_or(LONGEST_SLEEP, |due| desk.until(due));
        tokio::select! {
            Some(message) = news.recv() => match message {
                QueueMessage::New(new) => new.into_iter().for_each(|waiting| queue.put(waiting)),
                QueueMessage::Sooner(some) => some.into_iter().for_each(|waiting| queue.hasten(waiting)),
            },
            Some(freed) = under_way.join_next() => settle(&mut queue, freed.ok()),
            () = desk.around.clock.sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// A retry waits before its lane is freed, so that the lane keeps its order.
fn settle(queue: &mut DeliveryQueue, freed: Option<DispatchedAttempt>) {
    let Some(freed) = freed else { return };
    freed.next.into_iter().for_each(|waiting| queue.put(waiting));
    queue.free_lane(freed.lane);
}

impl DispatchContext {
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
    async fn wait_for_book(&self, undone: &SandboxWriteError) {
        let message = format!("Deliveries are waiting, because the sandbox's data cannot be written: {undone}.");
        self.around.send_report(ReportKind::Notice { message });
        self.around.clock.sleep(BOOK_PAUSE).await;
    }
}

async fn run_attempt(desk: DispatchContext, due: QueuedDelivery) -> DispatchedAttempt {
    let (id, now_ms) = (due.delivery, desk.now_ms());
    let freed = |next_ms: Option<i64>| DispatchedAttempt {
        lane: due.lane,
        next: next_ms.map(|due_ms| QueuedDelivery { due_ms, ..due }),
    };
    match desk.book.run_job(move |book| delivery::begin_attempt(book, id, now_ms)).await {
        Ok(Some(begun)) => freed(send_attempt(&desk, begun).await.next_ms),
        Ok(None) => freed(None),
        Err(undone) => {
            desk.wait_for_book(&undone).await;
            freed(Some(desk.now_ms()))
        }
    }
}

/// Makes the attempt whose row is written.
async fn send_attempt(desk: &DispatchContext, begun: StartedAttempt) -> DeliveryUpdate {
    let (outcome, latency) = match (desk.around.prepare)(&begun.url, &begun.body) {
        Ok(request) => desk.exchange.post(&request, Some(ATTEMPT_BUDGET)).await,
        Err(words) => (crate::protocol::attempt::AttemptOutcome::Failed(words), Duration::ZERO),
    };
    let now_ms = desk.now_ms();
    let after = loop {
        let (row, result, pace) = (begun.clone(), outcome.clone(), desk.pace);
        let written =
            desk.book.run_job(move |book| delivery::end_attempt(book, &row, &result, latency, pace, now_ms)).await;
        match written {
            Ok(after) => break after,
            // The row stays open meanwhile: were the sandbox to end now, this attempt would count as interrupted.
            Err(undone) => desk.wait_for_book(&undone).await,
        }
    };
    desk.around.send_report(ReportKind::Dispatch(Box::new(build_dispatch_report(
        begun,
        SandboxAttemptState::Ended { outcome, latency },
        after,
    ))));
    after
}

fn build_dispatch_report(begun: StartedAttempt, end: SandboxAttemptState, after: DeliveryUpdate) -> DispatchReport {
    let moment = |ms| decode_time(ms).unwrap_or_default();
    DispatchReport {
        delivery: begun.delivery.unsigned_abs(),
        subscription: begun.subscription,
        event_type: begun.event,
        email: begun.email,
        url: begun.url,
        attempt: SandboxDeliveryAttempt {
            number: begun.number,
            again: begun.again,
            due_at: moment(begun.due_ms),
            started_at: moment(begun.started_ms),
            end,
        },
        of: MOST,
        state: after.state,
        next_at: after.next_ms.filter(|_| after.state == SandboxDeliveryState::Pending).map(moment),
    }
}
