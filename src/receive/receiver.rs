//! The listener's engine: what one request passes through, from its head to its answer.
//!
//! Order matters and is the same for everybody: read, verify, store, decide the answer, tell, pass on, answer. An
//! answer of success goes out only after the store said that the event is durable.

use super::answers::Answers;
use super::forward::{Passage, Target, delivery};
use super::head::Head;
use super::line::Ticket;
use super::persistent::Persistent;
use super::recent::{REMEMBERED, Recent};
use super::refusals::{self, Refusals, refusals};
use super::reply::{Reply, post_only};
use super::settings::{Ack, GREETING_HEADER, Settings};
use super::shared::Shared;
use super::tally::Tally;
use super::telling::{self, Audience};
use crate::clock::SharedClock;
use crate::protocol::arrival::{
    Arrival, HeaderLines, RecordError, Recorded, Recorder, Refused, RepeatKind, Verification,
};
use crate::protocol::attempt::Outcome;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use crate::protocol::report::ArrivalReport;
use crate::protocol::signature::{Reason, Verdict};
use crate::server::{self, Caught, Outlive, Unread};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::Method;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One listener, without its socket. Cloning shares it.
pub struct Receiver<R>(Arc<Inner<R>>);

impl<R> Clone for Receiver<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<R> {
    settings: Settings,
    shared: Shared<R>,
    refusals: Refusals,
    targets: Vec<Arc<Target<R>>>,
    /// How many arrivals of each delivery have been answered, where the answers differ.
    answered: Mutex<Recent<u32>>,
    workers: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
}

/// What was left when a listener had finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finished {
    /// Stored events that waited in a line, or were just being passed on, and did not get there.
    pub unforwarded: usize,
}

/// Why a request's body is not even looked at.
enum TurnedAway {
    UnknownPath,
    NotPost,
    /// It asks who this is.
    Greeted(Reply),
}

/// What is needed of an arrival after the store has taken it.
struct Aftermath<R> {
    draft: Option<Box<ArrivalReport>>,
    headers: HeaderLines,
    body: RawBody,
    shown: bool,
    mirror: Option<Arc<Target<R>>>,
    tickets: Vec<(Arc<Target<R>>, Ticket)>,
}

impl<R: Recorder> Receiver<R> {
    /// Makes a listener and starts its workers, which takes a running tokio runtime.
    pub fn start(settings: Settings, recorder: R, clock: SharedClock, audience: Arc<dyn Audience>) -> Self {
        let tally = Arc::new(Tally::new(settings.until));
        let shared = Shared { recorder, clock, audience, tally };
        let memory = settings.memory;
        let (refusals, ring) = refusals(memory.refused_bytes, shared.clone(), settings.shown.clone());
        let target = |forward: &_| Target::new(Clone::clone(forward), memory.forward_bytes, shared.clone());
        let targets: Vec<_> = settings.forwards.iter().map(target).collect();
        let stop = watch::Sender::new(false);
        let mut workers = JoinSet::new();
        workers.spawn(ring.work(stop.subscribe()));
        for target in targets.iter().filter(|target| target.settings.ack == Ack::Store) {
            match target.settings.retrying {
                None => workers.spawn(Arc::clone(target).work()),
                Some(retrying) => {
                    let shown = settings.shown.clone();
                    workers.spawn(Persistent::new(Arc::clone(target), retrying, shown, stop.subscribe()).work())
                }
            };
        }
        let answered = Mutex::new(Recent::new(REMEMBERED));
        let workers = Mutex::new(workers);
        Self(Arc::new(Inner { settings, shared, refusals, targets, answered, workers, stop }))
    }

    /// The counters.
    pub fn tally(&self) -> &Tally {
        &self.0.shared.tally
    }

    /// The number of distinct events that passed the filter, up to `until`.
    pub fn distinct(&self) -> watch::Receiver<u64> {
        self.0.shared.tally.distinct()
    }

