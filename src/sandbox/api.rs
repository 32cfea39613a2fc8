//! The calls of the contract: whether they are allowed, what they do and answer.

use super::input::{PageQuery, SignupRequest, SubscriptionRequest};
use super::response::SandboxResponse;
use super::subscription::{self, SandboxSubscription};
use super::waitlist::{self, SandboxSignup, SandboxWaitlist, SignupChange};
use super::{SandboxContext, SandboxState, assumption, digest_key};
use crate::protocol::api::{ApiErrorResponse, BASE_PATH, SUBSCRIPTION_PREFIX};
use crate::protocol::sample::{self, SeededRng};
use crate::server::{self, RequestIntake};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use http::header::{AUTHORIZATION, EXPECT};
use http::{HeaderMap, StatusCode, Uri};
use rusqlite::Connection;
use serde_json::Value;
use std::sync::Arc;

/// What stands in a path in the place of one id, or of two.
type PathIds<T> = Result<Path<T>, PathRejection>;

/// Those ids; what is no text names nothing.
fn named<T: Default>(ids: PathIds<T>) -> T {
    ids.map(|Path(ids)| ids).unwrap_or_default()
}

/// The calls of the contract, below [`BASE_PATH`].
pub(super) fn router(inner: &Arc<SandboxState>) -> Router<Arc<SandboxState>> {
    let admitted = middleware::from_fn_with_state(inner.clone(), admit_call);
    // A method that is not there is said to whoever asks, with a key or without.
    let call = |methods: MethodRouter<Arc<SandboxState>>, allow: &'static str| {
        let refuse = move |State(inner): State<Arc<SandboxState>>| async move {
            inner.add_limits(SandboxResponse::method_not_allowed(allow))
        };
        methods.route_layer(admitted.clone()).fallback(refuse)
    };
    Router::new()
        .route("/waitlists", call(get(list_waitlists), "GET"))
        .route("/waitlists/{waitlist}/signups", call(get(list_signups).post(create), "GET, POST"))
        .route("/waitlists/{waitlist}/signups/{signup}", call(get(get_signup).delete(delete_signup), "GET, DELETE"))
        .route("/webhooks/subscribe", call(post(subscribe), "POST"))
        .route("/webhooks/unsubscribe/{subscription}", call(delete(unsubscribe), "DELETE"))
}

/// The answer where the service has nothing. What could have been meant for the API is told the limits.
pub(super) async fn answer_unknown_path(State(inner): State<Arc<SandboxState>>, uri: Uri) -> SandboxResponse {
    let unknown = SandboxResponse::from_assumption(404, "Not found", assumption::PATH_NOT_FOUND);
    if uri.path().starts_with(BASE_PATH) { inner.add_limits(unknown) } else { unknown }
}

/// Lets a call through whose key fits and that the hour has room for; each answer carries the limits.
async fn admit_call(State(inner): State<Arc<SandboxState>>, request: Request, next: Next) -> Response {
    if let Err(refusal) = admit(&inner, request.headers()) {
        let refused = SandboxResponse::from_refusal(&refusal).with_assumption(assumption::UNCOUNTED_LIMITS);
        return inner.add_limits(refused).into_response();
    }
    let standing = inner.quota.count_call(inner.around.clock.now());
    if standing.exceeded {
        let refusal = ApiErrorResponse::rate_limited(standing.limit, standing.reset_at);
        let refused = SandboxResponse::from_refusal(&refusal).with_assumption(assumption::RATE_WINDOW);
        return refused.with_limits(standing).into_response();
    }
    let mut response = next.run(request).await;
    standing.write_headers(response.headers_mut());
    response
}

