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
//! | `tables` | what a job does to the tables; `database::writer` commits it |
//! | `index`, `recent_index`, `sql` | looking events up, on disk and in memory; prepared statements |
//! | `event_cache` | what is known of an event that comes again |
//! | `import`, `forward_statements` | what is entered or kept beside arrivals: imports, the progress of forwards, load runs |
//! | `owed` | what a target is owed, entered and found |
//! | `journal` | subscriptions: what was wished for, what came of it |
//! | `prune`, `retention` | removing for good: on request, or the oldest as new ones come |
//! | `filter`, `reader`, `changes`, `email_index` | which events, reading them, what happened since, finding an address |
//! | `standing` | how an event stands with each target: what is owed |
//! | `timeline` | when what happened |

mod changes;
mod code;
mod email_index;
mod event_cache;
mod filter;
mod forward_statements;
mod import;
mod incoming;
mod index;
mod journal;
mod key;
mod owed;
mod prune;
mod reader;
mod recent;
mod recent_index;
mod retention;
mod rows;
mod schema;
mod sql;
mod standing;
mod tables;
mod timeline;

#[cfg(test)]
mod tests;

pub(crate) use crate::database::{OpenError, ReadError};
pub(crate) use changes::StoreCursor;
pub(crate) use email_index::EmailIndex;
pub(crate) use filter::{EventDirection, StoreFilter};
pub(crate) use import::EventImport;
pub use journal::{JournalEntry, SubscriptionIntent, SubscriptionJournal, SubscriptionStatus};
pub(crate) use prune::prune;
pub(crate) use reader::StoreReader;
pub(crate) use recent::RepeatCounts;
pub(crate) use retention::{RetentionTarget, StoreRetention};
pub(crate) use rows::{ArrivalRow, BareEvent, EventRow, RefusedRow};
pub(crate) use timeline::{TimelinePoint, TimelineSample};

use crate::database::{self, GroupWriter, WrittenFile, WrittenTables};
use crate::protocol::arrival::{
    Arrival, ArrivalRecordError, ArrivalRecorder, ForwardProgress, OwedForwards, RecordedArrival, RefusedRequest,
    UnforwardedArrival, UnmadeForwards,
};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use incoming::{IncomingArrival, OutgoingEvent};
use jiff::Timestamp;
use rusqlite::Connection;
use schema::STORE;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tables::StoreTables;

/// How often the ages of events are looked at while none comes.
const AGE_EVERY: Duration = Duration::from_secs(60);

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
    thread: JoinHandle<()>,
}

impl Store {
    /// Opens the store in a file, making the file (0600) and its folder (0700) where there are none. Blocks for some
    /// milliseconds, or for the patience while another process holds the file.
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, OpenError> {
        Self::open_kept(path, options, None)
    }

    /// The same, with the oldest events going for good.
    pub(crate) fn open_retaining(
        path: impl AsRef<Path>,
        options: StoreOptions,
        retention: StoreRetention,
    ) -> Result<Self, OpenError> {
        let (ages, clock) = (retention.age.is_some(), retention.clock.clone());
        let store = Self::open_kept(path, options, Some(Arc::new(retention)))?;
        if let (true, Ok(runtime)) = (ages, tokio::runtime::Handle::try_current()) {
            // Events age while nothing comes, too. The task ends with the writer.
            let writer = store.recorder.writer.clone();
            runtime.spawn(async move {
                while writer.run_job(0, |_: &mut StoreTables<'_>| Ok(())).await.is_ok() {
                    clock.sleep(AGE_EVERY).await;
                }
            });
        }
        Ok(store)
    }

    fn open_kept(
        path: impl AsRef<Path>,
        options: StoreOptions,
        kept: Option<Arc<StoreRetention>>,
    ) -> Result<Self, OpenError> {
        let (path, shape, patience) = (path.as_ref(), &STORE, options.patience);
        let connection = database::open_writer(shape, path, patience)?;
        let file = WrittenFile { shape, path: path.to_path_buf(), patience };
        let tables = StoreFile { quota: options.quota_bytes, kept, numbers: (0, 0) };
        let (writer, thread) = GroupWriter::start("store", connection, Some(file), tables, ())
            .map_err(|e| OpenError::from_io(path, shape.noun, e))?;
        Ok(Self { path: path.to_path_buf(), recorder: StoreRecorder { writer }, thread })
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

    /// Tells how many attempts ended, in one transaction. Answers after they are durable.
    pub async fn record_attempts(&self, attempts: Vec<Attempt>) -> Result<(), ArrivalRecordError> {
        self.recorder.record_attempts(attempts).await
    }

    /// Removes events with their arrivals and attempts, and answers how many there were. Room in the file is used
    /// again; numbers are not.
    pub async fn remove_events(&self, events: Vec<u64>) -> Result<u64, ArrivalRecordError> {
        self.recorder.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.remove_events(&events)).await
    }

    /// Enters what another store had, in one transaction; for each its number here, or `None` where it was here already.
    pub async fn import_events(&self, past: Vec<EventImport>) -> Result<Vec<Option<u64>>, ArrivalRecordError> {
        let weight = past.iter().map(EventImport::weight).sum();
        let work = move |tables: &mut StoreTables<'_>| past.iter().map(|past| tables.import_event(past)).collect();
        self.recorder.writer.run_job(weight, work).await
    }

