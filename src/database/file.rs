//! The file itself: made for its owner alone, opened with the settings that make a commit durable.
//!
//! May know paths, permissions and SQLite's settings. Must not know the rows.

use super::error::OpenError;
use super::schema::{self, DatabaseSchema, SchemaStatus};
use crate::logging::{self, LogFact};
use crate::system::{NOT_ORDINARY, SYMBOLIC_LINK, private_file, private_folder};
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pages of the log after which a commit also copies them into the file, and the log begins anew. Every commit waits
/// for that copying now and then, so the log is short; and a log that begins anew is written over, which syncs several
/// times faster than a file that grows. Shorter yet, and pages at the ends of the tables would be copied too often.
const CHECKPOINT_PAGES: u32 = 2_048;

/// Page cache in KiB. Not larger: whenever a commit comes after the split of a page in the middle of a tree, SQLite
/// walks the whole cache (the split borrows the highest page number, and the cache then believes to end there).
const CACHE_KIB: u32 = 16 * 1024;

/// Time between two tries to get a lock. SQLite's own waits grow to 100 ms, and beside a busy writer the lock is
/// free only for moments.
const POLL: Duration = Duration::from_millis(1);

/// The version of SQLite that is compiled in.
pub(crate) fn library_version() -> &'static str {
    rusqlite::version()
}

/// Opens a file for writing, and makes it where there is none.
pub(crate) fn open_writer(shape: &DatabaseSchema, path: &Path, patience: Duration) -> Result<Connection, OpenError> {
    let path = &absolute(shape, path)?;
    schema::check_library(path, rusqlite::version_number())?;
    refuse_link(shape, path)?;
    create(shape, path)?;
    let mut connection = connect(shape, path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
    // SQLite takes what it cannot write for what is only to be read, and says so with the first row.
    if connection.is_readonly(MAIN_DB).unwrap_or_default() {
        return Err(OpenError::ReadOnly { path: path.clone() });
    }
    let standing = shape.read_status(path, &connection)?;
    write_ahead(&connection, patience).map_err(|e| OpenError::from_sqlite(path, shape.noun, &e))?;
    if standing != SchemaStatus::Current {
        shape.migrate(path, &mut connection)?;
    }
    shape.check_far_ends(path, &connection)?;
    Ok(connection)
}

/// Opens a file for reading; `None` where there is none yet. Makes none.
pub(crate) fn open_reader(
    shape: &DatabaseSchema,
    path: &Path,
    patience: Duration,
) -> Result<Option<Connection>, OpenError> {
    let path = &absolute(shape, path)?;
    schema::check_library(path, rusqlite::version_number())?;
    if !exists(shape, path)? {
        return Ok(None);
    }
    let connection = connect(shape, path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)?;
    match shape.read_status(path, &connection)? {
        SchemaStatus::Empty => return Ok(None),
        SchemaStatus::Older => drop(open_writer(shape, path, patience)?),
        SchemaStatus::Current => {}
    }
    shape.check_far_ends(path, &connection)?;
    Ok(Some(connection))
}

/// SQLite gives meanings to names like `:memory:`; an absolute path has none.
fn absolute(shape: &DatabaseSchema, path: &Path) -> Result<PathBuf, OpenError> {
    std::path::absolute(path).map_err(|e| OpenError::from_io(path, shape.noun, e))
}

/// Whether there is a file. What only looks like one is refused before it is opened: a FIFO would never answer.
fn exists(shape: &DatabaseSchema, path: &Path) -> Result<bool, OpenError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(OpenError::from_io(path, shape.noun, io::ErrorKind::IsADirectory.into())),
        Ok(found) if !found.is_file() => Err(unfit(shape, path, NOT_ORDINARY)),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(OpenError::from_io(path, shape.noun, error)),
    }
}

fn unfit(shape: &DatabaseSchema, path: &Path, why: &str) -> OpenError {
    OpenError::BadPath { path: path.to_path_buf(), noun: shape.noun, source: io::Error::other(why) }
}

/// Whoever can make a link where a file is expected would have another one written.
fn refuse_link(shape: &DatabaseSchema, path: &Path) -> Result<(), OpenError> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(unfit(shape, path, SYMBOLIC_LINK)),
        _ => Ok(()),
    }
}

/// Takes a file, and its log, away from everybody but its owner. What they could do before, as in `0o644`; `None` where
/// it was the owner's alone.
#[cfg(unix)]
pub(crate) fn tighten_permissions(path: &Path) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mut loosest = None;
    for file in [path.to_path_buf(), beside(path, "-wal"), beside(path, "-shm")] {
        let Ok(found) = std::fs::symlink_metadata(&file) else { continue };
        let mode = found.permissions().mode() & 0o777;
        if found.is_file() && mode & 0o077 != 0 {
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode & 0o700))?;
            loosest = loosest.max(Some(mode));
        }
    }
    Ok(loosest)
}

/// Elsewhere a file inherits what its folder allows.
#[cfg(not(unix))]
pub(crate) fn tighten_permissions(_: &Path) -> io::Result<Option<u32>> {
    Ok(None)
}

/// What lies beside a file under its name and an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Makes the file and its folder before SQLite sees them: bodies hold personal data, and SQLite would make a file
/// that everybody may read. It gives its log and shared memory the mode that the file has.
fn create(shape: &DatabaseSchema, path: &Path) -> Result<(), OpenError> {
    if exists(shape, path)? {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        private_folder().create(folder).map_err(|e| OpenError::from_io(path, shape.noun, e))?;
    }
    match private_file().create_new(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(OpenError::from_io(path, shape.noun, error)),
        _ => Ok(()),
    }
}

fn connect(
    shape: &DatabaseSchema,
    path: &Path,
    access: OpenFlags,
    patience: Duration,
) -> Result<Connection, OpenError> {
    logging::trace("database", &[("kind", LogFact::Word(shape.noun)), ("file", LogFact::File(path))]);
    let opened = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .and_then(|mut connection| settle(&mut connection, patience).map(|()| connection));
    opened.map_err(|e| match e.sqlite_error_code() {
        // SQLite says no more than "unable to open"; the operating system knows why.
        Some(rusqlite::ErrorCode::CannotOpen) => why_unopenable(shape, path, access, &e),
        _ => OpenError::from_sqlite(path, shape.noun, &e),
    })
}

fn why_unopenable(shape: &DatabaseSchema, path: &Path, access: OpenFlags, error: &rusqlite::Error) -> OpenError {
    let write = access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE);
    match OpenOptions::new().read(true).write(write).open(path) {
        Err(source) => OpenError::from_io(path, shape.noun, source),
        Ok(_) => OpenError::from_sqlite(path, shape.noun, error),
    }
}

/// The settings of every connection. FULL: a commit returns after the log is on the disk.
fn settle(connection: &mut Connection, patience: Duration) -> rusqlite::Result<()> {
    let mut since = None;
    connection.busy_handler(Some(move |tries| {
        let began = if tries == 0 { *since.insert(Instant::now()) } else { *since.get_or_insert_with(Instant::now) };
        std::thread::sleep(POLL);
        began.elapsed() < patience
    }))?;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
         PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
    ))
}

/// Switches to a write-ahead log. Two connections that switch a new file at once get "busy" without being made to
/// wait, so the waiting is done here.
fn write_ahead(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        match connection.execute_batch("PRAGMA journal_mode = WAL") {
            Err(error) if is_busy(&error) && began.elapsed() < patience => std::thread::sleep(POLL),
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked))
}
