//! The one thread that writes a file: it takes what is queued and commits it as one group.
//!
//! May know transactions, the queue and where the file lies. Must not know what a job does to the tables. Nothing is
//! answered before its commit; nothing is waited for to make a group larger, for while one group is being committed the
//! next one gathers.
//!
//! Whoever waits for an answer sits on another thread, and waking that thread from here costs a system call each time.
//! So a group's answers go there together, and a task over there hands them out.
//!
//! A file that was moved, removed, replaced, emptied or written over while it was open takes commits that nobody will ever
//! read. So before each commit, and again before its answers, the file has to be where it was, and as it was left; where it
//! is not, the group has failed, and the next one opens the file anew.

use super::fault::WriteFault;
use super::file;
use super::identity::{FileIdentity, FileLoss};
use super::schema::DatabaseSchema;
use crate::protocol::arrival::ArrivalRecordError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::io;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Jobs that may wait for the writer; whoever has one more waits too.
const QUEUE: usize = 4096;

/// Jobs in one transaction at most.
const GROUP_JOBS: usize = 1024;

/// Bytes after which a transaction takes no further job: large bodies are answered in several steps.
const GROUP_BYTES: usize = 16 * 1024 * 1024;

/// What is written, and how it is opened.
pub(crate) trait WrittenTables: Send + 'static {
    /// Whether a new file can stand in for one that is gone.
    const CAN_BEGIN_ANEW: bool;

    /// The tables of an open file.
    type Open<'c>: TransactionTables;

    /// Takes up the tables of a file that was opened.
    fn open<'c>(&mut self, connection: &'c Connection) -> rusqlite::Result<Self::Open<'c>>;

    /// The file is gone. What is to go on in the next one is noted here.
    fn note_loss(&mut self, _open: &Self::Open<'_>) {}
}

pub(crate) trait TransactionTables {
    /// Begins a transaction, waiting for the lock.
    fn begin(&mut self) -> rusqlite::Result<()>;

    /// Commits: when this returns, the transaction is on the disk.
    fn commit(&mut self) -> rusqlite::Result<()>;

    /// Ends a transaction without a trace. Some errors have ended it already.
    fn roll_back(&mut self, connection: &Connection);

    /// Whether there is something to put in order between groups.
    fn is_untidy(&self) -> bool {
        false
    }

    /// Nothing more comes: what was put off for the sake of those who wait is untidy from now on.
    fn finish(&mut self) {}

    /// Puts a portion of it in order.
    fn tidy(&mut self) -> Result<(), WriteFault> {
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct WrittenFile {
    pub shape: &'static DatabaseSchema,
    /// Where it lies.
    pub path: PathBuf,
    /// How long to wait for a lock that another process holds.
    pub patience: Duration,
}

/// A handle to the writer. Cloning is cheap; the thread ends with the last one, or with [`GroupWriter::close`].
pub(crate) struct GroupWriter<W: WrittenTables> {
    queue: mpsc::Sender<QueuedJob<W>>,
}

impl<W: WrittenTables> Clone for GroupWriter<W> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<W: WrittenTables> std::fmt::Debug for GroupWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroupWriter")
    }
}

impl<W: WrittenTables> GroupWriter<W> {
    /// Starts the thread on an open connection; `file` is `None` for one in memory. `held` is kept as long as the
    /// thread lives.
    pub(crate) fn start(
        name: &str,
        connection: Connection,
        file: Option<WrittenFile>,
        tables: W,
        held: impl Send + 'static,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let replies = ReplyDispatcher::through_runtime();
        let identity = file.as_ref().map(|file| FileIdentity::of(&file.path));
        let writer = WriterThread { file, identity, tables, jobs, replies, group: Vec::with_capacity(GROUP_JOBS) };
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            writer.run(connection);
            drop(held);
        })?;
        Ok((Self { queue }, thread))
    }

    /// Has a job done, and answers when it is on the disk: whole or not at all. The work may be done more than once,
    /// each time on tables that know nothing of the time before. `weight`: bytes that it adds at most.
    pub(crate) async fn run_job<T, F>(&self, weight: usize, work: F) -> Result<T, ArrivalRecordError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&mut W::Open<'c>) -> Result<T, WriteFault> + Send + 'static,
    {
        let gone = || ArrivalRecordError::Unavailable("it was closed".to_owned());
        let (to, from) = oneshot::channel();
        let job = Box::new(HeldJob { work, weight, to, held: None });
        self.queue.send(QueuedJob::Work(job)).await.map_err(|_| gone())?;
        from.await.map_err(|_| gone())?
    }

    /// Has what was queued before finished, and the thread ended. What comes later finds nobody.
    pub(crate) async fn close(&self) {
        // A writer that is gone already has nothing left to finish.
        let _ = self.queue.send(QueuedJob::Close).await;
    }
}

