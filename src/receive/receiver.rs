//! The listener's engine: what one request passes through, from its head to its answer.
//!
//! Order matters and is the same for everybody: read, verify, store, decide the answer, tell, pass on, answer. An
//! answer of success goes out only after the store said that the event is durable.

use super::bounded_map::{BoundedMap, REMEMBERED};
use super::context::ReceiverContext;
use super::counters::ListenerCounters;
use super::forward::{ForwardTarget, hold_back};
use super::head::{RequestHead, read_target};
use super::naming::name_targets;
use super::pending::{PendingForward, delivery_key};
use super::queue::Reservation;
use super::refused::{self, RefusedQueue, open_refused_queue};
use super::reply::{ListenerReply, method_not_allowed};
use super::reports::{self, ReportSink};
use super::response_script::ResponseScript;
use super::retrying::RetryingWorker;
use super::settings::{AckMode, GREETING_HEADER, ListenerSettings};
use super::turned_away::TurnedAwayLog;
use crate::clock::SharedClock;
use crate::logging::{self, LogFact};
use crate::protocol::arrival::{
    Arrival, ArrivalRecordError, ArrivalRecorder, RecordedArrival, RefusedRequest, RequestContent, SignatureState,
};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{ArrivalReport, KeptBack};
use crate::protocol::signature::{SignatureFault, SignatureVerdict};
use crate::server::{
    self, BodyReadError, CatchPanic, DetachOnDrop, GrantedMemory, HeadFaultObserver, ReceivedBody, RequestIntake,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One listener, without its socket. Cloning shares it.
pub struct WebhookReceiver<R>(Arc<ReceiverInner<R>>);

impl<R> Clone for WebhookReceiver<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct ReceiverInner<R> {
    settings: ListenerSettings,
    shared: ReceiverContext<R>,
    refusals: RefusedQueue,
    turned_away: TurnedAwayLog,
    targets: Vec<Arc<ForwardTarget<R>>>,
    /// How many arrivals of each delivery have been answered, where the answers differ.
    answered: Mutex<BoundedMap<u32>>,
    workers: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
}

/// What was left when a listener had finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReceiverShutdown {
    /// Stored events that waited in a line, or were just being passed on, and did not get there.
    pub unforwarded: usize,
    /// How many different events these are.
    pub events: usize,
}

/// Why a request's body is not even looked at.
enum HeadRejection {
    UnknownPath,
    NotPost,
    /// It asks who this is.
    Greeted(ListenerReply),
}

/// What is needed of an arrival after the store has taken it.
struct AfterStore<R> {
    draft: Option<Box<ArrivalReport>>,
    target: String,
    content: RequestContent,
    shown: bool,
    mirror: Option<Arc<ForwardTarget<R>>>,
    /// The targets that get it, with its place in the line of each.
    tickets: Vec<(Arc<ForwardTarget<R>>, Reservation)>,
}

impl<R: ArrivalRecorder> WebhookReceiver<R> {
    /// Makes a listener and starts its workers, which takes a running tokio runtime.
    pub fn start(settings: ListenerSettings, recorder: R, clock: SharedClock, audience: Arc<dyn ReportSink>) -> Self {
        let tally = Arc::new(ListenerCounters::new(settings.until));
        let shared = ReceiverContext { recorder, clock, audience, tally };
        let memory = settings.memory;
        let (refusals, ring) = open_refused_queue(memory.refused_bytes, shared.clone(), settings.shown.clone());
        let named = settings.forwards.iter().cloned().zip(name_targets(&settings.forwards));
        let targets: Vec<_> =
            named.map(|named| ForwardTarget::new(named, memory.forward_bytes, shared.clone())).collect();
        targets.iter().for_each(|_| shared.tally.targets.increment());
        let stop = watch::Sender::new(false);
        let mut workers = JoinSet::new();
        workers.spawn(ring.run_worker(stop.subscribe()));
        for target in targets.iter().filter(|target| target.settings.ack == AckMode::Store) {
            match target.settings.retrying {
                None => workers.spawn(Arc::clone(target).run_worker()),
                Some(retrying) => {
                    let shown = settings.shown.clone();
                    workers
                        .spawn(RetryingWorker::new(Arc::clone(target), retrying, shown, stop.subscribe()).run_worker())
                }
            };
        }
        let answered = Mutex::new(BoundedMap::new(REMEMBERED));
        let workers = Mutex::new(workers);
        let turned_away = TurnedAwayLog::new(settings.path.clone(), settings.greeting.is_some());
        Self(Arc::new(ReceiverInner { settings, shared, refusals, turned_away, targets, answered, workers, stop }))
    }