/// Whether the key fits and the plan has API access.
fn admit(inner: &SandboxState, headers: &HeaderMap) -> Result<(), ApiErrorResponse> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(ApiErrorResponse::missing_authorization());
    };
    let (scheme, key) = value
        .as_bytes()
        .split_at_checked("Bearer ".len())
        .filter(|(scheme, key)| scheme.eq_ignore_ascii_case(b"bearer ") && key.iter().all(u8::is_ascii_graphic))
        .ok_or_else(ApiErrorResponse::missing_authorization)?;
    debug_assert_eq!(scheme.len(), 7);
    if key.is_empty() {
        return Err(ApiErrorResponse::missing_authorization());
    }
    if digest_key(key) != inner.key {
        return Err(ApiErrorResponse::invalid_key());
    }
    inner.settings.plan.hourly_limit().map(drop).ok_or_else(ApiErrorResponse::subscription_required)
}

pub(super) async fn read_body(inner: &SandboxState, request: Request) -> Result<Vec<u8>, SandboxResponse> {
    let asks_first = request.headers().contains_key(EXPECT);
    let intake = RequestIntake::of(&request);
    let read = server::read_body(asks_first, request.into_body(), &inner.settings.limits, intake).await;
    read.map(|received| received.body.as_bytes().to_vec()).map_err(SandboxResponse::from_unread_body)
}

async fn list_waitlists(State(inner): State<Arc<SandboxState>>) -> Result<SandboxResponse, SandboxResponse> {
    let found = inner.run_job(waitlist::list_waitlists).await?;
    let rows: Vec<_> = found.iter().map(SandboxWaitlist::to_json).collect();
    Ok(SandboxResponse::json(StatusCode::OK, &Value::from_iter([("waitlists", rows)]))
        .with_assumption(assumption::WAITLISTS_BODY))
}

impl SandboxState {
    /// Adds what is left of the hour to an answer that counts as no call.
    fn add_limits(&self, reply: SandboxResponse) -> SandboxResponse {
        reply.with_limits(self.quota.read_status(self.around.clock.now()))
    }

    /// Where a waitlist takes public sign-ups.
    pub(super) fn signup_page_url(&self, list: &SandboxWaitlist) -> String {
        format!("{}{}{}", self.settings.origin, super::PUBLIC, list.slug)
    }
}

async fn list_signups(
    State(inner): State<Arc<SandboxState>>,
    waitlist: PathIds<String>,
    RawQuery(query): RawQuery,
) -> Result<SandboxResponse, SandboxResponse> {
    let (id, page) = (named(waitlist), PageQuery::parse_query(query.as_deref().unwrap_or_default())?);
    let found = inner
        .run_job(move |book| {
            let Some(list) = waitlist::find_waitlist_by_id(book, &id)? else { return Ok(None) };
            Ok(Some((waitlist::list_signups(book, &list.id, page.limit, page.offset)?, list)))
        })
        .await?;
    let Some((signups, list)) = found else {
        return Err(SandboxResponse::from_refusal(&ApiErrorResponse::waitlist_not_found()));
    };
    let at = inner.signup_page_url(&list);
    let rows: Vec<_> = signups.iter().map(|signup| signup.to_json(&at)).collect();
    let reply = SandboxResponse::json(StatusCode::OK, &Value::from_iter([("signups", rows)]))
        .with_assumption(assumption::SIGNUPS_BODY);
    Ok(reply.with_assumption_if(page.cut, assumption::PAGE_LIMIT))
}

/// A sign-up and its waitlist, or why there is none.
pub(super) fn find_signup(
    book: &Connection,
    waitlist: &str,
    signup: &str,
) -> rusqlite::Result<Result<(SandboxWaitlist, SandboxSignup), SandboxResponse>> {
    let Some(list) = waitlist::find_waitlist_by_id(book, waitlist)? else {
        return Ok(Err(SandboxResponse::from_refusal(&ApiErrorResponse::waitlist_not_found())));
    };
    let found = waitlist::find_signup(book, waitlist, signup)?;
    let unknown = || SandboxResponse::from_assumption(404, "Signup not found", assumption::SIGNUP_NOT_FOUND);
    Ok(found.map(|signup| (list, signup)).ok_or_else(unknown))
}

