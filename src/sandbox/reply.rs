//! What a caller gets to read: status, body, limits, and the guesses that the answer rests on.

use super::assumption;
use super::quota::Standing;
use crate::protocol::api::{LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER, Refusal};
use crate::server::Unread;
use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An answer before it is a response.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: StatusCode,
    body: Option<Content>,
    pub assumptions: Vec<&'static str>,
    allow: Option<&'static str>,
    limits: Option<Standing>,
}

#[derive(Debug, Clone)]
enum Content {
    Json(Vec<u8>),
    Html(String),
}

impl Reply {
    fn new(status: StatusCode, body: Option<Content>) -> Self {
        Self { status, body, assumptions: Vec::new(), allow: None, limits: None }
    }

    /// A JSON answer.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, Some(Content::Json(body.to_string().into_bytes())))
    }

    /// JSON that is written already.
    pub(super) fn written(body: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, Some(Content::Json(body)))
    }

    /// A page for people.
    pub(super) fn page(status: StatusCode, html: String) -> Self {
        Self::new(status, Some(Content::Html(html)))
    }

    /// 204.
    pub(super) fn nothing() -> Self {
        Self::new(StatusCode::NO_CONTENT, None)
    }

    /// A documented refusal, or one in the documented form.
    pub(super) fn refusal(refusal: &Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::json(status, &Value::Object(refusal.members().clone()))
    }

    /// A refusal that is a guess.
    pub(super) fn guessed(status: u16, error: &str, assumption: &'static str) -> Self {
        Self::refusal(&Refusal::plain(status, error)).resting_on(assumption)
    }

    /// 405.
    pub(super) fn method_not_allowed(allow: &'static str) -> Self {
        let reply = Self::guessed(405, "Method not allowed", assumption::METHOD_NOT_ALLOWED);
        Self { allow: Some(allow), ..reply }
    }

    /// A body that was not read.
    pub(super) fn unread(fault: Unread) -> Self {
        match fault {
            Unread::TooLong => Self::guessed(413, "Request body is too large", assumption::BODY_LIMITS),
            Unread::TooSlow => Self::guessed(408, "Request body came too slowly", assumption::BODY_LIMITS),
            Unread::Broken => Self::guessed(400, "Request body could not be read", assumption::BODY_LIMITS),
        }
    }

    /// A fault of this program or of its disk.
    pub(super) fn broken(why: &str) -> Self {
        Self::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "Internal server error", "sandbox": why }))
    }

    /// Adds a guess that it rests on.
    #[must_use]
    pub(super) fn resting_on(mut self, assumption: &'static str) -> Self {
        if !self.assumptions.contains(&assumption) {
            self.assumptions.push(assumption);
        }
        self
    }

    /// Adds a guess where there is need.
    #[must_use]
    pub(super) fn resting_if(self, guessed: bool, assumption: &'static str) -> Self {
        if guessed { self.resting_on(assumption) } else { self }
    }

    /// Adds the limits, which every answer of the API carries.
    #[must_use]
    pub(super) fn with_limits(mut self, standing: Standing) -> Self {
        self.limits = Some(standing);
        self
    }

    /// The response.
    pub(super) fn into_response(self) -> Response {
        let (kind, body) = match self.body {
            Some(Content::Json(bytes)) => (Some("application/json"), Body::from(bytes)),
            Some(Content::Html(html)) => (Some("text/html; charset=utf-8"), Body::from(html)),
            None => (None, Body::empty()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        kind.map(|kind| headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind)));
        self.allow.map(|allow| headers.insert(ALLOW, HeaderValue::from_static(allow)));
        let mut put = |name: &'static str, text: String| {
            // Numbers, a time and ids of our own: all of them are visible ASCII.
            HeaderValue::from_str(&text).ok().map(|value| headers.insert(HeaderName::from_static(name), value))
        };
        if let Some(limits) = self.limits {
            put(LIMIT_HEADER, limits.limit.to_string());
            put(REMAINING_HEADER, limits.remaining.to_string());
            put(RESET_HEADER, limits.reset_at.to_string());
        }
        if !self.assumptions.is_empty() {
            put(assumption::HEADER, self.assumptions.join(", "));
        }
        response
    }
}
