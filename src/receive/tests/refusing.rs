//! One request that is not taken, without a socket: refused, turned away, or not stored.

use super::harness::{ReceiverHarness, key, until};
use crate::protocol::arrival::{ArrivalRecordError, SignatureState};
use crate::protocol::report::ArrivalNumber;
use crate::protocol::signature::SignatureFault;
use crate::receive::settings::MemoryLimits;
use crate::receive::{ListenerSettings, ServerLimits};
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower::ServiceExt;

fn settings() -> ListenerSettings {
    ListenerSettings { keys: vec![key()], ..ListenerSettings::default() }
}

async fn send(bench: &ReceiverHarness, request: Request<Body>) -> Response {
    bench.router().oneshot(request).await.unwrap()
}

async fn whole(response: Response) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1000).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn with_signature(value: &str) -> Request<Body> {
    Request::post("/").header("x-webhook-signature", value).body(Body::from("{}")).unwrap()
}

fn signed(body: &'static str) -> Request<Body> {
    let signature = key().sign(body.as_bytes());
    Request::post("/").header("x-webhook-signature", signature).body(Body::from(body)).unwrap()
}

/// A request for every reason there is.
fn refusable() -> Vec<(Request<Body>, SignatureFault)> {
    let good = key().sign(b"{}");
    let mut doubled = with_signature(&good);
    doubled.headers_mut().append("x-webhook-signature", good.parse().unwrap());
    vec![
        (Request::post("/").body(Body::from("{}")).unwrap(), SignatureFault::Missing),
        (with_signature(" "), SignatureFault::Empty),
        (with_signature(&good[7..]), SignatureFault::NoPrefix),
        (with_signature(&good.replace("256", "512")), SignatureFault::WrongPrefix),
        (
            with_signature(&good.replace(|c: char| c.is_ascii_digit(), "z").replace("shazzz", "sha256")),
            SignatureFault::NotHex,
        ),
        (with_signature(&good[..70]), SignatureFault::WrongLength),
        (doubled, SignatureFault::DoubledHeader),
        (with_signature(&key().sign(b"{ }")), SignatureFault::Mismatch),
    ]
}

