//! The public page of a waitlist, which its sign-ups' `referral_url` leads to: a form for people, the same as JSON for
//! programs. No key is asked for, as on any such page; `?ref=CODE` counts a referral.

use super::api::{self, WaitlistKey};
use super::input::SignupRequest;
use super::response::SandboxResponse;
use super::{SandboxState, SignupPage, assumption, local_host, waitlist};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Answers a request for the page of a waitlist.
pub(super) async fn answer_signup_page(
    State(inner): State<Arc<SandboxState>>,
    slug: Result<Path<String>, PathRejection>,
    request: Request,
) -> SandboxResponse {
    // What is no text, or missing, names no waitlist.
    let (inner, slug) = (&inner, &*slug.map(|Path(slug)| slug).unwrap_or_default());
    let reply = match *request.method() {
        // Where other machines can reach it, it is the public page that it is at the service.
        _ if !inner.settings.is_exposed && !local_host::is_local(&request) => local_host::reject_foreign_host(),
        Method::GET | Method::HEAD => form(inner, slug, referral(&request)).await,
        Method::POST => submit_signup_form(inner, slug, request).await,
        _ => SandboxResponse::method_not_allowed("GET, POST"),
    };
    reply.with_assumption(assumption::PUBLIC_PAGE)
}

fn referral(request: &Request) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ref").map(|(_, code)| code.into_owned())
}

async fn form(inner: &SandboxState, slug: &str, referral: Option<String>) -> SandboxResponse {
    match find_waitlist_name(inner, slug).await {
        Ok(Some(name)) => {
            let page = SignupPage { waitlist: &name, referral: referral.as_deref(), result: None };
            SandboxResponse::html(StatusCode::OK, inner.around.pages.render_signup(&page))
        }
        Ok(None) => SandboxResponse::from_assumption(404, "Waitlist not found", assumption::PUBLIC_PAGE),
        Err(reply) => reply,
    }
}

async fn find_waitlist_name(inner: &SandboxState, slug: &str) -> Result<Option<String>, SandboxResponse> {
    let slug = slug.to_owned();
    let found = inner.run_job(move |book| waitlist::find_waitlist_by_slug(book, &slug)).await?;
    Ok(found.map(|list| list.name))
}

async fn submit_signup_form(inner: &SandboxState, slug: &str, request: Request) -> SandboxResponse {
    let referral = referral(&request);
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_form = kind.starts_with("application/x-www-form-urlencoded");
    let came_by = referral.is_some();
    let made = async {
        let body = api::read_body(inner, request).await?;
        let wish =
            if by_form { SignupRequest::from_members(fields(&body))? } else { SignupRequest::parse_body(&body)? };
        api::create_signup(inner, WaitlistKey::Slug(slug.to_owned()), wish, referral.clone()).await
    };
    let (made, name) = (made.await, find_waitlist_name(inner, slug).await);
    let (true, Ok(Some(name))) = (by_form, name) else {
        return made.map_or_else(|reply| reply, |made| made.reply).with_assumption_if(came_by, assumption::REFERRAL);
    };
    let (status, result) = match &made {
        Ok(made) => (made.reply.status, Ok((made.position, made.url.as_str()))),
        Err(reply) if reply.status == StatusCode::CONFLICT => (reply.status, Err("You are on this list already.")),
        Err(reply) => (reply.status, Err("Please check what you typed.")),
    };
    let page = SignupPage { waitlist: &name, referral: referral.as_deref(), result: Some(result) };
    SandboxResponse::html(status, inner.around.pages.render_signup(&page))
        .with_assumption_if(came_by, assumption::REFERRAL)
}

/// The fields of a form; an empty one is as good as none.
fn fields(body: &[u8]) -> Map<String, Value> {
    let fields = url::form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty());
    fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}
