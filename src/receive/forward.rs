//! Passing events on to the local app: what is sent, once or again, and what became of it.
//!
//! Bytes go on as they came. Under [`AckMode::Store`](super::AckMode::Store) a worker for each target takes events from its
//! [`ForwardQueue`] one at a time, and no answer ever waits for it. Under [`AckMode::Mirror`](super::AckMode::Mirror) the request
//! itself makes the attempt. What finds no room in the line is told, with the command that sends it later: the
//! event is stored, and a copy on disk beats one in memory.

use super::bounded_map::{BoundedMap, REMEMBERED};
use super::context::ReceiverContext;
use super::kept::KeptForwards;
use super::pending::PendingForward;
use super::queue::{ForwardQueue, Reservation};
use super::settings::{ForwardSettings, MIRROR_BUDGET, redact_target_url};
use crate::exchange::HttpClient;
use crate::protocol::arrival::{ArrivalRecorder, HeaderLines, UnmadeForwards, is_forwarded_header};
use crate::protocol::attempt::{Attempt, AttemptOutcome, AttemptPhase, DeliveryPurpose, OutgoingRequest};
use crate::protocol::field::FieldName;
use crate::protocol::report::{ArrivalReport, AttemptReport, KeptBack, ReportKind};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::RetryFrom;
use crate::protocol::target::carry_on;
use crate::server::share_descriptors;
use http::HeaderValue;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// Bounds of the attempts at one time that senders wait for.
const LEAST_MIRRORED: usize = 16;
const MOST_MIRRORED: usize = 256;

/// One target and what is known of it.
pub(super) struct ForwardTarget<R> {
    pub(super) settings: ForwardSettings,
    pub(super) line: Arc<ForwardQueue>,
    /// What waits in the store instead, where failures are tried again.
    pub(super) kept: KeptForwards,
    /// Attempts at one time that senders wait for: one that hangs up leaves its attempt behind.
    mirroring: Semaphore,
    label: String,
    /// What tells it from the other targets, where there are any.
    name: Option<String>,
    exchange: HttpClient,
    shared: ReceiverContext<R>,
    /// Deliveries that this target has acknowledged in this listener's life.
    acknowledged: Mutex<BoundedMap<()>>,
}