enum QueuedJob<W: WrittenTables> {
    Work(Box<dyn GroupJob<W>>),
    /// Finish what is queued and end.
    Close,
}

/// One thing to do, and the way back of its answer.
trait GroupJob<W: WrittenTables>: Send {
    /// Does the work in the current transaction and holds the answer back.
    fn apply(&mut self, tables: &mut W::Open<'_>) -> Result<(), WriteFault>;

    /// Replaces whatever answer is held.
    fn fail(&mut self, error: &ArrivalRecordError);

    /// Sends the answer that is held.
    fn send_reply(self: Box<Self>);

    /// Bytes that it adds at most, for keeping transactions small.
    fn weight(&self) -> usize;
}

/// An answer that is known before it may be told: it is sent only after the commit.
struct HeldJob<F, T> {
    work: F,
    weight: usize,
    to: oneshot::Sender<Result<T, ArrivalRecordError>>,
    held: Option<Result<T, ArrivalRecordError>>,
}

impl<W, F, T> GroupJob<W> for HeldJob<F, T>
where
    W: WrittenTables,
    F: for<'c> FnMut(&mut W::Open<'c>) -> Result<T, WriteFault> + Send,
    T: Send,
{
    /// A refusal is an answer too, anything worse is handed on.
    fn apply(&mut self, tables: &mut W::Open<'_>) -> Result<(), WriteFault> {
        self.held = Some(match (self.work)(tables) {
            Ok(value) => Ok(value),
            Err(WriteFault::Refusal(error)) => Err(error),
            Err(fault) => return Err(fault),
        });
        Ok(())
    }

    fn fail(&mut self, error: &ArrivalRecordError) {
        self.held = Some(Err(error.clone()));
    }

    /// Nobody listens any more: then nobody needs to be told.
    fn send_reply(self: Box<Self>) {
        if let Some(result) = self.held {
            let _ = self.to.send(result);
        }
    }

    fn weight(&self) -> usize {
        self.weight
    }
}

type JobGroup<W> = Vec<Box<dyn GroupJob<W>>>;

/// The way back of the answers.
struct ReplyDispatcher<W: WrittenTables>(Option<mpsc::UnboundedSender<JobGroup<W>>>);

impl<W: WrittenTables> ReplyDispatcher<W> {
    /// By way of a task on the current runtime; straight to those who wait where there is none.
    fn through_runtime() -> Self {
        let Ok(runtime) = Handle::try_current() else { return Self(None) };
        let (groups, mut committed) = mpsc::unbounded_channel::<JobGroup<W>>();
        runtime.spawn(async move {
            while let Some(group) = committed.recv().await {
                group.into_iter().for_each(|job| job.send_reply());
            }
        });
        Self(Some(groups))
    }

    fn send(&self, group: JobGroup<W>) {
        let left = match &self.0 {
            // The runtime may be gone before the writer; whoever waits on another one still gets the answer.
            Some(groups) => groups.send(group).err().map(|unsent| unsent.0),
            None => Some(group),
        };
        left.into_iter().flatten().for_each(|job| job.send_reply());
    }
}

/// Why the work on a file ended.
enum WriterEnd {
    /// There is nothing left to do.
    Finished,
    /// The file cannot be worked on any more.
    Lost(ArrivalRecordError),
}

struct WriterThread<W: WrittenTables> {
    file: Option<WrittenFile>,
    identity: Option<FileIdentity>,
    tables: W,
    jobs: mpsc::Receiver<QueuedJob<W>>,
    replies: ReplyDispatcher<W>,
    group: JobGroup<W>,
}

impl<W: WrittenTables> WriterThread<W> {
    /// Runs until every handle is gone, or one says to close.
    fn run(mut self, mut connection: Connection) {
        while let WriterEnd::Lost(error) = self.work_on(&connection) {
            drop(connection);
            connection = loop {
                if self.group.is_empty() && !self.receive() {
                    return;
                }
                match self.open_anew(&error) {
                    Ok(opened) => break opened,
                    Err(error) => self.refuse_group(&error),
                }
            };
        }
    }

    fn open_anew(&mut self, lost: &ArrivalRecordError) -> Result<Connection, ArrivalRecordError> {
        let Some(file) = self.file.as_ref().filter(|_| W::CAN_BEGIN_ANEW) else { return Err(lost.clone()) };
        let opened = file::open_writer(file.shape, &file.path, file.patience);
        let opened = opened.map_err(|error| ArrivalRecordError::Unavailable(error.to_string()))?;
        self.identity = Some(FileIdentity::of(&file.path));
        Ok(opened)
    }