    /// Gives the workers this long to pass on what waits, then ends them. To be called after the last request.
    pub async fn finish(&self, within: Duration) -> Finished {
        self.0.stop.send_replace(true);
        self.0.targets.iter().for_each(|target| target.line.close());
        let mut workers = std::mem::take(&mut *self.0.workers.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while workers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(within, all).await;
        workers.shutdown().await;
        Finished { unforwarded: self.0.targets.iter().map(|target| target.line.left()).sum() }
    }
}

impl<R: Recorder> Inner<R> {
    /// Lets a request in, or turns it away by its head alone.
    fn admit(&self, request: Request) -> Result<(Head, Body), TurnedAway> {
        if let Some(reply) = self.greet(&request) {
            return Err(TurnedAway::Greeted(reply));
        }
        self.shared.tally.requests.add();
        let at = self.shared.clock.now();
        if self.settings.path.as_ref().is_some_and(|path| path != request.uri().path()) {
            self.shared.tally.turned_away.add();
            return Err(TurnedAway::UnknownPath);
        }
        if request.method() != Method::POST {
            self.shared.tally.turned_away.add();
            return Err(TurnedAway::NotPost);
        }
        let (parts, body) = request.into_parts();
        Ok((Head::of(&parts, at), body))
    }

    /// The answer to who asks whether it is this listener that a public address leads to. It counts as no request.
    fn greet(&self, request: &Request) -> Option<Reply> {
        let greeting = self.settings.greeting.as_ref()?;
        let asked = request.headers().get(GREETING_HEADER)?.as_bytes() == greeting.question.as_bytes();
        let here = self.settings.path.as_ref().is_none_or(|path| path == request.uri().path());
        (asked && here && request.method() == Method::GET).then(|| Reply::greeting(&greeting.answer))
    }

    fn unread(&self, fault: Unread) -> Reply {
        let reply = Reply::unread(fault);
        let shared = &self.shared;
        shared.tally.turned_away.add();
        if fault != Unread::Broken && shared.audience.wants() {
            shared.notice(format!("A request was answered {}: {}.", reply.status, fault.explain()));
        }
        reply
    }

    /// Valid or unsigned, or the reason to refuse.
    fn judge(&self, head: &Head, body: &RawBody) -> Result<Verification, Reason> {
        match head.verify(body, &self.settings.keys) {
            Verdict::Invalid(reason) => Err(reason),
            Verdict::Unsigned if self.settings.require_signature => Err(Reason::Missing),
            verdict => Ok(Verification::from(verdict)),
        }
    }

    fn refuse(&self, refused: Refused) -> Reply {
        self.shared.tally.invalid.add();
        if let Err(refused) = self.refusals.put(refused) {
            refusals::tell(&self.shared, self.settings.shown.as_ref(), refused, None);
        }
        Reply::refused()
    }

    fn count(&self, arrival: &Arrival) {
        match arrival.verification {
            Verification::Valid => self.shared.tally.valid.add(),
            _ => self.shared.tally.unsigned.add(),
        }
    }

    fn prepare(&self, arrival: &Arrival) -> Aftermath<R> {
        let shown = self.settings.shown.as_ref().is_none_or(|shown| shown(&arrival.facts, &arrival.body));
        if !shown {
            self.shared.tally.filtered.add();
        }
        let wanted = |target: &&Arc<Target<R>>| {
            shown && target.settings.only.as_ref().is_none_or(|only| only(&arrival.facts, &arrival.body))
        };
        let (mut mirror, mut tickets) = (None, Vec::new());
        for target in self.targets.iter().filter(wanted) {
            match target.settings.ack {
                // Its worker reads the store.
                Ack::Store if target.settings.retrying.is_some() => {}
                Ack::Store => tickets.push((Arc::clone(target), target.line.ticket())),
                Ack::Mirror => mirror = mirror.or_else(|| Some(Arc::clone(target))),
            }
        }
        let draft = (shown && self.shared.audience.wants()).then(|| telling::draft(arrival));
        Aftermath { draft, headers: arrival.headers.clone(), body: arrival.body.clone(), shown, mirror, tickets }
    }

    async fn stored(&self, after: Aftermath<R>, recorded: &Recorded) -> Reply {
        self.count_stored(recorded);
        let passage = Passage::new(recorded, after.headers, after.body);
        let (reply, forward) = match after.mirror {
            None => (Reply::chosen(self.next_answer(recorded)), None),
            Some(target) => {
                // In a box of its own, for else every request would carry the room for it.
                let (outcome, told) = Box::pin(target.mirror(passage.clone())).await;
                (mirrored(&outcome), Some(told))
            }
        };
        if let Some(draft) = after.draft {
            self.shared.tell(telling::stored(draft, recorded, reply.status.as_u16()));
        }
        if let Some(told) = forward {
            self.shared.tell(told);
        }
        for target in self.targets.iter().filter(|target| target.settings.retrying.is_some()) {
            target.news.notify_one();
        }
        for (target, ticket) in after.tickets {
            if let Err(passage) = ticket.join(passage.clone()) {
                target.overflow(&passage);
            }
        }
        // Last, so that whoever stops at this event has been told of it.
        if after.shown {
            self.shared.tally.saw(delivery(recorded));
        }
        reply
    }

