//! What the tests stand on: a store in memory, an audience that remembers, a client of raw bytes.

use crate::clock::SystemClock;
use crate::protocol::arrival::{
    Arrival, ArrivalRecordError, ArrivalRecorder, ArrivalRepeat, RecordedArrival, RefusedRequest, RepeatKind,
};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::Fingerprint;
use crate::protocol::report::{ArrivalReport, Report, ReportKind, TurnedAwayReport};
use crate::protocol::signature::{HmacKey, Secret};
use crate::receive::{DrainResult, ListenerSettings, ReportSink, ServerLimits, WebhookReceiver, router, serve};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// Long enough that only a fault reaches it.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn key() -> HmacKey {
    Secret::new("s3cret").unwrap().key()
}

/// Waits until a condition holds.
pub(super) async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the condition never held");
}

/// A store in memory that can be told to fail, to wait and what to answer.
#[derive(Clone, Default)]
pub(super) struct MemoryRecorder(Arc<MemoryRecorderState>);

#[derive(Default)]
pub(super) struct MemoryRecorderState {
    pub(super) arrivals: Mutex<Vec<Arrival>>,
    pub(super) refused: Mutex<Vec<RefusedRequest>>,
    pub(super) attempts: Mutex<Vec<Attempt>>,
    /// Of the attempts, how many came together, each time.
    pub(super) together: Mutex<Vec<usize>>,
    /// Answers to give in place of the store's own.
    pub(super) scripted: Mutex<VecDeque<Result<RecordedArrival, ArrivalRecordError>>>,
    /// Each record takes a permit, where there is a gate.
    pub(super) gate: Mutex<Option<Arc<Semaphore>>>,
    pub(super) panics: AtomicBool,
    events: Mutex<HashMap<Fingerprint, u64>>,
}

impl std::ops::Deref for MemoryRecorder {
    type Target = MemoryRecorderState;

    fn deref(&self) -> &MemoryRecorderState {
        &self.0
    }
}

impl MemoryRecorder {
    /// Makes every record wait for a permit.
    pub(super) fn closed_gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Some(Arc::clone(&gate));
        gate
    }

    pub(super) fn script(&self, answers: impl IntoIterator<Item = Result<RecordedArrival, ArrivalRecordError>>) {
        self.scripted.lock().unwrap().extend(answers);
    }

    pub(super) fn bodies(&self) -> Vec<Vec<u8>> {
        self.arrivals.lock().unwrap().iter().map(|arrival| arrival.content.body.as_bytes().to_vec()).collect()
    }

    fn number(&self, arrival: Arrival) -> RecordedArrival {
        let mut arrivals = self.arrivals.lock().unwrap();
        let mut events = self.events.lock().unwrap();
        let next = events.len() as u64 + 1;
        let event = *events.entry(arrival.content.body.fingerprint()).or_insert(next);
        arrivals.push(arrival);
        let repeat =
            (event != next).then_some(ArrivalRepeat { kind: RepeatKind::Duplicate, of: event, gap_ms: Some(61_000) });
        RecordedArrival { event, arrival: arrivals.len() as u64, repeat, out_of_order: false }
    }
}

impl ArrivalRecorder for MemoryRecorder {
    async fn record_arrival(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        assert!(!self.panics.load(Ordering::Relaxed), "told to panic");
        // The answer is fixed before the wait: stores number in one order and may answer in another.
        let scripted = self.scripted.lock().unwrap().pop_front();
        let recorded = scripted.unwrap_or_else(|| Ok(self.number(arrival)));
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.acquire().await.expect("gates are never closed").forget();
        }
        recorded
    }

    async fn record_refused(&self, refused: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        let mut all = self.refused.lock().unwrap();
        all.push(refused);
        Ok(all.len() as u64)
    }

    async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        self.attempts.lock().unwrap().push(attempt);
        Ok(())
    }

    async fn record_attempts(&self, attempts: Vec<Attempt>) -> Result<(), ArrivalRecordError> {
        self.together.lock().unwrap().push(attempts.len());
        self.attempts.lock().unwrap().extend(attempts);
        Ok(())
    }

    async fn was_forwarded(&self, event: u64, url: &str) -> Result<bool, ArrivalRecordError> {
        let attempts = self.attempts.lock().unwrap();
        Ok(attempts.iter().any(|a| a.event == event && a.url == url && a.outcome.is_acknowledged()))
    }
}

