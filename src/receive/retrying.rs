//! Forwarding that does not give up: the documented retries towards one target, in the order of arrival, across
//! restarts of the listener.
//!
//! What a target still has to get are the arrivals that came to this listener for it, and before them the events that it
//! is owed from before. Only their numbers are in memory: the store has the rest. While one of them is tried again, those
//! that wait for it are entered in the history as owed, so that they are found, and kept, whatever becomes of this listener.

use super::counters::TakenForward;
use super::due::RetryPlan;
use super::forward::ForwardTarget;
use super::kept::KeptForward;
use super::pending::PendingForward;
use super::settings::{ForwardRetryPolicy, ListenerFilter};
use crate::clock::{SharedClock, SteadyClock};
use crate::protocol::arrival::{
    ArrivalRecordError, ArrivalRecorder, ForwardProgress, OwedForward, OwedForwards, UnforwardedArrival,
};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::ReportKind;
use crate::protocol::rules::DeliveryRules;
use jiff::Timestamp;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Wait after the store could not be asked.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How often it is looked whether the event that is due later was acknowledged meanwhile. Timers also stand still while the
/// machine sleeps, and the clock goes on.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why an event that waits for another one counts as failed meanwhile.
const WAITS: &str = "it waits for an event before it";

/// An attempt that takes this long keeps others waiting.
const SLOW: Duration = Duration::from_secs(1);

/// One target's worker.
pub(super) struct RetryingWorker<R> {
    target: Arc<ForwardTarget<R>>,
    retrying: ForwardRetryPolicy,
    shown: Option<ListenerFilter>,
    stop: watch::Receiver<bool>,
    /// By which attempts are due. What is stored are times of the wall clock, which somebody may set meanwhile.
    clock: SharedClock,
    /// When this listener began.
    began: Timestamp,
    /// The event that is tried again, and how far that has got.
    failed: Option<(u64, ForwardProgress)>,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WaitEnd {
    Due,
    Stopped,
    /// The target acknowledged the event meanwhile: somebody sent it there.
    Acknowledged,
}

impl<R: ArrivalRecorder> RetryingWorker<R> {
    pub(super) fn new(
        target: Arc<ForwardTarget<R>>,
        retrying: ForwardRetryPolicy,
        shown: Option<ListenerFilter>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let clock = SteadyClock::start(target.shared().clock.clone());
        let began = clock.now();
        Self { target, retrying, shown, stop, clock, began, failed: None }
    }

    /// The worker's life, until the stop. What it has not done then, it does after the next start.
    pub(super) async fn run_worker(mut self) {
        let mut taken_over = false;
        while !self.is_stopped() {
            let worked = match taken_over {
                true => self.deliver_all().await,
                false => self.take_over().await.map(|()| taken_over = true),
            };
            if let Err(error) = worked {
                self.target
                    .shared()
                    .emit_notice(format!("Forwarding to {} waits for the store: {error}.", self.target.label()));
                self.pause(STORE_PAUSE).await;
            }
        }
    }

    /// Takes what the target is owed from before, and tells it.
    async fn take_over(&mut self) -> Result<(), ArrivalRecordError> {
        let (shared, label) = (self.target.shared().clone(), self.target.label().to_owned());
        let owed = shared.recorder.load_owed(&label).await?;
        let mut taken = HashSet::new();
        if let Some(progress) = owed.progress {
            self.continue_retries(progress, &owed, &mut taken).await?;
        }
        // A kill after the record of an attempt and before this note leaves the note of the attempt before: the record has it
        // right.
        let is_behind = |known: &OwedForward, event: u64, noted: u32| known.event == event && known.attempts > noted;
        self.failed.take_if(|(event, noted)| owed.events.iter().any(|known| is_behind(known, *event, noted.attempts)));
        for OwedForward { arrival, event, attempts, last } in owed.events {
            let Some(waiting) = self.find_arrival(arrival).await? else { continue };
            let is_over = self.schedule(&waiting).get(attempts as usize).is_none();
            if !is_over && self.matches_filters(&waiting) && taken.insert(event) {
                self.take(&waiting, (attempts, last));
            }
        }
        self.failed = self.failed.filter(|(event, _)| taken.contains(event));
        if !taken.is_empty() {
            let (count, wait, go) = match taken.len() {
                1 => ("1 event".to_owned(), "waits", "goes"),
                count => (format!("{count} events"), "wait", "go"),
            };
            shared.emit_notice(format!("{count} {wait} from before and {go} to {label} first."));
        }
        Ok(())
    }

