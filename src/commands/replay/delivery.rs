//! Delivering events of the history again: each attempt to the screen and the store.
//!
//! May know the store, the delivery engine and the screen. Which events, where to and how fast is decided by whoever
//! calls; the bytes are those that are stored.

use crate::clock::SharedClock;
use crate::deliver::{self, DeliveryContext, DeliveryPlan};
use crate::error::{Error, ErrorCategory};
use crate::exchange::HttpClient;
use crate::output::screen::Screen;
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose};
use crate::protocol::report::{ReplayReport, Report, ReportKind};
use crate::session::transfer::EventHistory;
use crate::store::{Store, StoreRecorder};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Attempts that may wait to be stored.
const UNSTORED: usize = 512;

/// One event on its way out again.
#[derive(Debug, Clone)]
pub(super) struct PlannedReplay {
    /// How it is delivered.
    pub plan: DeliveryPlan,
    /// Its type, as it stands in the body.
    pub event_type: Option<String>,
    /// How the last delivery there before this one ended.
    pub was: Option<AttemptOutcome>,
    /// Whether each attempt is told, and not only the end.
    pub detailed: bool,
}

impl PlannedReplay {
    /// Puts it together; what was recorded of the target becomes what it is compared with.
    pub(super) fn new(story: &EventHistory, plan: DeliveryPlan, detailed: bool) -> Self {
        let url = &plan.label;
        let was =
            story.attempts.iter().rev().find(|attempt| attempt.url == *url).map(|attempt| attempt.outcome.clone());
        Self { plan, event_type: story.event.facts.event_type.clone(), was, detailed }
    }
}

/// Where replays happen: shared by those that run side by side.
#[derive(Clone)]
pub(super) struct ReplayEngine {
    screen: Screen,
    recorder: StoreRecorder,
    clock: SharedClock,
    exchange: HttpClient,
    writes: Arc<ReplayWrites>,
    json: bool,
}

/// Attempts on their way into the store. A replay does not wait for each to be on the disk; the run does, at its end.
#[derive(Debug)]
struct ReplayWrites {
    room: Arc<Semaphore>,
    tasks: Mutex<JoinSet<Result<(), Error>>>,
}

impl ReplayEngine {
    /// Sets it up.
    pub(super) fn new(screen: Screen, store: &Store, clock: SharedClock, json: bool, exchange: HttpClient) -> Self {
        let writes = ReplayWrites { room: Arc::new(Semaphore::new(UNSTORED)), tasks: Mutex::default() };
        Self { screen, recorder: store.recorder(), clock, exchange, writes: Arc::new(writes), json }
    }

    /// Whether every end is told, as a record.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Delivers one event; the answer says how it ended.
    pub(super) async fn deliver_replay(self, replay: PlannedReplay) -> Result<ReplayReport, Error> {
        let PlannedReplay { plan, event_type, was, detailed } = replay;
        let mut player = ReplayDelivery { stage: &self, detailed, latency: Duration::ZERO };
        let delivery = deliver::deliver_event(&plan, &self.exchange, self.clock.as_ref(), &mut player).await?;
        Ok(ReplayReport {
            event: plan.event,
            event_type,
            url: plan.label.clone(),
            attempts: delivery.attempts,
            outcome: delivery.last,
            latency: player.latency,
            was,
        })
    }

    /// Tells how one ended.
    pub(super) fn show_result(&self, report: ReplayReport) {
        self.screen.send_report(Report { at: self.clock.now(), what: ReportKind::Replayed(Box::new(report)) });
    }

    /// Waits until every attempt is on the disk.
    pub(super) async fn wait_for_writes(&self) -> Result<(), Error> {
        let mut tasks = std::mem::take(&mut *self.writes.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(stored) = tasks.join_next().await {
            stored.unwrap_or_else(|_| Err(Error::machine("an attempt could not be stored")))?;
        }
        Ok(())
    }
}

/// Store and screen, as the engine sees them.
struct ReplayDelivery<'a> {
    stage: &'a ReplayEngine,
    detailed: bool,
    latency: Duration,
}

impl DeliveryContext for ReplayDelivery<'_> {
    type Stopped = Error;

    fn emit_report(&mut self, report: Report) {
        // The end is told with what it is compared to, by whoever runs this.
        if self.detailed && matches!(report.what, ReportKind::Attempt(_) | ReportKind::Wait { .. }) {
            self.stage.screen.send_report(report);
        }
    }

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.latency = attempt.latency;
        let attempt = Attempt { purpose: DeliveryPurpose::Replay, ..attempt };
        let (writes, recorder) = (&self.stage.writes, self.stage.recorder.clone());
        let room = Arc::clone(&writes.room).acquire_owned().await;
        let task = async move {
            let _room = room;
            recorder.record_attempt(attempt).await.map_err(|error| Error::from_source(ErrorCategory::Machine, error))
        };
        let mut tasks = writes.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(task);
        while let Some(ended) = tasks.try_join_next() {
            ended.unwrap_or_else(|_| Err(Error::machine("an attempt could not be stored")))?;
        }
        Ok(())
    }

    async fn wait_for_retry(&mut self, delay: Duration) -> Result<(), Error> {
        self.stage.clock.sleep(delay).await;
        Ok(())
    }

    async fn wait_for_step(&mut self, _: u32) -> Result<(), Error> {
        Err(Error::usage("a replay cannot wait for Enter"))
    }
}
