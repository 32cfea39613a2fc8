//! The client against sockets that answer as they are told.

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::protocol::api::ApiResponseError;
use crate::protocol::attempt::AttemptPhase;
use crate::protocol::event::EventType;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

/// A clock whose sleeps take no time and are counted.
#[derive(Default)]
struct SleepRecorder(Mutex<Vec<Duration>>, SystemClock);

impl Clock for SleepRecorder {
    fn now(&self) -> Timestamp {
        self.1.now()
    }
    fn monotonic(&self) -> Duration {
        self.1.monotonic()
    }
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// A server with one answer a connection, and the requests that it saw.
struct ScriptedServer {
    base: ApiBase,
    seen: Arc<Mutex<Vec<String>>>,
}

fn server(answers: Vec<Vec<u8>>) -> ScriptedServer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = ApiBase::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = seen.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let mut stream = listener.accept().unwrap().0;
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            let whole = |request: &[u8]| {
                let text = String::from_utf8_lossy(request);
                text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head
                        .to_lowercase()
                        .split_once("content-length: ")
                        .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
                    body.len() >= length
                })
            };
            while !whole(&request) {
                let read = stream.read(&mut buffer).unwrap();
                assert_ne!(read, 0);
                request.extend_from_slice(&buffer[..read]);
            }
            told.lock().unwrap().push(String::from_utf8(request).unwrap());
            let _ = stream.write_all(&answer);
        }
    });
    ScriptedServer { base, seen }
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn client(server: &ScriptedServer, clock: SharedClock) -> ApiClient {
    ApiClient::new(server.base.clone(), ApiKey::new(b"pk_test_canary").unwrap(), clock, Box::new(|_| {}))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn sleepless() -> Arc<SleepRecorder> {
    Arc::default()
}

#[test]
fn a_call_carries_the_key_and_nothing_that_was_not_asked_for() {
    let limits = "X-RateLimit-Limit: 1000\r\nX-RateLimit-Remaining: 7\r\nX-RateLimit-Reset: 2024-01-15T11:00:00Z\r\nDate: Mon, 15 Jan 2024 10:00:00 GMT\r\n";
    let server = server(vec![answer(200, limits, r#"{"waitlists":[{"id":"w1"}]}"#)]);
    let client = client(&server, sleepless());
    assert_eq!(wait(client.list_waitlists()).unwrap()[0].id(), "w1");
    assert_eq!((client.response_meta().limits.limit, client.response_meta().limits.remaining), (Some(1000), Some(7)));
    assert_eq!(client.response_meta().date.unwrap().to_string(), "2024-01-15T10:00:00Z");
    let seen = server.seen.lock().unwrap()[0].to_lowercase();
    assert!(seen.starts_with("get /api/v1/waitlists http/1.1\r\n"), "{seen}");
    assert!(seen.contains("authorization: bearer pk_test_canary\r\n"), "{seen}");
    for unwanted in ["referer", "accept-encoding", "cookie", "content-type", "content-length", "transfer-encoding"] {
        assert!(!seen.contains(unwanted), "{unwanted}: {seen}");
    }
}

#[test]
fn what_is_sent_is_the_documented_body() {
    let made = r#"{"subscription":{"id":"sub_1","is_active":true}}"#;
    let server = server(vec![answer(201, "", made)]);
    let new = NewSubscription {
        event_type: EventType::SignupCreated,
        target_url: "https://x.io/h".into(),
        waitlist_id: Some("w1".into()),
    };
    assert_eq!(wait(client(&server, sleepless()).subscribe(&new)).unwrap().id(), "sub_1");
    let seen = server.seen.lock().unwrap()[0].clone();
    assert!(seen.to_lowercase().contains("content-type: application/json\r\n"), "{seen}");
    let body = r#"{"event_type":"signup.created","target_url":"https://x.io/h","waitlist_id":"w1"}"#;
    assert!(seen.ends_with(body), "{seen}");
}

#[test]
fn a_failing_service_is_asked_again_a_few_times_where_that_is_harmless() {
    let clock = sleepless();
    let failing = |count: usize| vec![answer(503, "", "busy"); count];
    let recovering = server([failing(2), vec![answer(200, "", "[]")]].concat());
    assert_eq!(wait(client(&recovering, clock.clone()).list_waitlists()), Ok(Vec::new()));
    assert_eq!(*clock.0.lock().unwrap(), PAUSES[..2]);

    let broken = server(failing(9));
    let failure = wait(client(&broken, clock).list_waitlists()).unwrap_err();
    assert_eq!((failure.status(), failure.tries), (Some(503), 4));
    assert_eq!(broken.seen.lock().unwrap().len(), 4);

    let unsafe_call = server(failing(9));
    let new = NewSignup { email: "a@x.io".into(), ..NewSignup::default() };
    let failure = wait(client(&unsafe_call, sleepless()).create_signup("w1", &new)).unwrap_err();
    assert_eq!((failure.tries, failure.is_uncertain()), (1, true));
}

#[test]
fn what_is_gone_after_a_failure_was_removed_by_it() {
    let gone = || answer(404, "", r#"{"error":"gone"}"#);
    let first = server(vec![gone(), gone()]);
    let client_of_first = client(&first, sleepless());
    assert_eq!(wait(client_of_first.unsubscribe("sub_1")), Ok(false));
    assert_eq!(wait(client_of_first.delete_signup("w1", "s1")).unwrap_err().status(), Some(404));
    let later = server(vec![answer(500, "", ""), gone(), answer(500, "", ""), gone()]);
    let client_of_later = client(&later, sleepless());
    assert_eq!(wait(client_of_later.unsubscribe("sub_1")), Ok(true));
    assert_eq!(wait(client_of_later.delete_signup("w1", "s1")), Ok(()));
}

#[test]
fn redirects_are_not_followed_whatever_their_number() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = server(vec![answer(200, "", "[]")]);
        let location = format!("Location: {}\r\n", elsewhere.base);
        let here = server(vec![answer(status, &location, "")]);
        let failure = wait(client(&here, sleepless()).list_waitlists()).unwrap_err();
        assert_eq!(failure.cause, ApiFailureCause::Redirected { status, to: Some(elsewhere.base.to_string()) });
        assert_eq!(failure.is_uncertain(), status <= 303);
        assert!(elsewhere.seen.lock().unwrap().is_empty());
    }
}

#[test]
fn a_key_that_is_repeated_in_an_answer_is_taken_out() {
    let echo = r#"[{"id":"w1","name":"Bearer pk_test_canary, pk_test_canar"}]"#;
    let refusal = r#"{"error":"no key pk_test_canary"}"#;
    let server = server(vec![
        answer(200, "", echo),
        answer(401, "", refusal),
        answer(302, "Location: http://x.io/?key=pk_test_canary\r\n", ""),
    ]);
    let client = client(&server, sleepless());
    let listed = format!("{:?}", wait(client.list_waitlists()).unwrap());
    assert!(listed.contains("\"[redacted], pk_test_canar\""), "{listed}");
    for _ in 0..2 {
        let failure = format!("{:?}", wait(client.list_waitlists()).unwrap_err());
        assert!(failure.contains("[redacted]") && !failure.contains("canary"), "{failure}");
    }
}

#[test]
fn answers_that_say_nothing_are_told_from_each_other() {
    let huge = format!("[{}]", " ".repeat(LARGEST_ANSWER));
    for (bytes, cause) in [
        (
            answer(200, "", "<!doctype html><p>hello"),
            ApiFailureCause::Unreadable {
                status: 200,
                why: ApiResponseError::WebPage,
                body: "<!doctype html><p>hello".into(),
            },
        ),
        (
            answer(200, "", r#"{"waitlists":["#),
            ApiFailureCause::Unreadable {
                status: 200,
                why: ApiResponseError::NotJson,
                body: "{\"waitlists\":[".into(),
            },
        ),
        (
            answer(204, "", ""),
            ApiFailureCause::Unreadable { status: 204, why: ApiResponseError::Empty, body: Bytes::new() },
        ),
        (
            answer(200, "", r#"{"lists":[]}"#),
            ApiFailureCause::Unreadable {
                status: 200,
                why: ApiResponseError::Without("waitlists"),
                body: "{\"lists\":[]}".into(),
            },
        ),
        (answer(200, "", &huge), ApiFailureCause::TooLarge(LARGEST_ANSWER)),
        (
            b"SSH-2.0-x\r\n".to_vec(),
            ApiFailureCause::Unanswered(AttemptOutcome::Malformed("invalid HTTP version parsed".into())),
        ),
        (Vec::new(), ApiFailureCause::Unanswered(AttemptOutcome::Disconnected)),
    ] {
        let server = server(vec![bytes]);
        let failure = wait(client(&server, sleepless()).list_waitlists()).unwrap_err();
        assert_eq!(failure.cause, cause);
        assert!(failure.is_uncertain());
    }
}

#[test]
fn what_never_reached_the_service_is_known_not_to_be_done() {
    let refused =
        |outcome| ApiFailure::new(&ApiCall::Subscribe, ApiFailureCause::Unanswered(outcome), 1).is_uncertain();
    assert!(!refused(AttemptOutcome::Refused) && !refused(AttemptOutcome::TimedOut(AttemptPhase::Connect)));
    assert!(refused(AttemptOutcome::Disconnected) && refused(AttemptOutcome::TimedOut(AttemptPhase::Head)));
    let said = |status| {
        ApiFailure::new(&ApiCall::Subscribe, ApiFailureCause::Refused(ApiErrorResponse::plain(status, "no")), 1)
            .is_uncertain()
    };
    assert!(!said(400) && !said(429) && said(500) && said(503));
}

#[test]
fn every_page_is_read_and_nothing_taken_twice() {
    let page = |from: usize, to: usize| {
        let rows: Vec<String> = (from..to).map(|n| format!(r#"{{"id":"s{n}"}}"#)).collect();
        answer(200, "", &format!(r#"{{"signups":[{}]}}"#, rows.join(",")))
    };
    let all = |pages: Vec<Vec<u8>>| {
        let server = server(pages);
        let signups = wait(client(&server, sleepless()).list_all_signups("w1", |_| {})).unwrap();
        let paths = server.seen.lock().unwrap().iter().map(|r| r.split(' ').nth(1).unwrap().to_owned()).collect();
        (signups.items.len(), paths)
    };
    let path = |offset: usize| format!("/api/v1/waitlists/w1/signups?limit=1000&offset={offset}");
    assert_eq!(all(vec![page(0, 1000), page(999, 1500)]), (1500, vec![path(0), path(1000)]));
    assert_eq!(all(vec![page(0, 0)]), (0, vec![path(0)]));
    assert_eq!(all(vec![page(0, 100), page(100, 130)]), (130, vec![path(0), path(100)]), "a service of small pages");
    assert_eq!(all(vec![page(0, 1000), page(0, 1000)]), (1000, vec![path(0), path(1000)]), "one without offsets");
}

#[test]
fn pages_that_never_end_are_read_up_to_a_limit() {
    let page = |number: u32| {
        let rows: Vec<String> = (0..LARGEST_PAGE).map(|row| format!(r#"{{"id":"s{number}-{row}"}}"#)).collect();
        answer(200, "", &format!(r#"{{"signups":[{}]}}"#, rows.join(",")))
    };
    let server = server((0..=MOST_PAGES).map(page).collect());
    let failure = wait(client(&server, sleepless()).list_all_signups("w1", |_| {})).unwrap_err();
    assert_eq!(failure.cause, ApiFailureCause::Endless { pages: MOST_PAGES, rows: 200_000 });
    assert_eq!(server.seen.lock().unwrap().len(), 200);
}