    /// Waits for jobs; whether there are more to come.
    fn receive(&mut self) -> bool {
        let mut queued = Vec::with_capacity(GROUP_JOBS);
        if self.jobs.blocking_recv_many(&mut queued, GROUP_JOBS) == 0 {
            return false;
        }
        for job in queued {
            match job {
                QueuedJob::Work(job) => self.group.push(job),
                // What was queued before stays readable; what comes later finds nobody.
                QueuedJob::Close => self.jobs.close(),
            }
        }
        true
    }

    /// What became of the file that was opened, if anything.
    fn find_loss(&mut self, connection: &Connection) -> Option<FileLoss> {
        let loss = self.identity.as_mut()?.find_loss(connection)?;
        if loss == FileLoss::WrittenOver {
            // Its end would copy the log of one file into another.
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            self.identity.iter().for_each(FileIdentity::put_log_aside);
        }
        Some(loss)
    }

    fn refuse_group(&mut self, error: &ArrivalRecordError) {
        self.group.iter_mut().for_each(|job| job.fail(error));
        self.replies.send(std::mem::take(&mut self.group));
    }

    fn work_on(&mut self, connection: &Connection) -> WriterEnd {
        let mut open = match self.tables.open(connection) {
            Ok(open) => open,
            Err(error) => {
                let error = WriteFault::from(error).into_record_error();
                self.refuse_group(&error);
                return WriterEnd::Lost(error);
            }
        };
        while !self.group.is_empty() || self.receive() {
            while !self.group.is_empty() {
                let size = transaction_size(&self.group);
                // Asked before it, so that a file that somebody took away is left as it is, and again after it.
                let mut loss = self.find_loss(connection);
                if loss.is_none() {
                    commit(connection, &mut open, &mut self.group[..size]);
                    loss = self.find_loss(connection);
                }
                if let Some(loss) = loss {
                    let error = ArrivalRecordError::Unavailable(lost_words(loss, W::CAN_BEGIN_ANEW));
                    self.tables.note_loss(&open);
                    self.refuse_group(&error);
                    return WriterEnd::Lost(error);
                }
                self.replies.send(self.group.drain(..size).collect());
                if open.is_untidy() {
                    // Nobody waits for this one; if it fails, everything is still found where it was.
                    let _ = transact(connection, &mut open, W::Open::tidy);
                }
            }
        }
        open.finish();
        // Left half sorted, the file would be sorted from the start by every run that is too short to end it.
        while open.is_untidy() && transact(connection, &mut open, W::Open::tidy).is_ok() {}
        // The log is copied into the file now rather than at the next start. Without success, it is then.
        let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        WriterEnd::Finished
    }
}

fn lost_words(loss: FileLoss, can_begin_anew: bool) -> String {
    let what = match loss {
        FileLoss::Gone => "its file was moved, removed, replaced or emptied",
        FileLoss::WrittenOver => "another file was written over its own, whose log was put aside",
    };
    format!("{what}{}", if can_begin_anew { ", and is being opened again" } else { "" })
}

fn transaction_size<W: WrittenTables>(group: &[Box<dyn GroupJob<W>>]) -> usize {
    let mut bytes = 0;
    let full = group.iter().position(|job| {
        bytes += job.weight();
        bytes >= GROUP_BYTES
    });
    full.map_or(group.len(), |last| last + 1)
}

/// Commits the jobs together. If one of them fails by itself, each gets a transaction of its own.
fn commit<W: WrittenTables>(connection: &Connection, open: &mut W::Open<'_>, jobs: &mut [Box<dyn GroupJob<W>>]) {
    let done = transact(connection, open, |open| jobs.iter_mut().try_for_each(|job| job.apply(open)));
    match done {
        Ok(()) => {}
        Err(WriteFault::Job(_)) if jobs.len() > 1 => {
            jobs.chunks_mut(1).for_each(|job| commit(connection, open, job));
        }
        Err(fault) => {
            let error = fault.into_record_error();
            jobs.iter_mut().for_each(|job| job.fail(&error));
        }
    }
}

fn transact<T: TransactionTables>(
    connection: &Connection,
    open: &mut T,
    work: impl FnOnce(&mut T) -> Result<(), WriteFault>,
) -> Result<(), WriteFault> {
    let done = open.begin().map_err(WriteFault::from).and_then(|()| work(open)).and_then(|()| Ok(open.commit()?));
    if done.is_err() {
        open.roll_back(connection);
    }
    done
}
