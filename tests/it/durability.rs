//! Killed in the middle of its work, the listener has lost nothing that it acknowledged.
//!
//! Each round starts the real program, sends it distinct signed events over several connections, kills it at a random
//! moment with the signal that nothing can catch, and looks into the store that it left. A few rounds by default;
//! `REFERRALLOOP_SLOW_TESTS=1` makes it a hundred. That the test can fail, `tests/durability/mutants` shows.
//!
//! A kill leaves the system's page cache alive, so what it cannot show is whether the disk was waited for: that is what
//! `tests/durability/strace` looks at.

use crate::support::{PATIENCE, Scene, slow_tests, until};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use referralloop::protocol::body::RawBody;
use referralloop::protocol::signature::{HmacKey, Secret};
use rusqlite::Connection;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const CONNECTIONS: usize = 16;
const SECRET: &str = "whose-kill-is-it";

/// Moments of the kill, counted from the first acknowledgement.
const SPREAD: Duration = Duration::from_millis(250);

/// What one round found.
#[derive(Debug, Default, Clone, Copy)]
struct Found {
    acknowledged: usize,
    lost: usize,
    /// Stored, and killed before the answer was out.
    unanswered: usize,
}

/// One connection's sender: one event after another until the listener is gone. Answers with what was acknowledged.
fn send(address: &str, key: &HmacKey, sender: usize, count: &AtomicUsize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(mut stream) = TcpStream::connect(address) else { return acknowledged };
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for number in 0.. {
        let body = format!(
            r#"{{"event_type":"signup.deleted","waitlist_id":"w","data":{{"id":"{sender}-{number}","email":"{sender}.{number}@example.com"}},"timestamp":"2024-01-15T10:00:00Z"}}"#
        );
        match exchange(&mut stream, &mut reader, &body, &key.sign(body.as_bytes())) {
            Ok(200) => {
                acknowledged.push(body);
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok(status) => panic!("answered {status}"),
            Err(_) => break,
        }
    }
    acknowledged
}

/// One request and the status of its answer.
fn exchange(stream: &mut TcpStream, reader: &mut impl BufRead, body: &str, signature: &str) -> io::Result<u16> {
    let length = body.len();
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nX-Webhook-Signature: {signature}");
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes())?;
    let (mut line, mut status, mut rest) = (String::new(), 0, 0);
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(code) = line.strip_prefix("HTTP/1.1 ") {
            status = code[..3].parse().unwrap();
        }
        if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            rest = length.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; rest])?;
    Ok(status)
}

/// Looks into the store that a killed listener left.
fn inspect(store: &Path, acknowledged: &[String]) -> Found {
    let connection = Connection::open(store).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let arrived = "state IS NOT NULL OR EXISTS (SELECT 1 FROM arrivals WHERE event = events.id)";
    let mut events = connection.prepare(&format!("SELECT body FROM events WHERE {arrived}"));
    let bodies = events.as_mut().unwrap().query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let stored: HashSet<String> = bodies.map(|body| print(body.unwrap())).collect();
    let lost = acknowledged.iter().filter(|body| !stored.contains(&print(body.as_bytes().to_vec()))).count();
    Found { acknowledged: acknowledged.len(), lost, unanswered: stored.len() + lost - acknowledged.len() }
}

fn print(body: Vec<u8>) -> String {
    RawBody::new(body).fingerprint().to_string()
}

fn round(pause: Duration) -> Found {
    let scene = Scene::new();
    scene.write("secret", SECRET);
    let (ready, store) = (scene.folder().join("ready"), scene.folder().join("events.db"));
    let options = ["--secret-file", "secret", "--ready-file", "ready", "--store", "events.db"];
    let mut listener = scene.process(["listen", "--port", "0"].into_iter().chain(options)).start();
    let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
    let url = url::Url::parse(record["url"].as_str().unwrap()).unwrap();
    let (address, key) = (url.authority(), &Secret::new(SECRET).unwrap().key());
    let count = &AtomicUsize::new(0);
    let acknowledged: Vec<String> = thread::scope(|scope| {
        let senders: Vec<_> =
            (0..CONNECTIONS).map(|sender| scope.spawn(move || send(address, key, sender, count))).collect();
        until("the first acknowledgement", || (count.load(Ordering::Relaxed) > 0).then_some(()));
        thread::sleep(pause);
        listener.signal("KILL");
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(listener.finish().code, None, "killed");
    inspect(&store, &acknowledged)
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let rounds = if slow_tests() { 100 } else { 4 };
    let mut dice = ChaCha8Rng::from_seed(rand_seed());
    let mut total = Found::default();
    let mut failed = 0;
    for _ in 0..rounds {
        let found = round(SPREAD.mul_f64(f64::from(dice.next_u32()) / f64::from(u32::MAX)));
        failed += usize::from(found.lost > 0);
        total.acknowledged += found.acknowledged;
        total.lost += found.lost;
        total.unanswered += found.unanswered;
    }
    println!("{rounds} kills: {total:?}, integrity checks ok");
    assert_eq!(total.lost, 0, "acknowledged events are not in the store, in {failed} of {rounds} rounds: {total:?}");
}

/// Another moment each time the test runs: over many runs it reaches more of them.
fn rand_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}
