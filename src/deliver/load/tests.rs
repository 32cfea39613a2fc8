//! Tests against small servers on loopback.

use super::*;
use crate::shutdown::channel;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

struct PlainBodies;

impl LoadBodies for PlainBodies {
    fn write_body(&self, number: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{{\"n\":{number}}}").as_bytes());
    }
}

/// A server that reads whole requests and answers each with these bytes; closes afterwards if told so.
fn server(answer: &'static [u8], closes: bool, delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || serve(stream.unwrap(), answer, closes, delay));
        }
    });
    address
}

fn serve(mut stream: TcpStream, answer: &[u8], closes: bool, delay: Duration) {
    let mut buffer = [0; 4096];
    while let Ok(1..) = stream.read(&mut buffer) {
        std::thread::sleep(delay);
        if stream.write_all(answer).is_err() || closes {
            return;
        }
    }
}

fn load(address: SocketAddr) -> LoadOptions {
    LoadOptions {
        address,
        head: b"POST / HTTP/1.1\r\nHost: x\r\n".to_vec(),
        key: None,
        hero: None,
        concurrency: 2,
        count: Some(20),
        duration: None,
        rate: None,
        budget: Duration::from_secs(5),
        retries: None,
    }
}

fn run(load: LoadOptions) -> LoadStatistics {
    let (_stopper, stop) = channel();
    start_load(load, Arc::new(PlainBodies), &stop).unwrap().finish().unwrap()
}

#[test]
fn every_framing_of_an_answer_is_read() {
    for (answer, closes) in [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".as_slice(), false),
        (b"HTTP/1.1 204 No Content\r\n\r\n", false),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nok\r\n0\r\nA: b\r\n\r\n", false),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", true),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false),
    ] {
        let figures = run(load(server(answer, closes, Duration::ZERO)));
        assert_eq!(
            (figures.counts.events, figures.counts.acknowledged, figures.counts.in_time),
            (20, 20, 20),
            "{:?} {answer:?}",
            figures.outcomes()
        );
    }
}

#[test]
fn what_goes_wrong_is_counted_by_kind() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, name) in [
        (closed, "refused"),
        (server(b"hello\r\n\r\n", true, Duration::ZERO), "malformed"),
        (server(b"", true, Duration::ZERO), "disconnected"),
        (server(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", false, Duration::ZERO), "500"),
    ] {
        let figures = run(load(address));
        assert_eq!(figures.outcomes(), [(name.to_owned(), 20, false)]);
        assert_eq!((figures.counts.events, figures.counts.acknowledged), (20, 0));
    }
}

#[test]
fn a_slow_answer_is_given_up() {
    let address = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, Duration::from_secs(30));
    let figures = run(LoadOptions { count: Some(2), budget: Duration::from_millis(30), ..load(address) });
    assert_eq!(figures.outcomes(), [("timeout".to_owned(), 2, false)]);
}

#[test]
fn retries_follow_the_schedule_or_come_at_once() {
    let address = server(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", false, Duration::ZERO);
    let retries = Some(LoadRetryPolicy { from: RetryFrom::Previous, factor: None });
    let figures = run(LoadOptions { count: Some(4), retries, ..load(address) });
    assert_eq!((figures.counts.events, figures.counts.attempts, figures.counts.acknowledged), (4, 20, 0));
}

#[test]
fn late_starts_are_timed_from_when_they_were_due() {
    // One connection, 20 ms an answer, a start every 5 ms: the last of twenty begins 300 ms late.
    let address = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, Duration::from_millis(20));
    let figures = run(LoadOptions { concurrency: 1, rate: Some(200.0), ..load(address) });
    assert!(figures.counts.late >= 15, "{}", figures.counts.late);
    assert!(figures.max() >= Duration::from_millis(280), "{:?}", figures.max());
}
