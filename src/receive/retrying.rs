//! Forwarding that does not give up: the documented retries towards one target, in the order of arrival, across
//! restarts of the listener.
//!
//! The store is the queue. What a target still has to get are the arrivals behind the last one that it is done with,
//! and that number, with the attempts made of the next one, is kept on disk; so nothing waits in memory, nothing is
//! lost with the process, and an event waits for the ones before it.

use super::counters::TakenForward;
use super::forward::ForwardTarget;
use super::pending::PendingForward;
use super::settings::{ForwardRetryPolicy, ListenerFilter};
use crate::clock::{SharedClock, SteadyClock};
use crate::protocol::arrival::{ArrivalRecordError, ArrivalRecorder, ForwardProgress, UnforwardedArrival};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::ReportKind;
use crate::protocol::rules::DeliveryRules;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Wait after the store could not be asked.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Arrivals of earlier runs that are counted: beyond it, more wait than are told.
const COUNTED: usize = 10_000;

/// Longest sleep at one time: timers stand still while the machine sleeps, and the clock goes on.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// One target's worker.
pub(super) struct RetryingWorker<R> {
    target: Arc<ForwardTarget<R>>,
    retrying: ForwardRetryPolicy,
    shown: Option<ListenerFilter>,
    stop: watch::Receiver<bool>,
    /// By which attempts are due. What is stored are times of the wall clock, which somebody may set meanwhile.
    clock: SharedClock,
    /// Whether what comes next may have been acknowledged by this target although its progress does not say so: the
    /// first event after a start.
    doubtful: bool,
    /// Whether what an earlier run left has been counted, or is being.
    counted: bool,
}

impl<R: ArrivalRecorder> RetryingWorker<R> {
    pub(super) fn new(
        target: Arc<ForwardTarget<R>>,
        retrying: ForwardRetryPolicy,
        shown: Option<ListenerFilter>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let clock = SteadyClock::start(target.shared().clock.clone());
        Self { target, retrying, shown, stop, clock, doubtful: true, counted: false }
    }

    /// The worker's life, until the stop. What it has not done then, it does after the next start.
    pub(super) async fn run_worker(mut self) {
        while !*self.stop.borrow() {
            if let Err(error) = self.deliver_all().await {
                self.target
                    .shared()
                    .emit_notice(format!("Forwarding to {} waits for the store: {error}.", self.target.label()));
                self.pause(STORE_PAUSE).await;
            }
        }
    }

    async fn deliver_all(&mut self) -> Result<(), ArrivalRecordError> {
        let shared = self.target.shared().clone();
        let mut progress = shared.recorder.load_progress(self.target.label(), self.clock.now()).await?;
        if progress.attempts > 0 {
            // When it is due is told below, as it is for every attempt.
            shared.emit_notice(format!(
                "Forwarding to {} continues with the next attempt of the last failed forward; new events wait behind it.",
                self.target.label()
            ));
        }
        if !std::mem::replace(&mut self.counted, true) {
            tokio::spawn(count_left(self.target.clone(), self.shown.clone(), progress.arrival));
        }
        self.target.kept.finish(progress.arrival, &shared.tally);
        while !*self.stop.borrow() {
            match shared.recorder.find_arrival_after(progress.arrival).await? {
                None => self.wait_for_arrival().await,
                Some(waiting) => match self.deliver(waiting, progress).await? {
                    Some(next) => {
                        progress = next;
                        // The stop may come next, and then it is counted what is left.
                        self.target.kept.finish(progress.arrival, &shared.tally);
                    }
                    None => return Ok(()),
                },
            }
        }
        Ok(())
    }