    /// The counters.
    pub fn tally(&self) -> &ListenerCounters {
        &self.0.shared.tally
    }

    /// Tells what reached the socket and is no request.
    pub(crate) fn observe_faults(&self) -> HeadFaultObserver {
        let inner = Arc::clone(&self.0);
        Arc::new(move |fault| inner.turned_away.tell_fault(&inner.shared, fault))
    }

    /// The counters, for who watches them from elsewhere.
    pub(crate) fn share_tally(&self) -> Arc<ListenerCounters> {
        Arc::clone(&self.0.shared.tally)
    }

    /// The number of distinct events that passed the filter, up to `until`.
    pub fn subscribe_distinct(&self) -> watch::Receiver<u64> {
        self.0.shared.tally.subscribe_distinct()
    }

    /// Gives the workers this long to pass on what waits, then ends them. To be called after the last request.
    pub async fn finish(&self, within: Duration) -> ReceiverShutdown {
        self.0.stop.send_replace(true);
        self.0.targets.iter().for_each(|target| target.line.close());
        let mut workers = std::mem::take(&mut *self.0.workers.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while workers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(within, all).await;
        workers.shutdown().await;
        self.record_unforwarded().await
    }

    /// Notes in the history what was not passed on. To be called once nobody passes on anything any more.
    pub(crate) async fn record_unforwarded(&self) -> ReceiverShutdown {
        let (mut unforwarded, mut events) = (0, BTreeSet::new());
        for target in &self.0.targets {
            let left = target.record_unforwarded().await;
            unforwarded += left.len();
            events.extend(left);
        }
        ReceiverShutdown { unforwarded, events: events.len() }
    }
}

impl<R: ArrivalRecorder> ReceiverInner<R> {
    /// Lets a request in, or turns it away by its head alone.
    fn admit(&self, request: Request) -> Result<(RequestHead, Body, Option<RequestIntake>), HeadRejection> {
        if let Some(reply) = self.answer_greeting(&request) {
            return Err(HeadRejection::Greeted(reply));
        }
        self.shared.tally.requests.increment();
        let at = self.shared.clock.now();
        if self.settings.path.as_ref().is_some_and(|path| path != request.uri().path()) {
            self.tell_turned_away(&request, StatusCode::NOT_FOUND);
            return Err(HeadRejection::UnknownPath);
        }
        if request.method() != Method::POST {
            self.tell_turned_away(&request, StatusCode::METHOD_NOT_ALLOWED);
            return Err(HeadRejection::NotPost);
        }
        let intake = RequestIntake::of(&request);
        let (parts, body) = request.into_parts();
        Ok((RequestHead::from_parts(&parts, at), body, intake))
    }

    fn tell_turned_away(&self, request: &Request, status: StatusCode) {
        self.turned_away.tell_request(&self.shared, request.method(), read_target(request.uri()), status.as_u16());
    }

    /// The answer to who asks whether it is this listener that a public address leads to. It counts as no request.
    fn answer_greeting(&self, request: &Request) -> Option<ListenerReply> {
        let greeting = self.settings.greeting.as_ref()?;
        let asked = request.headers().get(GREETING_HEADER)?.as_bytes() == greeting.question.as_bytes();
        let here = self.settings.path.as_ref().is_none_or(|path| path == request.uri().path());
        (asked && here && request.method() == Method::GET).then(|| ListenerReply::greeting(&greeting.answer))
    }

    fn reject_body(&self, target: &str, fault: BodyReadError) -> ListenerReply {
        let reply = ListenerReply::body_error(fault);
        self.turned_away.tell_body(&self.shared, target, reply.status.as_u16(), fault.explain());
        reply
    }

