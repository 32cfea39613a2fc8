//! One HTTP attempt: a request to a URL under one deadline, ended in an [`AttemptOutcome`].
//!
//! Knows HTTP and the contract's budget; knows nothing of schedules, stores or screens. Redirects are never followed,
//! nothing is sent twice, no `Referer` and no cookie exists. What reqwest, rustls and the operating system say is
//! translated here, once, into a value of floor 0.

mod direct;
mod echo;
mod loopback;
mod outcomes;
mod paced;
mod spelling;
mod tls_errors;
mod trust;

pub(crate) use crate::protocol::target::is_loopback;
pub(crate) use loopback::connect_to;
pub(crate) use paced::BodyEncoding;
#[cfg(feature = "relay")]
pub(crate) use tls_errors::describe_tls_error;
pub(crate) use trust::{TlsTrust, shake_hands};

use crate::logging::{self, LogFact};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase, OutgoingRequest};
use crate::protocol::field::FieldName;
use crate::protocol::wire::{is_direct, wire_fields};
use direct::{DirectOptions, DirectPool};
use http::{HeaderMap, HeaderValue, Method};
use loopback::LoopbackResolver;
use outcomes::{ResponseInProgress, classify_error};
use paced::PacedBody;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// A pool of connections. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpClient {
    clients: Arc<ClientPool>,
}

/// Connections of our own to this machine, and two clients: what is on this machine needs no look at proxy settings,
/// and without TLS no root certificates either; loading those takes a thousand times longer than the request.
#[derive(Debug, Default)]
struct ClientPool {
    direct: DirectPool,
    loopback_tls: OnceLock<reqwest::Client>,
    public: OnceLock<reqwest::Client>,
    /// Whose certificates are taken.
    trust: TlsTrust,
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
    pub method: Method,
    /// How its body is sent.
    pub manner: BodyEncoding,
}

/// How an unusual request ended.
#[derive(Debug, Clone)]
pub(crate) struct ExchangeResult {
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

    /// One that trusts what it is told to trust.
    pub(crate) fn trusting(trust: TlsTrust) -> Self {
        Self { clients: Arc::new(ClientPool { trust, ..ClientPool::default() }) }
    }

    /// One that makes a connection for every request: nothing that one does can reach another.
    pub(crate) fn without_pool(trust: TlsTrust) -> Self {
        Self { clients: Arc::new(ClientPool { fresh: true, trust, ..ClientPool::default() }) }
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
        let whole = unusual.is_none_or(|unusual| matches!(unusual.manner, BodyEncoding::Whole));
        let announced =
            unusual.is_none_or(|unusual| unusual.method == Method::POST) || !request.body.as_bytes().is_empty();
        let length = (whole && announced).then(|| request.body.len());
        let fields = wire_fields(&request.url, &request.headers, length);
        let reach = if is_direct(&request.url) { None } else { Some(self.client(&request.url).await) };
        notice_closed_connections().await;
        let started = Instant::now();
        let mut phase = AttemptPhase::Connect;
        let attempt = async {
            let told = (&mut phase, &mut headers);
            match &reach {
                None => {
                    let ClientPool { direct, fresh, connect, cap, .. } = &*self.clients;
                    let options = DirectOptions { connect: *connect, fresh: *fresh, cap: *cap };
                    direct.exchange(request, &fields, unusual, options, told).await
                }
                Some(Ok(client)) => {
                    run_exchange(build_request(client, request, &fields, unusual), self.clients.cap, told).await
                }
                Some(Err(message)) => AttemptOutcome::Failed(message.clone()),
            }
        };
        let ended = match budget {
            None => Some(attempt.await),
            Some(budget) => tokio::time::timeout(budget, attempt).await.ok(),
        };
        let mut outcome = ended.unwrap_or(AttemptOutcome::TimedOut(phase));
        echo::leave_credentials_out(&mut outcome, &request.headers);
        let latency = started.elapsed();
        log_attempt(request, &outcome, latency);
        ExchangeResult { outcome, headers, latency }
    }

    async fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        let reach = if is_loopback(url) { ClientReach::LoopbackTls } else { ClientReach::Anywhere };
        let slot = match reach {
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

/// Lets the runtime hear what the other side did to idle connections: whoever was asked something at a prompt kept it
/// from doing so, maybe for minutes, and a connection that was closed meanwhile must not be taken for an open one. The
/// first turn reads, the second one acts upon it.
async fn notice_closed_connections() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}

fn log_attempt(request: &OutgoingRequest, outcome: &AttemptOutcome, latency: Duration) {
    let facts = [
        ("to", LogFact::Origin(&request.url)),
        ("bytes", LogFact::Number(request.body.len() as u64)),
        ("outcome", LogFact::Word(outcome.name())),
        ("status", LogFact::Number(outcome.status().unwrap_or_default().into())),
        ("ms", LogFact::Number(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX))),
    ];
    logging::trace("request", &facts);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientReach {
    /// https on this machine, whose certificate the machine has to trust like any other.
    LoopbackTls,
    /// Everything on other machines.
    Anywhere,
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
            ClientReach::LoopbackTls => {
                builder.no_proxy().dns_resolver(LoopbackResolver).tls_danger_accept_invalid_certs(wanted.trust.insecure)
            }
        };
        builder
            .pool_max_idle_per_host(if wanted.fresh { 0 } else { usize::MAX })
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .http1_title_case_headers()
            .tcp_nodelay(true)
    };
    let own = || wanted.trust.certificates();
    let looked_at = reach == ClientReach::Anywhere || !wanted.trust.insecure;
    if let Some(config) = wanted.trust.configure_given().filter(|_| looked_at) {
        return settings().tls_backend_preconfigured(config).build();
    }
    settings().tls_certs_merge(own()).build().or_else(|_| {
        // A machine without CA certificates (a bare container): Mozilla's list, compiled in.
        let roots =
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| reqwest::Certificate::from_der(der).ok());
        settings().tls_certs_only(roots.chain(own())).build()
    })
}

fn build_request(
    client: &reqwest::Client,
    request: &OutgoingRequest,
    fields: &[(FieldName, HeaderValue)],
    unusual: Option<&RequestOverrides>,
) -> reqwest::RequestBuilder {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        headers.append(&**name, value.clone());
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
    (phase, headers): (&mut AttemptPhase, &mut HeaderMap),
) -> AttemptOutcome {
    // reqwest does not tell when the connection stands; a timeout before the head is told as such.
    *phase = AttemptPhase::Head;
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return classify_error(&error),
    };
    *phase = AttemptPhase::Body;
    headers.clone_from(response.headers());
    let mut answer = ResponseInProgress::new(response.status(), headers, cap);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answer.take(&chunk) => {}
            Ok(_) => return answer.finish(),
            Err(error) => return classify_error(&error),
        }
    }
}

#[cfg(test)]
mod tests;
