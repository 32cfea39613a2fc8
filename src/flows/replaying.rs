//! Delivering events of the history again: the request as it came, and a run over many, in order.
//!
//! May know the store, the delivery engine and the screen. Which events, where to and how fast is decided by whoever
//! calls; the bytes are those that are stored.

use super::request::build_event_request;
use super::transfer::EventHistory;
use crate::clock::SharedClock;
use crate::deliver::{self, DeliveryContext, DeliveryPlan};
use crate::error::Error;
use crate::exchange::{HttpClient, OutgoingRequest};
use crate::output::screen::Screen;
use crate::protocol::arrival::{HeaderLines, is_forwarded_header};
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose};
use crate::protocol::body::RawBody;
use crate::protocol::report::{ReplayReport, Report, ReportKind};
use crate::protocol::signature::{HmacKey, SIGNATURE_HEADER};
use crate::store::{Store, StoreRecorder};
use http::{HeaderName, HeaderValue};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

/// Attempts that may wait to be stored.
const UNSTORED: usize = 512;

/// Whose signature goes along.
#[derive(Debug, Clone)]
pub enum ReplaySigning {
    /// The one that came.
    Kept,
    /// The one that came; where the event never came in, one made with this key.
    KeptOr(HmacKey),
    /// One made with this key.
    Again(HmacKey),
}

/// The request that sends an event again: its bytes, and the header fields that belong to them.
pub fn build_replay_request(story: &EventHistory, url: Url, signing: &ReplaySigning) -> Result<OutgoingRequest, Error> {
    match story.arrivals.first() {
        Some(first) => rebuild_request(url, &story.event.body, &first.headers, signing),
        None => match signing {
            ReplaySigning::Kept => build_event_request(url, &story.event.body, None),
            ReplaySigning::KeptOr(key) | ReplaySigning::Again(key) => sign_request(url, &story.event.body, key),
        },
    }
}

/// The same from header lines and a body.
pub fn rebuild_request(
    url: Url,
    body: &RawBody,
    headers: &HeaderLines,
    signing: &ReplaySigning,
) -> Result<OutgoingRequest, Error> {
    let mut fields = Vec::new();
    for (name, value) in headers.iter() {
        let along = std::str::from_utf8(name).is_ok_and(is_forwarded_header);
        // What a header cannot hold never was one; an edited file may say so all the same.
        if let (true, Ok(name), Ok(value)) = (along, HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            fields.push((name, value));
        }
    }
    if let ReplaySigning::Again(key) = signing {
        fields.retain(|(name, _)| name != SIGNATURE_HEADER);
        let fresh = sign_request(url.clone(), body, key)?.headers;
        fields.extend(fresh.into_iter().filter(|(name, _)| name == SIGNATURE_HEADER));
    }
    Ok(OutgoingRequest { url, headers: fields, body: body.clone() })
}

fn sign_request(url: Url, body: &RawBody, key: &HmacKey) -> Result<OutgoingRequest, Error> {
    build_event_request(url, body, Some(key.sign(body.as_bytes())))
}

/// One event on its way out again.
#[derive(Debug, Clone)]
pub struct PlannedReplay {
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
    pub fn new(story: &EventHistory, plan: DeliveryPlan, detailed: bool) -> Self {
        let url = plan.request.url.as_str();
        let was = story.attempts.iter().rev().find(|attempt| attempt.url == url).map(|attempt| attempt.outcome.clone());
        Self { plan, event_type: story.event.facts.event_type.clone(), was, detailed }
    }
}

/// Where replays happen: shared by those that run side by side.
#[derive(Clone)]
pub struct ReplayEngine {
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
    pub fn new(screen: Screen, store: &Store, clock: SharedClock, json: bool) -> Self {
        let writes = ReplayWrites { room: Arc::new(Semaphore::new(UNSTORED)), tasks: Mutex::default() };
        Self { screen, recorder: store.recorder(), clock, exchange: HttpClient::new(), writes: Arc::new(writes), json }
    }

    /// Whether every end is told, as a record.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Delivers one event; the answer says how it ended.
    pub async fn deliver_replay(self, replay: PlannedReplay) -> Result<ReplayReport, Error> {
        let PlannedReplay { plan, event_type, was, detailed } = replay;
        let mut player = ReplayDelivery { stage: &self, detailed, latency: Duration::ZERO };
        let delivery = deliver::deliver_event(&plan, &self.exchange, self.clock.as_ref(), &mut player).await?;
        Ok(ReplayReport {
            event: plan.event,
            event_type,
            url: plan.request.url.to_string(),
            attempts: delivery.attempts,
            outcome: delivery.last,
            latency: player.latency,
            was,
        })
    }

    /// Tells how one ended.
    pub fn show_result(&self, report: ReplayReport) {
        self.screen.send_report(Report { at: self.clock.now(), what: ReportKind::Replayed(Box::new(report)) });
    }

    /// Waits until every attempt is on the disk.
    pub async fn wait_for_writes(&self) -> Result<(), Error> {
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
            recorder.record_attempt(attempt).await.map_err(|error| Error::machine(error.to_string()))
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
