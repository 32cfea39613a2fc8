//! Many at once: tasks, stores on one file, readers beside a writer, and the end of a writer.

use super::*;
use std::collections::HashSet;

async fn record_many(recorder: &StoreRecorder, name: &str, tasks: u64, each: u64) -> Vec<RecordedArrival> {
    let jobs: Vec<_> = (0..tasks)
        .map(|task| {
            let (recorder, name) = (recorder.clone(), name.to_owned());
            tokio::spawn(async move {
                let mut done = Vec::new();
                for n in 0..each {
                    let body = event("created", &format!("{name}-{task}-{n}"), 0);
                    done.push(recorder.record_arrival(arrival(&body, 0)).await.unwrap());
                }
                done
            })
        })
        .collect();
    let mut all = Vec::new();
    for job in jobs {
        all.extend(job.await.unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_at_once_get_every_number_once() {
    let bench = StoreFixture::new();
    let done = record_many(&bench.recorder, "x", 64, 8).await;
    let events: HashSet<u64> = done.iter().map(|r| r.event).collect();
    let arrivals: HashSet<u64> = done.iter().map(|r| r.arrival).collect();
    assert_eq!(events, (1..=512).collect());
    assert_eq!(arrivals, (1..=512).collect());
    let read = numbers(&bench.reader().list(&StoreFilter::default(), 1_000, None).unwrap());
    assert_eq!(read, (1..=512).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_body_at_once_is_one_event() {
    let bench = StoreFixture::new();
    let jobs: Vec<_> = (0..64)
        .map(|_| {
            let recorder = bench.recorder.clone();
            tokio::spawn(async move { recorder.record_arrival(arrival("same", 0)).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for job in jobs {
        let recorded = job.await.unwrap();
        assert_eq!(recorded.event, 1);
        first += u32::from(recorded.repeat.is_none());
    }
    assert_eq!(first, 1);
    assert_eq!(bench.reader().find_event(1).unwrap().unwrap().arrivals, 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_is_committed() {
    let bench = StoreFixture::new();
    let reader = bench.reader();
    for n in 1..=20 {
        let recorded = bench.record(&n.to_string(), 0).await;
        assert!(reader.find_event(recorded.event).unwrap().is_some(), "seen by another connection at once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_on_one_file() {
    let bench = StoreFixture::new();
    let other = Store::open(bench.path(), StoreOptions::default()).unwrap();
    let other_recorder = other.recorder();
    let (ours, theirs) =
        tokio::join!(record_many(&bench.recorder, "a", 16, 16), record_many(&other_recorder, "b", 16, 16));
    let events: HashSet<u64> = ours.iter().chain(&theirs).map(|r| r.event).collect();
    assert_eq!(events, (1..=512).collect());
    let shared = event("created", "a-0-0", 0);
    let known = bench.record(&shared, 5).await;
    let seen = other_recorder.record_arrival(arrival(&shared, 9)).await.unwrap();
    assert_eq!(known.event, seen.event);
    assert!(seen.repeat.is_some());
}

#[test]
fn many_may_make_the_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/store.db");
    let opened: Vec<Result<Store, OpenError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::open(&path, StoreOptions::default()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for store in opened {
        store.unwrap();
    }
}

#[tokio::test]
async fn closing_finishes_what_was_queued_and_leaves_one_file() {
    let bench = StoreFixture::new();
    let path = bench.path();
    bench.record("x", 0).await;
    let StoreFixture { folder, store, recorder } = bench;
    store.close().await;
    let after = recorder.record_arrival(arrival("y", 0)).await;
    assert!(matches!(after, Err(ArrivalRecordError::Unavailable(_))));
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(files, ["store.db"], "the log went into the file");
    assert_eq!(StoreReader::open(path).unwrap().read_stats().unwrap().events, 1);
}

#[tokio::test]
async fn the_writer_ends_with_its_last_handle() {
    let bench = StoreFixture::new();
    bench.record("x", 0).await;
    let StoreFixture { folder: _folder, store, recorder } = bench;
    let Store { recorder: own, thread, .. } = store;
    drop((recorder, own));
    thread.join().unwrap();
}

#[tokio::test]
async fn a_lock_that_lasts_is_answered_and_the_writer_lives_on() {
    let bench = StoreFixture::with(StoreOptions { patience: Duration::from_millis(20), ..StoreOptions::default() });
    let other = rusqlite::Connection::open(bench.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = bench.recorder.record_arrival(arrival("x", 0)).await;
    assert_eq!(answer, Err(ArrivalRecordError::Unavailable("it is locked by another program".into())));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bench.record("x", 0).await.event, 1);
}

#[tokio::test]
async fn a_lock_that_is_short_is_waited_for() {
    let bench = StoreFixture::new();
    let other = rusqlite::Connection::open(bench.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let recorder = bench.recorder.clone();
        async move { recorder.record_arrival(arrival("x", 0)).await }
    });
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().event, 1);
}

#[tokio::test]
async fn one_job_that_fails_takes_no_other_with_it() {
    let bench = StoreFixture::new();
    let other = locked_with_trap(&bench, "events", "new.body = x'626164'");
    let jobs: Vec<_> = ["a", "bad", "b"]
        .map(|body| {
            let recorder = bench.recorder.clone();
            tokio::spawn(async move { recorder.record_arrival(arrival(body, 0)).await })
        })
        .into();
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").unwrap();
    let mut answers = Vec::new();
    for job in jobs {
        answers.push(job.await.unwrap());
    }
    assert_eq!(answers.iter().flatten().map(|r| r.event).collect::<HashSet<_>>(), [1, 2].into());
    assert!(matches!(&answers[1], Err(ArrivalRecordError::Unavailable(words)) if words.contains("trapped")));
    assert_eq!(bench.reader().read_stats().unwrap().events, 2);
}