async fn get_signup(
    State(inner): State<Arc<SandboxState>>,
    ids: PathIds<(String, String)>,
) -> Result<SandboxResponse, SandboxResponse> {
    let (waitlist, signup) = named(ids);
    let (list, signup) = inner.run_job(move |book| find_signup(book, &waitlist, &signup)).await??;
    Ok(SandboxResponse::json(
        StatusCode::OK,
        &Value::from_iter([("signup", signup.to_json(&inner.signup_page_url(&list)))]),
    ))
}

async fn delete_signup(
    State(inner): State<Arc<SandboxState>>,
    ids: PathIds<(String, String)>,
) -> Result<SandboxResponse, SandboxResponse> {
    let (waitlist, signup) = named(ids);
    let now = inner.around.clock.now();
    let deleted = inner.run_job(move |book| {
        let gone = match find_signup(book, &waitlist, &signup)? {
            Ok((_, signup)) => signup,
            Err(reply) => return Ok(Err(reply)),
        };
        let happened = waitlist::remove_signup(book, gone)?;
        Ok(Ok(subscription::add_deliveries(book, &happened, now)?))
    });
    inner.enqueue_deliveries(deleted.await??);
    Ok(SandboxResponse::no_content().with_assumption(assumption::DELETED_ANSWER))
}

async fn create(
    State(inner): State<Arc<SandboxState>>,
    waitlist: PathIds<String>,
    request: Request,
) -> Result<SandboxResponse, SandboxResponse> {
    let wish = SignupRequest::parse_body(&read_body(&inner, request).await?)?;
    create_signup(&inner, WaitlistKey::Id(named(waitlist)), wish, None).await.map(|made| made.reply)
}

/// A waitlist as it was named.
#[derive(Debug, Clone)]
pub(super) enum WaitlistKey {
    Id(String),
    Slug(String),
}

/// A sign-up that was made.
#[derive(Debug)]
pub(super) struct CreatedSandboxSignup {
    pub reply: SandboxResponse,
    pub position: i64,
    pub url: String,
}

/// What a sign-up gets before it is one.
struct SignupIdentity {
    id: String,
    codes: SeededRng,
}

impl SignupIdentity {
    fn draw(around: &SandboxContext) -> Self {
        let id = uuid::Builder::from_random_bytes(around.random_bytes()).into_uuid().to_string();
        Self { id, codes: SeededRng::new(u64::from_le_bytes(around.random_bytes())) }
    }

    fn draw_code(&mut self, book: &Connection) -> rusqlite::Result<String> {
        loop {
            let code = sample::generate_referral_code(&mut self.codes);
            if !waitlist::is_code_taken(book, &code)? {
                return Ok(code);
            }
        }
    }
}

/// Makes a sign-up at the end of its waitlist, and counts the referral that it came by.
pub(super) async fn create_signup(
    inner: &SandboxState,
    named: WaitlistKey,
    wish: SignupRequest,
    referral: Option<String>,
) -> Result<CreatedSandboxSignup, SandboxResponse> {
    let (now, mut lot, clash) = (inner.around.clock.now(), SignupIdentity::draw(&inner.around), wish.clash);
    let entered = inner.run_job(move |book| {
        let list = match &named {
            WaitlistKey::Id(id) => waitlist::find_waitlist_by_id(book, id)?,
            WaitlistKey::Slug(slug) => waitlist::find_waitlist_by_slug(book, slug)?,
        };
        let Some(list) = list else {
            return Ok(Err(SandboxResponse::from_refusal(&ApiErrorResponse::waitlist_not_found())));
        };
        if let Some(there) = waitlist::find_signup_by_email(book, &list.id, &wish.email)? {
            return Ok(Err(reject_duplicate(&there, &wish.email)));
        }
        let signup = enrol(book, &list, &wish, &mut lot, now.as_millisecond())?;
        let mut happened = vec![SignupChange::Created(signup.clone())];
        let referrer =
            referral.as_ref().map(|code| waitlist::find_signup_by_code(book, &list.id, code)).transpose()?.flatten();
        if let Some(referrer) = referrer {
            happened.extend(waitlist::apply_referral(book, referrer)?);
        }
        let waiting = subscription::add_deliveries(book, &happened, now)?;
        Ok(Ok((list, signup, waiting)))
    });
    let (list, signup, waiting) = entered.await??;
    inner.enqueue_deliveries(waiting);
    let page = inner.signup_page_url(&list);
    let reply =
        SandboxResponse::json(StatusCode::CREATED, &Value::from_iter([("signup", signup.to_created_json(&page))]));
    let reply = reply.with_assumption(assumption::CREATED_STATUS).with_assumption_if(clash, assumption::METADATA_MERGE);
    Ok(CreatedSandboxSignup { reply, position: signup.position, url: format!("{page}?ref={}", signup.code) })
}

