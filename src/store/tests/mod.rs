//! Tests of the store, on real files in temporary folders.

mod arrivals;
mod attempts;
mod email_index;
mod losses;
mod merging;
mod opening;
mod owed;
mod quota;
mod reading;
mod refusals;
mod repeats;
mod retention;
mod sharing;
mod timeline;

use super::*;
use crate::protocol::arrival::{HeaderLines, RequestContent, SignatureState};
use crate::protocol::attempt::{AttemptOutcome, DeliveryPurpose};
use tempfile::TempDir;

/// A store in a folder of its own.
struct StoreFixture {
    folder: TempDir,
    store: Store,
    recorder: StoreRecorder,
}

impl StoreFixture {
    fn new() -> Self {
        Self::with(StoreOptions::default())
    }

    fn with(options: StoreOptions) -> Self {
        Self::within(tempfile::tempdir().unwrap(), options)
    }

    fn within(folder: TempDir, options: StoreOptions) -> Self {
        let store = Store::open(folder.path().join("store.db"), options).unwrap();
        let recorder = store.recorder();
        Self { folder, store, recorder }
    }

    async fn reopen(self) -> Self {
        self.store.close().await;
        Self::within(self.folder, StoreOptions::default())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn reader(&self) -> StoreReader {
        self.store.open_reader().unwrap()
    }

    async fn record(&self, body: &str, at_ms: i64) -> RecordedArrival {
        self.recorder.record_arrival(arrival(body, at_ms)).await.unwrap()
    }

    async fn send(&self, body: &str, at_ms: i64) -> u64 {
        let body = RawBody::new(body.to_owned());
        self.store.record_sent(body.clone(), &EventFacts::from_body(&body), ms(at_ms)).await.unwrap()
    }
}

/// A connection that holds the lock, so that jobs gather into one group until it commits. `trap` is the condition, on
/// the new row of a table, under which entering a job fails by itself.
fn locked_with_trap(bench: &StoreFixture, table: &str, trap: &str) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(bench.path()).unwrap();
    let trap = format!("BEFORE INSERT ON {table} WHEN {trap} BEGIN SELECT raise(ABORT, 'trapped'); END");
    other.execute_batch(&format!("CREATE TRIGGER trap {trap}; BEGIN IMMEDIATE")).unwrap();
    other
}

fn ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

/// An event of a sign-up that tells a time, in seconds of one minute.
fn event(kind: &str, signup: &str, second: u32) -> String {
    let data = format!(r#"{{"id":"{signup}","email":"{signup}@Example.com"}}"#);
    let envelope = format!(r#""event_type":"signup.{kind}","waitlist_id":"w-{signup}""#);
    format!(r#"{{{envelope},"data":{data},"timestamp":"2024-01-15T10:00:{second:02}Z"}}"#)
}

fn arrival(body: &str, at_ms: i64) -> Arrival {
    let body = RawBody::new(body.to_owned());
    Arrival {
        at: ms(at_ms),
        target: "/hook?a=1".to_owned(),
        facts: EventFacts::from_body(&body),
        content: RequestContent {
            headers: HeaderLines::collect([("Content-Type", &b"application/json"[..]), ("X-Odd", b"\xff\x00")]),
            body,
        },
        verification: SignatureState::Valid,
    }
}

fn with_headers(arrival: Arrival, headers: HeaderLines) -> Arrival {
    Arrival { content: RequestContent { headers, ..arrival.content }, ..arrival }
}

fn unsigned(body: &str, at_ms: i64) -> Arrival {
    Arrival { verification: SignatureState::Unsigned, ..arrival(body, at_ms) }
}

fn attempt(event: u64, url: &str, number: u32, outcome: AttemptOutcome) -> Attempt {
    Attempt {
        event,
        url: url.to_owned(),
        purpose: DeliveryPurpose::Forward,
        number,
        at: ms(1_000),
        latency: Duration::from_micros(1_234),
        outcome,
    }
}

fn answered(status: u16) -> AttemptOutcome {
    AttemptOutcome::Answered(crate::protocol::attempt::AttemptResponse {
        status,
        location: None,
        body: bytes::Bytes::from_static(b"said"),
        truncated: false,
        only_200: false,
    })
}

fn numbers(rows: &[EventRow]) -> Vec<u64> {
    rows.iter().map(|row| row.number).collect()
}
