//! The store: every event of a profile, each arrival of it and each attempt to deliver it, in one SQLite file.
//!
//! May know the protocol's values and SQLite. Must not know where its file lies by default, what is shown of it, or
//! the network.
//!
//! One [`Store`] per process writes, through one thread; any number of [`StoreReader`]s read beside it, in this process
//! or another. What an answer of the writer says is on the disk.
//!
//! | file | holds |
//! |---|---|
//! | `schema` | the tables and their versions |
//! | `key`, `code` | digests and numbers that stand in rows |
//! | `incoming` | an arrival or an event that is sent, ready to be entered |
//! | `job`, `writer`, `tables` | what is queued, how it is committed, what it does to the tables |
//! | `index`, `recent_index`, `sql` | looking events up, on disk and in memory; prepared statements |
//! | `event_cache` | what is known of an event that comes again |
//! | `import`, `forward_statements` | what is entered or kept beside arrivals: imports, the progress of forwards, load runs |
//! | `journal` | subscriptions: what was wished for, what came of it |
//! | `prune` | removing for good |
//! | `filter`, `reader` | which events, and reading them |

mod code;
mod error;
mod event_cache;
mod filter;
mod forward_statements;
mod import;
mod incoming;
mod index;
mod job;
mod journal;
mod key;
mod prune;
mod reader;
mod recent_index;
mod rows;
mod schema;
mod sql;
mod tables;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use crate::database::{OpenError, ReadError};
pub(crate) use filter::{EventDirection, StoreFilter};
pub(crate) use import::EventImport;
pub use journal::{JournalEntry, SubscriptionIntent, SubscriptionJournal, SubscriptionStatus};
pub(crate) use prune::prune;
pub(crate) use reader::StoreReader;
pub(crate) use rows::{ArrivalRow, EventRow, RefusedRow};

use crate::database;
use crate::protocol::arrival::{
    Arrival, ArrivalRecordError, ArrivalRecorder, ForwardProgress, RecordedArrival, RefusedRequest, UnforwardedArrival,
};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use import::TargetProgressRequest;
use incoming::OutgoingEvent;
use jiff::Timestamp;
use job::{HeldReply, StoreJob};
use schema::STORE;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;

/// Jobs that may wait for the writer; whoever has one more waits too.
const QUEUE: usize = 4096;

/// What a store is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// Bytes that the rows may take. What would go beyond is answered with [`ArrivalRecordError::Full`].
    pub quota_bytes: u64,
    /// How long to wait for a lock that another process holds.
    pub patience: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { quota_bytes: 1 << 30, patience: Duration::from_secs(8) }
    }
}

/// A store that is being written. The writer ends when this and every [`StoreRecorder`] are gone, or with
/// [`Store::close`].
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    recorder: StoreRecorder,
    writer: JoinHandle<()>,
}

impl Store {
    /// Opens the store in a file, making the file (0600) and its folder (0700) where there are none. Blocks for some
    /// milliseconds, or for the patience while another process holds the file.
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let connection = database::open_writer(&STORE, path, options.patience)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let answers = writer::ReplyDispatcher::through_runtime();
        let thread = std::thread::Builder::new().name("store".into());
        let writer = thread
            .spawn(move || writer::run_writer(&connection, options.quota_bytes, jobs, &answers))
            .map_err(|e| OpenError::from_io(path, STORE.noun, e))?;
        Ok(Self { path: path.to_path_buf(), recorder: StoreRecorder { queue }, writer })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A door for engines that record.
    pub fn recorder(&self) -> StoreRecorder {
        self.recorder.clone()
    }

    /// A connection of its own that reads what is committed.
    pub fn open_reader(&self) -> Result<StoreReader, OpenError> {
        StoreReader::open(&self.path)
    }

    /// Registers an event that is about to be sent and answers with its number, after it is durable.
    pub async fn record_sent(
        &self,
        body: RawBody,
        facts: &EventFacts,
        at: Timestamp,
    ) -> Result<u64, ArrivalRecordError> {
        self.recorder.record_sent(body, facts, at).await
    }