fn reject_duplicate(there: &SandboxSignup, email: &str) -> SandboxResponse {
    let refusal = ApiErrorResponse::signup_exists(&there.id, there.position, &there.code);
    SandboxResponse::from_refusal(&refusal).with_assumption_if(there.email != email, assumption::EMAIL_CASE)
}

fn enrol(
    book: &Connection,
    list: &SandboxWaitlist,
    wish: &SignupRequest,
    lot: &mut SignupIdentity,
    now_ms: i64,
) -> rusqlite::Result<SandboxSignup> {
    let signup = SandboxSignup {
        code: lot.draw_code(book)?,
        id: lot.id.clone(),
        waitlist: list.id.clone(),
        email: wish.email.clone(),
        name: wish.name.clone(),
        position: waitlist::count_signups(book, &list.id)? + 1,
        referrals: 0,
        status: "waiting".into(),
        metadata: wish.metadata.clone(),
        created_ms: now_ms,
    };
    waitlist::add_signup(book, &signup)?;
    Ok(signup)
}

async fn subscribe(
    State(inner): State<Arc<SandboxState>>,
    request: Request,
) -> Result<SandboxResponse, SandboxResponse> {
    let order = SubscriptionRequest::parse_body(&read_body(&inner, request).await?, &inner.settings.allowed_targets)?;
    let (everywhere, allowed) = (order.waitlist.is_none(), order.is_allowed_only);
    let answer = Value::from_iter([("subscription", make_subscription(&inner, order).await?.to_json())]);
    let reply = SandboxResponse::json(StatusCode::CREATED, &answer).with_assumption(assumption::CREATED_STATUS);
    Ok(reply
        .with_assumption_if(everywhere, assumption::WAITLIST_OPTIONAL)
        .with_assumption_if(allowed, assumption::ALLOWED_TARGET))
}

/// Makes a subscription to a waitlist that is there, or to every one.
pub(super) async fn make_subscription(
    inner: &SandboxState,
    order: SubscriptionRequest,
) -> Result<SandboxSubscription, SandboxResponse> {
    let number: [u8; 8] = inner.around.random_bytes();
    let id: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    let new = SandboxSubscription {
        id: format!("{SUBSCRIPTION_PREFIX}{id}"),
        event: order.event.name(),
        url: order.url,
        waitlist: order.waitlist,
        created_ms: inner.around.clock.now().as_millisecond(),
    };
    let entered = inner.run_job(move |book| {
        if let Some(id) = &new.waitlist
            && waitlist::find_waitlist_by_id(book, id)?.is_none()
        {
            return Ok(Err(SandboxResponse::from_refusal(&ApiErrorResponse::waitlist_not_found())));
        }
        subscription::add_subscription(book, &new)?;
        Ok(Ok(new.clone()))
    });
    entered.await?
}

async fn unsubscribe(
    State(inner): State<Arc<SandboxState>>,
    subscription: PathIds<String>,
) -> Result<SandboxResponse, SandboxResponse> {
    let id = named(subscription);
    if inner.run_job(move |book| subscription::remove_subscription(book, &id)).await? {
        return Ok(SandboxResponse::json(StatusCode::OK, &Value::from_iter([("success", true)]))
            .with_assumption(assumption::UNSUBSCRIBED_ANSWER));
    }
    Err(SandboxResponse::from_assumption(404, "Subscription not found", assumption::SUBSCRIPTION_NOT_FOUND))
}
