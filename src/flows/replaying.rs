//! Delivering events of the history again: the request as it came, and a run over many, in order.
//!
//! May know the store, the delivery engine and the screen. Which events, where to and how fast is decided by whoever
//! calls; the bytes are those that are stored.

use super::request::plain;
use super::transfer::Story;
use crate::clock::SharedClock;
use crate::deliver::{self, Plan, Surroundings};
use crate::error::Error;
use crate::exchange::{Exchange, Request};
use crate::output::screen::Screen;
use crate::protocol::arrival::{HeaderLines, goes_along};
use crate::protocol::attempt::{Attempt, Outcome, Purpose};
use crate::protocol::body::RawBody;
use crate::protocol::report::{ReplayReport, Report, What};
use crate::protocol::signature::{Key, SIGNATURE_HEADER};
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
pub enum Signing {
    /// The one that came.
    Kept,
    /// The one that came; where the event never came in, one made with this key.
    KeptOr(Key),
    /// One made with this key.
    Again(Key),
}

/// The request that sends an event again: its bytes, and the header fields that belong to them.
pub fn request(story: &Story, url: Url, signing: &Signing) -> Result<Request, Error> {
    match story.arrivals.first() {
        Some(first) => again(url, &story.event.body, &first.headers, signing),
        None => match signing {
            Signing::Kept => plain(url, &story.event.body, None),
            Signing::KeptOr(key) | Signing::Again(key) => signed(url, &story.event.body, key),
        },
    }
}

/// The same from header lines and a body.
pub fn again(url: Url, body: &RawBody, headers: &HeaderLines, signing: &Signing) -> Result<Request, Error> {
    let mut fields = Vec::new();
    for (name, value) in headers.iter() {
        let along = std::str::from_utf8(name).is_ok_and(goes_along);
        // What a header cannot hold never was one; an edited file may say so all the same.
        if let (true, Ok(name), Ok(value)) = (along, HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            fields.push((name, value));
        }
    }
    if let Signing::Again(key) = signing {
        fields.retain(|(name, _)| name != SIGNATURE_HEADER);
        let fresh = signed(url.clone(), body, key)?.headers;
        fields.extend(fresh.into_iter().filter(|(name, _)| name == SIGNATURE_HEADER));
    }
    Ok(Request { url, headers: fields, body: body.clone() })
}

fn signed(url: Url, body: &RawBody, key: &Key) -> Result<Request, Error> {
    plain(url, body, Some(key.sign(body.as_bytes())))
}

/// One event on its way out again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// How it is delivered.
    pub plan: Plan,
    /// Its type, as it stands in the body.
    pub event_type: Option<String>,
    /// How the last delivery there before this one ended.
    pub was: Option<Outcome>,
    /// Whether each attempt is told, and not only the end.
    pub detailed: bool,
}

impl Replay {
    /// Puts it together; what was recorded of the target becomes what it is compared with.
    pub fn new(story: &Story, plan: Plan, detailed: bool) -> Self {
        let url = plan.request.url.as_str();
        let was = story.attempts.iter().rev().find(|attempt| attempt.url == url).map(|attempt| attempt.outcome.clone());
        Self { plan, event_type: story.event.facts.event_type.clone(), was, detailed }
    }
}

/// Where replays happen: shared by those that run side by side.
#[derive(Clone)]
pub struct Stage {
    screen: Screen,
    recorder: StoreRecorder,
    clock: SharedClock,
    exchange: Exchange,
    writes: Arc<Writes>,
    json: bool,
}

/// Attempts on their way into the store. A replay does not wait for each to be on the disk; the run does, at its end.
#[derive(Debug)]
struct Writes {
    room: Arc<Semaphore>,
    tasks: Mutex<JoinSet<Result<(), Error>>>,
}

impl Stage {
    /// Sets it up.
    pub fn new(screen: Screen, store: &Store, clock: SharedClock, json: bool) -> Self {
        let writes = Writes { room: Arc::new(Semaphore::new(UNSTORED)), tasks: Mutex::default() };
        Self { screen, recorder: store.recorder(), clock, exchange: Exchange::new(), writes: Arc::new(writes), json }
    }

    /// Whether every end is told, as a record.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Delivers one event; the answer says how it ended.
    pub async fn play(self, replay: Replay) -> Result<ReplayReport, Error> {
        let Replay { plan, event_type, was, detailed } = replay;
        let mut player = Player { stage: &self, detailed, latency: Duration::ZERO };
        let delivery = deliver::deliver(&plan, &self.exchange, self.clock.as_ref(), &mut player).await?;
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
    pub fn tell(&self, report: ReplayReport) {
        self.screen.tell(Report { at: self.clock.now(), what: What::Replayed(Box::new(report)) });
    }

    /// Waits until every attempt is on the disk.
    pub async fn settle(&self) -> Result<(), Error> {
        let mut tasks = std::mem::take(&mut *self.writes.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(stored) = tasks.join_next().await {
            stored.unwrap_or_else(|_| Err(Error::machine("an attempt could not be stored")))?;
        }
        Ok(())
    }
}

/// Store and screen, as the engine sees them.
struct Player<'a> {
    stage: &'a Stage,
    detailed: bool,
    latency: Duration,
}

impl Surroundings for Player<'_> {
    type Stopped = Error;

    fn tell(&mut self, report: Report) {
        // The end is told with what it is compared to, by whoever runs this.
        if self.detailed && matches!(report.what, What::Attempt(_) | What::Wait { .. }) {
            self.stage.screen.tell(report);
        }
    }

    async fn keep(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.latency = attempt.latency;
        let attempt = Attempt { purpose: Purpose::Replay, ..attempt };
        let (writes, recorder) = (&self.stage.writes, self.stage.recorder.clone());
        let room = Arc::clone(&writes.room).acquire_owned().await;
        let task = async move {
            let _room = room;
            recorder.attempt(attempt).await.map_err(|error| Error::machine(error.to_string()))
        };
        let mut tasks = writes.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(task);
        while let Some(ended) = tasks.try_join_next() {
            ended.unwrap_or_else(|_| Err(Error::machine("an attempt could not be stored")))?;
        }
        Ok(())
    }

    async fn wait(&mut self, delay: Duration) -> Result<(), Error> {
        self.stage.clock.sleep(delay).await;
        Ok(())
    }

    async fn step(&mut self, _: u32) -> Result<(), Error> {
        Err(Error::usage("a replay cannot wait for Enter"))
    }
}