    /// Valid or unsigned, or the reason to refuse.
    fn verify_signature(&self, head: &RequestHead, body: &RawBody) -> Result<SignatureState, SignatureFault> {
        match head.verify(body, &self.settings.keys) {
            SignatureVerdict::Invalid(reason) => Err(reason),
            SignatureVerdict::Unsigned if self.settings.require_signature => Err(SignatureFault::Missing),
            verdict => Ok(SignatureState::from(verdict)),
        }
    }

    fn refuse_request(&self, refused: RefusedRequest) -> ListenerReply {
        self.shared.tally.invalid.increment();
        logging::trace("refused", &[("body_bytes", LogFact::Number(refused.content.body.len() as u64))]);
        if let Err(refused) = self.refusals.try_enqueue(refused) {
            refused::report_refused(&self.shared, self.settings.shown.as_ref(), refused, None);
        }
        ListenerReply::refused()
    }

    fn count_verification(&self, arrival: &Arrival) {
        match arrival.verification {
            SignatureState::Valid => self.shared.tally.valid.increment(),
            _ => self.shared.tally.unsigned.increment(),
        }
    }

    fn prepare_after_store(&self, arrival: &Arrival) -> AfterStore<R> {
        let shown = self.settings.shown.as_ref().is_none_or(|shown| shown(&arrival.facts, &arrival.content.body));
        if !shown {
            self.shared.tally.filtered.increment();
        }
        let wanted = |target: &&Arc<ForwardTarget<R>>| {
            shown && target.settings.only.as_ref().is_none_or(|only| only(&arrival.facts, &arrival.content.body))
        };
        let (mut mirror, mut tickets, mut forwards) = (None, Vec::new(), 0);
        for target in self.targets.iter().filter(wanted) {
            match target.settings.ack {
                AckMode::Store => {
                    forwards += 1;
                    tickets.push((Arc::clone(target), target.line.reserve()));
                }
                AckMode::Mirror => mirror = mirror.or_else(|| Some(Arc::clone(target))),
            }
        }
        forwards += usize::from(mirror.is_some());
        let kept_back = (forwards == 0 && !self.targets.is_empty()).then_some(KeptBack::NoRoute);
        let draft = (shown && self.shared.audience.wants_report())
            .then(|| reports::draft_arrival(arrival, forwards, kept_back));
        let (target, content) = (arrival.target.clone(), arrival.content.clone());
        AfterStore { draft, target, content, shown, mirror, tickets }
    }

    async fn finish_stored(&self, after: AfterStore<R>, recorded: &RecordedArrival) -> ListenerReply {
        self.shared.tally.stored.increment();
        self.shared.tally.count_repeat(recorded.repeat.map(|repeat| repeat.kind));
        if after.shown {
            self.shared.tally.note_event(recorded.event);
        }
        logging::trace("stored", &[("bytes", LogFact::Number(after.content.body.len() as u64))]);
        let passage = PendingForward::new(recorded, after.target, after.content);
        let (reply, forward) = match after.mirror {
            None => (ListenerReply::from_status(self.next_status(recorded)), None),
            Some(target) => {
                // In a box of its own, for else every request would carry the room for it.
                let (outcome, told) = Box::pin(target.mirror(passage.clone())).await;
                (ListenerReply::mirror(&outcome), Some(told))
            }
        };
        if let Some(mut draft) = after.draft {
            hold_back(&mut draft, &after.tickets);
            self.shared.emit_report(reports::complete_stored(draft, recorded, reply.status.as_u16()));
        }
        if let Some(told) = forward {
            self.shared.emit_report(told);
        }
        for (target, ticket) in after.tickets {
            target.accept(ticket, &passage);
        }
        // Last, so that whoever stops at this event has been told of it.
        match after.shown {
            true => self.shared.tally.count_distinct(delivery_key(recorded)),
            false => self.shared.audience.note_filtered(),
        }
        reply
    }

