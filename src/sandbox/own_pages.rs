//! The sandbox's own pages below `/_sandbox/`, where the service has nothing: what was delivered, attempt by attempt.

use super::delivery::{self, DeliveryFilter};
use super::response::SandboxResponse;
use super::{SandboxState, assumption};
use crate::protocol::target::is_loopback;
use axum::extract::Request;
use http::header::HOST;
use http::{Method, StatusCode};
use serde_json::json;
use url::Url;

/// What the paths of these pages begin with.
const PREFIX: &str = "/_sandbox";

/// Deliveries on a page.
const SHOWN: u64 = 500;

/// Whether a path is one of these.
pub(super) fn is_own(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request for one of them.
pub(super) async fn answer_own_page(inner: &SandboxState, request: Request) -> SandboxResponse {
    if !is_local(&request) {
        return reject_foreign_host();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return SandboxResponse::method_not_allowed("GET");
    }
    let (path, pages) = (request.uri().path().to_owned(), &inner.around.pages);
    drop(request);
    match path.strip_prefix(PREFIX).unwrap_or_default() {
        "" | "/" => {
            render_deliveries(inner, |found| SandboxResponse::html(StatusCode::OK, pages.render_deliveries(found)))
                .await
        }
        "/deliveries" => {
            render_deliveries(inner, |found| SandboxResponse::from_json_bytes(pages.render_records(found))).await
        }
        "/assumptions" => assumptions(),
        _ => SandboxResponse::json(StatusCode::NOT_FOUND, &json!({ "error": "Not found" })),
    }
}

async fn render_deliveries(
    inner: &SandboxState,
    write: impl FnOnce(&[crate::protocol::delivery::SandboxDelivery]) -> SandboxResponse,
) -> SandboxResponse {
    let wanted = DeliveryFilter { limit: Some(SHOWN), ..DeliveryFilter::default() };
    match inner.run_job(move |book| delivery::list_deliveries(book, &wanted)).await {
        Ok(found) => write(&found),
        Err(reply) => reply,
    }
}

fn assumptions() -> SandboxResponse {
    let list: Vec<_> = assumption::ASSUMPTIONS
        .iter()
        .map(|guess| json!({ "id": guess.id, "about": guess.about, "what": guess.what }))
        .collect();
    SandboxResponse::json(StatusCode::OK, &json!({ "assumptions": list }))
}

/// Whether a request was meant for this machine. A web page elsewhere can have its own name lead here and then read what
/// is answered; its requests carry that name.
pub(super) fn is_local(request: &Request) -> bool {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    host.and_then(|host| Url::parse(&format!("http://{host}/")).ok()).is_some_and(|url| is_loopback(&url))
}

/// The answer to a request that was meant for another machine.
pub(super) fn reject_foreign_host() -> SandboxResponse {
    SandboxResponse::json(StatusCode::FORBIDDEN, &json!({ "error": "This page is only available on this machine" }))
}
