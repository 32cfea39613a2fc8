//! Whether the file that is written still is the one that was opened, with all that was written into it.
//!
//! SQLite takes it for granted that nobody else moves its files or writes into them. Here they are looked at before and
//! after each commit: which ones lie under the names, and where one has changed, whether it is an older one now. To look
//! into a file takes a descriptor that stays open, for whoever closes a file gives up the locks that SQLite has on it (POSIX,
//! fcntl).

use super::file::beside;
use rusqlite::Connection;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Device and number.
pub(crate) type FileNumber = (u64, u64);

/// What became of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileLoss {
    /// It was moved, removed, replaced or emptied.
    Gone,
    /// Something else was copied over it or its log, or one of them was cut off.
    WrittenOver,
}

/// Which files lay under a path, and the log beside it, and how far they were.
#[derive(Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    log: PathBuf,
    found: (Option<FileNumber>, Option<FileNumber>),
    looks: Option<FileLooks>,
    mark: Option<HeaderMark>,
    log_length: u64,
    held: Option<Arc<File>>,
}

/// What changes with whatever is written into a file: its length and the time.
type FileLooks = (u64, Option<SystemTime>);

/// What SQLite counts up at the head of a file: changes, and pages.
#[derive(Debug, Clone, Copy)]
struct HeaderMark {
    changes: u32,
    pages: u32,
}

impl FileIdentity {
    /// Those that lie there now.
    pub(super) fn of(path: &Path) -> Self {
        // A name that means something else after a change of the working folder would look like a loss.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let log = beside(&path, "-wal");
        let (database, beside) = (std::fs::metadata(&path).ok(), std::fs::metadata(&log).ok());
        let found = (database_number(database.as_ref()), number_of(beside.as_ref()));
        let held = found.0.and_then(|number| hold(&path, number));
        let mark = held.as_deref().and_then(HeaderMark::read);
        let log_length = beside.map_or(0, |beside| beside.len());
        Self { path, log, found, looks: database.as_ref().map(looks_of), mark, log_length, held }
    }

    /// What became of them, if anything. A log may come to be.
    pub(super) fn find_loss(&mut self, connection: &Connection) -> Option<FileLoss> {
        let (database, log) = (std::fs::metadata(&self.path).ok(), std::fs::metadata(&self.log).ok());
        let now = (database_number(database.as_ref()), number_of(log.as_ref()));
        self.found.1 = self.found.1.or(now.1);
        if self.found != now {
            return Some(FileLoss::Gone);
        }
        let is_older = database.as_ref().is_some_and(|found| self.is_older_now(looks_of(found), connection));
        let is_other = is_older || self.is_log_cut(log.map_or(0, |log| log.len()), connection);
        is_other.then_some(FileLoss::WrittenOver)
    }

    /// Gives the log another name. It is of the file that was written over: together with the one that lies there now it
    /// would make neither.
    pub(super) fn put_log_aside(&self) {
        let free = |name: &PathBuf| std::fs::symlink_metadata(name).is_err();
        let names = (1..100).map(|number| beside(&self.path, &format!("-wal.aside{number}")));
        if let Some(name) = names.into_iter().find(free) {
            // Where it stays, the file is found to be damaged, and is not written.
            let _ = std::fs::rename(&self.log, name);
        }
    }

    /// Whether the file has changed otherwise than SQLite changes it: what it counts up went back.
    fn is_older_now(&mut self, looks: FileLooks, connection: &Connection) -> bool {
        let Some(before) = self.mark.filter(|_| self.looks != Some(looks)) else { return false };
        let Some(held) = &self.held else { return false };
        let Some(now) = HeaderMark::read(held) else { return true };
        let shorter = now.pages < before.pages || self.looks.is_some_and(|(length, _)| looks.0 < length);
        let older = match now.changes.wrapping_sub(before.changes).cast_signed() {
            0 => shorter && count_pages(connection) >= before.pages,
            change => change < 0,
        };
        if !older {
            (self.mark, self.looks) = (Some(now), Some(looks));
        }
        older
    }

    /// Whether the log ends before its last page. Another connection may have emptied it by right.
    fn is_log_cut(&mut self, length: u64, connection: &Connection) -> bool {
        if length < self.log_length && lacks_pages(&self.log, connection) && lacks_pages(&self.log, connection) {
            return true;
        }
        self.log_length = length;
        false
    }
}

impl HeaderMark {
    /// Reads it; `None` where the file is none of SQLite's.
    fn read(file: &File) -> Option<Self> {
        let mut head = [0; 32];
        read_head(file, &mut head).ok()?;
        let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let known = head.starts_with(b"SQLite format 3\0");
        Some(Self { changes: number(24)?, pages: number(28)? }).filter(|_| known)
    }
}

#[cfg(unix)]
fn read_head(file: &File, head: &mut [u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, head, 0)
}

#[cfg(not(unix))]
fn read_head(_: &File, _: &mut [u8]) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Pages of the file and its log together.
fn count_pages(connection: &Connection) -> u32 {
    connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap_or_default()
}

/// Whether a log is shorter than what SQLite knows to be in it.
fn lacks_pages(log: &Path, connection: &Connection) -> bool {
    /// Before the first page, and before each.
    const HEADS: (u64, u64) = (32, 24);
    let ask = |sql: &str, column: usize| connection.query_row(sql, [], |row| row.get::<_, i64>(column));
    let pages = ask("PRAGMA wal_checkpoint(NOOP)", 1).ok().and_then(|pages| u64::try_from(pages).ok());
    let page = ask("PRAGMA page_size", 0).ok().and_then(|page| u64::try_from(page).ok());
    let (Some(pages @ 1..), Some(page)) = (pages, page) else { return false };
    std::fs::metadata(log).is_ok_and(|found| found.len() < HEADS.0 + pages * (HEADS.1 + page))
}

/// Opens a file to look into it, once for each. It is closed when its last name is gone, and not before.
fn hold(path: &Path, number: FileNumber) -> Option<Arc<File>> {
    static HELD: Mutex<Vec<(FileNumber, Arc<File>)>> = Mutex::new(Vec::new());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|(_, file)| has_name(file));
    if let Some((_, file)) = held.iter().find(|(known, _)| *known == number) {
        return Some(Arc::clone(file));
    }
    let file = Arc::new(File::open(path).ok()?);
    held.push((number, Arc::clone(&file)));
    Some(file)
}

fn looks_of(found: &Metadata) -> FileLooks {
    (found.len(), found.modified().ok())
}

#[cfg(unix)]
fn has_name(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|found| found.nlink() > 0)
}

#[cfg(not(unix))]
fn has_name(_: &File) -> bool {
    true
}

/// Which file lies at a path; `None` where there is none.
pub(crate) fn file_number(path: &Path) -> Option<FileNumber> {
    number_of(std::fs::metadata(path).ok().as_ref())
}

#[cfg(unix)]
fn number_of(found: Option<&Metadata>) -> Option<FileNumber> {
    use std::os::unix::fs::MetadataExt;
    found.map(|found| (found.dev(), found.ino()))
}

/// Elsewhere an open file cannot be taken away.
#[cfg(not(unix))]
fn number_of(_: Option<&Metadata>) -> Option<FileNumber> {
    None
}

/// The same for a database: one that was emptied, or written over with a few words, is none any more.
fn database_number(found: Option<&Metadata>) -> Option<FileNumber> {
    /// The least page that SQLite has.
    const SHORTEST: u64 = 512;
    number_of(found.filter(|found| found.len() >= SHORTEST))
}
