//! The file is moved, removed, replaced or emptied under a store that is open.

use super::*;
use std::fs;

/// What may happen to a file.
type Mishap = fn(&Path);

fn beside(path: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", path.display()).into()
}

fn remove_all(path: &Path) {
    ["", "-wal", "-shm"].iter().for_each(|ending| fs::remove_file(beside(path, ending)).unwrap());
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