    fn count_stored(&self, recorded: &Recorded) {
        let tally = &self.shared.tally;
        tally.stored.add();
        match recorded.repeat.map(|repeat| repeat.kind) {
            Some(RepeatKind::Duplicate) => tally.duplicates.add(),
            Some(RepeatKind::ProbableRetry) => tally.probable_retries.add(),
            None => {}
        }
    }

    fn not_stored(&self, after: Aftermath<R>, error: &RecordError) -> Reply {
        self.shared.tally.not_stored.add();
        let reply = match error {
            RecordError::Full { .. } => Reply::store_full(),
            RecordError::Unavailable(_) => Reply::not_stored(),
        };
        if let Some(draft) = after.draft {
            self.shared.tell(telling::not_stored(draft, error.to_string(), reply.status.as_u16()));
        }
        reply
    }

    /// The answer that this delivery is at. A probable retry counts as an arrival of the event that it repeats.
    fn next_answer(&self, recorded: &Recorded) -> u16 {
        let answers: &Answers = &self.settings.answers;
        answers.constant().unwrap_or_else(|| {
            let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
            let count = answered.entry(delivery(recorded));
            let status = answers.nth(*count);
            *count = count.saturating_add(1);
            status
        })
    }
}

/// One request that was let in. Futures are small on purpose: each is allocated for each request, so whatever is made
/// on the way is made in functions that do not wait, where it takes no room in them.
async fn answer<R: Recorder>(inner: Arc<Inner<R>>, head: Head, body: Body) -> Response {
    let body = match server::read(head.asks_first, body, &inner.settings.limits).await {
        Ok(body) => body,
        Err(fault) => return inner.unread(fault).into_response(),
    };
    let accepting = match inner.judge(&head, &body) {
        Ok(verification) => accepting(&inner, head, body, verification),
        Err(reason) => return inner.refuse(refused(head, body, reason)).into_response(),
    };
    let (reply, delay) = accepting.await;
    if !delay.is_zero() {
        inner.shared.clock.sleep(delay).await;
    }
    reply.into_response()
}

fn accepting<R: Recorder>(
    inner: &Arc<Inner<R>>,
    head: Head,
    body: RawBody,
    verification: Verification,
) -> Outlive<(Reply, Duration)> {
    let Head { at, target, headers, .. } = head;
    let facts = Facts::of(&body);
    let arrival = Arrival { at, target, headers, body, verification, facts };
    Outlive::new(accept(Arc::clone(inner), arrival))
}

/// Stores an arrival and does all that follows. Answers with how long the reply is to be held back.
async fn accept<R: Recorder>(inner: Arc<Inner<R>>, arrival: Arrival) -> (Reply, Duration) {
    inner.count(&arrival);
    let after = inner.prepare(&arrival);
    match inner.shared.recorder.record(arrival).await {
        Ok(recorded) => (inner.stored(after, &recorded).await, inner.settings.respond_delay),
        Err(error) => (inner.not_stored(after, &error), Duration::ZERO),
    }
}

/// The app's answer as ours.
fn mirrored(outcome: &Outcome) -> Reply {
    match outcome {
        Outcome::Answered(answer) => Reply::chosen(answer.status),
        Outcome::TimedOut(_) => Reply::app_too_slow(),
        _ => Reply::app_unreachable(),
    }
}

fn refused(head: Head, body: RawBody, reason: Reason) -> Refused {
    let Head { at, target, headers, .. } = head;
    Refused { at, target, headers, body, reason }
}

/// What the router calls. A fault in one request must not end the listener.
pub(super) fn handle<R: Recorder>(State(Receiver(inner)): State<Receiver<R>>, request: Request) -> Caught<Response> {
    let fault = || Reply::broken().into_response();
    match inner.admit(request) {
        Ok((head, body)) => Caught::new(answer(inner, head, body), fault),
        Err(TurnedAway::UnknownPath) => Caught::new(ready(Reply::unknown_path().into_response()), fault),
        Err(TurnedAway::NotPost) => Caught::new(ready(post_only()), fault),
        Err(TurnedAway::Greeted(reply)) => Caught::new(ready(reply.into_response()), fault),
    }
}
