//! One HTTP attempt: a request to a URL under one deadline, ended in an [`AttemptOutcome`].
//!
//! Knows HTTP and the contract's budget; knows nothing of schedules, stores or screens. Redirects are never followed,
//! nothing is sent twice, no `Referer` and no cookie exists. What reqwest, rustls and the operating system say is
//! translated here, once, into a value of floor 0.

mod loopback;
mod paced;
mod tls_errors;

pub(crate) use crate::protocol::target::is_loopback;
pub(crate) use loopback::connect_to;
pub(crate) use paced::BodyEncoding;

use crate::protocol::attempt::{ANSWER_KEPT, AttemptOutcome, AttemptPhase, AttemptResponse};
use crate::protocol::body::RawBody;
use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use loopback::LoopbackResolver;
use paced::PacedBody;
use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// A request that is ready to be sent, as often as needed.
#[derive(Debug, Clone)]
pub(crate) struct OutgoingRequest {
    /// Where to.
    pub url: Url,
    /// Header fields in order; names may repeat.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The exact bytes.
    pub body: RawBody,
}

/// A pool of connections. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpClient {
    clients: Arc<ClientPool>,
}

/// Three clients: loopback targets need no look at proxy settings, and without TLS no root certificates either; loading
/// those takes a thousand times longer than the request.
#[derive(Debug, Default)]
struct ClientPool {
    loopback: OnceLock<reqwest::Client>,
    loopback_tls: OnceLock<reqwest::Client>,
    public: OnceLock<reqwest::Client>,
    building: Mutex<()>,
    /// Whether every request has a connection of its own.
    fresh: bool,
    /// Time that a connection has, where it has less than the whole attempt.
    connect: Option<Duration>,
    /// Bytes of an answer's body that are kept, where they are other than usual; reading ends there.
    cap: Option<usize>,
}

/// A request that is not the usual one.
#[derive(Debug, Clone)]
pub(crate) struct RequestOverrides {
    /// Its method.
    pub method: Method,
    /// How its body is sent.
    pub manner: BodyEncoding,
}

/// How an unusual request ended.
#[derive(Debug, Clone)]
pub(crate) struct ExchangeResult {
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The answer's header fields, where there was an answer.
    pub headers: HeaderMap,
    /// How long it took.
    pub latency: Duration,
}

impl HttpClient {
    /// A new pool; clients are made when first needed.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One that makes a connection for every request: nothing that one does can reach another.
    pub(crate) fn without_pool() -> Self {
        Self { clients: Arc::new(ClientPool { fresh: true, ..ClientPool::default() }) }
    }

    /// One whose answers are kept up to so many bytes and not read any further, and whose connections must stand within
    /// some time. No compression is asked for, so the bytes that are counted are the bytes that are meant.
    pub(crate) fn for_answers(connect: Duration, cap: usize) -> Self {
        Self { clients: Arc::new(ClientPool { connect: Some(connect), cap: Some(cap), ..ClientPool::default() }) }
    }

    /// Makes one attempt. `budget` covers connect, send, head and body; `None` waits for ever.
    /// Returns the outcome and the time it took.
    pub(crate) async fn post(&self, request: &OutgoingRequest, budget: Option<Duration>) -> (AttemptOutcome, Duration) {
        let ExchangeResult { outcome, latency, .. } = self.send(request, None, budget).await;
        (outcome, latency)
    }

    /// Makes one attempt with another method, or with a body that is sent in another manner.
    pub(crate) async fn send(
        &self,
        request: &OutgoingRequest,
        unusual: Option<&RequestOverrides>,
        budget: Option<Duration>,
    ) -> ExchangeResult {
        let mut headers = HeaderMap::new();
        let client = match self.client(&request.url).await {
            Ok(client) => client,
            Err(message) => {
                return ExchangeResult { outcome: AttemptOutcome::Failed(message), headers, latency: Duration::ZERO };
            }
        };
        let started = Instant::now();
        let mut phase = AttemptPhase::Connect;
        let attempt =
            run_exchange(build_request(&client, request, unusual), self.clients.cap, &mut phase, &mut headers);
        let outcome = match budget {
            None => attempt.await,
            Some(budget) => match tokio::time::timeout(budget, attempt).await {
                Ok(outcome) => outcome,
                Err(_) => AttemptOutcome::TimedOut(phase),
            },
        };
        ExchangeResult { outcome, headers, latency: started.elapsed() }
    }

    async fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        let reach = ClientReach::of(url);
        let slot = match reach {
            ClientReach::Loopback => &self.clients.loopback,
            ClientReach::LoopbackTls => &self.clients.loopback_tls,
            ClientReach::Anywhere => &self.clients.public,
        };
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        let _building = self.clients.building.lock().await;
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        let client = build_client(reach, &self.clients).map_err(|e| format!("cannot create an HTTP client: {e}"))?;
        Ok(slot.get_or_init(|| client).clone())
    }
}

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientReach {
    /// http on this machine.
    Loopback,
    /// https on this machine, whose certificate the machine has to trust like any other.
    LoopbackTls,
    /// Everything else.
    Anywhere,
}

