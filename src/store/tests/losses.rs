//! The file is moved, removed, replaced or emptied under a store that is open.

use super::*;
use std::fs;
use std::io::Write;

/// What may happen to a file.
type Mishap = fn(&Path);

fn beside(path: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", path.display()).into()
}

fn remove_all(path: &Path) {
    ["", "-wal", "-shm"].iter().for_each(|ending| fs::remove_file(beside(path, ending)).unwrap());
}

fn cut(path: &Path, length: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

const MISHAPS: [(&str, Mishap); 9] = [
    ("removed", remove_all),
    ("removed without its log", |path| fs::remove_file(path).unwrap()),
    ("its log removed", |path| fs::remove_file(beside(path, "-wal")).unwrap()),
    ("moved", |path| fs::rename(path, path.with_extension("old")).unwrap()),
    ("emptied", |path| fs::write(path, "").unwrap()),
    ("written over", |path| fs::write(path, "notes").unwrap()),
    ("its folder removed", |path| fs::remove_dir_all(path.parent().unwrap()).unwrap()),
    ("its folder moved", |path| {
        let folder = path.parent().unwrap();
        fs::rename(folder, folder.with_extension("old")).unwrap();
    }),
    ("replaced", |path| {
        let other = path.with_extension("new");
        drop(crate::database::open_writer(&STORE, &other, Duration::ZERO).unwrap());
        remove_all(path);
        fs::rename(other, path).unwrap();
    }),
];

#[tokio::test]
async fn what_would_be_lost_is_not_acknowledged_and_the_next_one_is_stored() {
    for (what, mishap) in MISHAPS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/store.db");
        let store = Store::open(&path, StoreOptions::default()).unwrap();
        let recorder = store.recorder();
        assert_eq!(recorder.record_arrival(arrival("before", 0)).await.unwrap().event, 1);
        mishap(&path);
        let lost = recorder.record_arrival(arrival("x", 1)).await.unwrap_err();
        let words =
            "the store cannot be written: its file was moved, removed, replaced or emptied, and is being opened again";
        assert_eq!(lost.to_string(), words, "{what}");
        // The sender tries again. Its number is no other event's, of those that were told already.
        let stored = recorder.record_arrival(arrival("x", 2)).await.unwrap();
        assert!(stored.event > 1 && stored.arrival > 1, "{what}: {stored:?}");
        let reader = StoreReader::open(&path).unwrap();
        assert_eq!(reader.find_event(stored.event).unwrap().unwrap().body, arrival("x", 0).content.body, "{what}");
        store.close().await;
        assert!(StoreReader::open(&path).unwrap().find_event(stored.event).unwrap().is_some(), "{what}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_anew_is_tried_again_with_every_event() {
    let bench = StoreFixture::with(StoreOptions { patience: Duration::from_millis(20), ..StoreOptions::default() });
    bench.record("before", 0).await;
    remove_all(&bench.path());
    fs::create_dir(bench.path()).unwrap();
    for at in 1..4 {
        bench.recorder.record_arrival(arrival("x", at)).await.unwrap_err();
    }
    fs::remove_dir(bench.path()).unwrap();
    assert_eq!(bench.record("x", 5).await.repeat, None);
}

#[tokio::test]
async fn a_file_that_is_written_over_or_cut_is_noticed() {
    let mishaps: [(&str, Mishap); 5] = [
        ("an older copy", |path| assert!(fs::copy(path.with_extension("old"), path).unwrap() > 0)),
        ("other bytes", |path| fs::OpenOptions::new().write(true).open(path).unwrap().write_all(&[7; 4096]).unwrap()),
        ("half of it", |path| cut(path, fs::metadata(path).unwrap().len() / 2)),
        ("an empty log", |path| cut(&beside(path, "-wal"), 0)),
        ("a log of one head", |path| cut(&beside(path, "-wal"), 4_000)),
    ];
    for (what, mishap) in mishaps {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = Store::open(&path, StoreOptions::default()).unwrap();
        store.recorder().record_arrival(arrival("first", 0)).await.unwrap();
        store.close().await;
        fs::copy(&path, path.with_extension("old")).unwrap();
        let store = Store::open(&path, StoreOptions::default()).unwrap();
        for number in 0..20 {
            store.recorder().record_arrival(arrival(&"x".repeat(20_000 + number), 0)).await.unwrap();
        }
        // So that nothing is left to be put in order while the mishap happens.
        store.close().await;
        let store = Store::open(&path, StoreOptions::default()).unwrap();
        let recorder = store.recorder();
        recorder.record_arrival(arrival(&"y".repeat(20_000), 0)).await.unwrap();
        mishap(&path);
        let lost = recorder.record_arrival(arrival("lost", 1)).await.expect_err(what).to_string();
        assert!(lost.contains("written over its own"), "{what}: {lost}");
        assert!(beside(&path, "-wal.aside1").exists(), "{what}");
        if what == "an older copy" {
            let stored = recorder.record_arrival(arrival("after", 2)).await.unwrap();
            assert!(stored.event > 20, "a number that was told already: {stored:?}");
            store.close().await;
            let reader = StoreReader::open(&path).unwrap();
            assert!(reader.find_event(1).unwrap().is_some() && reader.find_event(stored.event).unwrap().is_some());
            let whole = rusqlite::Connection::open(&path).unwrap();
            let said: String = whole.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(said, "ok");
        }
    }
}

#[tokio::test]
async fn a_log_that_was_emptied_by_right_is_no_loss() {
    let bench = StoreFixture::new();
    bench.record("a", 0).await;
    let other = rusqlite::Connection::open(bench.path()).unwrap();
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(fs::metadata(beside(&bench.path(), "-wal")).unwrap().len(), 0);
    bench.record("b", 1).await;
    other.execute_batch("DELETE FROM arrivals; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    bench.record("c", 2).await;
}

#[tokio::test]
async fn a_forward_goes_on_behind_what_it_has_done() {
    let bench = StoreFixture::new();
    bench.record("before", 0).await;
    remove_all(&bench.path());
    bench.recorder.record_arrival(arrival("x", 1)).await.unwrap_err();
    let stored = bench.record("x", 2).await;
    let next = bench.recorder.find_arrival_after(1).await.unwrap().unwrap();
    assert_eq!((next.arrival, next.event), (stored.arrival, stored.event));
}

#[tokio::test]
async fn nothing_is_written_into_a_file_that_was_taken_away() {
    let bench = StoreFixture::new();
    bench.record("before", 0).await;
    let old = bench.folder.path().join("old.db");
    for ending in ["", "-wal", "-shm"] {
        fs::rename(beside(&bench.path(), ending), beside(&old, ending)).unwrap();
    }
    bench.recorder.record_arrival(arrival("x", 1)).await.unwrap_err();
    let numbers = |path: &Path| -> Vec<u64> {
        let rows = StoreReader::open(path).unwrap().list(&StoreFilter::default(), 9, None).unwrap();
        rows.iter().map(|row| row.number).collect()
    };
    assert_eq!(numbers(&old), [1]);
    bench.record("x", 2).await;
    assert_eq!((numbers(&old), numbers(&bench.path()).len()), (vec![1], 1));
}

#[tokio::test]
async fn what_comes_after_asking_for_the_current_file_is_stored_there() {
    for (what, mishap) in MISHAPS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/store.db");
        let store = Store::open(&path, StoreOptions::default()).unwrap();
        store.recorder().record_arrival(arrival("before", 0)).await.unwrap();
        mishap(&path);
        store.recorder().open_current().await.unwrap();
        let stored = store.recorder().record_arrival(arrival("x", 1)).await.unwrap();
        assert!(StoreReader::open(&path).unwrap().find_event(stored.event).unwrap().is_some(), "{what}");
        store.close().await;
    }
}
