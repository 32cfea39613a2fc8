//! Making, opening and refusing files.

use super::schema::STORE;
use super::*;
use crate::database::open_writer;
use crate::database::schema::check_library;
use crate::store::rows::StoreStats;
use rusqlite::Connection;
use std::fs;

fn sql(path: &Path, batch: &str) {
    Connection::open(path).unwrap().execute_batch(batch).unwrap();
}

/// Opens for writing and for reading, which must agree, and gives the error.
fn refused(path: &Path) -> OpenError {
    let before = fs::read(path).ok();
    let error = Store::open(path, impatient()).unwrap_err();
    let read = StoreReader::open(path).unwrap_err();
    assert_eq!(error.to_string(), read.to_string());
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert_eq!(fs::read(path).ok(), before, "a file that is refused is left alone");
    error
}

fn impatient() -> StoreOptions {
    StoreOptions { patience: Duration::from_millis(20), ..StoreOptions::default() }
}

#[cfg(unix)]
#[tokio::test]
async fn all_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/for/it/store.db");
    let store = Store::open(&path, StoreOptions::default()).unwrap();
    store.recorder().record_arrival(arrival("x", 0)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    for made in ["made", "made/for", "made/for/it"] {
        assert_eq!(mode(&folder.path().join(made)), 0o700, "{made}");
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let bench = StoreFixture::new();
    let path = bench.path();
    bench.record("x", 0).await;
    let StoreFixture { folder: _folder, store, .. } = bench;
    store.close().await;
    let store = Store::open(&path, StoreOptions::default()).unwrap();
    assert!(store.recorder().record_arrival(arrival("x", 9)).await.unwrap().repeat.is_some());
}

#[test]
fn a_commit_is_on_the_disk_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open_writer(&STORE, &folder.path().join("s.db"), Duration::ZERO).unwrap();
    let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    assert_eq!(ask("PRAGMA journal_mode"), "wal".to_owned().into());
    assert_eq!(ask("PRAGMA synchronous"), 2.into());
}

#[test]
fn reading_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none/store.db");
    let reader = StoreReader::open(&path).unwrap();
    assert!(!reader.exists());
    assert!(reader.list(&StoreFilter::default(), 9, None).unwrap().is_empty());
    assert!(reader.find_event(1).unwrap().is_none() && reader.list_refused().unwrap().is_empty());
    assert_eq!(reader.count(&StoreFilter::default()).unwrap(), 0);
    assert_eq!(reader.read_stats().unwrap(), StoreStats::default());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_empty_file_is_taken_and_reads_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::write(&path, "").unwrap();
    assert!(!StoreReader::open(&path).unwrap().exists());
    Store::open(&path, StoreOptions::default()).unwrap();
    assert!(StoreReader::open(&path).unwrap().exists());
}

#[test]
fn names_that_sqlite_gives_a_meaning_are_files_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(":memory:");
    Store::open(&path, StoreOptions::default()).unwrap();
    assert!(StoreReader::open(&path).unwrap().exists());
}

#[test]
fn files_of_others_are_foreign() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text"), "not a database at all").unwrap();
    fs::write(path("long"), "x".repeat(10_000)).unwrap();
    sql(&path("tables"), "CREATE TABLE theirs (a)");
    sql(&path("marked"), "PRAGMA application_id = 77");
    sql(&path("numbered"), "PRAGMA user_version = 3");
    sql(&path("both"), "PRAGMA application_id = 77; PRAGMA user_version = 1; CREATE TABLE events (id)");
    for name in ["text", "long", "tables", "marked", "numbered", "both"] {
        assert!(matches!(refused(&path(name)), OpenError::Foreign { .. }), "{name}");
    }
}

#[test]
fn a_newer_store_is_too_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    sql(&path, &format!("PRAGMA application_id = {}; PRAGMA user_version = 99", STORE.application_id));
    assert!(matches!(refused(&path), OpenError::TooNew { found: 99, known, .. } if known == STORE.version()));
}