impl<R: ArrivalRecorder> ForwardTarget<R> {
    pub(super) fn new(
        (settings, name): (ForwardSettings, Option<String>),
        room: usize,
        shared: ReceiverContext<R>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            label: redact_target_url(&settings.url),
            line: ForwardQueue::new(room),
            kept: KeptForwards::default(),
            mirroring: Semaphore::new(share_descriptors(1).clamp(LEAST_MIRRORED, MOST_MIRRORED)),
            exchange: HttpClient::trusting(settings.trust.clone()),
            acknowledged: Mutex::new(BoundedMap::new(REMEMBERED)),
            settings,
            shared,
        })
    }

    /// The worker's life: event after event, until the line is closed and empty.
    pub(super) async fn run_worker(self: Arc<Self>) {
        while let Some(passage) = self.line.next_forward().await {
            self.shared.tally.left.increment();
            if self.was_acknowledged(&passage).await {
                self.shared.recorder.note_unneeded(passage.event, &self.label);
                self.report_skip(passage.event, "an earlier forward of this event was acknowledged".to_owned());
                continue;
            }
            self.forward(&passage, 1, &[Duration::ZERO]).await;
        }
    }

    /// Makes an attempt of those in a schedule, tells and records it; whether it was acknowledged.
    pub(super) async fn forward(&self, passage: &PendingForward, number: u32, schedule: &[Duration]) -> bool {
        let attempt = self.make_attempt(passage, number, self.settings.timeout).await;
        let acknowledged = attempt.outcome.is_acknowledged();
        self.shared.emit_report(self.report_attempt(attempt.clone(), schedule, self.settings.timeout, passage));
        self.store_attempt(attempt).await;
        acknowledged
    }

    /// The target as it is shown and recorded.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// What tells it from the other targets, where there are any.
    pub(super) fn name(&self) -> Option<String> {
        self.name.clone()
    }

    /// What all parts of the listener hold.
    pub(super) fn shared(&self) -> &ReceiverContext<R> {
        &self.shared
    }

    /// Makes the attempt inside the request, within the time that leaves an answer possible.
    pub(super) async fn mirror(self: Arc<Self>, passage: PendingForward) -> (AttemptOutcome, ReportKind) {
        let budget = self.settings.timeout.map_or(MIRROR_BUDGET, |timeout| timeout.min(MIRROR_BUDGET));
        let attempt = self.attempt_in_turn(&passage, budget).await;
        let (outcome, report) =
            (attempt.outcome.clone(), self.report_attempt(attempt.clone(), &[Duration::ZERO], Some(budget), &passage));
        // The answer does not wait for the record of what it says.
        tokio::spawn(async move { self.store_attempt(attempt).await });
        (outcome, report)
    }

    /// Waits for a place among the attempts that are made at one time, which takes of the time for its own.
    async fn attempt_in_turn(&self, passage: &PendingForward, budget: Duration) -> Attempt {
        let (at, began) = (self.shared.clock.now(), Instant::now());
        match timeout(budget, self.mirroring.acquire()).await {
            Ok(_turn) => self.make_attempt(passage, 1, Some(budget.saturating_sub(began.elapsed()))).await,
            Err(_) => self.note_attempt(passage, 1, at, (AttemptOutcome::TimedOut(AttemptPhase::Connect), budget)),
        }
    }

    /// Notes in the history that events never got here, so that they can be found and sent later; which. All at once:
    /// thousands may wait, and so does whoever ended the listener. Those that go first at the next start are not told.
    pub(super) async fn record_unforwarded(&self) -> Vec<u64> {
        if self.enter_kept("the listener ended before it was forwarded").await {
            self.kept.list_events().iter().for_each(|event| self.shared.recorder.note_unneeded(*event, &self.label));
        }
        let at = self.shared.clock.now();
        let unforwarded = |event| Attempt {
            event,
            url: self.label.clone(),
            purpose: DeliveryPurpose::Forward,
            number: 0,
            at,
            latency: Duration::ZERO,
            outcome: AttemptOutcome::Failed("the listener ended before it was forwarded".into()),
        };
        let left = self.line.take_unfinished();
        let count = left.len();
        if count > 0
            && let Err(error) =
                self.shared.recorder.record_attempts(left.iter().copied().map(unforwarded).collect()).await
        {
            let what = if count == 1 { "one forward".into() } else { format!("{count} forwards") };
            self.shared
                .emit_notice(format!("That {what} did not take place could not be stored in the history: {error}."));
        }
        left
    }

    /// Enters what waits in the store as owed to this target, where the history does not know it; whether it does now.
    pub(super) async fn enter_kept(&self, why: &'static str) -> bool {
        let waiting = self.kept.take_unentered();
        if waiting.is_empty() {
            return true;
        }
        let owed = UnmadeForwards {
            url: self.label.clone(),
            events: waiting.iter().map(|(_, event)| *event).collect(),
            at: self.shared.clock.now(),
            why,
            duplicates: self.settings.forward_duplicates,
        };
        let entered = self.shared.recorder.record_owed(owed).await.is_ok();
        if !entered {
            waiting.iter().for_each(|(arrival, _)| self.kept.note_unentered(*arrival));
        }
        entered
    }

    /// Puts an event into its place in the line. Where failures are tried again, it waits in the store.
    pub(super) fn accept(&self, place: Reservation, passage: &PendingForward) {
        self.shared.recorder.note_waiting(passage.event, &self.label);
        if self.settings.retrying.is_some() {
            self.kept.add(passage.arrival, passage.event, self.line.next_ticket(), &self.shared.tally);
            // Dropping the place wakes the worker.
            return;
        }
        match place.enqueue(passage.clone()) {
            Ok(()) => self.shared.tally.joined.increment(),
            Err(passage) => self.report_overflow(&passage),
        }
    }

    /// Tells that an event did not fit into the line.
    fn report_overflow(&self, passage: &PendingForward) {
        let event = passage.event;
        let to = self.name.as_ref().map(|_| format!(" --to {}", self.label)).unwrap_or_default();
        let why = format!("too many events are waiting for this target; send it with: referralloop replay {event}{to}");
        self.report_skip(event, why);
    }

    /// Tells that an event is not sent here, or not again.
    pub(super) fn report_skip(&self, event: u64, why: String) {
        self.shared.tally.forward_skipped.increment();
        let (url, target) = (self.label.clone(), self.name());
        self.shared.emit_report(ReportKind::ForwardSkipped { event, url, target, why });
    }

    /// Whether an earlier forward was acknowledged, and that suffices. In doubt the event is sent: an app must bear
    /// a duplicate, but cannot make up for a loss.
    async fn was_acknowledged(&self, passage: &PendingForward) -> bool {
        if self.settings.forward_duplicates || !passage.repeats {
            return false;
        }
        if self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).get(passage.delivery).is_some() {
            return true;
        }
        self.shared.recorder.was_forwarded(passage.delivery, &self.label).await.unwrap_or(false)
    }

    async fn make_attempt(&self, passage: &PendingForward, number: u32, budget: Option<Duration>) -> Attempt {
        let request = self.build_request(passage);
        let at = self.shared.clock.now();
        self.shared.tally.begun.increment();
        let (outcome, latency) = self.exchange.post(&request, budget).await;
        self.shared.tally.ended.increment();
        // What acknowledges is the affair of the service that the event is of.
        let outcome = DeliveryRules::of_body(&request.body, RetryFrom::default()).judge(outcome);
        self.shared.tally.note_latency(latency);
        self.note_attempt(passage, number, at, (outcome, latency))
    }

    fn note_attempt(
        &self,
        passage: &PendingForward,
        number: u32,
        at: Timestamp,
        (outcome, latency): (AttemptOutcome, Duration),
    ) -> Attempt {
        self.count_outcome(passage, &outcome);
        let (event, url) = (passage.event, self.label.clone());
        Attempt { event, url, purpose: DeliveryPurpose::Forward, number, at, latency, outcome }
    }

    fn count_outcome(&self, passage: &PendingForward, outcome: &AttemptOutcome) {
        if outcome.is_acknowledged() {
            self.shared.tally.forwarded.increment();
            self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).entry(passage.delivery);
        } else {
            self.shared.tally.forward_failed.increment();
        }
    }

    fn report_attempt(
        &self,
        attempt: Attempt,
        schedule: &[Duration],
        budget: Option<Duration>,
        passage: &PendingForward,
    ) -> ReportKind {
        let (signed, target) = (passage.is_signed(), self.name());
        let of = u32::try_from(schedule.len()).unwrap_or(u32::MAX);
        let scheduled = schedule.get(attempt.number as usize - 1).copied().unwrap_or_default();
        ReportKind::Forward(AttemptReport { attempt, of, scheduled, budget, signed, target })
    }

    async fn store_attempt(&self, attempt: Attempt) {
        let event = attempt.event;
        if let Err(error) = self.shared.recorder.record_attempt(attempt).await {
            self.shared.emit_notice(format!("The forward of #{event} could not be stored in the history: {error}."));
        }
    }

    fn build_request(&self, passage: &PendingForward) -> OutgoingRequest {
        let headers = forwarded_headers(&passage.content.headers, &self.settings.headers);
        // Recorded under the target itself: what is carried on is the arrival's.
        let url = carry_on(&self.settings.url, &passage.target, self.settings.with_path);
        OutgoingRequest { url, headers, body: passage.content.body.clone() }
    }
}

