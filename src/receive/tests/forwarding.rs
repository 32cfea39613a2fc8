//! Passing on to an app: which bytes, in which order, once or again, and with which answer.

use super::harness::{PATIENCE, ReceiverHarness, ReceiverTestServer, delivery, key, recorded, until};
use crate::protocol::arrival::{ArrivalRepeat, RecordedArrival, RepeatKind};
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::report::ReportKind;
use crate::receive::settings::MemoryLimits;
use crate::receive::{AckMode, ForwardSettings, ListenerSettings, ReceiverShutdown, ServerLimits};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::routing::any;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// An app that takes what it is sent.
struct LocalApp {
    server: ReceiverTestServer,
    state: Arc<LocalAppState>,
}

#[derive(Default)]
struct LocalAppState {
    taken: Mutex<Vec<(HeaderMap, Bytes)>>,
    /// Statuses to answer with; 200 after the last.
    statuses: Mutex<VecDeque<u16>>,
    /// Each answer takes a permit, where there is a gate.
    gate: Mutex<Option<Arc<Semaphore>>>,
}

impl LocalApp {
    async fn start(statuses: &[u16]) -> Self {
        let state =
            Arc::new(LocalAppState { statuses: Mutex::new(statuses.iter().copied().collect()), ..Default::default() });
        let shared = Arc::clone(&state);
        let app = Router::new().fallback(any(move |request: Request| Arc::clone(&shared).answer(request)));
        let limits = ServerLimits { body_bytes: usize::MAX, drain: Duration::ZERO, ..ServerLimits::default() };
        Self { server: ReceiverTestServer::start(app, limits).await, state }
    }

    fn forward(&self) -> ForwardSettings {
        let url = format!("http://{}/app", self.server.address);
        ForwardSettings { timeout: Some(PATIENCE), ..ForwardSettings::new(url.parse().unwrap()) }
    }