pub(super) fn recorded(event: u64, arrival: u64) -> RecordedArrival {
    RecordedArrival { event, arrival, repeat: None, out_of_order: false }
}

/// Remembers what it was told.
#[derive(Default)]
pub(super) struct RecordingSink {
    reports: Mutex<Vec<Report>>,
    pub(super) deaf: AtomicBool,
}

impl ReportSink for RecordingSink {
    fn emit_report(&self, report: Report) {
        self.reports.lock().unwrap().push(report);
    }

    fn wants_report(&self) -> bool {
        !self.deaf.load(Ordering::Relaxed)
    }
}

impl RecordingSink {
    pub(super) fn all(&self) -> Vec<ReportKind> {
        self.reports.lock().unwrap().iter().map(|report| report.what.clone()).collect()
    }

    pub(super) fn arrivals(&self) -> Vec<ArrivalReport> {
        let arrival = |what| if let ReportKind::Arrival(report) = what { Some(*report) } else { None };
        self.all().into_iter().filter_map(arrival).collect()
    }

    pub(super) fn turned_away(&self) -> Vec<TurnedAwayReport> {
        let told = |what| if let ReportKind::TurnedAway(report) = what { Some(report) } else { None };
        self.all().into_iter().filter_map(told).collect()
    }

    /// Event numbers of the forwards that were made, in order.
    pub(super) fn forwards(&self) -> Vec<u64> {
        let forward = |what| if let ReportKind::Forward(report) = what { Some(report.attempt.event) } else { None };
        self.all().into_iter().filter_map(forward).collect()
    }

    /// Event numbers and reasons of the forwards that were left out, in order.
    pub(super) fn skips(&self) -> Vec<(u64, String)> {
        let skip =
            |what| if let ReportKind::ForwardSkipped { event, why, .. } = what { Some((event, why)) } else { None };
        self.all().into_iter().filter_map(skip).collect()
    }
}

/// A listener without a socket.
pub(super) struct ReceiverHarness {
    pub(super) receiver: WebhookReceiver<MemoryRecorder>,
    pub(super) memory: MemoryRecorder,
    pub(super) told: Arc<RecordingSink>,
    pub(super) limits: ServerLimits,
}

impl ReceiverHarness {
    pub(super) fn new(settings: ListenerSettings) -> Self {
        let memory = MemoryRecorder::default();
        let told = Arc::new(RecordingSink::default());
        let limits = settings.limits;
        let receiver = WebhookReceiver::start(settings, memory.clone(), Arc::new(SystemClock::default()), told.clone());
        Self { receiver, memory, told, limits }
    }

    pub(super) fn router(&self) -> axum::Router {
        router(self.receiver.clone())
    }

    /// Puts it behind a socket.
    pub(super) async fn serve(&self) -> ReceiverTestServer {
        ReceiverTestServer::start(self.router(), self.limits).await
    }
}

/// A server that is stopped by hand.
pub(super) struct ReceiverTestServer {
    pub(super) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<DrainResult>,
}

impl ReceiverTestServer {
    pub(super) async fn start(app: axum::Router, limits: ServerLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        Self { address, stop, task: tokio::spawn(serve(listener, app, limits, stopped)) }
    }

    pub(super) async fn connect(&self) -> ReceiverTestClient {
        ReceiverTestClient(TcpStream::connect(self.address).await.unwrap())
    }

    /// Says stop; the answer is how it ended.
    pub(super) fn stop(self) -> JoinHandle<DrainResult> {
        let _ = self.stop.send(());
        self.task
    }
}

/// A connection that writes and reads plain bytes.
pub(super) struct ReceiverTestClient(pub(super) TcpStream);

impl ReceiverTestClient {
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads one answer with a `Content-Length`: status and body. Status 0 for a connection that ended.
    pub(super) async fn answer(&mut self) -> (u16, String) {
        tokio::time::timeout(PATIENCE, self.read_answer()).await.expect("no answer came")
    }

    async fn read_answer(&mut self) -> (u16, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return (0, String::new()),
            }
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.unwrap();
        (head[9..12].parse().unwrap(), String::from_utf8(body).unwrap())
    }

    /// Waits until the other side has closed, whatever it still writes.
    pub(super) async fn closed(&mut self) {
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("it stays open");
    }
}

/// A signed request as it goes over the wire.
pub(super) fn delivery(body: &str) -> String {
    let (signature, length) = (key().sign(body.as_bytes()), body.len());
    format!(
        "POST /hook HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
