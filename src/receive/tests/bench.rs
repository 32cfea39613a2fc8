//! What the tests stand on: a store in memory, an audience that remembers, a client of raw bytes.

use crate::clock::SystemClock;
use crate::protocol::arrival::{Arrival, RecordError, Recorded, Recorder, Refused, Repeat, RepeatKind};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::Fingerprint;
use crate::protocol::report::{ArrivalReport, Report, What};
use crate::protocol::signature::{Key, Secret};
use crate::receive::{Audience, Drained, Limits, Receiver, Settings, router, serve};
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

pub(super) fn key() -> Key {
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
pub(super) struct Memory(Arc<MemoryState>);

#[derive(Default)]
pub(super) struct MemoryState {
    pub(super) arrivals: Mutex<Vec<Arrival>>,
    pub(super) refused: Mutex<Vec<Refused>>,
    pub(super) attempts: Mutex<Vec<Attempt>>,
    /// Answers to give in place of the store's own.
    pub(super) scripted: Mutex<VecDeque<Result<Recorded, RecordError>>>,
    /// Each record takes a permit, where there is a gate.
    pub(super) gate: Mutex<Option<Arc<Semaphore>>>,
    pub(super) panics: AtomicBool,
    events: Mutex<HashMap<Fingerprint, u64>>,
}

impl std::ops::Deref for Memory {
    type Target = MemoryState;

    fn deref(&self) -> &MemoryState {
        &self.0
    }
}

impl Memory {
    /// Makes every record wait for a permit.
    pub(super) fn closed_gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Some(Arc::clone(&gate));
        gate
    }

    pub(super) fn script(&self, answers: impl IntoIterator<Item = Result<Recorded, RecordError>>) {
        self.scripted.lock().unwrap().extend(answers);
    }

    pub(super) fn bodies(&self) -> Vec<Vec<u8>> {
        self.arrivals.lock().unwrap().iter().map(|arrival| arrival.body.as_bytes().to_vec()).collect()
    }

    fn number(&self, arrival: Arrival) -> Recorded {
        let mut arrivals = self.arrivals.lock().unwrap();
        let mut events = self.events.lock().unwrap();
        let next = events.len() as u64 + 1;
        let event = *events.entry(arrival.body.fingerprint()).or_insert(next);
        arrivals.push(arrival);
        let repeat = (event != next).then_some(Repeat { kind: RepeatKind::Duplicate, of: event, gap_ms: 61_000 });
        Recorded { event, arrival: arrivals.len() as u64, repeat, out_of_order: false }
    }
}

impl Recorder for Memory {
    async fn record(&self, arrival: Arrival) -> Result<Recorded, RecordError> {
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

    async fn refuse(&self, refused: Refused) -> Result<u64, RecordError> {
        let mut all = self.refused.lock().unwrap();
        all.push(refused);
        Ok(all.len() as u64)
    }

    async fn forwarded(&self, attempt: Attempt) -> Result<(), RecordError> {
        self.attempts.lock().unwrap().push(attempt);
        Ok(())
    }

    async fn was_forwarded(&self, event: u64, url: &str) -> Result<bool, RecordError> {
        let attempts = self.attempts.lock().unwrap();
        Ok(attempts.iter().any(|a| a.event == event && a.url == url && a.outcome.acknowledged()))
    }
}

pub(super) fn recorded(event: u64, arrival: u64) -> Recorded {
    Recorded { event, arrival, repeat: None, out_of_order: false }
}

/// Remembers what it was told.
#[derive(Default)]
pub(super) struct Told {
    reports: Mutex<Vec<Report>>,
    pub(super) deaf: AtomicBool,
}

impl Audience for Told {
    fn tell(&self, report: Report) {
        self.reports.lock().unwrap().push(report);
    }

    fn wants(&self) -> bool {
        !self.deaf.load(Ordering::Relaxed)
    }
}

impl Told {
    pub(super) fn all(&self) -> Vec<What> {
        self.reports.lock().unwrap().iter().map(|report| report.what.clone()).collect()
    }

    pub(super) fn arrivals(&self) -> Vec<ArrivalReport> {
        let arrival = |what| if let What::Arrival(report) = what { Some(*report) } else { None };
        self.all().into_iter().filter_map(arrival).collect()
    }

    /// Event numbers of the forwards that were made, in order.
    pub(super) fn forwards(&self) -> Vec<u64> {
        let forward = |what| if let What::Forward(report) = what { Some(report.event) } else { None };
        self.all().into_iter().filter_map(forward).collect()
    }

    /// Event numbers and reasons of the forwards that were left out, in order.
    pub(super) fn skips(&self) -> Vec<(u64, String)> {
        let skip = |what| if let What::ForwardSkipped { event, why, .. } = what { Some((event, why)) } else { None };
        self.all().into_iter().filter_map(skip).collect()
    }
}

/// A listener without a socket.
pub(super) struct Bench {
    pub(super) receiver: Receiver<Memory>,
    pub(super) memory: Memory,
    pub(super) told: Arc<Told>,
    pub(super) limits: Limits,
}

impl Bench {
    pub(super) fn new(settings: Settings) -> Self {
        let memory = Memory::default();
        let told = Arc::new(Told::default());
        let limits = settings.limits;
        let receiver = Receiver::start(settings, memory.clone(), Arc::new(SystemClock::default()), told.clone());
        Self { receiver, memory, told, limits }
    }

    pub(super) fn router(&self) -> axum::Router {
        router(self.receiver.clone())
    }

    /// Puts it behind a socket.
    pub(super) async fn serve(&self) -> Server {
        Server::start(self.router(), self.limits).await
    }
}

/// A server that is stopped by hand.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Server {
    pub(super) async fn start(app: axum::Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        Self { address, stop, task: tokio::spawn(serve(listener, app, limits, stopped)) }
    }

    pub(super) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Says stop; the answer is how it ended.
    pub(super) fn stop(self) -> JoinHandle<Drained> {
        let _ = self.stop.send(());
        self.task
    }
}

/// A connection that writes and reads plain bytes.
pub(super) struct Client(pub(super) TcpStream);

impl Client {
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
