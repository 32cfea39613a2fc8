//! One connection's life in a load run: take a ticket, wait until it is due, fabricate, sign, send, count.

use super::connection::{LoadConnection, LoadConnectionError, LoadResponse};
use super::statistics::{LoadStatistics, LoadThreadProgress};
use super::{LoadBodies, LoadPlan};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::io::{ErrorKind, Write};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::time::{Sleep, sleep};

/// What a timer may be late by itself. A start within this of its due time is on time, and timed from when it began:
/// the runtime's timers tick in milliseconds, and that is not the endpoint's doing.
const TICK: Duration = Duration::from_millis(2);

/// Deliveries that may wait for a retry on one connection; then it takes no new ones for a while.
const WAITING: usize = 4096;

/// What the workers of one thread share.
#[derive(Clone)]
pub(super) struct LoadThreadState {
    plan: Arc<LoadPlan>,
    bodies: Arc<dyn LoadBodies>,
    live: Arc<LoadThreadProgress>,
    figures: Rc<RefCell<LoadStatistics>>,
    /// Whether the thread has one connection only.
    alone: bool,
}

impl LoadThreadState {
    pub(super) fn new(
        plan: Arc<LoadPlan>,
        bodies: Arc<dyn LoadBodies>,
        live: Arc<LoadThreadProgress>,
        alone: bool,
    ) -> Self {
        Self { plan, bodies, live, alone, figures: Rc::new(RefCell::new(LoadStatistics::new())) }
    }

    pub(super) fn into_figures(self) -> LoadStatistics {
        self.figures.take()
    }
}

impl Default for LoadStatistics {
    fn default() -> Self {
        Self::new()
    }
}

/// One attempt to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ScheduledAttempt {
    due: Option<Instant>,
    number: u64,
    attempt: u32,
    /// When the first attempt was due or began.
    first: Option<Instant>,
}

/// Works until there are no tickets and no retries.
pub(super) async fn run_worker(shared: LoadThreadState) {
    let budget = shared.plan.load.budget;
    let mut worker = LoadWorker {
        shared,
        connection: None,
        body: Vec::with_capacity(1024),
        request: Vec::with_capacity(2048),
        waiting: BinaryHeap::new(),
        limit: Box::pin(sleep(budget)),
    };
    while let Some(job) = worker.next() {
        let due = worker.begin(&job).await;
        worker.deliver(job, due).await;
    }
}

struct LoadWorker {
    shared: LoadThreadState,
    connection: Option<LoadConnection>,
    body: Vec<u8>,
    request: Vec<u8>,
    waiting: BinaryHeap<Reverse<ScheduledAttempt>>,
    /// Set once in a while and not for every attempt: a timer costs more than looking at the clock.
    limit: Pin<Box<Sleep>>,
}

impl LoadWorker {
    /// A retry that is due, else a new delivery, else the next retry.
    fn next(&mut self) -> Option<ScheduledAttempt> {
        let ready = |job: &Reverse<ScheduledAttempt>| job.0.due.is_none_or(|due| due <= Instant::now());
        if self.waiting.len() >= WAITING || self.waiting.peek().is_some_and(ready) {
            return self.waiting.pop().map(|Reverse(job)| job);
        }
        let fresh = self.shared.plan.next_delivery().map(|(number, due)| ScheduledAttempt {
            due,
            number,
            attempt: 1,
            first: due,
        });
        fresh.or_else(|| self.waiting.pop().map(|Reverse(job)| job))
    }

    /// Waits until a job is due; the time from which it is measured.
    async fn begin(&mut self, job: &ScheduledAttempt) -> Instant {
        let Some(due) = job.due else { return Instant::now() };
        let early = due.saturating_duration_since(Instant::now());
        if !early.is_zero() {
            sleep(early).await;
        }
        let now = Instant::now();
        if now.saturating_duration_since(due) <= TICK {
            return now;
        }
        self.shared.figures.borrow_mut().counts.late += 1;
        due
    }

    async fn deliver(&mut self, job: ScheduledAttempt, due: Instant) {
        self.write(job.number);
        let ended = self.attempt().await;
        let now = Instant::now();
        let latency = now.saturating_duration_since(due);
        let acknowledged = matches!(&ended, Ok(answered) if self.shared.plan.rules().accepts(answered.status));
        self.shared.plan.note_attempt(acknowledged);
        let first = job.first.unwrap_or(due);
        let retry = if acknowledged { None } else { self.retry(&job, first, now) };
        let mut figures = self.shared.figures.borrow_mut();
        figures.counts.sent += self.request.len() as u64;
        match &ended {
            Ok(answered) => {
                figures.count_answer(answered.status, latency);
                figures.counts.received += answered.bytes;
            }
            Err(outcome) => figures.count_failure(outcome),
        }
        match retry {
            Some(job) => self.waiting.push(Reverse(job)),
            None => figures.count_end(
                acknowledged,
                now.saturating_duration_since(first) <= ATTEMPT_BUDGET,
                now,
                &self.shared.live,
            ),
        }
    }