    /// The progress after an arrival got its turn; `None` where the stop came first.
    async fn deliver(
        &mut self,
        waiting: UnforwardedArrival,
        progress: ForwardProgress,
    ) -> Result<Option<ForwardProgress>, ArrivalRecordError> {
        let (shared, label) = (self.target.shared().clone(), self.target.label().to_owned());
        let now = self.clock.now();
        let done = ForwardProgress { arrival: waiting.arrival, attempts: 0, first: now, due: now };
        if !matches_filters(&waiting, &self.target, self.shown.as_ref()) || self.was_acknowledged(&waiting).await {
            shared.recorder.save_progress(&label, done).await?;
            return Ok(Some(done));
        }
        self.target.kept.add(waiting.arrival, &shared.tally);
        let number = progress.attempts + 1;
        if number > 1 {
            self.target.kept.hold_back(waiting.event);
        }
        if number > 1 && !self.wait_until(progress.due, number).await {
            return Ok(None);
        }
        self.doubtful = false;
        let began = self.clock.now();
        let first = if number == 1 { began } else { progress.first };
        let passage = PendingForward::from_waiting(waiting);
        let schedule = DeliveryRules::of_body(&passage.content.body, self.retrying.from).schedule();
        let of = u32::try_from(schedule.len()).unwrap_or(u32::MAX);
        // It is under way meanwhile, and does not wait.
        let under_way = TakenForward::take(&shared.tally);
        let acknowledged = self.target.forward(&passage, number, of).await;
        drop(under_way);
        let next = match self.due_at(schedule.get(number as usize), first) {
            Some(due) if !acknowledged => {
                ForwardProgress { attempts: number, first, due: due.max(self.clock.now()), ..progress }
            }
            _ => {
                if !acknowledged {
                    let (event, url) = (passage.event, label.clone());
                    shared.emit_report(ReportKind::GaveUp { event, url, attempts: number, of });
                }
                done
            }
        };
        shared.recorder.save_progress(&label, next).await?;
        Ok(Some(next))
    }

    /// When the attempt with this start is due, where there is one.
    fn due_at(&self, scheduled: Option<&Duration>, first: Timestamp) -> Option<Timestamp> {
        let scaled = SignedDuration::try_from(scheduled?.div_f64(self.retrying.factor)).ok()?;
        first.checked_add(scaled).ok()
    }

    /// Whether the target has acknowledged it already.
    async fn was_acknowledged(&self, waiting: &UnforwardedArrival) -> bool {
        if self.target.settings.forward_duplicates || !(waiting.repeats || self.doubtful) {
            return false;
        }
        let delivery = waiting.retry_of.unwrap_or(waiting.event);
        // In doubt it is sent: an app must bear a duplicate, but cannot make up for a loss.
        self.target.shared().recorder.was_forwarded(delivery, self.target.label()).await.unwrap_or(false)
    }

    /// Whether the time came before the stop.
    async fn wait_until(&mut self, due: Timestamp, attempt: u32) -> bool {
        let shared = self.target.shared().clone();
        let mut delay = self.time_until(due);
        if !delay.is_zero() {
            shared.emit_report(ReportKind::Wait { attempt, target: self.target.name(), due_at: due, delay });
        }
        while !delay.is_zero() && !*self.stop.borrow() {
            self.pause(delay.min(LONGEST_SLEEP)).await;
            delay = self.time_until(due);
        }
        !*self.stop.borrow()
    }

    fn time_until(&self, due: Timestamp) -> Duration {
        Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default()
    }

    async fn pause(&mut self, delay: Duration) {
        tokio::select! {
            () = self.clock.sleep(delay) => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn wait_for_arrival(&mut self) {
        tokio::select! {
            () = self.target.news.notified() => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
    }
}

fn matches_filters<R: ArrivalRecorder>(
    waiting: &UnforwardedArrival,
    target: &ForwardTarget<R>,
    shown: Option<&ListenerFilter>,
) -> bool {
    let facts = EventFacts::from_body(&waiting.content.body);
    let passes = |filter: Option<&ListenerFilter>| filter.is_none_or(|filter| filter(&facts, &waiting.content.body));
    passes(shown) && passes(target.settings.only.as_ref())
}

/// Counts what an earlier run left for a target, beside the forwards themselves: what is done by then is not counted.
async fn count_left<R: ArrivalRecorder>(target: Arc<ForwardTarget<R>>, shown: Option<ListenerFilter>, done: u64) {
    let (shared, mut last) = (target.shared().clone(), done);
    for _ in 0..COUNTED {
        let Ok(Some(waiting)) = shared.recorder.find_arrival_after(last).await else { break };
        last = waiting.arrival;
        if matches_filters(&waiting, &target, shown.as_ref()) {
            target.kept.add(waiting.arrival, &shared.tally);
        }
    }
}