#[tokio::test]
async fn every_refusal_looks_the_same_from_outside() {
    let bench = ReceiverHarness::new(ListenerSettings { require_signature: true, ..settings() });
    let (json, length) = (HeaderValue::from_static("application/json"), HeaderValue::from_static("29"));
    let mut reasons = Vec::new();
    for (request, reason) in refusable() {
        let (status, headers, body) = whole(send(&bench, request).await).await;
        assert_eq!((status.as_u16(), body.as_str()), (401, r#"{"error":"invalid signature"}"#), "{reason:?}");
        assert_eq!((headers.len(), &headers["content-type"], &headers["content-length"]), (2, &json, &length));
        reasons.push(reason);
    }
    until(|| bench.told.arrivals().len() == reasons.len()).await;
    let told = bench.told.arrivals();
    assert_eq!(told.iter().map(|told| told.reason.unwrap()).collect::<Vec<_>>(), reasons);
    assert_eq!(told[0].arrival.verification, SignatureState::Unsigned);
    assert_eq!((told[7].arrival.verification, told[7].answer), (SignatureState::Invalid, 401));
    assert_eq!(told[7].number, Some(ArrivalNumber::Refused(8)));
    assert!(bench.memory.arrivals.lock().unwrap().is_empty());
    assert_eq!(bench.receiver.tally().snapshot().invalid, 8);
}

#[tokio::test]
async fn a_flood_of_refusals_is_told_without_numbers() {
    let bench = ReceiverHarness::new(ListenerSettings {
        memory: MemoryLimits { refused_bytes: 1000, ..MemoryLimits::default() },
        ..settings()
    });
    // One thread and nothing to wait for: the worker gets its turn only after the flood.
    for _ in 0..500 {
        assert_eq!(send(&bench, with_signature("sha256=00")).await.status(), 401);
    }
    until(|| bench.told.arrivals().len() == 500).await;
    let kept = bench.memory.refused.lock().unwrap().len();
    assert_eq!(bench.told.arrivals().iter().filter(|told| told.number.is_some()).count(), kept);
    assert!((1..=1000 / "x-webhook-signature: sha256=00".len()).contains(&kept), "{kept}");
}

#[tokio::test]
async fn without_a_secret_no_signature_is_valid() {
    let bench = ReceiverHarness::new(ListenerSettings::default());
    assert_eq!(send(&bench, signed("{}")).await.status(), 401);
}

#[tokio::test]
async fn another_path_is_not_found() {
    let bench = ReceiverHarness::new(ListenerSettings { path: Some("/hook".into()), ..settings() });
    for (path, status) in [("/hook", 200), ("/hook?x=1", 200), ("/hook/", 404), ("/Hook", 404), ("/", 404)] {
        let request = Request::post(path).body(Body::from("{}")).unwrap();
        assert_eq!(send(&bench, request).await.status(), status, "{path}");
    }
    assert_eq!(bench.receiver.tally().snapshot().turned_away, 3);
    let told = bench.told.turned_away();
    let paths: Vec<&str> = told.iter().map(|told| told.path.as_str()).collect();
    assert_eq!((paths, told[0].why.as_str()), (vec!["/hook/", "/Hook", "/"], "this listener takes /hook only"));
}

#[tokio::test]
async fn only_post_is_taken() {
    let bench = ReceiverHarness::new(settings());
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let request = Request::builder().method(&method).uri("/").body(Body::empty()).unwrap();
        let (status, headers, body) = whole(send(&bench, request).await).await;
        assert_eq!((status.as_u16(), headers["allow"].as_bytes()), (405, b"POST".as_slice()));
        assert!(body.contains("webhook listener") || method == Method::HEAD);
    }
    assert!(bench.memory.arrivals.lock().unwrap().is_empty());
    let told = bench.told.turned_away();
    assert_eq!((told.len(), told[0].status, told[0].why.as_str()), (6, 405, "this listener takes POST only"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_taken() {
    let bench = ReceiverHarness::new(ListenerSettings {
        limits: ServerLimits { body_bytes: 10, ..ServerLimits::default() },
        ..settings()
    });
    let post = |length: usize| Request::post("/").body(Body::from("x".repeat(length))).unwrap();
    assert_eq!(send(&bench, post(10)).await.status(), 200);
    assert_eq!(send(&bench, post(11)).await.status(), 413);
    assert_eq!(send(&bench, post(20 << 20)).await.status(), 413);
    assert_eq!(bench.memory.bodies().len(), 1);
    let told: Vec<u16> = bench.told.turned_away().iter().map(|told| told.status).collect();
    assert_eq!(told, [413, 413]);
}

#[tokio::test]
async fn what_is_not_stored_is_not_acknowledged() {
    let bench =
        ReceiverHarness::new(ListenerSettings { answers: "204".parse().unwrap(), until: Some(1), ..settings() });
    let faults =
        [ArrivalRecordError::Full { quota: 7 }, ArrivalRecordError::Unavailable("disk I/O error at /home/ada".into())];
    bench.memory.script(faults.clone().map(Err));
    let full = whole(send(&bench, signed("a")).await).await;
    let broken = whole(send(&bench, signed("b")).await).await;
    assert_eq!((full.0.as_u16(), full.2.as_str()), (507, r#"{"error":"not stored: the store is full"}"#));
    assert_eq!((broken.0.as_u16(), broken.2.as_str()), (503, r#"{"error":"not stored"}"#));
    assert!(!full.1.contains_key("retry-after") && !broken.1.contains_key("retry-after"));
    let told = bench.told.arrivals();
    assert_eq!((told[0].number, told[0].answer, told[0].not_stored.clone()), (None, 507, Some(faults[0].to_string())));
    assert_eq!((told[1].answer, told[1].not_stored.clone()), (503, Some(faults[1].to_string())));
    let counts = bench.receiver.tally().snapshot();
    assert_eq!((counts.not_stored, counts.stored, counts.distinct), (2, 0, 0));
}

#[tokio::test]
async fn a_panic_answers_500_and_the_next_request_is_taken() {
    let bench = ReceiverHarness::new(settings());
    bench.memory.panics.store(true, Ordering::Relaxed);
    let (status, _, body) = whole(send(&bench, signed("{}")).await).await;
    assert_eq!((status.as_u16(), body.as_str()), (500, r#"{"error":"the listener failed"}"#));
    bench.memory.panics.store(false, Ordering::Relaxed);
    assert_eq!(send(&bench, signed("{}")).await.status(), 200);
}

#[tokio::test]
async fn the_filter_holds_for_refusals_too() {
    let shown = Some(Arc::new(|_: &_, body: &crate::protocol::body::RawBody| body.as_bytes() != b"{}") as _);
    let bench = ReceiverHarness::new(ListenerSettings { shown, ..settings() });
    send(&bench, with_signature("sha256=00")).await;
    until(|| bench.memory.refused.lock().unwrap().len() == 1).await;
    bench.receiver.finish(super::harness::PATIENCE).await;
    assert!(bench.told.all().is_empty());
}
