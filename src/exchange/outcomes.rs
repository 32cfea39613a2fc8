//! What hyper, rustls and the operating system say, translated into how an attempt ended.

use super::tls_errors::describe_tls_error;
use crate::protocol::attempt::{ANSWER_KEPT, AttemptOutcome, AttemptPhase, AttemptResponse};
use bytes::BytesMut;
use http::{HeaderMap, StatusCode};
use std::error::Error;
use std::io::ErrorKind;

/// An answer while its body comes in.
pub(super) struct ResponseInProgress {
    status: StatusCode,
    location: Option<String>,
    body: BytesMut,
    truncated: bool,
    /// Bytes of the body that are kept.
    kept: usize,
    /// Whether reading ends there.
    ends: bool,
}

impl ResponseInProgress {
    /// A head that came; the body is kept up to the usual length, or up to `cap` and then not read any further.
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, cap: Option<usize>) -> Self {
        let location = headers.get(http::header::LOCATION).filter(|_| status.is_redirection());
        let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let kept = cap.unwrap_or(ANSWER_KEPT);
        Self { status, location, body: BytesMut::new(), truncated: false, kept, ends: cap.is_some() }
    }

    /// Takes a piece of the body; whether more is wanted.
    pub(super) fn take(&mut self, chunk: &[u8]) -> bool {
        let room = self.kept - self.body.len();
        self.truncated |= chunk.len() > room;
        self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        !(self.truncated && self.ends)
    }

    /// How the attempt ended.
    pub(super) fn finish(self) -> AttemptOutcome {
        let Self { status, location, body, truncated, .. } = self;
        AttemptOutcome::Answered(AttemptResponse {
            status: status.as_u16(),
            location,
            body: body.freeze(),
            truncated,
            only_200: false,
        })
    }
}

/// Translates an error of reqwest by its first cause that is understood.
pub(super) fn classify_error(error: &reqwest::Error) -> AttemptOutcome {
    // Only the time for connecting is reqwest's to watch.
    if error.is_timeout() && error.is_connect() {
        return AttemptOutcome::TimedOut(AttemptPhase::Connect);
    }
    classify_causes(error.source(), error.to_string())
}

/// Translates an error by the first of its causes that is understood; else it is told in the words of the last.
pub(super) fn classify_causes(mut cause: Option<&(dyn Error + 'static)>, mut words: String) -> AttemptOutcome {
    while let Some(current) = cause {
        words = current.to_string();
        if let Some(outcome) = classify_cause(current, &words) {
            return outcome;
        }
        cause = current.source();
    }
    AttemptOutcome::Failed(words)
}

fn classify_cause(cause: &(dyn Error + 'static), words: &str) -> Option<AttemptOutcome> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(AttemptOutcome::Tls(describe_tls_error(tls)));
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
        return Some(AttemptOutcome::Tls(describe_tls_error(tls)));
    }
    if let Some(wrapped) = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()) {
        return classify_io_error(wrapped);
    }
    match error.kind() {
        // A socket that nobody has made is a port on which nobody listens.
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => Some(AttemptOutcome::Refused),
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
    // hyper tells chunks that do not hold what they say by an io::Error, whose words say more than its own.
    let inner = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    if let Some(inner) = inner.filter(|inner| matches!(inner.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput))
    {
        return classify_io_error(inner).or_else(|| Some(AttemptOutcome::Malformed(inner.to_string())));
    }
    error.is_parse().then(|| AttemptOutcome::Malformed(error.to_string()))
}
