//! A sandbox in memory, on a clock of its own, and a caller.

use crate::clock::Clock;
use crate::protocol::api::WorkspacePlan;
use crate::protocol::body::RawBody;
use crate::protocol::delivery::SandboxDelivery;
use crate::protocol::report::Report;
use crate::protocol::schedule::RetryFrom;
use crate::protocol::workspace::{WorkspaceOverview, WorkspaceSignup};
use crate::sandbox::delivery::{self, DeliveryFilter};
use crate::sandbox::{
    Sandbox, SandboxContext, SandboxDatabase, SandboxLocation, SandboxObserver, SandboxPageRenderer,
    SandboxRetryPolicy, SandboxSettings, SandboxWorkspace, SignupPage, WorkspaceSetup, digest_key, open_workspace,
    router,
};
use crate::server::ServerLimits;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tower::ServiceExt;

/// A clock that stands still until it is turned; sleepers wake when their time has come.
#[derive(Clone)]
pub(super) struct ManualSandboxClock(watch::Sender<Timestamp>, Arc<AtomicI64>);

impl ManualSandboxClock {
    pub(super) fn forward(&self, seconds: i64) {
        self.0.send_modify(|now| *now = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap());
    }

    /// Somebody sets the wall clock: no time goes by.
    pub(super) fn set_by(&self, seconds: i64) {
        self.1.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for ManualSandboxClock {
    fn now(&self) -> Timestamp {
        let set = SignedDuration::from_secs(self.1.load(Ordering::Relaxed));
        self.0.borrow().saturating_add(set).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.borrow().as_millisecond().unsigned_abs())
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut now = self.0.subscribe();
        let until = self.0.borrow().saturating_add(SignedDuration::try_from(duration).unwrap()).unwrap();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= until).await;
        })
    }
}

struct SilentSandboxObserver;

impl SandboxObserver for SilentSandboxObserver {
    fn send_report(&self, _: Report) {}
}

struct PlainSandboxPages;

impl SandboxPageRenderer for PlainSandboxPages {
    fn render_deliveries(&self, deliveries: &[SandboxDelivery]) -> String {
        format!("{} deliveries", deliveries.len())
    }

    fn render_records(&self, deliveries: &[SandboxDelivery]) -> Vec<u8> {
        deliveries.len().to_string().into_bytes()
    }

    fn render_overview(&self, overview: &WorkspaceOverview, deliveries: &[SandboxDelivery]) -> Vec<u8> {
        let numbers: Vec<_> = deliveries.iter().map(|delivery| (delivery.number, delivery.state.name())).collect();
        serde_json::json!({
            "calls": [overview.limit, overview.remaining], "pending": overview.pending, "deliveries": numbers,
            "signups": overview.waitlists.iter().map(|list| list.signups).collect::<Vec<_>>(),
            "waitlist": overview.waitlists[0].id,
            "subscriptions": overview.subscriptions.iter().map(|one| &*one.id).collect::<Vec<_>>(),
        })
        .to_string()
        .into_bytes()
    }

    fn render_signups(&self, _: Timestamp, signups: &[WorkspaceSignup]) -> Vec<u8> {
        let signups =
            signups.iter().map(|one| serde_json::json!([one.position, one.email, one.id, one.referral_count]));
        Value::from_iter(signups).to_string().into_bytes()
    }

    fn render_signup(&self, page: &SignupPage<'_>) -> String {
        format!("{page:?}")
    }
}

pub(super) const ORIGIN: &str = "http://127.0.0.1:4010";

/// A sandbox with its workspace.
pub(super) struct SandboxFixture {
    pub clock: ManualSandboxClock,
    pub sandbox: Sandbox,
    pub workspace: SandboxWorkspace,
    pub book: SandboxDatabase,
}

pub(super) struct SandboxTestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl SandboxTestResponse {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(super) fn settings(plan: WorkspacePlan) -> SandboxSettings {
    SandboxSettings {
        plan,
        rate_limit: None,
        pace: SandboxRetryPolicy { from: RetryFrom::Previous, speed: Some(1.0) },
        origin: ORIGIN.into(),
        allowed_targets: Vec::new(),
        trust: crate::exchange::TlsTrust::default(),
        is_exposed: false,
        control: digest_key(b"token"),
        limits: ServerLimits { body_bytes: 10_000, ..ServerLimits::default() },
    }
}

impl SandboxFixture {
    pub(super) async fn new(signups: u32) -> Self {
        Self::with(settings(WorkspacePlan::Growth), &SandboxLocation::Memory, signups).await
    }

