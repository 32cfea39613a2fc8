//! Which path is answered by whom, once it is clear that whoever asks may.

use super::access::AccessFault;
use super::answer::{answer, answer_asset, answer_error, answer_missing, answer_stranger, answer_wrong_method};
use super::assets::find_asset;
use super::query::take_parameter;
use super::{Inspector, acting, reading, sandboxes, stream, timeline};
use crate::error::Error;
use crate::server::{CatchPanic, DetachOnDrop, ServerLimits, read_body};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::{AUTHORIZATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::borrow::Cow;

/// The page and its interface.
pub(super) fn router(inspector: Inspector) -> Router {
    Router::new().fallback(handle).with_state(inspector)
}

/// What was begun is finished although the page is closed: what is sent is recorded.
fn handle(State(inspector): State<Inspector>, request: Request) -> CatchPanic<Response> {
    CatchPanic::new(DetachOnDrop::new(respond(inspector, request)), || {
        answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", Body::from("the inspector failed\n"))
    })
}

async fn respond(inspector: Inspector, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let now = inspector.0.around.clock.now();
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    if let Some(asset) = find_asset(parts.uri.path()) {
        return match inspector.0.access.check_page(&parts.headers) {
            Err(fault) => answer_stranger(now, fault),
            Ok(()) if is_read => answer_asset(asset),
            Ok(()) => answer_wrong_method(now, "GET"),
        };
    }
    if let Err(fault) = admit(&inspector, &parts, is_read) {
        return answer_stranger(now, fault);
    }
    let answered = match is_read {
        true => read(&inspector, &parts).await,
        false if parts.method == Method::POST => act(&inspector, &parts, body).await,
        false => Ok(answer_wrong_method(now, "GET, POST")),
    };
    leave_secrets_out(&inspector, answered.unwrap_or_else(|error| answer_error(now, &error))).await
}

/// What senders put into paths and bodies of what is secret here is no more shown by a page than in a terminal.
async fn leave_secrets_out(inspector: &Inspector, answered: Response) -> Response {
    let (parts, body) = answered.into_parts();
    let own = inspector.clone();
    let masked = move |bytes: Bytes| match own.0.around.mask.apply(&bytes) {
        Cow::Borrowed(_) => bytes,
        Cow::Owned(masked) => masked.into(),
    };
    if body.size_hint().exact().is_some() {
        // It is there already.
        let whole = body.collect().await.map(|whole| whole.to_bytes()).unwrap_or_default();
        return Response::from_parts(parts, Body::from(masked(whole)));
    }
    // What is told as it comes comes in parts, and has left out by itself what two of them share.
    let body = body.map_frame(move |frame| frame.map_data(&masked));
    Response::from_parts(parts, Body::new(body))
}

fn admit(inspector: &Inspector, parts: &Parts, is_read: bool) -> Result<(), AccessFault> {
    let access = &inspector.0.access;
    access.check_origin(&parts.headers)?;
    if !is_read {
        access.check_action(&parts.headers)?;
    }
    access.check_token(&parts.headers)
}

async fn read(inspector: &Inspector, parts: &Parts) -> Result<Response, Error> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let own = inspector.clone();
    let segments: Vec<&str> = path.strip_prefix("/api/").unwrap_or_default().split('/').collect();
    match segments[..] {
        ["status"] => reading::show_status(own).await,
        ["events"] => reading::list_events(own, query).await,
        ["refused"] => reading::list_refused(own, query).await,
        ["sandbox"] => sandboxes::show_sandbox(inspector).await,
        ["sandbox", "signups"] => sandboxes::list_sandbox_signups(inspector, query).await,
        ["timeline"] => timeline::show_timeline(own, query).await,
        ["stream"] => {
            let (since, rest) = take_parameter(query, "since");
            stream::open_stream(inspector, &rest, since.as_deref(), &parts.headers)
        }
        ["export"] => {
            let (ids, rest) = take_parameter(query, "ids");
            acting::export_events(own, &ids.unwrap_or_default(), &rest).await
        }
        ["events", number] => match number.parse() {
            Ok(number) => reading::show_event(own, number, query).await,
            Err(_) => Ok(nothing(inspector)),
        },
        ["refused", number] => match number.parse() {
            Ok(number) => reading::show_refused(own, number, query).await,
            Err(_) => Ok(nothing(inspector)),
        },
        ["events", number, "body"] => match number.parse() {
            Ok(number) => reading::download_body(own, number).await,
            Err(_) => Ok(nothing(inspector)),
        },
        ["events", number, "as", language] => match number.parse() {
            Ok(number) => acting::write_request(own, (number, language), take_parameter(query, "to").0).await,
            Err(_) => Ok(nothing(inspector)),
        },
        _ => Ok(nothing(inspector)),
    }
}

async fn act(inspector: &Inspector, parts: &Parts, body: Body) -> Result<Response, Error> {
    let path = parts.uri.path();
    if path == "/api/session" {
        return Ok(let_in(inspector, parts));
    }
    let body = read_body(false, body, &ServerLimits { body_bytes: 4 << 20, ..ServerLimits::default() }, None).await;
    let body = body.map_err(|fault| Error::usage(fault.explain()))?.body;
    match path {
        "/api/replay" => acting::replay_events(inspector.clone(), body).await,
        "/api/send" => acting::send_event(inspector.clone(), body).await,
        "/api/sandbox" => sandboxes::change_sandbox(inspector, body).await,
        "/api/make" => acting::make_event(inspector, &body),
        _ => Ok(nothing(inspector)),
    }
}

fn nothing(inspector: &Inspector) -> Response {
    answer_missing(inspector.0.around.clock.now(), "there is nothing at this path")
}

/// Exchanges the token of the URL that was opened for a cookie.
fn let_in(inspector: &Inspector, parts: &Parts) -> Response {
    let mut response = answer(StatusCode::NO_CONTENT, "text/plain", Body::empty());
    let token = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let cookie =
        token.filter(|_| inspector.0.access.has_bearer(&parts.headers)).map(|token| inspector.0.access.cookie(token));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
