//! What is kept: the newest, the young, what fits; and never what a target has not acknowledged.

use super::*;
use std::sync::Mutex;

const URL: &str = "http://localhost:3000/";

/// A clock that is moved by hand.
#[derive(Default)]
struct HandClock(Mutex<i64>);

impl crate::clock::Clock for HandClock {
    fn now(&self) -> Timestamp {
        ms(*self.0.lock().unwrap())
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

fn keep(events: Option<u64>) -> StoreRetention {
    StoreRetention { events, age: None, bytes: None, targets: Vec::new(), clock: Arc::new(HandClock::default()) }
}

fn to_target() -> Vec<RetentionTarget> {
    vec![RetentionTarget {
        url: URL.into(),
        is_due: Arc::new(|facts, _| facts.event_type.as_deref() == Some("signup.created")),
    }]
}

fn open(folder: &TempDir, retention: StoreRetention) -> Store {
    let quota_bytes = retention.bytes.unwrap_or(1 << 30);
    let options = StoreOptions { quota_bytes, ..StoreOptions::default() };
    Store::open_retaining(folder.path().join("store.db"), options, retention).unwrap()
}

async fn left(folder: &TempDir, store: Store) -> Vec<u64> {
    store.close().await;
    let reader = StoreReader::open(folder.path().join("store.db")).unwrap();
    let mut left = Vec::new();
    for number in 1..=300 {
        left.extend(reader.find_event(number).unwrap().map(|row| row.number));
    }
    left
}

#[tokio::test]
async fn the_newest_are_kept_and_the_rest_goes_with_all_that_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, keep(Some(5)));
    for number in 0..100 {
        let at = i64::from(number) * 10;
        let recorded = store.recorder().record_arrival(arrival(&event("created", &format!("s{number}"), 1), at)).await;
        let event = recorded.unwrap().event;
        store.recorder().record_attempt(attempt(event, URL, 1, answered(200))).await.unwrap();
    }
    assert_eq!(left(&folder, store).await, [96, 97, 98, 99, 100]);
    let connection = rusqlite::Connection::open(folder.path().join("store.db")).unwrap();
    let count = |table: &str| {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((count("attempts"), count("identity") + count("recent")), (5, 5));
    // What went is new when it comes again, and its number is not given out again.
    let store = open(&folder, keep(Some(5)));
    let again = store.recorder().record_arrival(arrival(&event("created", "s1", 1), 5_000)).await.unwrap();
    assert_eq!((again.event, again.repeat), (101, None));
    assert_eq!(left(&folder, store).await, [97, 98, 99, 100, 101]);
}

#[tokio::test]
async fn what_is_not_forwarded_stays() {
    let folder = tempfile::tempdir().unwrap();
    let before = Store::open(folder.path().join("store.db"), StoreOptions::default()).unwrap();
    for number in 0..3 {
        // From a time when nothing was forwarded.
        before.recorder().record_arrival(arrival(&event("created", &format!("old{number}"), 1), 1)).await.unwrap();
    }
    before.close().await;
    let store = open(&folder, StoreRetention { targets: to_target(), ..keep(Some(2)) });
    let record = async |kind: &str, signup: &str| {
        store.recorder().record_arrival(arrival(&event(kind, signup, 1), 10)).await.unwrap().event
    };
    let forward = async |event: u64, outcome| {
        store.recorder().record_attempt(attempt(event, URL, 1, outcome)).await.unwrap();
    };
    let waiting = record("created", "waiting").await;
    let failed = record("created", "failed").await;
    forward(failed, answered(500)).await;
    let done = record("created", "done").await;
    forward(done, answered(500)).await;
    forward(done, answered(200)).await;
    let other = record("deleted", "other").await;
    assert_eq!((waiting, failed, done, other), (4, 5, 6, 7));
    for number in 0..20 {
        let event = record("created", &format!("new{number}")).await;
        forward(event, answered(200)).await;
    }
    assert_eq!(left(&folder, store).await, [4, 5, 26, 27]);
    // What was due once is due after another start too; once it is forwarded it goes.
    let store = open(&folder, StoreRetention { targets: to_target(), ..keep(Some(2)) });
    store.recorder().record_attempt(attempt(4, URL, 1, answered(204))).await.unwrap();
    assert_eq!(left(&folder, store).await, [5, 26, 27]);
}

#[tokio::test]
async fn ages_are_counted_from_the_last_time_an_event_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock::default());
    let retention = StoreRetention { age: Some(Duration::from_secs(60)), clock: clock.clone(), ..keep(None) };
    let store = open(&folder, retention.clone());
    for (number, at) in [(1, 0), (2, 1_000), (3, 70_000), (1, 70_000)] {
        store.recorder().record_arrival(arrival(&event("created", &format!("s{number}"), 1), at)).await.unwrap();
    }
    *clock.0.lock().unwrap() = 100_000;
    assert_eq!(left(&folder, store).await, [1, 3]);
    *clock.0.lock().unwrap() = 1_000_000;
    assert_eq!(left(&folder, open(&folder, retention)).await, Vec::<u64>::new());
}

#[tokio::test]
async fn the_oldest_make_room_before_anything_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, StoreRetention { bytes: Some(1 << 20), ..keep(None) });
    for number in 0..200 {
        let body = format!(r#"{{"event_type":"signup.created","n":{number},"x":"{}"}}"#, "x".repeat(20_000));
        store.recorder().record_arrival(arrival(&body, number)).await.unwrap();
    }
    let used = store.open_reader().unwrap().read_stats().unwrap().used_bytes;
    assert!(used <= 1 << 20, "{used}");
    let left = left(&folder, store).await;
    assert!(left.len() > 20 && left.last() == Some(&200), "{left:?}");
}
