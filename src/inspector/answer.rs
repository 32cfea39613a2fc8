//! Answers of the inspector: what every one of them carries, so that a browser runs nothing but the page, shows it in
//! no frame and keeps nothing.

use super::access::AccessFault;
use super::assets::PageAsset;
use crate::error::{Error, ErrorCategory};
use crate::output::records;
use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderName};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;

/// No script or style but the page's own files, no markup made out of text, no frame, no form, no other address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const FIXED: [(HeaderName, &str); 9] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

const RECORDS: &str = "application/x-ndjson";

/// An answer with what every one carries.
pub(super) fn answer(status: StatusCode, media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A file of the page. The picture, which is asked for wherever it is shown, may be kept.
pub(super) fn answer_asset(asset: PageAsset) -> Response {
    let mut response = answer(StatusCode::OK, asset.media_type, Body::from(asset.text));
    if asset.is_image() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    }
    response
}

/// Records, one a line.
pub(super) fn answer_records(lines: Vec<u8>) -> Response {
    answer(StatusCode::OK, RECORDS, Body::from(lines))
}

/// A file to be saved, never shown.
pub(super) fn answer_file(name: &str, media_type: &'static str, bytes: impl Into<Body>) -> Response {
    let mut response = answer(StatusCode::OK, media_type, bytes.into());
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// An `error` record.
pub(super) fn answer_error(at: Timestamp, error: &Error) -> Response {
    let status = match error.kind {
        ErrorCategory::Usage => StatusCode::BAD_REQUEST,
        ErrorCategory::Network => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    complain(status, at, error.kind.name(), &error.message, &error.hints)
}

/// The answer to whoever does not get in.
pub(super) fn answer_stranger(at: Timestamp, fault: AccessFault) -> Response {
    let status = if fault == AccessFault::Token { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
    complain(status, at, "refused", fault.explain(), &[])
}

/// The answer where there is nothing.
pub(super) fn answer_missing(at: Timestamp, what: &str) -> Response {
    complain(StatusCode::NOT_FOUND, at, "missing", what, &[])
}

/// The answer to a method that a path does not have.
pub(super) fn answer_wrong_method(at: Timestamp, allowed: &'static str) -> Response {
    let mut response =
        complain(StatusCode::METHOD_NOT_ALLOWED, at, "usage", "this path is not used with this method", &[]);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The answer where as many follow the store as may.
pub(super) fn answer_crowded(at: Timestamp) -> Response {
    let message = "as many pages and scripts follow this inspector as may at one time: close one of them";
    let mut response = complain(StatusCode::SERVICE_UNAVAILABLE, at, "busy", message, &[]);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

fn complain(status: StatusCode, at: Timestamp, kind: &str, message: &str, hints: &[String]) -> Response {
    answer(status, RECORDS, Body::from(records::encode_error(at, kind, message, hints)))
}
