//! Fills a store, and a naive one beside it, with the same events in groups of 1,000: `rows store|naive FILE FROM TO`.
//! Prints events a second, how many bytes they had, and the milliseconds that the longest wait for a group took.

use jiff::Timestamp;
use referralloop::protocol::arrival::{Arrival, ArrivalRecorder, HeaderLines, RequestContent, SignatureState};
use referralloop::protocol::body::RawBody;
use referralloop::protocol::event::EventType;
use referralloop::protocol::facts::EventFacts;
use referralloop::protocol::sample::{PayloadPattern, PayloadStream, SampleOverrides};
use referralloop::store::{Store, StoreOptions};
use rusqlite::{Connection, params};
use std::time::{Duration, Instant};

const GROUP: u64 = 1000;

fn arrival(stream: &PayloadStream, number: u64) -> Arrival {
    let mut body = Vec::new();
    stream.write_payload(number, &mut body);
    let body = RawBody::new(body);
    let signature = format!("sha256={}", body.fingerprint());
    let length = body.len().to_string();
    let fields: [(&str, &[u8]); 5] = [
        ("host", b"localhost:4242"),
        ("content-type", b"application/json"),
        ("user-agent", b"ReferralLoop-Webhooks/1.0"),
        ("x-webhook-signature", signature.as_bytes()),
        ("content-length", length.as_bytes()),
    ];
    Arrival {
        at: Timestamp::from_millisecond(1_700_000_000_000 + number as i64).unwrap(),
        target: "/webhooks".into(),
        facts: EventFacts::from_body(&body),
        content: RequestContent { headers: HeaderLines::collect(fields), body },
        verification: SignatureState::Valid,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (kind, path) = (&arguments[1], &arguments[2]);
    let (from, to): (u64, u64) = (arguments[3].parse().unwrap(), arguments[4].parse().unwrap());
    let stream = PayloadStream::new(
        PayloadPattern::One(EventType::SignupCreated),
        1,
        Timestamp::UNIX_EPOCH,
        &SampleOverrides::default(),
    );
    let filled = match kind.as_str() {
        "store" => store(path, &stream, from, to),
        _ => naive(path, &stream, from, to),
    };
    let rate = (to - from) as f64 / filled.took.as_secs_f64();
    println!("{rate} {} {}", filled.raw, filled.longest.as_secs_f64() * 1000.0);
}

#[derive(Default)]
struct Filled {
    took: Duration,
    longest: Duration,
    raw: usize,
}

impl Filled {
    /// The next group, which counts from now on.
    fn group(&mut self, stream: &PayloadStream, start: u64, to: u64) -> Vec<Arrival> {
        let group: Vec<Arrival> = (start..(start + GROUP).min(to)).map(|number| arrival(stream, number)).collect();
        self.raw += group.iter().map(|one| one.content.weight()).sum::<usize>();
        group
    }

    fn add(&mut self, took: Duration) {
        self.took += took;
        self.longest = self.longest.max(took);
    }
}

fn store(path: &str, stream: &PayloadStream, from: u64, to: u64) -> Filled {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(path, StoreOptions { quota_bytes: u64::MAX, ..StoreOptions::default() }).unwrap();
        let recorder = store.recorder();
        let mut filled = Filled::default();
        for start in (from..to).step_by(GROUP as usize) {
            let group = filled.group(stream, start, to);
            let began = Instant::now();
            let mut under_way = tokio::task::JoinSet::new();
            for arrival in group {
                let recorder = recorder.clone();
                under_way.spawn(async move { recorder.record_arrival(arrival).await.unwrap() });
            }
            under_way.join_all().await;
            filled.add(began.elapsed());
        }
        store.close().await;
        filled
    })
}

/// Text keys, indexes on them, the default cache and checkpoints; as durable as the other.
fn naive(path: &str, stream: &PayloadStream, from: u64, to: u64) -> Filled {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, twin TEXT NOT NULL,
                 signup TEXT, email TEXT, waitlist TEXT, kind TEXT, first_at TEXT NOT NULL, body TEXT NOT NULL);
             CREATE INDEX IF NOT EXISTS by_twin ON events (twin);
             CREATE INDEX IF NOT EXISTS by_signup ON events (signup);
             CREATE INDEX IF NOT EXISTS by_email ON events (email);
             CREATE TABLE IF NOT EXISTS arrivals (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, at TEXT NOT NULL,
                 state TEXT NOT NULL, target TEXT NOT NULL, headers TEXT NOT NULL);
             CREATE INDEX IF NOT EXISTS by_event ON arrivals (event);",
        )
        .unwrap();
    let mut filled = Filled::default();
    for start in (from..to).step_by(GROUP as usize) {
        let group = filled.group(stream, start, to);
        let began = Instant::now();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for one in &group {
            enter_naively(&connection, one);
        }
        connection.execute_batch("COMMIT").unwrap();
        filled.add(began.elapsed());
    }
    filled
}

fn enter_naively(connection: &Connection, one: &Arrival) {
    let print = one.content.body.fingerprint().to_string();
    let twin: String = one.facts.twin.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect();
    let known =
        connection.prepare_cached("SELECT id FROM events WHERE fingerprint = ?1").unwrap().exists([&print]).unwrap();
    assert!(!known);
    connection.prepare_cached("SELECT id FROM events WHERE twin = ?1").unwrap().exists([&twin]).unwrap();
    connection
        .prepare_cached("SELECT max(first_at) FROM events WHERE signup = ?1")
        .unwrap()
        .query_row([&one.facts.signup_id], |_| Ok(()))
        .unwrap();
    let body = String::from_utf8_lossy(one.content.body.as_bytes()).into_owned();
    let facts = &one.facts;
    let row = params![
        print,
        twin,
        facts.signup_id,
        facts.email,
        facts.waitlist_id,
        facts.event_type,
        one.at.to_string(),
        body
    ];
    let sql = "INSERT INTO events (fingerprint, twin, signup, email, waitlist, kind, first_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql).unwrap().execute(row).unwrap();
    let headers = String::from_utf8_lossy(one.content.headers.as_block()).into_owned();
    let row = params![connection.last_insert_rowid(), one.at.to_string(), "valid", one.target, headers];
    let sql = "INSERT INTO arrivals (event, at, state, target, headers) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql).unwrap().execute(row).unwrap();
}