    pub(super) async fn with(settings: SandboxSettings, place: &SandboxLocation, signups: u32) -> Self {
        let clock = ManualSandboxClock(watch::Sender::new("2024-01-15T10:00:00Z".parse().unwrap()), Arc::default());
        Self::at(clock, settings, place, signups).await
    }

    /// A sandbox on a clock that goes on.
    pub(super) async fn at(
        clock: ManualSandboxClock,
        settings: SandboxSettings,
        place: &SandboxLocation,
        signups: u32,
    ) -> Self {
        let book = SandboxDatabase::open(place).unwrap();
        let workspace = open_workspace(&book, WorkspaceSetup { signups, seed: 7 }, [7; 16], clock.now()).await.unwrap();
        let rolls = Mutex::new(0u8);
        let around = SandboxContext {
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(move |buffer| {
                let mut roll = rolls.lock().unwrap();
                *roll += 1;
                buffer.fill(*roll);
            }),
            audience: Arc::new(SilentSandboxObserver),
            pages: Arc::new(PlainSandboxPages),
            prepare: Arc::new(|url: &str, body: &RawBody| {
                let url = url.parse().map_err(|error| format!("{error}"))?;
                Ok(crate::protocol::attempt::OutgoingRequest { url, headers: Vec::new(), body: body.clone() })
            }),
        };
        let sandbox = Sandbox::start(settings, &book, &workspace, around).await.unwrap();
        Self { clock, sandbox, workspace, book }
    }

    pub(super) fn key(&self) -> String {
        format!("Bearer {}", String::from_utf8_lossy(self.workspace.key.expose()))
    }

    /// A call below the base, with the key.
    pub(super) async fn call(&self, method: &str, path: &str, body: &str) -> SandboxTestResponse {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1:4010");
        self.send(request.header("authorization", self.key()).body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> SandboxTestResponse {
        let response = router(self.sandbox.clone()).oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        SandboxTestResponse { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// The first waitlist's id.
    pub(super) async fn waitlist(&self) -> String {
        let answer = self.call("GET", "/waitlists", "").await;
        answer.body["waitlists"][0]["id"].as_str().unwrap().to_owned()
    }

    /// A sign-up by its address.
    pub(super) async fn create(&self, email: &str) -> Value {
        let path = format!("/waitlists/{}/signups", self.waitlist().await);
        let answer = self.call("POST", &path, &serde_json::json!({ "email": email }).to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["signup"].clone()
    }

    pub(super) async fn subscribe(&self, event: &str, url: &str) -> String {
        let body = serde_json::json!({ "event_type": event, "target_url": url }).to_string();
        let answer = self.call("POST", "/webhooks/subscribe", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["subscription"]["id"].as_str().unwrap().to_owned()
    }

    /// Everybody on the first waitlist: address and position.
    pub(super) async fn standing(&self) -> Vec<(String, i64)> {
        let path = format!("/waitlists/{}/signups?limit=1000", self.waitlist().await);
        let answer = self.call("GET", &path, "").await;
        let signups = answer.body["signups"].as_array().unwrap().clone();
        signups.iter().map(|s| (s["email"].as_str().unwrap().to_owned(), s["position"].as_i64().unwrap())).collect()
    }

    pub(super) async fn deliveries(&self) -> Vec<SandboxDelivery> {
        self.book.run_job(|book| delivery::list_deliveries(book, &DeliveryFilter::default())).await.unwrap()
    }

    /// Waits until the deliveries are as they should be.
    pub(super) async fn until(&self, holds: impl Fn(&[SandboxDelivery]) -> bool) -> Vec<SandboxDelivery> {
        for _ in 0..10_000 {
            let deliveries = self.deliveries().await;
            if holds(&deliveries) {
                return deliveries;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("waited in vain: {:?}", self.deliveries().await);
    }

    pub(super) async fn end(self) {
        self.sandbox.finish(Duration::from_secs(10)).await;
        self.book.close().await;
    }
}
