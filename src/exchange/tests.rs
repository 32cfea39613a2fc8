//! Each way in which an attempt can end, against sockets that do it.

use super::*;
use crate::protocol::attempt::ANSWER_KEPT;
use crate::protocol::body::RawBody;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;

/// Serves one connection with whatever `serve` does to it.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (Url, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    (url, std::thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Reads the head and the two bytes of the body.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n{}") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        request.push(byte[0]);
    }
    request
}

fn answering(answer: &'static [u8]) -> (Url, JoinHandle<()>) {
    server(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(answer).unwrap();
    })
}

fn post(url: Url, budget: Duration) -> AttemptOutcome {
    let request = OutgoingRequest { url, headers: Vec::new(), body: RawBody::new("{}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(HttpClient::new().post(&request, Some(budget))).0
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(100);

#[test]
fn an_answer_is_kept_with_the_start_of_its_body() {
    let (url, served) = server(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 418 Teapot\r\nContent-Length: 20000\r\n\r\n").unwrap();
        stream.write_all(&[b'x'; 20_000]).unwrap();
    });
    let AttemptOutcome::Answered(answer) = post(url, LONG) else { panic!("no answer") };
    assert_eq!((answer.status, answer.body.len(), answer.truncated), (418, ANSWER_KEPT, true));
    served.join().unwrap();
}

#[test]
fn credentials_that_come_back_are_left_out() {
    let (url, served) = server(|mut stream| {
        let echo = read_request(&mut stream);
        let head = "HTTP/1.1 302 X\r\nLocation: /in?auth=c0ffee-canary\r\nConnection: close\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &echo].concat()).unwrap();
    });
    let header = |text| crate::protocol::target::parse_header(text).unwrap();
    let headers = ["Authorization: Bearer c0ffee-canary", "X-Api-Key: another-canary", "X-Shown: no canary at all"];
    let request = OutgoingRequest { url, headers: headers.map(header).to_vec(), body: RawBody::new("{}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(HttpClient::new().post(&request, Some(LONG))).0;
    let AttemptOutcome::Answered(answer) = outcome else { panic!("no answer") };
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(body.contains("Authorization: [redacted]") && body.contains("X-Api-Key: [redacted]"), "{body}");
    assert!(body.contains("X-Shown: no canary at all"), "{body}");
    assert_eq!(answer.location.as_deref(), Some("/in?auth=[redacted]"));
    served.join().unwrap();
}

#[test]
fn redirects_are_told_and_not_followed() {
    let (url, served) = answering(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    let outcome = post(url, LONG);
    assert_eq!(outcome.name(), "rejected");
    assert!(outcome.detail().is_some_and(|words| words.contains("http://127.0.0.1:1/")));
    served.join().unwrap();
}

#[test]
fn the_budget_covers_head_and_body() {
    let (url, silent) = server(|mut stream| {
        read_request(&mut stream);
        // Until the other side has given up.
        let _ = stream.read(&mut [0]);
    });
    assert_eq!(post(url, SHORT), AttemptOutcome::TimedOut(AttemptPhase::Head));
    silent.join().unwrap();
    let (url, halting) = server(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{").unwrap();
        let _ = stream.read(&mut [0]);
    });
    assert_eq!(post(url, SHORT), AttemptOutcome::TimedOut(AttemptPhase::Body));
    halting.join().unwrap();
}

#[test]
fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    assert_eq!(post(url, LONG), AttemptOutcome::Refused);
}

#[test]
fn a_connection_that_ends_early_and_noise_are_told_apart() {
    let (url, served) = server(|mut stream| {
        read_request(&mut stream);
        stream.shutdown(Shutdown::Both).unwrap();
    });
    assert_eq!(post(url, LONG), AttemptOutcome::Disconnected);
    served.join().unwrap();
    let (url, served) = answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n");
    assert_eq!(post(url, LONG).name(), "malformed");
    served.join().unwrap();
    let (url, served) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}");
    assert_eq!(post(url, LONG), AttemptOutcome::Disconnected);
    served.join().unwrap();
}

#[test]
fn a_connection_that_was_closed_while_nobody_waited_is_not_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let (closed, is_closed) = std::sync::mpsc::channel();
    let served = std::thread::spawn(move || {
        for _ in 0..2 {
            let mut stream = listener.accept().unwrap().0;
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            drop(stream);
            let _ = closed.send(());
        }
    });
    let request = OutgoingRequest { url, headers: Vec::new(), body: RawBody::new("{}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = HttpClient::new();
    runtime.block_on(async {
        assert_eq!(client.post(&request, Some(LONG)).await.0.status(), Some(200));
        // A prompt keeps the runtime from hearing of it.
        is_closed.recv().unwrap();
        assert_eq!(client.post(&request, Some(LONG)).await.0.status(), Some(200));
    });
    served.join().unwrap();
}

#[test]
fn plain_text_behind_https_is_a_tls_failure() {
    let (mut url, served) = server(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    url.set_scheme("https").unwrap();
    assert_eq!(post(url, LONG).name(), "tls");
    served.join().unwrap();
}

#[test]
fn names_that_do_not_resolve_are_told() {
    // RFC 6761, section 6.4: `invalid` never resolves.
    assert_eq!(post(Url::parse("http://nowhere.invalid/").unwrap(), LONG), AttemptOutcome::UnknownHost);
}

#[test]
fn this_machine_is_recognised() {
    let is = |url: &str| is_loopback(&Url::parse(url).unwrap());
    assert!(
        is("http://localhost/") && is("http://app.localhost:3000/") && is("http://127.8.9.1/") && is("http://[::1]/")
    );
    assert!(!is("http://localhost.example.com/") && !is("http://10.0.0.1/") && !is("https://example.com/"));
}

#[test]
fn each_attempt_is_sent_once_without_additions() {
    let (url, served) = server(|mut stream| {
        let request = read_request(&mut stream);
        let head = String::from_utf8(request).unwrap().to_lowercase();
        assert!(
            !head.contains("referer:") && !head.contains("cookie:") && !head.contains("accept-encoding:"),
            "{head}"
        );
        // No answer: a client that sends twice would now be back.
    });
    assert_eq!(post(url, LONG), AttemptOutcome::Disconnected);
    served.join().unwrap();
}
