//! What a caller gets to read: status, body, limits, and the guesses that the answer rests on.

use super::assumption;
use super::quota::QuotaStatus;
use crate::protocol::api::{ApiErrorResponse, LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER};
use crate::server::BodyReadError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

/// An answer before it is a response.
#[derive(Debug, Clone)]
pub(super) struct SandboxResponse {
    pub status: StatusCode,
    body: Option<SandboxContent>,
    pub assumptions: Vec<&'static str>,
    allow: Option<&'static str>,
    limits: Option<QuotaStatus>,
    /// Whether to come again soon is of use.
    later: bool,
}

#[derive(Debug, Clone)]
enum SandboxContent {
    Json(Vec<u8>),
    Html(String),
}

impl SandboxResponse {
    fn new(status: StatusCode, body: Option<SandboxContent>) -> Self {
        Self { status, body, assumptions: Vec::new(), allow: None, limits: None, later: false }
    }

    /// A JSON answer.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, Some(SandboxContent::Json(body.to_string().into_bytes())))
    }

    /// JSON that is written already.
    pub(super) fn from_json_bytes(body: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, Some(SandboxContent::Json(body)))
    }

    /// A page for people.
    pub(super) fn html(status: StatusCode, html: String) -> Self {
        Self::new(status, Some(SandboxContent::Html(html)))
    }

    /// 204.
    pub(super) fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, None)
    }

    /// A documented refusal, or one in the documented form.
    pub(super) fn from_refusal(refusal: &ApiErrorResponse) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::json(status, &Value::Object(refusal.members().clone()))
    }

    /// A refusal that is a guess.
    pub(super) fn from_assumption(status: u16, error: &str, assumption: &'static str) -> Self {
        Self::from_refusal(&ApiErrorResponse::plain(status, error)).with_assumption(assumption)
    }

    /// 405.
    pub(super) fn method_not_allowed(allow: &'static str) -> Self {
        let reply = Self::from_assumption(405, "Method not allowed", assumption::METHOD_NOT_ALLOWED);
        Self { allow: Some(allow), ..reply }
    }

    /// A body that was not read.
    pub(super) fn from_unread_body(fault: BodyReadError) -> Self {
        match fault {
            BodyReadError::TooLong => Self::from_assumption(413, "Request body is too large", assumption::BODY_LIMITS),
            BodyReadError::TooSlow => {
                Self::from_assumption(408, "Request body came too slowly", assumption::BODY_LIMITS)
            }
            BodyReadError::Crowded => {
                let reply = Self::from_assumption(503, "Too many request bodies at once", assumption::BODY_LIMITS);
                Self { later: true, ..reply }
            }
            BodyReadError::Broken => {
                Self::from_assumption(400, "Request body could not be read", assumption::BODY_LIMITS)
            }
        }
    }

    /// A fault of this program or of its disk.
    pub(super) fn internal_error(why: &str) -> Self {
        Self::json(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Value::from_iter([("error", "Internal server error"), ("sandbox", why)]),
        )
    }

    /// Adds a guess that it rests on.
    #[must_use]
    pub(super) fn with_assumption(mut self, assumption: &'static str) -> Self {
        if !self.assumptions.contains(&assumption) {
            self.assumptions.push(assumption);
        }
        self
    }

    /// Adds a guess where there is need.
    #[must_use]
    pub(super) fn with_assumption_if(self, guessed: bool, assumption: &'static str) -> Self {
        if guessed { self.with_assumption(assumption) } else { self }
    }

    /// Adds the limits, which every answer of the API carries.
    #[must_use]
    pub(super) fn with_limits(mut self, standing: QuotaStatus) -> Self {
        self.limits = Some(standing);
        self
    }
}

/// The guesses that an answer rests on, on its way to where they are told.
#[derive(Debug, Clone)]
pub(super) struct AnswerAssumptions(pub Vec<&'static str>);

impl IntoResponse for SandboxResponse {
    fn into_response(self) -> Response {
        let (kind, body) = match self.body {
            Some(SandboxContent::Json(bytes)) => (Some("application/json"), Body::from(bytes)),
            Some(SandboxContent::Html(html)) => (Some("text/html; charset=utf-8"), Body::from(html)),
            None => (None, Body::empty()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.later {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        kind.map(|kind| headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind)));
        self.allow.map(|allow| headers.insert(ALLOW, HeaderValue::from_static(allow)));
        if let Some(limits) = self.limits {
            limits.write_headers(headers);
        }
        response.extensions_mut().insert(AnswerAssumptions(self.assumptions));
        response
    }
}

impl QuotaStatus {
    /// Tells the limits, as every answer of the API does.
    pub(super) fn write_headers(&self, headers: &mut HeaderMap) {
        let numbers = [self.limit.to_string(), self.remaining.to_string(), self.reset_at.to_string()];
        for (name, text) in [LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER].into_iter().zip(numbers) {
            write_header(headers, name, &text);
        }
    }
}

impl AnswerAssumptions {
    /// Tells them, where there are any.
    pub(super) fn write_header(&self, headers: &mut HeaderMap) {
        if !self.0.is_empty() {
            write_header(headers, assumption::HEADER, &self.0.join(", "));
        }
    }
}

/// Numbers, a time and ids of our own: all of them are visible ASCII.
fn write_header(headers: &mut HeaderMap, name: &'static str, text: &str) {
    HeaderValue::from_str(text).ok().map(|value| headers.insert(HeaderName::from_static(name), value));
}
