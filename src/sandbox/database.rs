//! The book: the sandbox's file, written by a thread of its own. Whoever wants something done hands over a piece of work.
//!
//! Must not know what a piece of work does.

use super::schema::SANDBOX;
use crate::database::{self, GroupWriter, OpenError, TransactionTables, WrittenFile, WrittenTables};
use crate::protocol::arrival::ArrivalRecordError;
use crate::system::{private_file, private_folder};
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long to wait for a lock that another program holds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Where the book is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SandboxLocation {
    /// In memory: gone at the end.
    Memory,
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
        detail: String,
    },
}

/// A piece of work that was not done: nothing of it is in the book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SandboxWriteError(pub String);

impl From<ArrivalRecordError> for SandboxWriteError {
    fn from(error: ArrivalRecordError) -> Self {
        match error {
            ArrivalRecordError::Unavailable(words) => Self(words),
            other => Self(other.to_string()),
        }
    }
}

/// The tables, as the writer opens them. A file that is gone has taken the workspace along, so no other can stand in for
/// it.
struct SandboxFile;

/// A connection in transactions.
struct SandboxTables<'c>(&'c Connection);

impl WrittenTables for SandboxFile {
    const CAN_BEGIN_ANEW: bool = false;

    type Open<'c> = SandboxTables<'c>;

    fn open<'c>(&mut self, connection: &'c Connection) -> rusqlite::Result<SandboxTables<'c>> {
        Ok(SandboxTables(connection))
    }
}

impl TransactionTables for SandboxTables<'_> {
    fn begin(&mut self) -> rusqlite::Result<()> {
        self.0.execute_batch("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        self.0.execute_batch("COMMIT")
    }

    fn roll_back(&mut self, connection: &Connection) {
        if !connection.is_autocommit() {
            // If this fails, the next BEGIN says so.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

/// A handle to the book. Cloning is cheap; the thread ends with [`SandboxDatabase::close`].
#[derive(Clone, Debug)]
pub(crate) struct SandboxDatabase {
    writer: GroupWriter<SandboxFile>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl SandboxDatabase {
    /// Opens the book, making it where there is none, and starts its thread.
    pub(crate) fn open(place: &SandboxLocation) -> Result<Self, SandboxDatabaseError> {
        let (connection, file, lock) = match place {
            SandboxLocation::File(path) => {
                let lock = lock(path)?;
                let file = WrittenFile { shape: &SANDBOX, path: path.clone(), patience: PATIENCE };
                (database::open_writer(&SANDBOX, path, PATIENCE)?, Some(file), Some(lock))
            }
            SandboxLocation::Memory => (in_memory()?, None, None),
        };
        let started = GroupWriter::start("sandbox", connection, file, SandboxFile, lock);
        let (writer, thread) = started.map_err(|error| unusable(place, error.to_string()))?;
        Ok(Self { writer, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Has a piece of work done: it is in the book whole or not at all, and on the disk when this answers. Where others
    /// of its group fail, it is done again, on a book that knows nothing of the first time.
    pub(crate) async fn run_job<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, SandboxWriteError> {
        Ok(self.writer.run_job(0, move |tables: &mut SandboxTables<'_>| Ok(work(tables.0)?)).await?)
    }

    /// Finishes what was handed over and ends the thread.
    pub(crate) async fn close(self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.writer.close().await;
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
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
        private_folder().create(folder).map_err(failed)?;
    }
    let file = private_file().create(true).truncate(false).open(&beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SandboxDatabaseError::InUse(path.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(failed(error).into()),
    }
}
