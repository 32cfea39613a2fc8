//! The sandbox's own pages below `/_sandbox/`, where the service has nothing: what was delivered, attempt by attempt.

use super::delivery::{self, DeliveryFilter};
use super::response::SandboxResponse;
use super::{SandboxState, assumption};
use crate::protocol::delivery::SandboxDelivery;
use crate::protocol::target::is_loopback;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::StatusCode;
use http::header::HOST;
use serde_json::Value;
use std::sync::Arc;
use url::Url;

/// What the paths of these pages begin with.
const PREFIX: &str = "/_sandbox";

/// Deliveries on a page.
const SHOWN: u64 = 500;

/// These pages. Whatever is asked for below their path, it is answered to this machine alone.
pub(super) fn router() -> Router<Arc<SandboxState>> {
    let refuse = async || SandboxResponse::method_not_allowed("GET");
    let unknown = async || SandboxResponse::json(StatusCode::NOT_FOUND, &Value::from_iter([("error", "Not found")]));
    let page = |methods: MethodRouter<Arc<SandboxState>>| methods.fallback(refuse);
    Router::new()
        .route(PREFIX, page(get(show_deliveries)))
        .route(&format!("{PREFIX}/"), page(get(show_deliveries)))
        .route(&format!("{PREFIX}/deliveries"), page(get(list_deliveries)))
        .route(&format!("{PREFIX}/assumptions"), page(get(list_assumptions)))
        .route(&format!("{PREFIX}/{{*rest}}"), page(get(unknown)))
        .layer(middleware::from_fn(refuse_foreign_host))
}

async fn refuse_foreign_host(request: Request, next: Next) -> Response {
    if is_local(&request) { next.run(request).await } else { reject_foreign_host().into_response() }
}

async fn show_deliveries(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    let found = find_deliveries(&inner).await?;
    Ok(SandboxResponse::html(StatusCode::OK, inner.around.pages.render_deliveries(&found)))
}

async fn list_deliveries(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    let found = find_deliveries(&inner).await?;
    Ok(SandboxResponse::from_json_bytes(inner.around.pages.render_records(&found)))
}

async fn find_deliveries(inner: &SandboxState) -> Result<Vec<SandboxDelivery>, SandboxResponse> {
    let wanted = DeliveryFilter { limit: Some(SHOWN), ..DeliveryFilter::default() };
    inner.run_job(move |book| delivery::list_deliveries(book, &wanted)).await
}

async fn list_assumptions() -> SandboxResponse {
    let list: Vec<_> = assumption::ASSUMPTIONS
        .iter()
        .map(|guess| Value::from_iter([("id", guess.id), ("about", guess.about.name()), ("what", guess.what)]))
        .collect();
    SandboxResponse::json(StatusCode::OK, &Value::from_iter([("assumptions", list)]))
}

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
