//! The calls of the contract: which one is meant, whether it is allowed, what it does and answers.

use super::input::{Order, Page, Wish};
use super::reply::Reply;
use super::subscription::{self, Subscription};
use super::waitlist::{self, Happening, Signup, Waitlist};
use super::{Around, Inner, assumption, digest};
use crate::protocol::api::{BASE_PATH, Refusal, SUBSCRIPTION_PREFIX};
use crate::protocol::sample::{self, Dice};
use crate::server;
use axum::body::Body;
use axum::extract::Request;
use http::header::{AUTHORIZATION, EXPECT};
use http::{HeaderMap, Method, StatusCode};
use rusqlite::Connection;
use serde_json::json;

/// A call, with the ids in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Call {
    Waitlists,
    Signups(String),
    Create(String),
    Signup(String, String),
    Delete(String, String),
    Subscribe,
    Unsubscribe(String),
}

impl Call {
    /// What a method and a path below the base mean.
    fn of(method: &Method, path: &str) -> Result<Self, Reply> {
        let parts: Vec<&str> = path.split('/').collect();
        let own = |id: &str| id.to_owned();
        // HEAD is GET without the body (RFC 9110, section 9.3.2), which the server leaves out by itself.
        let verb = if method == Method::HEAD { "GET" } else { method.as_str() };
        Ok(match (verb, parts.as_slice()) {
            ("GET", ["", "waitlists"]) => Self::Waitlists,
            ("GET", ["", "waitlists", id, "signups"]) => Self::Signups(own(id)),
            ("POST", ["", "waitlists", id, "signups"]) => Self::Create(own(id)),
            ("GET", ["", "waitlists", id, "signups", signup]) => Self::Signup(own(id), own(signup)),
            ("DELETE", ["", "waitlists", id, "signups", signup]) => Self::Delete(own(id), own(signup)),
            ("POST", ["", "webhooks", "subscribe"]) => Self::Subscribe,
            ("DELETE", ["", "webhooks", "unsubscribe", id]) => Self::Unsubscribe(own(id)),
            (_, ["", "waitlists"]) => return Err(Reply::method_not_allowed("GET")),
            (_, ["", "waitlists", _, "signups"]) => return Err(Reply::method_not_allowed("GET, POST")),
            (_, ["", "waitlists", _, "signups", _]) => return Err(Reply::method_not_allowed("GET, DELETE")),
            (_, ["", "webhooks", "subscribe"]) => return Err(Reply::method_not_allowed("POST")),
            (_, ["", "webhooks", "unsubscribe", _]) => return Err(Reply::method_not_allowed("DELETE")),
            _ => return Err(not_found()),
        })
    }
}

fn not_found() -> Reply {
    Reply::guessed(404, "Not found", assumption::PATH_NOT_FOUND)
}

/// Answers a request that is for no other part of the sandbox.
pub(super) async fn answer(inner: &Inner, request: Request) -> Reply {
    let (now, looked) =
        (inner.around.clock.now(), |reply: Reply| reply.with_limits(inner.quota.look(inner.around.clock.now())));
    let path = request.uri().path();
    let call = match path.strip_prefix(BASE_PATH).ok_or_else(not_found) {
        Ok(below) => Call::of(request.method(), below),
        Err(reply) => return reply,
    };
    let call = match call {
        Ok(call) => call,
        Err(reply) => return looked(reply),
    };
    if let Err(refusal) = admit(inner, request.headers()) {
        return looked(Reply::refusal(&refusal)).resting_on(assumption::UNCOUNTED_LIMITS);
    }
    let standing = inner.quota.spend(now);
    if standing.exceeded {
        let refusal = Refusal::rate_limited(standing.limit, standing.reset_at);
        return Reply::refusal(&refusal).with_limits(standing).resting_on(assumption::RATE_WINDOW);
    }
    make(inner, call, request).await.unwrap_or_else(|reply| reply).with_limits(standing)
}

/// Whether the key fits and the plan has API access.
fn admit(inner: &Inner, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::no_authorization()) };
    let (scheme, key) = value
        .as_bytes()
        .split_at_checked("Bearer ".len())
        .filter(|(scheme, key)| scheme.eq_ignore_ascii_case(b"bearer ") && key.iter().all(u8::is_ascii_graphic))
        .ok_or_else(Refusal::no_authorization)?;
    debug_assert_eq!(scheme.len(), 7);
    if key.is_empty() {
        return Err(Refusal::no_authorization());
    }
    if digest(key) != inner.key {
        return Err(Refusal::invalid_key());
    }
    inner.settings.plan.hourly_limit().map(drop).ok_or_else(Refusal::unpaid)
}