/// Says of an arrival which targets do not get it at once, because another event comes first there.
pub(super) fn hold_back<R: ArrivalRecorder>(
    draft: &mut ArrivalReport,
    tickets: &[(Arc<ForwardTarget<R>>, Reservation)],
) {
    let held = tickets.iter().filter_map(|(target, _)| Some((target.kept.holds_back()?, target.name())));
    let held: Vec<(u64, Option<String>)> = held.collect();
    draft.forwards = draft.forwards.saturating_sub(held.len());
    let is_whole = held.len() == tickets.len();
    if let Some((event, name)) = held.into_iter().next() {
        draft.kept_back = Some(KeptBack::Behind { event, target: name.filter(|_| !is_whole) });
    }
}

/// The header fields that go along: those that belong to the body and its signature, as received, then the extras.
fn forwarded_headers(received: &HeaderLines, extras: &[(FieldName, HeaderValue)]) -> Vec<(FieldName, HeaderValue)> {
    let parsed = received
        .iter()
        .filter_map(|(name, value)| Some((FieldName::from_spelling(name)?, HeaderValue::from_bytes(value).ok()?)));
    let replaced = |name: &FieldName| extras.iter().any(|(extra, _)| extra == name);
    let mut fields: Vec<_> = parsed.filter(|(name, _)| is_forwarded_header(name.as_str()) && !replaced(name)).collect();
    fields.extend_from_slice(extras);
    fields
}
