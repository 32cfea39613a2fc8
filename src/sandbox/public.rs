//! The public page of a waitlist, which its sign-ups' `referral_url` leads to: a form for people, the same as JSON for
//! programs. No key is asked for, as on any such page; `?ref=CODE` counts a referral.

use super::api::{self, Named};
use super::input::Wish;
use super::reply::Reply;
use super::{Inner, SignupPage, assumption, page, waitlist};
use axum::extract::Request;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value};

/// Answers a request for the page of a waitlist.
pub(super) async fn answer(inner: &Inner, slug: &str, request: Request) -> Reply {
    let reply = match *request.method() {
        _ if !page::is_local(&request) => page::foreign(),
        Method::GET | Method::HEAD => form(inner, slug, referral(&request)).await,
        Method::POST => signed_up(inner, slug, request).await,
        _ => Reply::method_not_allowed("GET, POST"),
    };
    reply.resting_on(assumption::PUBLIC_PAGE)
}

fn referral(request: &Request) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ref").map(|(_, code)| code.into_owned())
}

async fn form(inner: &Inner, slug: &str, referral: Option<String>) -> Reply {
    match name_of(inner, slug).await {
        Ok(Some(name)) => {
            let page = SignupPage { waitlist: &name, referral: referral.as_deref(), result: None };
            Reply::page(StatusCode::OK, inner.around.pages.signup(&page))
        }
        Ok(None) => Reply::guessed(404, "Waitlist not found", assumption::PUBLIC_PAGE),
        Err(reply) => reply,
    }
}

async fn name_of(inner: &Inner, slug: &str) -> Result<Option<String>, Reply> {
    let slug = slug.to_owned();
    let found = inner.enter(move |book| waitlist::waitlist_by_slug(book, &slug)).await?;
    Ok(found.map(|list| list.name))
}

async fn signed_up(inner: &Inner, slug: &str, request: Request) -> Reply {
    let referral = referral(&request);
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_form = kind.starts_with("application/x-www-form-urlencoded");
    let came_by = referral.is_some();
    let made = async {
        let body = api::body(inner, request).await?;
        let wish = if by_form { Wish::of(fields(&body))? } else { Wish::read(&body)? };
        api::create(inner, Named::Slug(slug.to_owned()), wish, referral.clone()).await
    };
    let (made, name) = (made.await, name_of(inner, slug).await);
    let (true, Ok(Some(name))) = (by_form, name) else {
        return made.map_or_else(|reply| reply, |made| made.reply).resting_if(came_by, assumption::REFERRAL);
    };
    let (status, result) = match &made {
        Ok(made) => (made.reply.status, Ok((made.position, made.url.as_str()))),
        Err(reply) if reply.status == StatusCode::CONFLICT => (reply.status, Err("You are on this list already.")),
        Err(reply) => (reply.status, Err("Please check what you typed.")),
    };
    let page = SignupPage { waitlist: &name, referral: referral.as_deref(), result: Some(result) };
    Reply::page(status, inner.around.pages.signup(&page)).resting_if(came_by, assumption::REFERRAL)
}

/// The fields of a form; an empty one is as good as none.
fn fields(body: &[u8]) -> Map<String, Value> {
    let fields = url::form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty());
    fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}
