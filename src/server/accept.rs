//! The accept loop: connections, their deadlines, and their end.
//!
//! Our own, because `axum::serve` lets a half-sent head hold a connection for ever. Knows sockets and HTTP/1; knows
//! nothing of webhooks: what answers is handed in, as is the bound socket and the stop.

use super::ServerLimits;
use super::head_tap::{HeadFault, HeadFaultObserver, HeadTap};
use super::intake::{MemoryBudget, RequestIntake, names_host};
use super::places::{Place, PlaceTable};
use super::stream::WriteTimeoutStream;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DrainResult {
    /// Connections that were open at the stop and ended by themselves in time.
    pub finished: usize,
    /// Connections that were cut off.
    pub cut: usize,
}

/// Memory for a connection's unread input: also the longest head.
const READ_BUFFER: usize = 64 << 10;

/// Wait after the system could not give a connection, for want of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that leave memory to give back, the quiet after which that is done, and how many times.
const FLOOD: usize = 64;
const QUIET: Duration = Duration::from_millis(500);
const TIDYING: u32 = 16;

/// What the allocator is asked for to have it tidy up: enough tasks that each worker gets one, and blocks that it does not
/// count as small.
const TASKS_PER_WORKER: usize = 4;
const BLOCKS_ASKED: usize = 20_000;
const BLOCK: usize = 4 << 10;

/// Serves connections until `stop` is ready; then those under way have `limits.drain` to finish.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ServerLimits,
    stop: impl Future<Output = ()>,
) -> DrainResult {
    serve_observed(listener, app, limits, Arc::new(|_| {}), stop).await
}

/// The same, and tells what is no request.
pub(crate) async fn serve_observed(
    listener: TcpListener,
    app: Router,
    limits: ServerLimits,
    observer: HeadFaultObserver,
    stop: impl Future<Output = ()>,
) -> DrainResult {
    let places = PlaceTable::new(limits.connections.min(share_descriptors(6)));
    let memory = MemoryBudget::new(limits.memory);
    let closing = watch::Sender::new(false);
    let mut connections = JoinSet::new();
    let mut tidying = 0;
    let mut stop = pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            biased;
            () = &mut stop => break,
            admitted = accept_connection(&places, || listener.accept()) => admitted,
            () = tokio::time::sleep(QUIET), if tidying > 0 => {
                tidying -= 1;
                give_memory_back();
                continue;
            }
        };
        if places.count_held() >= FLOOD {
            tidying = TIDYING;
        }
        while connections.try_join_next().is_some() {}
        let intake = RequestIntake::new(Arc::clone(&place), memory.clone());
        let serving = serve_connection(stream, app.clone(), limits, intake, observer.clone(), closing.subscribe());
        connections.spawn(async move {
            tokio::select! {
                biased;
                () = place.wait_to_give_way() => {}
                () = serving => {}
            }
        });
    }
    drop(listener);
    closing.send_replace(true);
    drain_connections(connections, limits.drain).await
}

/// The next connection and its place. Outlasts errors of the system: for want of file descriptors a connection that
/// only waits gives way.
pub(super) async fn accept_connection<S, A, F>(places: &Arc<PlaceTable>, accept: A) -> (S, Arc<Place>)
where
    A: Fn() -> F,
    F: Future<Output = io::Result<(S, std::net::SocketAddr)>>,
{
    loop {
        match accept().await {
            Ok((stream, address)) => return (stream, Arc::new(places.take_place(address.ip()).await)),
            Err(error) if is_connection_error(&error) => {}
            Err(_) => {
                places.evict();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Makes the allocator look through what is free, on every worker. It returns memory to the system only while it is asked
/// for some, and a thread's own once in ten thousand blocks that are not small; after a flood nobody asks.
fn give_memory_back() {
    for _ in 0..TASKS_PER_WORKER * Handle::current().metrics().num_workers() {
        tokio::spawn(async {
            for _ in 0..BLOCKS_ASKED {
                drop(std::hint::black_box(Vec::<u8>::with_capacity(BLOCK)));
            }
        });
    }
}

/// So many eighths of the file descriptors that there may be. Of all of them, senders' connections have six and those to a
/// target that senders wait for one; the rest is for the store and for other targets.
#[cfg(unix)]
pub(crate) fn share_descriptors(eighths: u64) -> usize {
    use rustix::process::{Resource, getrlimit};
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files / 8 * eighths).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
pub(crate) fn share_descriptors(_: u64) -> usize {
    usize::MAX
}

/// Errors of a connection that was gone before it was taken; the next one may be fine.
fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve_connection(
    stream: TcpStream,
    app: Router,
    limits: ServerLimits,
    intake: RequestIntake,
    observer: HeadFaultObserver,
    mut closing: watch::Receiver<bool>,
) {
    // Answers are single small writes; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let heads = HeadTap::within(intake.clone());
    let stream = TokioIo::new(heads.tap(WriteTimeoutStream::new(stream, limits.write)));
    let app = TowerToHyperService::new(app);
    let (tap, told) = (heads.clone(), observer.clone());
    let app = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(heads.take_head());
        let hostless = !names_host(&request);
        if hostless {
            told(HeadFault::Hostless);
        }
        if request.body().is_end_stream() {
            intake.finish_reading();
        }
        request.extensions_mut().insert(intake.clone());
        let (answering, intake) = ((!hostless).then(|| app.call(request)), intake.clone());
        async move {
            let answered = match answering {
                Some(answering) => answering.await,
                None => Ok(answer_hostless()),
            };
            intake.finish_answer();
            answered
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(READ_BUFFER)
        .serve_connection(stream, app);
    let mut serving = pin!(serving);
    // How else a connection ended is the sender's affair: what mattered of it has been recorded by the service.
    tokio::select! {
        biased;
        ended = serving.as_mut() => return tap.tell_fault(ended, &observer),
        _ = closing.wait_for(|closing| *closing) => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

/// What a request gets that does not say which host it is for, or says it twice (RFC 9112, section 3.2).
fn answer_hostless() -> Response {
    let mut response = Response::new(Body::from(r#"{"error":"the request must have one Host header"}"#));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn drain_connections(mut connections: JoinSet<()>, within: Duration) -> DrainResult {
    while connections.try_join_next().is_some() {}
    let mut finished = 0;
    let all = async {
        while connections.join_next().await.is_some() {
            finished += 1;
        }
    };
    let _ = tokio::time::timeout(within, all).await;
    let cut = connections.len();
    connections.shutdown().await;
    DrainResult { finished, cut }
}
