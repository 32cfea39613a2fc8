//! Who is on this machine: what is for its people alone is answered to nobody else.
//!
//! Pure.

use super::response::SandboxResponse;
use crate::protocol::target::is_loopback;
use axum::extract::Request;
use http::StatusCode;
use http::header::HOST;
use serde_json::Value;
use url::Url;

/// Whether a request was meant for this machine. A web page elsewhere can have its own name lead here and then read what
/// is answered; its requests carry that name.
pub(super) fn is_local(request: &Request) -> bool {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    host.and_then(|host| Url::parse(&format!("http://{host}/")).ok()).is_some_and(|url| is_loopback(&url))
}

/// The answer to a request that was meant for another machine.
pub(super) fn reject_foreign_host() -> SandboxResponse {
    SandboxResponse::json(
        StatusCode::FORBIDDEN,
        &Value::from_iter([("error", "This page is only available on this machine")]),
    )
}