async fn make(inner: &Inner, call: Call, request: Request) -> Result<Reply, Reply> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    match call {
        Call::Waitlists => waitlists(inner).await,
        Call::Signups(waitlist) => signups(inner, waitlist, Page::of_query(&query)?).await,
        Call::Signup(waitlist, signup) => one(inner, waitlist, signup).await,
        Call::Delete(waitlist, signup) => delete(inner, waitlist, signup).await,
        Call::Unsubscribe(subscription) => unsubscribe(inner, subscription).await,
        Call::Create(waitlist) => {
            let wish = Wish::read(&body(inner, request).await?)?;
            create(inner, Named::Id(waitlist), wish, None).await.map(|made| made.reply)
        }
        Call::Subscribe => subscribe(inner, Order::read(&body(inner, request).await?)?).await,
    }
}

/// The body of a request.
pub(super) async fn body(inner: &Inner, request: Request) -> Result<Vec<u8>, Reply> {
    let asks_first = request.headers().contains_key(EXPECT);
    let body: Body = request.into_body();
    let read = server::read(asks_first, body, &inner.settings.limits).await;
    read.map(|body| body.as_bytes().to_vec()).map_err(Reply::unread)
}

async fn waitlists(inner: &Inner) -> Result<Reply, Reply> {
    let found = inner.enter(waitlist::waitlists).await?;
    let rows: Vec<_> = found.iter().map(Waitlist::json).collect();
    Ok(Reply::json(StatusCode::OK, &json!({ "waitlists": rows })).resting_on(assumption::WAITLISTS_BODY))
}

impl Inner {
    /// Where a waitlist takes public sign-ups.
    pub(super) fn page_of(&self, list: &Waitlist) -> String {
        format!("{}{}{}", self.settings.origin, super::PUBLIC, list.slug)
    }
}

async fn signups(inner: &Inner, id: String, page: Page) -> Result<Reply, Reply> {
    let found = inner
        .enter(move |book| {
            let Some(list) = waitlist::waitlist_by_id(book, &id)? else { return Ok(None) };
            Ok(Some((waitlist::page(book, &list.id, page.limit, page.offset)?, list)))
        })
        .await?;
    let Some((signups, list)) = found else { return Err(Reply::refusal(&Refusal::no_waitlist())) };
    let at = inner.page_of(&list);
    let rows: Vec<_> = signups.iter().map(|signup| signup.json(&at)).collect();
    let reply = Reply::json(StatusCode::OK, &json!({ "signups": rows })).resting_on(assumption::SIGNUPS_BODY);
    Ok(reply.resting_if(page.cut, assumption::PAGE_LIMIT))
}

/// A sign-up and its waitlist, or why there is none.
fn look(book: &Connection, waitlist: &str, signup: &str) -> rusqlite::Result<Result<(Waitlist, Signup), Reply>> {
    let Some(list) = waitlist::waitlist_by_id(book, waitlist)? else {
        return Ok(Err(Reply::refusal(&Refusal::no_waitlist())));
    };
    let found = waitlist::find(book, waitlist, signup)?;
    let unknown = || Reply::guessed(404, "Signup not found", assumption::SIGNUP_NOT_FOUND);
    Ok(found.map(|signup| (list, signup)).ok_or_else(unknown))
}

async fn one(inner: &Inner, waitlist: String, signup: String) -> Result<Reply, Reply> {
    let (list, signup) = inner.enter(move |book| look(book, &waitlist, &signup)).await??;
    Ok(Reply::json(StatusCode::OK, &json!({ "signup": signup.json(&inner.page_of(&list)) })))
}

async fn delete(inner: &Inner, waitlist: String, signup: String) -> Result<Reply, Reply> {
    let now = inner.around.clock.now();
    let deleted = inner.enter(move |book| {
        let gone = match look(book, &waitlist, &signup)? {
            Ok((_, signup)) => signup,
            Err(reply) => return Ok(Err(reply)),
        };
        let happened = waitlist::remove(book, gone)?;
        Ok(Ok(subscription::spread(book, &happened, now)?))
    });
    inner.deliver(deleted.await??);
    Ok(Reply::nothing().resting_on(assumption::DELETED_ANSWER))
}

/// A waitlist as it was named.
#[derive(Debug, Clone)]
pub(super) enum Named {
    Id(String),
    Slug(String),
}

/// A sign-up that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub reply: Reply,
    pub position: i64,
    pub url: String,
}

/// What a sign-up gets before it is one.
struct Lot {
    id: String,
    codes: Dice,
}