    fn closed_gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.state.gate.lock().unwrap() = Some(Arc::clone(&gate));
        gate
    }

    fn bodies(&self) -> Vec<Bytes> {
        self.state.taken.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

impl LocalAppState {
    async fn answer(self: Arc<Self>, request: Request) -> StatusCode {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        self.taken.lock().unwrap().push((parts.headers, body));
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        StatusCode::from_u16(self.statuses.lock().unwrap().pop_front().unwrap_or(200)).unwrap()
    }
}

fn bench(forward: ForwardSettings) -> ReceiverHarness {
    ReceiverHarness::new(ListenerSettings { keys: vec![key()], forwards: vec![forward], ..ListenerSettings::default() })
}

/// Sends a signed delivery past the socket; the status.
async fn post(bench: &ReceiverHarness, body: impl Into<Vec<u8>>) -> u16 {
    let body = body.into();
    let request = Request::post("/").header("x-webhook-signature", key().sign(&body));
    bench.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn bytes_and_the_right_fields_are_passed_on() {
    let app = LocalApp::start(&[]).await;
    let extra =
        |name: &'static str, value| (http::HeaderName::from_static(name).into(), http::HeaderValue::from_static(value));
    let headers = vec![extra("user-agent", "mine"), extra("x-extra", "1"), extra("x-extra", "2")];
    let bench = bench(ForwardSettings { headers, ..app.forward() });
    let body: Vec<u8> = (0..1 << 20).map(|n: usize| (n * n / 7) as u8).chain(*b"\r\n").skip(2).collect();
    let signature = key().sign(&body);
    let request = Request::post("/x?y=z")
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "sender")
        .header("x-webhook-signature", &signature)
        .header("x-webhook-odd", http::HeaderValue::from_bytes(b"caf\xe9").unwrap())
        .header("authorization", "Bearer hush")
        .header("connection", "keep-alive")
        .header("x-forwarded-for", "1.2.3.4")
        .body(Body::from(body.clone()));
    assert_eq!(bench.router().oneshot(request.unwrap()).await.unwrap().status(), 200);
    until(|| bench.memory.attempts.lock().unwrap().len() == 1).await;
    let (fields, sent) = app.state.taken.lock().unwrap()[0].clone();
    assert!(sent == body, "the bytes differ");
    assert_eq!(fields["content-type"], "application/json; charset=utf-8");
    assert_eq!(fields["x-webhook-signature"], signature.as_str());
    assert_eq!(fields["x-webhook-odd"].as_bytes(), b"caf\xe9");
    assert_eq!(fields.get_all("user-agent").iter().collect::<Vec<_>>(), ["mine"]);
    assert_eq!(fields.get_all("x-extra").iter().collect::<Vec<_>>(), ["1", "2"]);
    for name in ["authorization", "x-forwarded-for", "connection", "transfer-encoding"] {
        assert!(!fields.contains_key(name), "{name}");
    }
    let attempts = bench.memory.attempts.lock().unwrap();
    assert_eq!((attempts[0].event, attempts[0].purpose, attempts[0].number), (1, DeliveryPurpose::Forward, 1));
    assert_eq!(bench.receiver.tally().snapshot().forwarded, 1);
}

#[tokio::test]
async fn a_slow_app_holds_no_answer_up_and_gets_everything_in_order() {
    let app = LocalApp::start(&[]).await;
    let gate = app.closed_gate();
    let bench = bench(app.forward());
    for number in 1..=20 {
        assert_eq!(post(&bench, format!("{number}")).await, 200);
    }
    until(|| app.bodies().len() == 1).await;
    assert!(bench.told.forwards().is_empty());
    gate.add_permits(20);
    until(|| bench.told.forwards().len() == 20).await;
    assert_eq!(app.bodies(), (1..=20).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_order_is_that_of_arrival_numbers() {
    let app = LocalApp::start(&[]).await;
    let bench = bench(app.forward());
    let gate = bench.memory.closed_gate();
    bench.memory.script([Ok(recorded(1, 3)), Ok(recorded(2, 1)), Ok(recorded(3, 2))]);
    let server = bench.serve().await;
    let mut clients = Vec::new();
    for (index, body) in ["third", "first", "second"].into_iter().enumerate() {
        let mut client = server.connect().await;
        client.send(delivery(body)).await;
        until(|| bench.memory.scripted.lock().unwrap().len() == 2 - index).await;
        clients.push(client);
    }
    gate.add_permits(1);
    assert_eq!(clients[0].answer().await.0, 200);
    gate.add_permits(2);
    until(|| app.bodies().len() == 3).await;
    assert_eq!(app.bodies(), ["first", "second", "third"]);
}

#[tokio::test]
async fn a_duplicate_is_passed_on_until_one_was_acknowledged() {
    let app = LocalApp::start(&[500, 201]).await;
    let bench = bench(app.forward());
    for _ in 0..4 {
        assert_eq!(post(&bench, "a").await, 200);
    }
    until(|| bench.told.skips().len() == 2).await;
    assert_eq!(bench.told.forwards(), [1, 1]);
    let counts = bench.receiver.tally().snapshot();
    assert_eq!((counts.forward_failed, counts.forwarded, counts.forward_skipped), (1, 1, 2));
}

#[tokio::test]
async fn a_forward_of_an_earlier_life_counts() {
    let app = LocalApp::start(&[]).await;
    let first = bench(app.forward());
    post(&first, "a").await;
    until(|| !first.memory.attempts.lock().unwrap().is_empty()).await;
    let second = bench(app.forward());
    second.memory.attempts.lock().unwrap().extend(first.memory.attempts.lock().unwrap().iter().cloned());
    let repeat = Some(ArrivalRepeat { kind: RepeatKind::Duplicate, of: 1, gap_ms: Some(5) });
    second.memory.script([Ok(RecordedArrival { repeat, ..recorded(1, 2) })]);
    post(&second, "a").await;
    until(|| second.told.skips().len() == 1).await;
    assert_eq!(app.bodies().len(), 1);
}

#[tokio::test]
async fn a_probable_retry_is_a_duplicate_of_what_it_repeats() {
    let app = LocalApp::start(&[500]).await;
    let bench = bench(app.forward());
    let repeat = Some(ArrivalRepeat { kind: RepeatKind::ProbableRetry, of: 1, gap_ms: Some(60_000) });
    let retry = |number| Ok(RecordedArrival { repeat, ..recorded(number, number) });
    bench.memory.script([Ok(recorded(1, 1)), retry(2), retry(3)]);
    for body in ["a", "b", "c"] {
        post(&bench, body).await;
    }
    until(|| bench.told.skips().len() == 1).await;
    assert_eq!((bench.told.forwards(), bench.told.skips()[0].0), (vec![1, 2], 3));
}

#[tokio::test]
async fn duplicates_are_passed_on_where_asked_for() {
    let app = LocalApp::start(&[]).await;
    let bench = bench(ForwardSettings { forward_duplicates: true, ..app.forward() });
    post(&bench, "a").await;
    post(&bench, "a").await;
    until(|| bench.told.forwards().len() == 2).await;
}

#[tokio::test]
async fn what_does_not_fit_is_told_with_the_way_to_send_it() {
    let app = LocalApp::start(&[]).await;
    let _gate = app.closed_gate();
    let memory = MemoryLimits { forward_bytes: 2000, ..MemoryLimits::default() };
    let forwards = vec![app.forward()];
    let bench =
        ReceiverHarness::new(ListenerSettings { keys: vec![key()], forwards, memory, ..ListenerSettings::default() });
    for number in 0..10 {
        assert_eq!(post(&bench, number.to_string().repeat(500)).await, 200);
    }
    until(|| !bench.told.skips().is_empty()).await;
    let (event, why) = bench.told.skips().remove(0);
    assert!(why.contains(&format!("referralloop replay {event}")), "{why}");
    let finished = bench.receiver.finish(Duration::from_millis(10)).await;
    let left = 10 - bench.told.skips().len();
    assert_eq!(finished, ReceiverShutdown { unforwarded: left, events: left });
    // Thousands may wait, and so does who ended it.
    assert_eq!(*bench.memory.together.lock().unwrap(), [finished.unforwarded]);
}

#[tokio::test]
async fn finishing_passes_on_what_waits() {
    let app = LocalApp::start(&[]).await;
    let gate = app.closed_gate();
    let bench = bench(app.forward());
    for body in ["a", "b", "c"] {
        post(&bench, body).await;
    }
    gate.add_permits(3);
    assert_eq!(bench.receiver.finish(PATIENCE).await, ReceiverShutdown::default());
    assert_eq!(app.bodies(), ["a", "b", "c"]);
}

#[tokio::test]
async fn refused_filtered_and_unstored_deliveries_are_not_passed_on() {
    let app = LocalApp::start(&[]).await;
    let only = Some(Arc::new(|_: &_, body: &crate::protocol::body::RawBody| body.as_bytes() != b"other") as _);
    let bench = bench(ForwardSettings { only, ..app.forward() });
    let refused = Request::post("/").header("x-webhook-signature", "sha256=00").body(Body::from("{}")).unwrap();
    assert_eq!(bench.router().oneshot(refused).await.unwrap().status(), 401);
    bench.memory.script([Err(crate::protocol::arrival::ArrivalRecordError::Full { quota: 1 })]);
    assert_eq!(post(&bench, "unstored").await, 507);
    post(&bench, "other").await;
    post(&bench, "this").await;
    assert_eq!(bench.receiver.finish(PATIENCE).await.unforwarded, 0);
    assert_eq!(app.bodies(), ["this"]);
}

#[tokio::test]
async fn a_mirror_answers_as_the_app_does_every_time() {
    let app = LocalApp::start(&[201, 500, 302, 204]).await;
    let bench = bench(ForwardSettings { ack: AckMode::Mirror, ..app.forward() });
    let mut got = Vec::new();
    for _ in 0..5 {
        got.push(post(&bench, "a").await);
    }
    assert_eq!(got, [201, 500, 302, 204, 200]);
    let what = bench.told.all();
    assert!(matches!(&what[0], ReportKind::Arrival(report) if report.answer == 201), "{:?}", what[0]);
    assert!(matches!(&what[1], ReportKind::Forward(report) if report.attempt.outcome.status() == Some(201)));
    until(|| bench.memory.attempts.lock().unwrap().len() == 5).await;
}

#[tokio::test]
async fn a_mirror_passes_no_status_on_that_ends_no_request() {
    let app = LocalApp::start(&[999, 600, 599]).await;
    let bench = bench(ForwardSettings { ack: AckMode::Mirror, ..app.forward() });
    assert_eq!([post(&bench, "a").await, post(&bench, "b").await, post(&bench, "c").await], [502, 502, 599]);
}

#[tokio::test]
async fn a_mirror_answers_by_itself_for_an_app_that_does_not() {
    let app = LocalApp::start(&[]).await;
    let _gate = app.closed_gate();
    let slow = ForwardSettings { ack: AckMode::Mirror, timeout: Some(Duration::from_millis(50)), ..app.forward() };
    assert_eq!(post(&bench(slow), "a").await, 504);
    let gone = app.forward();
    app.server.stop().await.unwrap();
    assert_eq!(post(&bench(ForwardSettings { ack: AckMode::Mirror, ..gone }), "a").await, 502);
}

#[tokio::test]
async fn senders_that_hang_up_leave_no_crowd_before_the_app() {
    let app = LocalApp::start(&[]).await;
    let gate = app.closed_gate();
    let bench = ReceiverHarness::new(ListenerSettings {
        forwards: vec![ForwardSettings { ack: AckMode::Mirror, ..app.forward() }],
        ..ListenerSettings::default()
    });
    let server = bench.serve().await;
    let mut clients = Vec::new();
    for number in 0..300 {
        let mut client = server.connect().await;
        client.send(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{number:03}")).await;
        clients.push(client);
    }
    until(|| bench.memory.bodies().len() == 300 && app.bodies().len() >= 16).await;
    drop(clients);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(app.bodies().len() <= 256, "{}", app.bodies().len());
    gate.add_permits(300);
    until(|| app.bodies().len() == 300).await;
}