    /// The next attempt of a delivery that failed, where there is one.
    fn retry(&self, job: &ScheduledAttempt, first: Instant, now: Instant) -> Option<ScheduledAttempt> {
        let retries = self.shared.plan.load.retries?;
        let scheduled = self.shared.plan.rules().schedule().get(job.attempt as usize).copied()?;
        let due = retries.factor.map_or(now, |factor| (first + scheduled.div_f64(factor)).max(now));
        Some(ScheduledAttempt { due: Some(due), number: job.number, attempt: job.attempt + 1, first: Some(first) })
    }

    /// Fabricates a body, signs it and puts the request together.
    fn write(&mut self, number: u64) {
        let Self { shared, body, request, .. } = self;
        body.clear();
        shared.bodies.write_body(number, body);
        request.clear();
        request.extend_from_slice(&shared.plan.load.head);
        if let (Some(key), Some(encoding)) = (&shared.plan.load.key, shared.plan.load.hero) {
            request.extend_from_slice(b"X-ReferralHero-Signature: ");
            request.extend_from_slice(encoding.sign(key, body).as_bytes());
            request.extend_from_slice(b"\r\n");
        } else if let Some(key) = &shared.plan.load.key {
            request.extend_from_slice(b"X-Webhook-Signature: ");
            key.sign_into(body, request);
            request.extend_from_slice(b"\r\n");
        }
        // Writing to a Vec cannot fail.
        let _ = write!(request, "Content-Length: {}\r\n\r\n", body.len());
        request.extend_from_slice(body);
    }

    /// Connects where needed, sends and reads, within the budget. A connection that failed or must close is gone.
    async fn attempt(&mut self) -> Result<LoadResponse, AttemptOutcome> {
        let load = &self.shared.plan.load;
        let (address, budget, eager) = (load.address, load.budget, self.shared.alone);
        let mut connection = self.connection.take().filter(|connection| !connection.is_stale());
        let mut connected = connection.is_some();
        let request = &self.request;
        let answered = {
            let exchange = async {
                if connection.is_none() {
                    connection = Some(LoadConnection::open(address, eager).await?);
                }
                connected = true;
                match &mut connection {
                    Some(connection) => connection.exchange(request).await,
                    None => Err(LoadConnectionError::Malformed),
                }
            };
            run_within(&mut self.limit, budget, exchange).await
        };
        match answered {
            Some(Ok(answered)) => {
                self.connection = connection.filter(|_| answered.stays);
                Ok(answered)
            }
            Some(Err(broken)) => Err(classify_failure(&broken)),
            None => Err(AttemptOutcome::TimedOut(if connected { AttemptPhase::Head } else { AttemptPhase::Connect })),
        }
    }
}

/// Runs an attempt under a limit whose timer is moved only when it rings too early.
async fn run_within<T>(limit: &mut Pin<Box<Sleep>>, budget: Duration, attempt: impl Future<Output = T>) -> Option<T> {
    let deadline = tokio::time::Instant::now() + budget;
    if limit.is_elapsed() || limit.deadline() > deadline {
        limit.as_mut().reset(deadline);
    }
    let mut attempt = pin!(attempt);
    std::future::poll_fn(|context| {
        if let Poll::Ready(ended) = attempt.as_mut().poll(context) {
            return Poll::Ready(Some(ended));
        }
        while limit.as_mut().poll(context).is_ready() {
            if tokio::time::Instant::now() >= deadline {
                return Poll::Ready(None);
            }
            limit.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await
}

fn classify_failure(broken: &LoadConnectionError) -> AttemptOutcome {
    match broken {
        LoadConnectionError::Malformed => AttemptOutcome::Malformed("the answer is not HTTP".into()),
        LoadConnectionError::Gone(error) => match error.kind() {
            ErrorKind::ConnectionRefused => AttemptOutcome::Refused,
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
                AttemptOutcome::Disconnected
            }
            _ => AttemptOutcome::Failed(error.to_string()),
        },
    }
}