    /// Goes on with the retries of an arrival. Behind it an earlier version left all that had come in.
    async fn continue_retries(
        &mut self,
        progress: ForwardProgress,
        owed: &OwedForwards,
        taken: &mut HashSet<u64>,
    ) -> Result<(), ArrivalRecordError> {
        let (shared, label) = (self.target.shared().clone(), self.target.label().to_owned());
        let mut last = progress.arrival;
        self.failed = None;
        while let Some(waiting) = shared.recorder.find_arrival_after(last).await? {
            last = waiting.arrival;
            let is_next = owed.is_former || last == progress.arrival + 1;
            if self.failed.is_none() && is_next {
                self.failed = Some((waiting.event, ForwardProgress { arrival: last - 1, ..progress }));
            }
            if !owed.is_former || last > owed.newest {
                break;
            }
            let delivery = waiting.retry_of.unwrap_or(waiting.event);
            let is_new = self.matches_filters(&waiting) && !taken.contains(&waiting.event);
            if is_new && !shared.recorder.was_acknowledged(delivery, &label, Timestamp::UNIX_EPOCH).await? {
                taken.insert(waiting.event);
                self.take(&waiting, (0, self.began));
                self.target.kept.note_unentered(waiting.arrival);
            }
        }
        if let (true, Some((_, progress))) = (owed.is_former, self.failed)
            && self.target.enter_kept(WAITS).await
        {
            shared.recorder.save_progress(&label, progress).await?;
        }
        Ok(())
    }

    fn take(&self, waiting: &UnforwardedArrival, before: (u32, Timestamp)) {
        let shared = self.target.shared();
        shared.recorder.note_waiting(waiting.event, self.target.label());
        self.target.kept.add_owed(waiting.arrival, waiting.event, before, &shared.tally);
    }

    async fn deliver_all(&mut self) -> Result<(), ArrivalRecordError> {
        while !self.is_stopped() {
            let first = self.target.kept.find_first();
            let Some((arrival, kept)) = first.filter(|(_, kept)| self.target.line.is_settled(kept.after)) else {
                self.wait_for_news().await;
                continue;
            };
            let is_done = match self.find_arrival(arrival).await? {
                Some(waiting) => self.deliver(waiting, kept).await?,
                None => {
                    let gone = "it is not in the store any more: removed, or the store is another one".to_owned();
                    self.target.report_skip(kept.event, gone);
                    true
                }
            };
            if is_done {
                self.finish(arrival, kept.event).await?;
            }
        }
        Ok(())
    }

    /// The target is done with an arrival.
    async fn finish(&mut self, arrival: u64, event: u64) -> Result<(), ArrivalRecordError> {
        let shared = self.target.shared().clone();
        shared.recorder.note_unneeded(event, self.target.label());
        self.target.kept.finish(arrival, &shared.tally);
        match self.failed.take_if(|(failed, _)| *failed == event) {
            Some((_, progress)) => {
                let over = ForwardProgress { attempts: 0, ..progress };
                shared.recorder.save_progress(self.target.label(), over).await
            }
            None => Ok(()),
        }
    }

    /// Makes the next attempt; whether the target is done with the event then.
    async fn deliver(&mut self, waiting: UnforwardedArrival, kept: KeptForward) -> Result<bool, ArrivalRecordError> {
        let schedule = self.schedule(&waiting);
        let progress = self.find_progress(&waiting, kept, &schedule).await?;
        let number = progress.attempts + 1;
        if number == 1 && self.was_forwarded(&waiting).await {
            self.target.shared().recorder.settle_owed(waiting.event, self.target.label()).await?;
            return Ok(true);
        }
        if number > 1 {
            self.target.kept.hold_back(waiting.event);
        }
        if number > 1 || kept.entered {
            match self.wait_until(progress, waiting.event).await {
                WaitEnd::Due => {}
                WaitEnd::Stopped => return Ok(false),
                WaitEnd::Acknowledged => {
                    self.target.report_skip(waiting.event, "it was acknowledged there meanwhile".to_owned());
                    return Ok(true);
                }
            }
        }
        self.attempt(waiting, progress, &schedule).await
    }

    async fn attempt(
        &mut self,
        waiting: UnforwardedArrival,
        progress: ForwardProgress,
        schedule: &[Duration],
    ) -> Result<bool, ArrivalRecordError> {
        let (shared, label) = (self.target.shared().clone(), self.target.label().to_owned());
        let number = progress.attempts + 1;
        let began = self.clock.now();
        let first = if number == 1 { began } else { progress.first };
        let passage = PendingForward::from_waiting(waiting);
        let of = u32::try_from(schedule.len()).unwrap_or(u32::MAX);
        // It is under way meanwhile, and does not wait.
        let under_way = TakenForward::take(&shared.tally);
        let acknowledged = self.enter_beside(self.target.forward(&passage, number, schedule)).await;
        drop(under_way);
        let due = self.plan(schedule).find_next_due(number, (first, began), self.clock.now());
        match due.filter(|_| !acknowledged) {
            Some(due) => {
                let next = ForwardProgress { attempts: number, first, due: due.max(self.clock.now()), ..progress };
                self.failed = Some((passage.event, next));
                self.target.kept.hold_back(passage.event);
                // Its attempt took it off the notes.
                shared.recorder.note_waiting(passage.event, &label);
                shared.recorder.save_progress(&label, next).await?;
                Ok(false)
            }
            None => {
                if !acknowledged {
                    let (event, url) = (passage.event, label.clone());
                    shared.emit_report(ReportKind::GaveUp { event, url, attempts: number, of });
                }
                Ok(true)
            }
        }
    }