impl ClientReach {
    fn of(url: &Url) -> Self {
        match (is_loopback(url), url.scheme()) {
            (true, "https") => Self::LoopbackTls,
            (true, _) => Self::Loopback,
            (false, _) => Self::Anywhere,
        }
    }
}

fn build_client(reach: ClientReach, wanted: &ClientPool) -> Result<reqwest::Client, reqwest::Error> {
    // A second installation is refused and harmless: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = || {
        let builder = match wanted.connect {
            Some(time) => reqwest::Client::builder().connect_timeout(time),
            None => reqwest::Client::builder(),
        };
        let builder = match reach {
            ClientReach::Anywhere => builder,
            ClientReach::Loopback | ClientReach::LoopbackTls => builder.no_proxy().dns_resolver(LoopbackResolver),
        };
        builder
            .pool_max_idle_per_host(if wanted.fresh { 0 } else { usize::MAX })
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .tcp_nodelay(true)
    };
    if reach == ClientReach::Loopback {
        return settings().tls_certs_only(std::iter::empty()).build();
    }
    settings().build().or_else(|_| {
        // A machine without CA certificates (a bare container): Mozilla's list, compiled in.
        let roots =
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| reqwest::Certificate::from_der(der).ok());
        settings().tls_certs_only(roots).build()
    })
}

fn build_request(
    client: &reqwest::Client,
    request: &OutgoingRequest,
    unusual: Option<&RequestOverrides>,
) -> reqwest::RequestBuilder {
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        headers.append(name, value.clone());
    }
    let method = unusual.map_or(Method::POST, |unusual| unusual.method.clone());
    let body = match unusual.map(|unusual| &unusual.manner) {
        None | Some(BodyEncoding::Whole) => reqwest::Body::from(request.body.bytes()),
        Some(manner) => reqwest::Body::wrap(PacedBody::new(&request.body.bytes(), manner)),
    };
    client.request(method, request.url.clone()).headers(headers).body(body)
}

async fn run_exchange(
    request: reqwest::RequestBuilder,
    cap: Option<usize>,
    phase: &mut AttemptPhase,
    headers: &mut HeaderMap,
) -> AttemptOutcome {
    // reqwest does not tell when the connection stands; a timeout before the head is told as such.
    *phase = AttemptPhase::Head;
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return classify_error(&error),
    };
    *phase = AttemptPhase::Body;
    headers.clone_from(response.headers());
    let location = response.status().is_redirection().then(|| response.headers().get(http::header::LOCATION)).flatten();
    let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let status = response.status().as_u16();
    let mut body = BytesMut::new();
    let mut truncated = false;
    let kept = cap.unwrap_or(ANSWER_KEPT);
    while !(truncated && cap.is_some()) {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(chunk)) => {
                let room = kept - body.len();
                truncated |= chunk.len() > room;
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            Err(error) => return classify_error(&error),
        }
    }
    AttemptOutcome::Answered(AttemptResponse { status, location, body: body.freeze(), truncated })
}

/// Translates an error by its first cause that is understood.
fn classify_error(error: &reqwest::Error) -> AttemptOutcome {
    // Only the time for connecting is reqwest's to watch.
    if error.is_timeout() && error.is_connect() {
        return AttemptOutcome::TimedOut(AttemptPhase::Connect);
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        words = current.to_string();
        if let Some(outcome) = classify_cause(current, &words) {
            return outcome;
        }
        cause = current.source();
    }
    AttemptOutcome::Failed(words)
}

fn classify_cause(cause: &(dyn std::error::Error + 'static), words: &str) -> Option<AttemptOutcome> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(AttemptOutcome::Tls(tls_errors::describe_tls_error(tls)));
    }
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        return classify_io_error(error);
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return classify_http_error(error);
    }
    // The resolver's error has no type of its own.
    (words.contains("dns error") || words.contains("failed to lookup address")).then_some(AttemptOutcome::UnknownHost)
}

fn classify_io_error(error: &std::io::Error) -> Option<AttemptOutcome> {
    // An error wrapped in an io::Error is skipped by `source()`, and rustls' is wrapped twice.
    let inner = error.get_ref();
    if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Some(AttemptOutcome::Tls(tls_errors::describe_tls_error(tls)));
    }
    if let Some(wrapped) = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()) {
        return classify_io_error(wrapped);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => Some(AttemptOutcome::Refused),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            Some(AttemptOutcome::Disconnected)
        }
        _ => None,
    }
}

fn classify_http_error(error: &hyper::Error) -> Option<AttemptOutcome> {
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return Some(AttemptOutcome::Disconnected);
    }
    error.is_parse().then(|| AttemptOutcome::Malformed(error.to_string()))
}

#[cfg(test)]
mod tests;
