//! The book: the sandbox's file and the one thread that works in it. Whoever wants something done hands over a piece of
//! work; pieces that wait together are committed together, and nobody is answered before the commit.
//!
//! May know SQLite's transactions. Must not know what a piece of work does.

use super::schema::SANDBOX;
use crate::database::{self, OpenError};
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long to wait for a lock that another program holds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Pieces of work that may wait.
const QUEUE: usize = 1024;

/// Pieces in one transaction at most.
const GROUP: usize = 128;

/// Where the book is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SandboxLocation {
    /// In memory: gone at the end.
    Memory,
    /// In a file.
    File(PathBuf),
}

/// Why a book could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SandboxDatabaseError {
    /// The file's fault.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another sandbox works in it: attempts would be made twice.
    #[error("another sandbox is using {}", .0.display())]
    InUse(PathBuf),
    /// The first page could not be read or written.
    #[error("{path}: {detail}")]
    Unusable {
        /// The file, or where else it is.
        path: String,
        /// SQLite's words.
        detail: String,
    },
}

/// A piece of work that was not done: nothing of it is in the book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SandboxWriteError(pub String);

/// Tells whoever waits, after the commit or in its place.
type CommitCallback = Box<dyn FnOnce(Result<(), &SandboxWriteError>) + Send>;

/// One piece of work. Handed no connection, it only tells that nothing was done. What fails by itself has told so.
type SandboxWork = Box<dyn FnOnce(Result<&Connection, &SandboxWriteError>) -> Option<CommitCallback> + Send>;

/// What is handed to the clerk.
enum SandboxJob {
    Work(SandboxWork),
    /// Finish what was handed over before, and end.
    Close,
}

/// A handle to the book. Cloning is cheap; the thread ends with [`SandboxDatabase::close`].
#[derive(Clone)]
pub(crate) struct SandboxDatabase {
    queue: mpsc::Sender<SandboxJob>,
    clerk: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl std::fmt::Debug for SandboxDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Book")
    }
}

impl SandboxDatabase {
    /// Opens the book, making it where there is none, and starts its thread.
    pub(crate) fn open(place: &SandboxLocation) -> Result<Self, SandboxDatabaseError> {
        let (connection, lock) = match place {
            SandboxLocation::File(path) => {
                let lock = lock(path)?;
                (database::open_writer(&SANDBOX, path, PATIENCE)?, Some(lock))
            }
            SandboxLocation::Memory => (in_memory()?, None),
        };
        let (queue, pieces) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("sandbox".into());
        let clerk = thread.spawn(move || {
            run(&connection, pieces);
            drop(connection);
            drop(lock);
        });
        let clerk = clerk.map_err(|error| unusable(place, error.to_string()))?;
        Ok(Self { queue, clerk: Arc::new(Mutex::new(Some(clerk))) })
    }

    /// Has a piece of work done, in a transaction of its own kind: it is in the book whole or not at all, and on the
    /// disk when this answers.
    pub(crate) async fn run_job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, SandboxWriteError> {
        let gone = || SandboxWriteError("the book was closed".into());
        let (tell, told) = oneshot::channel::<Result<T, SandboxWriteError>>();
        // Whether anybody still waits is not the clerk's concern.
        let work: SandboxWork = Box::new(move |connection| {
            let done = connection
                .map_err(Clone::clone)
                .and_then(|open| work(open).map_err(|e| SandboxWriteError(e.to_string())));
            match done {
                Ok(value) => Some(Box::new(move |committed: Result<(), &SandboxWriteError>| {
                    let _ = tell.send(committed.map(|()| value).map_err(Clone::clone));
                })),
                Err(undone) => {
                    let _ = tell.send(Err(undone));
                    None
                }
            }
        });
        self.queue.send(SandboxJob::Work(work)).await.map_err(|_| gone())?;
        told.await.map_err(|_| gone())?
    }

    /// Finishes what was handed over and ends the thread.
    pub(crate) async fn close(self) {
        let clerk = self.clerk.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A clerk that is gone has nothing left to finish.
        let _ = self.queue.send(SandboxJob::Close).await;
        if let Some(clerk) = clerk {
            let _ = tokio::task::spawn_blocking(|| clerk.join()).await;
        }
    }
}

fn in_memory() -> Result<Connection, SandboxDatabaseError> {
    let sorted = |error: rusqlite::Error| unusable(&SandboxLocation::Memory, error.to_string());
    let mut connection = Connection::open_in_memory().map_err(sorted)?;
    SANDBOX.migrate(Path::new("memory"), &mut connection)?;
    Ok(connection)
}

fn unusable(place: &SandboxLocation, detail: String) -> SandboxDatabaseError {
    let path = match place {
        SandboxLocation::Memory => "memory".to_owned(),
        SandboxLocation::File(path) => path.display().to_string(),
    };
    SandboxDatabaseError::Unusable { path, detail }
}

/// Takes a lock beside the file for as long as the book is open. Beside it, and not on it: closing any other handle of
/// the file would take SQLite's own locks away (POSIX, `fcntl`).
fn lock(path: &Path) -> Result<File, SandboxDatabaseError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let beside = path.with_file_name(name);
    let failed = |error: std::io::Error| OpenError::from_io(path, SANDBOX.noun, error);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create(true).truncate(false), 0o600);
    let file = options.open(&beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SandboxDatabaseError::InUse(path.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(failed(error).into()),
    }
}

/// The thread's life.
fn run(connection: &Connection, mut pieces: mpsc::Receiver<SandboxJob>) {
    let mut group = Vec::with_capacity(GROUP);
    while pieces.blocking_recv_many(&mut group, GROUP) > 0 {
        if group.iter().any(|piece| matches!(piece, SandboxJob::Close)) {
            pieces.close();
        }
        let work = |piece| match piece {
            SandboxJob::Work(work) => Some(work),
            SandboxJob::Close => None,
        };
        commit(connection, group.drain(..).filter_map(work));
    }
    // The log is copied into the file now rather than at the next start. Without success, it is then.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
}

/// Does a group's work in one transaction. A piece that fails by itself takes back what it did and no more.
fn commit(connection: &Connection, group: impl Iterator<Item = SandboxWork>) {
    let words = |error: rusqlite::Error| SandboxWriteError(error.to_string());
    if let Err(undone) = connection.execute_batch("BEGIN IMMEDIATE").map_err(words) {
        return group.for_each(|work| drop(work(Err(&undone))));
    }
    let mut announcements = Vec::new();
    for work in group {
        let marked = connection.execute_batch("SAVEPOINT piece").map_err(words);
        let announce = work(marked.as_ref().map(|()| connection));
        let after = if announce.is_some() { "RELEASE piece" } else { "ROLLBACK TO piece; RELEASE piece" };
        // A failure here shows again at the commit.
        let _ = connection.execute_batch(after);
        announcements.extend(announce);
    }
    let committed = connection.execute_batch("COMMIT").map_err(words);
    if committed.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    announcements.into_iter().for_each(|announce| announce(committed.as_ref().copied()));
}
