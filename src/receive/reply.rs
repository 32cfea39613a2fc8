//! What the sender gets to read: a status and a few constant words.
//!
//! Never says anything that helps to forge a signature, nor what is on this machine.

use crate::protocol::attempt::AttemptOutcome;
use crate::server::BodyReadError;
use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use std::borrow::Cow;

/// An answer before it is a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListenerReply {
    pub(super) status: StatusCode,
    body: Cow<'static, str>,
    /// Whether to come again soon is of use.
    later: bool,
}

/// The one body of every 401.
pub(crate) const REFUSED: &str = r#"{"error":"invalid signature"}"#;

impl ListenerReply {
    /// The app's answer as ours.
    pub(super) fn mirror(outcome: &AttemptOutcome) -> Self {
        match outcome {
            // Nothing else is the final status of a response (RFC 9110, section 15).
            AttemptOutcome::Answered(answer) if (200..600).contains(&answer.status) => Self::from_status(answer.status),
            AttemptOutcome::TimedOut(_) => Self::app_too_slow(),
            _ => Self::app_unreachable(),
        }
    }

    /// The documented acknowledgement.
    const RECEIVED: &'static str = r#"{"received":true}"#;

    const fn fixed(status: StatusCode, body: &'static str) -> Self {
        Self { status, body: Cow::Borrowed(body), later: false }
    }

    /// The same, with `Retry-After`.
    const fn later(mut self) -> Self {
        self.later = true;
        self
    }

    /// Whatever is wrong with a signature.
    pub(super) const fn refused() -> Self {
        Self::fixed(StatusCode::UNAUTHORIZED, REFUSED)
    }

    /// No such path here.
    pub(super) const fn unknown_path() -> Self {
        Self::fixed(StatusCode::NOT_FOUND, r#"{"error":"not found"}"#)
    }

    /// The store took nothing.
    pub(super) const fn not_stored() -> Self {
        Self::fixed(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"not stored"}"#)
    }

    /// There is nothing yet that would store it.
    pub(super) const fn not_ready() -> Self {
        Self::fixed(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"not ready"}"#).later()
    }

    /// The store is at its quota.
    pub(super) const fn store_full() -> Self {
        Self::fixed(StatusCode::INSUFFICIENT_STORAGE, r#"{"error":"not stored: the store is full"}"#)
    }

    /// A fault of this program.
    pub(super) const fn internal_error() -> Self {
        Self::fixed(StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"the listener failed"}"#)
    }

    /// The app did not answer within the budget.
    pub(super) const fn app_too_slow() -> Self {
        Self::fixed(StatusCode::GATEWAY_TIMEOUT, r#"{"error":"the app did not answer in time"}"#)
    }

    /// The app did not answer at all.
    pub(super) const fn app_unreachable() -> Self {
        Self::fixed(StatusCode::BAD_GATEWAY, r#"{"error":"the app could not be reached"}"#)
    }

    /// A body that was not read.
    pub(super) const fn body_error(fault: BodyReadError) -> Self {
        match fault {
            BodyReadError::TooLong => Self::fixed(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"the body is too long"}"#),
            BodyReadError::TooSlow => {
                Self::fixed(StatusCode::REQUEST_TIMEOUT, r#"{"error":"the body came too slowly"}"#)
            }
            BodyReadError::Crowded => {
                Self::fixed(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"too many bodies at once"}"#).later()
            }
            BodyReadError::Broken => Self::fixed(StatusCode::BAD_REQUEST, r#"{"error":"the body could not be read"}"#),
        }
    }

    /// A stored arrival, answered with a status that was chosen here or by the app.
    pub(super) fn from_status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let body = match status {
            // These have no content (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5).
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => Cow::Borrowed(""),
            _ if status.is_success() => Cow::Borrowed(Self::RECEIVED),
            _ => Cow::Owned(format!(r#"{{"error":"answered {}"}}"#, status.as_u16())),
        };
        Self { status, body, later: false }
    }

    /// What only this listener knows.
    pub(super) fn greeting(answer: &str) -> Self {
        Self { status: StatusCode::OK, body: Cow::Owned(answer.to_owned()), later: false }
    }

    pub(super) fn into_response(self) -> Response {
        let (json, later) = (!self.body.is_empty(), self.later);
        let body = match self.body {
            Cow::Borrowed(text) => Body::from(text),
            Cow::Owned(text) => Body::from(text),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        if json {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if later {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// Another method than POST. Someone looking with a browser learns what this is.
pub(super) fn method_not_allowed() -> Response {
    let mut response = Response::new(Body::from("This is a webhook listener. It accepts POST requests.\n"));
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