    /// Keeps the summary of a load run, a JSON object.
    pub async fn save_load_summary(&self, at: Timestamp, summary: String) -> Result<u64, ArrivalRecordError> {
        let work = move |tables: &mut StoreTables<'_>| tables.save_load_summary(at.as_millisecond(), &summary);
        self.recorder.writer.run_job(0, work).await
    }

    /// Finishes what was queued before, copies the log into the file and ends the writer. What is recorded later is
    /// answered with [`ArrivalRecordError::Unavailable`].
    pub async fn close(self) {
        self.recorder.writer.close().await;
        let _ = tokio::task::spawn_blocking(|| self.thread.join()).await;
    }
}

/// The store's tables, as the writer opens them.
#[derive(Debug)]
struct StoreFile {
    quota: u64,
    kept: Option<Arc<StoreRetention>>,
    /// Highest numbers of events and arrivals that were given out in files that are gone. Whoever knows something by
    /// its number must not find another thing under it.
    numbers: (i64, i64),
}

impl WrittenTables for StoreFile {
    const CAN_BEGIN_ANEW: bool = true;

    type Open<'c> = StoreTables<'c>;

    fn open<'c>(&mut self, connection: &'c Connection) -> rusqlite::Result<StoreTables<'c>> {
        if self.numbers != (0, 0) {
            connection.execute(tables::KEEP_NUMBERS, self.numbers)?;
        }
        StoreTables::new(connection, self.quota, self.kept.as_ref())
    }

    fn note_loss(&mut self, open: &StoreTables<'_>) {
        self.numbers = (open.last_event, open.last_arrival);
    }
}

/// The door through which engines record. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct StoreRecorder {
    writer: GroupWriter<StoreFile>,
}

impl StoreRecorder {
    /// See [`Store::record_sent`].
    pub async fn record_sent(
        &self,
        body: RawBody,
        facts: &EventFacts,
        at: Timestamp,
    ) -> Result<u64, ArrivalRecordError> {
        let (body_bytes, outgoing) = (body.len(), OutgoingEvent::new(body, facts, at));
        let work = move |tables: &mut StoreTables<'_>| tables.record_sent(&outgoing);
        self.writer.run_job(body_bytes, work).await
    }

    /// Has the file opened that lies at the path now, where another one did before: what is recorded next goes there.
    pub(crate) async fn open_current(&self) -> Result<(), ArrivalRecordError> {
        let look = |_: &mut StoreTables<'_>| Ok(());
        match self.writer.run_job(0, look).await {
            // It has noticed.
            Err(ArrivalRecordError::Unavailable(_)) => self.writer.run_job(0, look).await,
            other => other,
        }
    }

    /// See [`Store::record_attempt`].
    pub async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.record_attempt(&attempt)).await
    }
}

impl ArrivalRecorder for StoreRecorder {
    async fn record_arrival(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        let (weight, incoming) = (arrival.content.weight(), IncomingArrival::from(arrival));
        let work = move |tables: &mut StoreTables<'_>| tables.record_arrival(&incoming);
        self.writer.run_job(weight, work).await
    }

    async fn record_refused(&self, refused: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        let weight = refused.content.weight();
        let work = move |tables: &mut StoreTables<'_>| tables.record_refused(&refused);
        self.writer.run_job(weight, work).await
    }

    async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.record_attempt(attempt).await
    }

    async fn record_attempts(&self, attempts: Vec<Attempt>) -> Result<(), ArrivalRecordError> {
        let work = move |tables: &mut StoreTables<'_>| attempts.iter().try_for_each(|one| tables.record_attempt(one));
        self.writer.run_job(0, work).await
    }

    async fn was_forwarded(&self, event: u64, url: &str) -> Result<bool, ArrivalRecordError> {
        let url = url.to_owned();
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.was_forwarded(event, &url)).await
    }

    async fn find_arrival_after(&self, arrival: u64) -> Result<Option<UnforwardedArrival>, ArrivalRecordError> {
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.find_arrival_after(arrival)).await
    }

    async fn was_acknowledged(&self, event: u64, url: &str, since: Timestamp) -> Result<bool, ArrivalRecordError> {
        let url = url.to_owned();
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.was_acknowledged(event, &url, since)).await
    }

    async fn load_owed(&self, url: &str) -> Result<OwedForwards, ArrivalRecordError> {
        let url = url.to_owned();
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.load_owed(&url)).await
    }

    async fn record_owed(&self, owed: UnmadeForwards) -> Result<Vec<u64>, ArrivalRecordError> {
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.record_owed(&owed)).await
    }

    async fn settle_owed(&self, event: u64, url: &str) -> Result<(), ArrivalRecordError> {
        let url = url.to_owned();
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.settle_owed(event, &url)).await
    }

    async fn save_progress(&self, url: &str, progress: ForwardProgress) -> Result<(), ArrivalRecordError> {
        let url = url.to_owned();
        self.writer.run_job(0, move |tables: &mut StoreTables<'_>| tables.save_progress(&url, &progress)).await
    }
}
