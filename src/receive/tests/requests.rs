//! One request that is taken, without a socket: stored, answered, told, counted.

use super::harness::{ReceiverHarness, key, recorded, until};
use crate::protocol::arrival::{ArrivalRepeat, RecordedArrival, RepeatKind, SignatureState};
use crate::protocol::report::ArrivalNumber;
use crate::receive::{GREETING_HEADER, ListenerGreeting, ListenerSettings};
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderValue, Request, StatusCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower::ServiceExt;

async fn send(bench: &ReceiverHarness, request: Request<Body>) -> Response {
    bench.router().oneshot(request).await.unwrap()
}

async fn post(bench: &ReceiverHarness, body: &'static [u8]) -> u16 {
    send(bench, signed(body)).await.status().as_u16()
}

fn signed(body: &'static [u8]) -> Request<Body> {
    Request::post("/hook?a=b").header("X-Webhook-Signature", key().sign(body)).body(Body::from(body)).unwrap()
}

fn settings() -> ListenerSettings {
    ListenerSettings { keys: vec![key()], ..ListenerSettings::default() }
}

#[tokio::test]
async fn a_valid_delivery_is_stored_answered_and_told() {
    let bench = ReceiverHarness::new(settings());
    let response = send(&bench, signed(b"{}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(to_bytes(response.into_body(), 1000).await.unwrap(), r#"{"received":true}"#);
    let arrivals = bench.memory.arrivals.lock().unwrap();
    assert_eq!((arrivals[0].verification, arrivals[0].target.as_str()), (SignatureState::Valid, "/hook?a=b"));
    let told = &bench.told.arrivals()[0];
    assert_eq!(told.number, Some(ArrivalNumber::Stored { event: 1, arrival: 1 }));
    assert_eq!(
        (told.answer, told.arrival.verification, told.arrival.content.body.as_bytes()),
        (200, SignatureState::Valid, b"{}".as_slice())
    );
    let counts = bench.receiver.tally().snapshot();
    assert_eq!((counts.requests, counts.valid, counts.stored, counts.distinct), (1, 1, 1, 0));
}

#[tokio::test]
async fn an_older_secret_is_accepted_while_rotating() {
    let newer = crate::protocol::signature::Secret::new("newer").unwrap().key();
    let bench = ReceiverHarness::new(ListenerSettings { keys: vec![newer, key()], ..ListenerSettings::default() });
    assert_eq!(post(&bench, b"{}").await, 200);
}

#[tokio::test]
async fn an_unsigned_delivery_is_accepted_and_said_to_be_so() {
    let bench = ReceiverHarness::new(settings());
    assert_eq!(send(&bench, Request::post("/").body(Body::from("{}")).unwrap()).await.status(), 200);
    assert_eq!(bench.told.arrivals()[0].arrival.verification, SignatureState::Unsigned);
    assert_eq!(bench.receiver.tally().snapshot().unsigned, 1);
}

#[tokio::test]
async fn bytes_are_stored_as_they_came() {
    let body: &[u8] = b"\xef\xbb\xbf{\"a\":\xff\xfe\x00}\r\n";
    let bench = ReceiverHarness::new(settings());
    let mut request = signed(body);
    request.headers_mut().insert("x-odd", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    request.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    assert_eq!(send(&bench, request).await.status(), 200);
    let arrivals = bench.memory.arrivals.lock().unwrap();
    assert_eq!(arrivals[0].content.body.as_bytes(), body);
    assert_eq!(arrivals[0].content.headers.values("X-Odd").collect::<Vec<_>>(), [b"caf\xe9"]);
}

#[tokio::test]
async fn an_empty_body_is_a_delivery() {
    let bench = ReceiverHarness::new(settings());
    assert_eq!(post(&bench, b"").await, 200);
    assert_eq!(bench.memory.bodies(), [b""]);
}

#[tokio::test]
async fn credentials_are_redacted_and_repeated_fields_kept() {
    let bench = ReceiverHarness::new(settings());
    let mut request = signed(b"{}");
    request.headers_mut().insert("authorization", HeaderValue::from_static("Bearer hush"));
    request.headers_mut().insert("cookie", HeaderValue::from_static("id=hush"));
    request.headers_mut().append("x-two", HeaderValue::from_static("1"));
    request.headers_mut().append("x-two", HeaderValue::from_static("2"));
    send(&bench, request).await;
    let headers = bench.memory.arrivals.lock().unwrap()[0].content.headers.clone();
    assert!(!headers.as_block().windows(4).any(|four| four == b"hush"));
    assert_eq!(headers.values("x-two").collect::<Vec<_>>(), [b"1", b"2"]);
    assert_eq!(bench.told.arrivals()[0].arrival.content.headers, headers);
}

#[tokio::test]
async fn answers_are_counted_for_each_event() {
    let bench = ReceiverHarness::new(ListenerSettings { answers: "500x2,200".parse().unwrap(), ..settings() });
    let mut got = Vec::new();
    for body in [b"a", b"b", b"a", b"a", b"b", b"a"] {
        got.push(post(&bench, body).await);
    }
    assert_eq!(got, [500, 500, 500, 200, 500, 200]);
    assert_eq!(bench.told.arrivals().iter().map(|told| told.answer).collect::<Vec<_>>(), got);
}

#[tokio::test]
async fn a_probable_retry_counts_for_the_event_it_repeats() {
    let bench =
        ReceiverHarness::new(ListenerSettings { answers: "500,200".parse().unwrap(), until: Some(9), ..settings() });
    let repeat = Some(ArrivalRepeat { kind: RepeatKind::ProbableRetry, of: 1, gap_ms: Some(61_000) });
    bench.memory.script([Ok(recorded(1, 1)), Ok(RecordedArrival { repeat, ..recorded(2, 2) })]);
    assert_eq!((post(&bench, b"a").await, post(&bench, b"b").await), (500, 200));
    let told = bench.told.arrivals()[1].repeat.unwrap();
    assert_eq!((told.of, told.retry_guess), (1, Some(1)));
    let counts = bench.receiver.tally().snapshot();
    assert_eq!((counts.probable_retries, counts.distinct), (1, 1));
}

#[tokio::test]
async fn an_answer_without_content_has_none() {
    let bench = ReceiverHarness::new(ListenerSettings { answers: "204".parse().unwrap(), ..settings() });
    let response = send(&bench, signed(b"{}")).await;
    assert_eq!(response.status(), 204);
    assert!(!response.headers().contains_key("content-type"));
    assert!(to_bytes(response.into_body(), 1000).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_filter_leaves_out_is_stored_and_not_told() {
    let shown = Some(Arc::new(|_: &_, body: &crate::protocol::body::RawBody| body.as_bytes() != b"hidden") as _);
    let bench = ReceiverHarness::new(ListenerSettings { shown, until: Some(5), ..settings() });
    assert_eq!((post(&bench, b"hidden").await, post(&bench, b"seen").await), (200, 200));
    assert_eq!(bench.memory.bodies(), [b"hidden".as_slice(), b"seen"]);
    assert_eq!(bench.told.arrivals().len(), 1);
    let counts = bench.receiver.tally().snapshot();
    assert_eq!((counts.filtered, counts.stored, counts.distinct), (1, 2, 1));
}

#[tokio::test]
async fn an_audience_that_wants_nothing_costs_no_reports() {
    let bench = ReceiverHarness::new(settings());
    bench.told.deaf.store(true, Ordering::Relaxed);
    assert_eq!(post(&bench, b"{}").await, 200);
    assert!(bench.told.all().is_empty());
    assert_eq!(bench.receiver.tally().snapshot().stored, 1);
}

#[tokio::test]
async fn distinct_events_are_counted_up_to_the_number_asked_for() {
    let bench = ReceiverHarness::new(ListenerSettings { until: Some(2), ..settings() });
    let mut distinct = bench.receiver.subscribe_distinct();
    for body in [b"a", b"a"] {
        post(&bench, body).await;
    }
    assert_eq!(*distinct.borrow(), 1);
    post(&bench, b"b").await;
    distinct.wait_for(|count| *count == 2).await.unwrap();
    assert_eq!(bench.told.arrivals().len(), 3, "told before it is counted");
    post(&bench, b"c").await;
    assert_eq!(*distinct.borrow(), 2);
}

#[tokio::test]
async fn a_sender_that_hangs_up_leaves_nothing_half_done() {
    let bench = ReceiverHarness::new(settings());
    let gate = bench.memory.closed_gate();
    let request = tokio::spawn(bench.router().oneshot(signed(b"{}")));
    until(|| bench.memory.arrivals.lock().unwrap().len() == 1).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    until(|| bench.told.arrivals().len() == 1).await;
    assert_eq!(bench.told.arrivals()[0].number, Some(ArrivalNumber::Stored { event: 1, arrival: 1 }));
}

#[tokio::test]
async fn who_asks_the_right_question_at_the_right_path_is_greeted_and_not_counted() {
    let greeting = ListenerGreeting { question: "who?".into(), answer: "me".into() };
    let settings = ListenerSettings { path: Some("/here".into()), greeting: Some(greeting), ..settings() };
    let bench = ReceiverHarness::new(settings);
    let ask = |method: &str, path: &str, question: &str| {
        let request = Request::builder().method(method).uri(path).header(GREETING_HEADER, question);
        request.body(Body::empty()).unwrap()
    };
    let response = send(&bench, ask("GET", "/here?x", "who?")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "me");
    assert_eq!(bench.receiver.tally().snapshot().requests, 0);
    for (method, path, question, status) in
        [("GET", "/", "who?", 404), ("GET", "/here", "what?", 405), ("PUT", "/here", "who?", 405)]
    {
        assert_eq!(send(&bench, ask(method, path, question)).await.status(), status, "{method} {path} {question}");
    }
    assert_eq!(bench.receiver.tally().snapshot().requests, 3);
    // A delivery is one, whatever it carries.
    let delivery = Request::post("/here").header(GREETING_HEADER, "who?").body(Body::from("{}")).unwrap();
    assert_eq!(send(&bench, delivery).await.status(), 200);
    assert_eq!(bench.receiver.tally().snapshot().stored, 1);
}