/// A closed store with some hundred events.
async fn closed(folder: &Path) -> PathBuf {
    let path = folder.join("store.db");
    let store = Store::open(&path, StoreOptions::default()).unwrap();
    let recorder = store.recorder();
    let jobs: Vec<_> = (0..300)
        .map(|n| {
            let recorder = recorder.clone();
            tokio::spawn(async move { recorder.record_arrival(arrival(&event("created", &n.to_string(), 0), 0)).await })
        })
        .collect();
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    store.close().await;
    path
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = closed(folder.path()).await;
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
}

#[tokio::test]
async fn a_file_whose_pages_were_overwritten_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = closed(folder.path()).await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0xAA);
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
}

#[test]
fn a_store_that_lacks_a_table_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    sql(&path, &format!("PRAGMA application_id = {}; PRAGMA user_version = {}", STORE.application_id, STORE.version()));
    sql(&path, "PRAGMA journal_mode = WAL");
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
}

#[test]
fn a_file_that_another_program_keeps_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE t (a)").unwrap();
    let error = Store::open(&path, impatient()).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
}

#[test]
fn paths_that_cannot_hold_a_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plain"), "").unwrap();
    for path in [folder.path().join("plain/store.db"), folder.path().join("plain/deep/store.db"), folder.path().into()]
    {
        let error = Store::open(&path, impatient()).unwrap_err();
        assert!(matches!(error, OpenError::BadPath { .. }), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_ordinary_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (fifo, socket, link) = ["fifo", "socket", "link"].map(|name| folder.path().join(name)).into();
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [&fifo, &socket, Path::new("/dev/null")] {
        let told = [Store::open(path, impatient()).unwrap_err(), StoreReader::open(path).unwrap_err()];
        let words = format!("{} cannot be used as a store: it is not an ordinary file", path.display());
        assert_eq!(told.map(|error| error.to_string()), [words.clone(), words]);
    }
    let path = folder.path().join("store.db");
    Store::open(&path, impatient()).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let words = format!("{} cannot be used as a store: it is a symbolic link; name the file itself", link.display());
    assert_eq!(Store::open(&link, impatient()).unwrap_err().to_string(), words);
    StoreReader::open(&link).unwrap();
}

#[test]
fn errors_of_the_system_are_sorted() {
    let sorted = |kind: std::io::ErrorKind| OpenError::from_io(Path::new("f"), "store", kind.into());
    assert!(matches!(sorted(std::io::ErrorKind::PermissionDenied), OpenError::ReadOnly { .. }));
    assert!(matches!(sorted(std::io::ErrorKind::ReadOnlyFilesystem), OpenError::ReadOnly { .. }));
    assert!(matches!(sorted(std::io::ErrorKind::StorageFull), OpenError::DiskFull { .. }));
    assert!(matches!(sorted(std::io::ErrorKind::TimedOut), OpenError::Unopenable { .. }));
    let code = |code| {
        let failure = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        OpenError::from_sqlite(Path::new("f"), "store", &failure)
    };
    assert!(matches!(code(rusqlite::ffi::SQLITE_FULL), OpenError::DiskFull { .. }));
    assert!(matches!(code(rusqlite::ffi::SQLITE_READONLY), OpenError::ReadOnly { .. }));
    assert!(matches!(code(rusqlite::ffi::SQLITE_IOERR), OpenError::Unopenable { .. }));
}

#[test]
fn a_sqlite_that_can_lose_rows_is_refused() {
    let check = |version| check_library(Path::new("f"), version);
    assert!(check(3_051_003).is_ok() && check(rusqlite::version_number()).is_ok());
    let error = check(3_051_002).unwrap_err();
    assert_eq!(error.to_string(), "f was not opened: SQLite 3.51.2 is older than 3.51.3 and can lose rows");
}