    fn finish_unstored(&self, after: AfterStore<R>, error: &ArrivalRecordError) -> ListenerReply {
        self.shared.tally.not_stored.increment();
        let reply = match error {
            ArrivalRecordError::Full { .. } => ListenerReply::store_full(),
            ArrivalRecordError::Unavailable(_) | ArrivalRecordError::Unpublished(_) => ListenerReply::not_stored(),
        };
        if let Some(draft) = after.draft {
            self.shared.emit_report(reports::complete_unstored(draft, error.to_string(), reply.status.as_u16()));
        }
        reply
    }

    /// The answer that this delivery is at. A probable retry counts as an arrival of the event that it repeats.
    fn next_status(&self, recorded: &RecordedArrival) -> u16 {
        let answers: &ResponseScript = &self.settings.answers;
        answers.constant_status().unwrap_or_else(|| {
            let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
            let count = answered.entry(delivery_key(recorded));
            let status = answers.status_for(*count);
            *count = count.saturating_add(1);
            status
        })
    }
}

/// One request that was let in. Futures are small on purpose: each is allocated for each request, so whatever is made
/// on the way is made in functions that do not wait, where it takes no room in them.
async fn answer_request<R: ArrivalRecorder>(
    inner: Arc<ReceiverInner<R>>,
    head: RequestHead,
    body: Body,
    intake: Option<RequestIntake>,
) -> Response {
    let ReceivedBody { body, memory } =
        match server::read_body(head.asks_first, body, &inner.settings.limits, intake).await {
            Ok(received) => received,
            Err(fault) => return inner.reject_body(&head.target, fault).into_response(),
        };
    let accepting = match inner.verify_signature(&head, &body) {
        Ok(verification) => detach_accept(&inner, head, body, verification, memory),
        Err(reason) => return inner.refuse_request(build_refused(head, body, reason)).into_response(),
    };
    let (reply, delay) = accepting.await;
    if !delay.is_zero() {
        inner.shared.clock.sleep(delay).await;
    }
    reply.into_response()
}

fn detach_accept<R: ArrivalRecorder>(
    inner: &Arc<ReceiverInner<R>>,
    head: RequestHead,
    body: RawBody,
    verification: SignatureState,
    memory: GrantedMemory,
) -> DetachOnDrop<(ListenerReply, Duration)> {
    let RequestHead { at, target, headers, .. } = head;
    let facts = EventFacts::from_body(&body);
    let arrival = Arrival { at, target, content: RequestContent { headers, body }, verification, facts };
    DetachOnDrop::new(accept_arrival(Arc::clone(inner), arrival, memory))
}

/// Stores an arrival and does all that follows. Answers with how long the reply is to be held back.
async fn accept_arrival<R: ArrivalRecorder>(
    inner: Arc<ReceiverInner<R>>,
    arrival: Arrival,
    _memory: GrantedMemory,
) -> (ListenerReply, Duration) {
    inner.count_verification(&arrival);
    let after = inner.prepare_after_store(&arrival);
    match inner.shared.recorder.record_arrival(arrival).await {
        Ok(recorded) => (inner.finish_stored(after, &recorded).await, inner.settings.respond_delay),
        Err(error) => (inner.finish_unstored(after, &error), Duration::ZERO),
    }
}

fn build_refused(head: RequestHead, body: RawBody, reason: SignatureFault) -> RefusedRequest {
    let RequestHead { at, target, headers, .. } = head;
    RefusedRequest { at, target, content: RequestContent { headers, body }, reason }
}

/// What the router calls. A fault in one request must not end the listener.
pub(super) fn handle_request<R: ArrivalRecorder>(
    State(WebhookReceiver(inner)): State<WebhookReceiver<R>>,
    request: Request,
) -> CatchPanic<Response> {
    let fault = || ListenerReply::internal_error().into_response();
    match inner.admit(request) {
        Ok((head, body, intake)) => CatchPanic::new(answer_request(inner, head, body, intake), fault),
        Err(HeadRejection::UnknownPath) => CatchPanic::new(ready(ListenerReply::unknown_path().into_response()), fault),
        Err(HeadRejection::NotPost) => CatchPanic::new(ready(method_not_allowed()), fault),
        Err(HeadRejection::Greeted(reply)) => CatchPanic::new(ready(reply.into_response()), fault),
    }
}
