//! Requests to this machine without TLS, over connections of our own: no proxy, no certificates, no library between what
//! is meant and what goes over the wire. Header names keep their spelling, and a socket is as good as a port.

use super::loopback::connect_to;
use super::outcomes::{ResponseInProgress, classify_causes};
use super::paced::PacedBody;
use super::spelling::SpellingCache;
use super::{BodyEncoding, OutgoingRequest, RequestOverrides};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase};
use crate::protocol::field::FieldName;
use crate::protocol::target::socket_parts;
use crate::protocol::wire::{request_host, request_target};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::Url;

type DirectBody = Either<Full<Bytes>, PacedBody>;

/// Connections that are kept for each address while nothing goes over them.
const IDLE: usize = 256;

/// Idle connections, by what they lead to.
#[derive(Debug, Default)]
pub(super) struct DirectPool {
    idle: Mutex<HashMap<String, Vec<SendRequest<DirectBody>>>>,
    spellings: SpellingCache,
}

/// How connections are made and kept, and answers read.
#[derive(Debug, Clone, Copy)]
pub(super) struct DirectOptions {
    /// Time that a connection has, where it has less than the whole attempt.
    pub connect: Option<Duration>,
    /// Whether every request has a connection of its own.
    pub fresh: bool,
    /// Bytes of an answer's body that are kept, where they are other than usual; reading ends there.
    pub cap: Option<usize>,
}

impl DirectPool {
    /// Sends a request and reads its answer. `phase` says how far it got, `headers` what the answer's were.
    pub(super) async fn exchange(
        &self,
        request: &OutgoingRequest,
        fields: &[(FieldName, HeaderValue)],
        unusual: Option<&RequestOverrides>,
        options: DirectOptions,
        (phase, headers): (&mut AttemptPhase, &mut HeaderMap),
    ) -> AttemptOutcome {
        let mut prepared = match prepare(request, fields, unusual) {
            Ok(prepared) => prepared,
            Err(error) => return AttemptOutcome::Failed(error.to_string()),
        };
        *prepared.extensions_mut() = self.spellings.find(fields).await;
        let place = place_of(&request.url);
        let (mut sender, response) = loop {
            *phase = AttemptPhase::Connect;
            let (mut sender, used) = match self.take_idle(&place).filter(|_| !options.fresh) {
                Some(sender) => (sender, true),
                None => match open(&request.url, options.connect).await {
                    Ok(sender) => (sender, false),
                    Err(outcome) => return outcome,
                },
            };
            *phase = AttemptPhase::Head;
            match sender.try_send_request(prepared).await {
                Ok(response) => break (sender, response),
                Err(mut error) => match error.take_message().filter(|_| used) {
                    // A connection that the other side had closed: nothing of the request was written.
                    Some(unsent) => prepared = unsent,
                    None => return classify_causes(Some(&error.into_error()), String::new()),
                },
            }
        };
        *phase = AttemptPhase::Body;
        headers.clone_from(response.headers());
        let mut answer = ResponseInProgress::new(response.status(), headers, options.cap);
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            match frame {
                Err(error) => return classify_causes(Some(&error), String::new()),
                Ok(frame) => match frame.data_ref() {
                    Some(chunk) if !answer.take(chunk) => return answer.finish(),
                    _ => {}
                },
            }
        }
        if !options.fresh && sender.ready().await.is_ok() {
            self.keep(place, sender);
        }
        answer.finish()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<SendRequest<DirectBody>>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that was used last: of too many, the others are let go by the other side.
    fn take_idle(&self, place: &str) -> Option<SendRequest<DirectBody>> {
        let mut idle = self.lock();
        let connections = idle.get_mut(place)?;
        while let Some(sender) = connections.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, place: String, sender: SendRequest<DirectBody>) {
        let mut idle = self.lock();
        let connections = idle.entry(place).or_default();
        connections.retain(|kept| !kept.is_closed());
        if connections.len() < IDLE {
            connections.push(sender);
        }
    }
}

/// What a connection leads to.
fn place_of(url: &Url) -> String {
    match socket_parts(url) {
        Some((socket, _)) => socket.to_string_lossy().into_owned(),
        None => format!("{}:{}", request_host(url), url.port_or_known_default().unwrap_or(80)),
    }
}

fn prepare(
    request: &OutgoingRequest,
    fields: &[(FieldName, HeaderValue)],
    unusual: Option<&RequestOverrides>,
) -> Result<Request<DirectBody>, http::Error> {
    let bytes = request.body.bytes();
    let body = match unusual.map(|unusual| &unusual.manner) {
        None | Some(BodyEncoding::Whole) => Either::Left(Full::new(bytes)),
        Some(manner) => Either::Right(PacedBody::new(&bytes, manner)),
    };
    let method = unusual.map_or(Method::POST, |unusual| unusual.method.clone());
    let mut prepared = Request::builder().method(method).uri(request_target(&request.url)).body(body)?;
    for (name, value) in fields {
        prepared.headers_mut().append(&**name, value.clone());
    }
    Ok(prepared)
}

async fn open(url: &Url, within: Option<Duration>) -> Result<SendRequest<DirectBody>, AttemptOutcome> {
    let connecting = async {
        let stream = connect_to(url).await.map_err(|error| classify_causes(Some(&error), String::new()))?;
        let shaken = Builder::new().handshake(TokioIo::new(stream)).await;
        shaken.map_err(|error| classify_causes(Some(&error), String::new()))
    };
    let connected = match within {
        None => connecting.await,
        Some(within) => tokio::time::timeout(within, connecting)
            .await
            .unwrap_or(Err(AttemptOutcome::TimedOut(AttemptPhase::Connect))),
    };
    let (sender, connection) = connected?;
    // Ends with the connection, or once its sender is gone.
    tokio::spawn(connection);
    Ok(sender)
}
