//! What keeps a file from being opened or read, one cause a variant.
//!
//! May know SQLite's and the operating system's error codes. Turns them once into causes; nothing above this module
//! sees a code. Must not decide what the user is told to type next.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be opened. Each message names it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is a database of another program, or no database.
    #[error("{} is not a ReferralLoop {noun}", path.display())]
    Foreign {
        path: PathBuf,
        /// What it should be.
        noun: &'static str,
    },
    /// A newer version of this program wrote the file.
    #[error("{} is a {noun} of version {found}, but this program supports only versions up to {known}", path.display())]
    TooNew {
        path: PathBuf,
        noun: &'static str,
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// The file is ours, and parts of it cannot be read.
    #[error("{} is damaged: {detail}", path.display())]
    Damaged { path: PathBuf, detail: String },
    /// Another program held the file locked for longer than was to be waited.
    #[error("{} is locked by another program", path.display())]
    Locked { path: PathBuf },
    /// The file or its folder must not be written.
    #[error("{} cannot be written: it or its folder is read-only", path.display())]
    ReadOnly { path: PathBuf },
    /// There is no room on the disk.
    #[error("{} cannot be written: the disk is full", path.display())]
    DiskFull { path: PathBuf },
    /// The path cannot hold a file: a folder is in its place, or a file is where a folder should be.
    #[error("{} cannot be used as a {noun}: {source}", path.display())]
    BadPath {
        path: PathBuf,
        /// What it should be.
        noun: &'static str,
        /// The operating system's words.
        source: io::Error,
    },
    /// The SQLite that this program was linked with loses acknowledged rows in rare races between checkpoints, which
    /// 3.51.3 mended (sqlite.org/wal.html, "The WAL-Reset Bug").
    #[error("{} was not opened: SQLite {found} is older than 3.51.3 and can lose rows", path.display())]
    OldSqlite {
        path: PathBuf,
        /// The version that was met.
        found: String,
    },
    /// Anything else, in the words of SQLite or the operating system.
    #[error("{} cannot be opened: {detail}", path.display())]
    Unopenable { path: PathBuf, detail: String },
}

impl OpenError {
    /// Sorts an error of SQLite.
    pub fn from_sqlite(path: &Path, noun: &'static str, error: &rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path, noun },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, detail: error.to_string() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Locked { path }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            _ => Self::Unopenable { path, detail: error.to_string() },
        }
    }

    /// Sorts an error of the operating system.
    pub fn from_io(path: &Path, noun: &'static str, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::AlreadyExists => {
                Self::BadPath { path, noun, source }
            }
            _ => Self::Unopenable { path, detail: source.to_string() },
        }
    }
}

/// Why a file that was opened could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Parts of the file cannot be read, or hold what was never written there.
    #[error("{} is damaged: {detail}", path.display())]
    Damaged {
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Another program held the file locked for too long.
    #[error("{} is locked by another program", path.display())]
    Locked { path: PathBuf },
    /// A line that had to be written could not be.
    #[error("{} cannot be written: {detail}", path.display())]
    Unwritable { path: PathBuf, detail: String },
    /// Anything else, in SQLite's words.
    #[error("{} cannot be read: {detail}", path.display())]
    Unreadable { path: PathBuf, detail: String },
}

impl ReadError {
    /// Sorts an error that kept a line from being written.
    pub fn from_writing(path: &Path, error: &rusqlite::Error) -> Self {
        match Self::from_sqlite(path, error) {
            Self::Unreadable { path, detail } => Self::Unwritable { path, detail },
            sorted => sorted,
        }
    }

    /// Sorts an error of SQLite. A value of a type that was never written there counts as damage.
    pub fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
        let (path, detail) = (path.to_path_buf(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path, detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            _ => match error {
                FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) => {
                    Self::Damaged { path, detail }
                }
                _ => Self::Unreadable { path, detail },
            },
        }
    }
}