    /// Enters what waits where an attempt takes its time.
    async fn enter_beside<T>(&self, attempt: impl Future<Output = T>) -> T {
        let mut attempt = pin!(attempt);
        loop {
            tokio::select! {
                biased;
                ended = &mut attempt => return ended,
                () = self.clock.sleep(SLOW) => drop(self.target.enter_kept(WAITS).await),
            }
        }
    }

    /// How far the retries of an event have got. What was noted further off than the schedule has it is noted anew, so that
    /// another start does not put it off again.
    async fn find_progress(
        &mut self,
        waiting: &UnforwardedArrival,
        kept: KeptForward,
        schedule: &[Duration],
    ) -> Result<ForwardProgress, ArrivalRecordError> {
        let (now, plan, arrival) = (self.clock.now(), self.plan(schedule), waiting.arrival.saturating_sub(1));
        let noted = match (self.failed.filter(|(event, _)| *event == waiting.event), kept.before) {
            (Some((_, progress)), _) => progress,
            (None, Some((attempts @ 1.., last))) => plan.resume(arrival, (attempts, last), now),
            (None, _) => return Ok(ForwardProgress { arrival, attempts: 0, first: now, due: now }),
        };
        let limited = plan.limit_wait(noted, now);
        if limited != noted {
            self.failed = Some((waiting.event, limited));
            self.target.shared().recorder.save_progress(self.target.label(), limited).await?;
        }
        Ok(limited)
    }

    fn plan<'a>(&self, schedule: &'a [Duration]) -> RetryPlan<'a> {
        RetryPlan { schedule, policy: self.retrying }
    }

    fn schedule(&self, waiting: &UnforwardedArrival) -> Vec<Duration> {
        DeliveryRules::of_body(&waiting.content.body, self.retrying.from).schedule()
    }

    /// Whether the target has got what this one repeats.
    async fn was_forwarded(&self, waiting: &UnforwardedArrival) -> bool {
        if self.target.settings.forward_duplicates || !waiting.repeats {
            return false;
        }
        let delivery = waiting.retry_of.unwrap_or(waiting.event);
        // In doubt it is sent: an app must bear a duplicate, but cannot make up for a loss.
        self.target.shared().recorder.was_forwarded(delivery, self.target.label()).await.unwrap_or(false)
    }

    /// Whether the target has acknowledged an event that it did not take before.
    async fn was_acknowledged(&self, event: u64, progress: ForwardProgress) -> bool {
        let since = match (self.target.settings.forward_duplicates, progress.attempts) {
            (false, _) => Timestamp::UNIX_EPOCH,
            (true, 0) => self.began,
            (true, _) => progress.first,
        };
        self.target.shared().recorder.was_acknowledged(event, self.target.label(), since).await.unwrap_or(false)
    }

    /// Waits for the time, the stop, or an acknowledgement that makes the attempt needless.
    async fn wait_until(&mut self, progress: ForwardProgress, event: u64) -> WaitEnd {
        let shared = self.target.shared().clone();
        let (due_at, attempt, mut is_told) = (progress.due, progress.attempts + 1, false);
        loop {
            if self.is_stopped() {
                return WaitEnd::Stopped;
            }
            if self.was_acknowledged(event, progress).await {
                return WaitEnd::Acknowledged;
            }
            let delay = if progress.attempts > 0 { self.time_until(due_at) } else { Duration::ZERO };
            if delay.is_zero() {
                return WaitEnd::Due;
            }
            if !std::mem::replace(&mut is_told, true) {
                shared.emit_report(ReportKind::Wait { attempt, target: self.target.name(), due_at, delay });
            }
            self.target.enter_kept(WAITS).await;
            tokio::select! {
                () = self.clock.sleep(delay.min(LOOK_EVERY)) => {}
                () = self.target.line.wait_for_news() => {}
                _ = self.stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    fn time_until(&self, due: Timestamp) -> Duration {
        Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default()
    }

    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    async fn pause(&mut self, delay: Duration) {
        tokio::select! {
            () = self.clock.sleep(delay) => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn wait_for_news(&mut self) {
        tokio::select! {
            () = self.target.line.wait_for_news() => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
    }

    /// An arrival by its number, unless it was removed.
    async fn find_arrival(&self, arrival: u64) -> Result<Option<UnforwardedArrival>, ArrivalRecordError> {
        let found = self.target.shared().recorder.find_arrival_after(arrival.saturating_sub(1)).await?;
        Ok(found.filter(|waiting| waiting.arrival == arrival))
    }

    fn matches_filters(&self, waiting: &UnforwardedArrival) -> bool {
        let facts = EventFacts::from_body(&waiting.content.body);
        let passes =
            |filter: Option<&ListenerFilter>| filter.is_none_or(|filter| filter(&facts, &waiting.content.body));
        passes(self.shown.as_ref()) && passes(self.target.settings.only.as_ref())
    }
}
