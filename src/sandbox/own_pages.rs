//! The sandbox's own pages below `/_sandbox/`, where the service has nothing: what was delivered, attempt by attempt, and
//! whether it is well.

use super::delivery::{self, DeliveryFilter};
use super::local_host::{is_local, reject_foreign_host};
use super::response::SandboxResponse;
use super::subscription::{self, SandboxSubscription};
use super::{SandboxState, assumption, control, digest_key};
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use base64::Engine;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;
use std::sync::Arc;

/// What the paths of these pages begin with.
const PREFIX: &str = "/_sandbox";

/// Deliveries on a page, where no other number is asked for.
const SHOWN: u64 = 500;

/// These pages. Whatever is asked for below their path, it is answered to this machine alone; where other machines can
/// reach the sandbox, to whoever has its key or the token of its run. Whether it is well is told to everybody: it says nothing else.
pub(super) fn router(inner: &Arc<SandboxState>) -> Router<Arc<SandboxState>> {
    let refuse = async || SandboxResponse::method_not_allowed("GET");
    let unknown = async || SandboxResponse::json(StatusCode::NOT_FOUND, &Value::from_iter([("error", "Not found")]));
    let page = |methods: MethodRouter<Arc<SandboxState>>| methods.fallback(refuse);
    Router::new()
        .route(PREFIX, page(get(show_deliveries)))
        .route(&format!("{PREFIX}/"), page(get(show_deliveries)))
        .route(&format!("{PREFIX}/deliveries"), page(get(list_deliveries)))
        .route(&format!("{PREFIX}/subscriptions"), page(get(list_subscriptions)))
        .route(&format!("{PREFIX}/assumptions"), page(get(list_assumptions)))
        .route(&format!("{PREFIX}/{{*rest}}"), page(get(unknown)))
        .layer(middleware::from_fn_with_state(inner.clone(), refuse_stranger))
        .route(&format!("{PREFIX}/health"), page(get(answer_health)))
        .route(
            &format!("{PREFIX}/control"),
            post(control::answer_control).fallback(async || SandboxResponse::method_not_allowed("POST")),
        )
}

async fn refuse_stranger(State(inner): State<Arc<SandboxState>>, request: Request, next: Next) -> Response {
    if !inner.settings.is_exposed {
        return if is_local(&request) { next.run(request).await } else { reject_foreign_host().into_response() };
    }
    if has_key(&inner, request.headers()) || control::has_token(&inner, request.headers()) {
        return next.run(request).await;
    }
    let refused = Value::from_iter([("error", "This page needs the sandbox's key, as Bearer or as the password")]);
    let mut response = SandboxResponse::json(StatusCode::UNAUTHORIZED, &refused).into_response();
    // A browser asks for the password by itself.
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"sandbox\", charset=\"UTF-8\""));
    response
}

/// Whether the key stands there, as programs send it or as the password that a browser asked for.
fn has_key(inner: &SandboxState, headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((scheme, rest)) = value.split_once(' ') else { return false };
    let key = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.as_bytes().to_vec(),
        "basic" => {
            let pair = base64::engine::general_purpose::STANDARD.decode(rest).unwrap_or_default();
            pair.iter().position(|byte| *byte == b':').map(|colon| pair[colon + 1..].to_vec()).unwrap_or_default()
        }
        _ => return false,
    };
    digest_key(&key) == inner.key
}

/// Well is who can work in the book.
async fn answer_health(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    inner.run_job(delivery::count_pending).await?;
    Ok(SandboxResponse::json(StatusCode::OK, &Value::from_iter([("status", "ok")])))
}

async fn show_deliveries(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    let newest = DeliveryFilter { limit: Some(SHOWN), ..DeliveryFilter::default() };
    let found = inner.run_job(move |book| delivery::list_deliveries(book, &newest)).await?;
    Ok(SandboxResponse::html(StatusCode::OK, inner.around.pages.render_deliveries(&found)))
}

/// The same as records: `?state=failed&subscription=ID&limit=20` as `sandbox deliveries` has them.
async fn list_deliveries(
    State(inner): State<Arc<SandboxState>>,
    RawQuery(query): RawQuery,
) -> Result<SandboxResponse, SandboxResponse> {
    let wanted = DeliveryFilter::parse_query(query.as_deref().unwrap_or_default(), SHOWN)
        .map_err(|words| SandboxResponse::json(StatusCode::BAD_REQUEST, &Value::from_iter([("error", words)])))?;
    let found = inner.run_job(move |book| delivery::list_deliveries(book, &wanted)).await?;
    Ok(SandboxResponse::from_json_bytes(inner.around.pages.render_records(&found)))
}

/// Every subscription, as it was answered when it was made. The service has nothing of the kind; who keeps a journal learns
/// here that it tells of a sandbox that is no more.
async fn list_subscriptions(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    let found = inner.run_job(subscription::list_subscriptions).await?;
    let list: Value = found.iter().map(SandboxSubscription::to_json).collect();
    Ok(SandboxResponse::json(StatusCode::OK, &Value::from_iter([("subscriptions", list)])))
}

async fn list_assumptions() -> SandboxResponse {
    let list: Vec<_> = assumption::ASSUMPTIONS
        .iter()
        .map(|guess| Value::from_iter([("id", guess.id), ("about", guess.about.name()), ("what", guess.what)]))
        .collect();
    SandboxResponse::json(StatusCode::OK, &Value::from_iter([("assumptions", list)]))
}