impl Lot {
    fn draw(around: &Around) -> Self {
        let id = uuid::Builder::from_random_bytes(around.random()).into_uuid().to_string();
        Self { id, codes: Dice::new(u64::from_le_bytes(around.random())) }
    }

    fn code(&mut self, book: &Connection) -> rusqlite::Result<String> {
        loop {
            let code = sample::referral_code(&mut self.codes);
            if !waitlist::is_code_taken(book, &code)? {
                return Ok(code);
            }
        }
    }
}

/// Makes a sign-up at the end of its waitlist, and counts the referral that it came by.
pub(super) async fn create(inner: &Inner, named: Named, wish: Wish, referral: Option<String>) -> Result<Made, Reply> {
    let (now, lot, clash) = (inner.around.clock.now(), Lot::draw(&inner.around), wish.clash);
    let entered = inner.enter(move |book| {
        let list = match &named {
            Named::Id(id) => waitlist::waitlist_by_id(book, id)?,
            Named::Slug(slug) => waitlist::waitlist_by_slug(book, slug)?,
        };
        let Some(list) = list else { return Ok(Err(Reply::refusal(&Refusal::no_waitlist()))) };
        if let Some(there) = waitlist::of_mailbox(book, &list.id, &wish.email)? {
            return Ok(Err(exists(&there, &wish.email)));
        }
        let signup = enrol(book, &list, wish, lot, now.as_millisecond())?;
        let mut happened = vec![Happening::Created(signup.clone())];
        let referrer = referral.map(|code| waitlist::of_code(book, &list.id, &code)).transpose()?.flatten();
        if let Some(referrer) = referrer {
            happened.extend(waitlist::refer(book, referrer)?);
        }
        let waiting = subscription::spread(book, &happened, now)?;
        Ok(Ok((list, signup, waiting)))
    });
    let (list, signup, waiting) = entered.await??;
    inner.deliver(waiting);
    let page = inner.page_of(&list);
    let reply = Reply::json(StatusCode::CREATED, &json!({ "signup": signup.made(&page) }));
    let reply = reply.resting_on(assumption::CREATED_STATUS).resting_if(clash, assumption::METADATA_MERGE);
    Ok(Made { reply, position: signup.position, url: format!("{page}?ref={}", signup.code) })
}

fn exists(there: &Signup, email: &str) -> Reply {
    let refusal = Refusal::exists(&there.id, there.position, &there.code);
    Reply::refusal(&refusal).resting_if(there.email != email, assumption::EMAIL_CASE)
}

fn enrol(book: &Connection, list: &Waitlist, wish: Wish, mut lot: Lot, now_ms: i64) -> rusqlite::Result<Signup> {
    let signup = Signup {
        code: lot.code(book)?,
        id: lot.id,
        waitlist: list.id.clone(),
        email: wish.email,
        name: wish.name,
        position: waitlist::size(book, &list.id)? + 1,
        referrals: 0,
        status: "waiting".into(),
        metadata: wish.metadata,
        created_ms: now_ms,
    };
    waitlist::add(book, &signup)?;
    Ok(signup)
}

async fn subscribe(inner: &Inner, order: Order) -> Result<Reply, Reply> {
    let number: [u8; 8] = inner.around.random();
    let id: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    let everywhere = order.waitlist.is_none();
    let new = Subscription {
        id: format!("{SUBSCRIPTION_PREFIX}{id}"),
        event: order.event.name(),
        url: order.url,
        waitlist: order.waitlist,
        created_ms: inner.around.clock.now().as_millisecond(),
    };
    let answer = json!({ "subscription": new.json() });
    let entered = inner.enter(move |book| {
        if let Some(id) = &new.waitlist
            && waitlist::waitlist_by_id(book, id)?.is_none()
        {
            return Ok(Err(Reply::refusal(&Refusal::no_waitlist())));
        }
        subscription::add(book, &new).map(Ok)
    });
    entered.await??;
    let reply = Reply::json(StatusCode::CREATED, &answer).resting_on(assumption::CREATED_STATUS);
    Ok(reply.resting_if(everywhere, assumption::WAITLIST_OPTIONAL))
}

async fn unsubscribe(inner: &Inner, id: String) -> Result<Reply, Reply> {
    if inner.enter(move |book| subscription::remove(book, &id)).await? {
        return Ok(Reply::json(StatusCode::OK, &json!({ "success": true })).resting_on(assumption::UNSUBSCRIBED_ANSWER));
    }
    Err(Reply::guessed(404, "Subscription not found", assumption::SUBSCRIPTION_NOT_FOUND))
}