    /// Tells how an attempt ended. Answers after it is durable.
    pub async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.recorder.record_attempt(attempt).await
    }

    /// Removes events with their arrivals and attempts, and answers how many there were. Room in the file is used
    /// again; numbers are not.
    pub async fn remove_events(&self, events: Vec<u64>) -> Result<u64, ArrivalRecordError> {
        self.recorder.submit_job(|answer| StoreJob::Remove(events, answer)).await
    }

    /// Enters what another store had, in one transaction; for each its number here, or `None` where it was here already.
    pub async fn import_events(&self, past: Vec<EventImport>) -> Result<Vec<Option<u64>>, ArrivalRecordError> {
        self.recorder.submit_job(|answer| StoreJob::Import(past, answer)).await
    }

    /// Keeps the summary of a load run, a JSON object.
    pub async fn save_load_summary(&self, at: Timestamp, summary: String) -> Result<u64, ArrivalRecordError> {
        self.recorder.submit_job(|answer| StoreJob::Load(at.as_millisecond(), summary, answer)).await
    }

    /// Finishes what was queued before, copies the log into the file and ends the writer. What is recorded later is
    /// answered with [`ArrivalRecordError::Unavailable`].
    pub async fn close(self) {
        // A writer that is gone already has nothing left to finish.
        let _ = self.recorder.submit_job(StoreJob::Close).await;
        let _ = tokio::task::spawn_blocking(|| self.writer.join()).await;
    }
}

/// The door through which engines record. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct StoreRecorder {
    queue: mpsc::Sender<StoreJob>,
}

impl StoreRecorder {
    /// See [`Store::record_sent`].
    pub async fn record_sent(
        &self,
        body: RawBody,
        facts: &EventFacts,
        at: Timestamp,
    ) -> Result<u64, ArrivalRecordError> {
        let outgoing = Box::new(OutgoingEvent::new(body, facts, at));
        self.submit_job(|answer| StoreJob::Send(outgoing, answer)).await
    }

    /// See [`Store::record_attempt`].
    pub async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.submit_job(|answer| StoreJob::Attempt(Box::new(attempt), answer)).await
    }

    async fn submit_job<T>(&self, job: impl FnOnce(HeldReply<T>) -> StoreJob) -> Result<T, ArrivalRecordError> {
        let gone = || ArrivalRecordError::Unavailable("it was closed".to_owned());
        let (answer, from) = HeldReply::new();
        self.queue.send(job(answer)).await.map_err(|_| gone())?;
        from.await.map_err(|_| gone())?
    }
}

impl ArrivalRecorder for StoreRecorder {
    async fn record_arrival(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        let incoming = Box::new(arrival.into());
        self.submit_job(|answer| StoreJob::Record(incoming, answer)).await
    }

    async fn record_refused(&self, refused: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        self.submit_job(|answer| StoreJob::Refuse(Box::new(refused), answer)).await
    }

    async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.record_attempt(attempt).await
    }

    async fn was_forwarded(&self, event: u64, url: &str) -> Result<bool, ArrivalRecordError> {
        self.submit_job(|answer| StoreJob::WasForwarded(event, url.to_owned(), answer)).await
    }

    async fn find_arrival_after(&self, arrival: u64) -> Result<Option<UnforwardedArrival>, ArrivalRecordError> {
        self.submit_job(|answer| StoreJob::ArrivalAfter(arrival, answer)).await
    }

    async fn load_progress(&self, url: &str, now: Timestamp) -> Result<ForwardProgress, ArrivalRecordError> {
        let step = TargetProgressRequest::query(url, now);
        self.submit_job(|answer| StoreJob::Progress(step, answer)).await
    }

    async fn save_progress(&self, url: &str, progress: ForwardProgress) -> Result<(), ArrivalRecordError> {
        let step = TargetProgressRequest::update(url, progress);
        self.submit_job(|answer| StoreJob::Progress(step, answer)).await.map(drop)
    }
}
