//! The client of the hosted API: one call at a time, with the key of the profile.
//!
//! Stands on `exchange`: redirects are never followed, no `Referer` is sent, and no call is sent twice behind
//! anybody's back. The key leaves in one place, `Client::request`, whose header value no library prints. A call has
//! five seconds to connect and fifteen in all, and an answer at most a mebibyte. Only calls that may be made twice are
//! made again, after a 5xx, a few times, with growing pauses on the clock that is handed in.

mod decoding;
mod failure;
#[cfg(test)]
mod tests;

pub(crate) use failure::{ApiFailure, ApiFailureCause};

use crate::clock::SharedClock;
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides};
use crate::protocol::api::{
    ApiBase, ApiCall, ApiErrorResponse, ApiKey, ApiList, ApiObject, ApiRateLimits, ApiReach, ApiSignup,
    ApiSubscription, ApiWaitlist, LARGEST_PAGE, NewSignup, NewSubscription, PAGE, read_list, read_one,
};
use crate::protocol::attempt::{AttemptOutcome, AttemptResponse, OutgoingRequest};
use crate::protocol::body::RawBody;
use bytes::Bytes;
use decoding::decode_answer;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time that a connection has.
const CONNECT: Duration = Duration::from_secs(5);

/// Time that a call has, connection and answer included.
const TOTAL: Duration = Duration::from_secs(15);

/// Bytes that an answer may have.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Pages of sign-ups that are read at most: 200,000 sign-ups. A service whose pages never end would take all memory.
const MOST_PAGES: u32 = 200;

/// Pauses before a call is made again.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// What the client tells while it works.
#[derive(Debug)]
pub(crate) enum ClientEvent<'a> {
    /// A call was answered.
    Answered {
        call: &'a ApiCall,
        status: u16,
        /// How long it took.
        latency: Duration,
        /// What the header fields said.
        limits: ApiRateLimits,
    },
    /// A call is made again after a pause.
    Again {
        call: &'a ApiCall,
        /// What it was answered with.
        status: u16,
        /// How long the pause is.
        pause: Duration,
    },
    /// Rows of a good answer could not be told.
    LeftOut { call: &'a ApiCall, rows: usize },
}

/// Whoever is told.
pub(crate) type ClientEventSink = Box<dyn Fn(&ClientEvent<'_>) + Send + Sync>;

/// What the last answer said beside its body.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResponseMeta {
    /// Calls left.
    pub limits: ApiRateLimits,
    /// The service's clock, where it was told.
    pub date: Option<Timestamp>,
    /// This machine's clock when the answer was there.
    pub at: Option<Timestamp>,
}

pub(crate) struct ApiClient {
    exchange: HttpClient,
    base: ApiBase,
    key: ApiKey,
    clock: SharedClock,
    telling: ClientEventSink,
    aside: Mutex<ResponseMeta>,
}

/// A good answer.
struct SuccessfulResponse {
    status: u16,
    body: Bytes,
}

impl ApiClient {
    /// A client for a base, which has been checked to be where this key may go.
    pub(crate) fn new(base: ApiBase, key: ApiKey, clock: SharedClock, telling: ClientEventSink) -> Self {
        let exchange = HttpClient::for_answers(CONNECT, LARGEST_ANSWER);
        Self { exchange, base, key, clock, telling, aside: Mutex::default() }
    }

    /// What every call's URL begins with.
    pub(crate) fn base(&self) -> &ApiBase {
        &self.base
    }

    /// What the last answer said beside its body.
    pub(crate) fn response_meta(&self) -> ResponseMeta {
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every waitlist of the workspace.
    pub(crate) async fn list_waitlists(&self) -> Result<Vec<ApiWaitlist>, ApiFailure> {
        let call = ApiCall::Waitlists;
        Ok(self.list(&call, "waitlists").await?.items)
    }

    async fn list<T>(&self, call: &ApiCall, below: &'static str) -> Result<ApiList<T>, ApiFailure>
    where
        T: ApiObject,
    {
        let good = self.send_call(call, None).await?;
        let list = read_list(&good.body, below).map_err(|why| ApiFailure::unreadable(call, &good, why))?;
        if list.odd > 0 {
            (self.telling)(&ClientEvent::LeftOut { call, rows: list.odd });
        }
        Ok(list)
    }

    /// A page of a waitlist's sign-ups.
    pub(crate) async fn list_signups(
        &self,
        waitlist: &str,
        limit: u32,
        offset: u64,
    ) -> Result<ApiList<ApiSignup>, ApiFailure> {
        let call = ApiCall::Signups { waitlist: waitlist.to_owned(), limit, offset };
        self.list(&call, "signups").await
    }

    /// Every sign-up of a waitlist, page by page until a short one. `seen` is told how many there are so far.
    ///
    /// A sign-up that moves from one page to another meanwhile may come twice, and is taken once. A page of exactly
    /// the usual size is no short one: a service that knows no larger pages looks like that. Fails with
    /// [`ApiFailureCause::Endless`] where there are more pages than [`MOST_PAGES`].
    pub(crate) async fn list_all_signups(
        &self,
        waitlist: &str,
        mut seen: impl FnMut(usize),
    ) -> Result<ApiList<ApiSignup>, ApiFailure> {
        let (mut all, mut known, mut offset, mut odd) = (Vec::new(), HashSet::new(), 0, 0);
        for _ in 0..MOST_PAGES {
            let page = self.list_signups(waitlist, LARGEST_PAGE, offset).await?;
            let length = (page.items.len() + page.odd) as u64;
            offset += length;
            odd += page.odd;
            let before = all.len();
            all.extend(page.items.into_iter().filter(|signup| known.insert(signup.id().to_owned())));
            seen(all.len());
            let full = length == u64::from(LARGEST_PAGE) || length == u64::from(PAGE);
            // A page without anything new is one that offsets do not move.
            if !full || all.len() == before {
                return Ok(ApiList { items: all, odd });
            }
        }
        let call = ApiCall::Signups { waitlist: waitlist.to_owned(), limit: LARGEST_PAGE, offset };
        Err(ApiFailure::new(&call, ApiFailureCause::Endless { pages: MOST_PAGES, rows: offset }, 1))
    }

    /// One sign-up.
    pub(crate) async fn get_signup(&self, waitlist: &str, signup: &str) -> Result<ApiSignup, ApiFailure> {
        let call = ApiCall::Signup { waitlist: waitlist.to_owned(), signup: signup.to_owned() };
        let good = self.send_call(&call, None).await?;
        read_one(&good.body, "signup").map_err(|why| ApiFailure::unreadable(&call, &good, why))
    }

    /// Adds a sign-up.
    pub(crate) async fn create_signup(&self, waitlist: &str, new: &NewSignup) -> Result<ApiSignup, ApiFailure> {
        let call = ApiCall::CreateSignup { waitlist: waitlist.to_owned() };
        let good = self.send_call(&call, Some(serde_json::to_vec(new))).await?;
        read_one(&good.body, "signup").map_err(|why| ApiFailure::unreadable(&call, &good, why))
    }

    /// Removes a sign-up.
    pub(crate) async fn delete_signup(&self, waitlist: &str, signup: &str) -> Result<(), ApiFailure> {
        let call = ApiCall::DeleteSignup { waitlist: waitlist.to_owned(), signup: signup.to_owned() };
        match self.send_call(&call, None).await {
            Ok(_) => Ok(()),
            // An earlier try that ended in a 5xx did it after all.
            Err(failure) if failure.tries > 1 && failure.status() == Some(404) => Ok(()),
            // Nobody needs the words of a yes.
            Err(ApiFailure { cause: ApiFailureCause::Unreadable { .. }, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Makes a subscription. Never made twice: see [`ApiFailure::is_uncertain`] for what a failure means.
    pub(crate) async fn subscribe(&self, new: &NewSubscription) -> Result<ApiSubscription, ApiFailure> {
        let call = ApiCall::Subscribe;
        let good = self.send_call(&call, Some(serde_json::to_vec(new))).await?;
        read_one(&good.body, "subscription").map_err(|why| ApiFailure::unreadable(&call, &good, why))
    }

    /// Removes a subscription; tells whether there was one.
    pub(crate) async fn unsubscribe(&self, subscription: &str) -> Result<bool, ApiFailure> {
        let call = ApiCall::Unsubscribe { subscription: subscription.to_owned() };
        match self.send_call(&call, None).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.status() == Some(404) => Ok(failure.tries > 1),
            // Nobody needs the words of a yes.
            Err(ApiFailure { cause: ApiFailureCause::Unreadable { .. }, .. }) => Ok(true),
            Err(failure) => Err(failure),
        }
    }

    /// The ids of all subscriptions of a sandbox, which tells them on a page of its own; `None` where none answers. The
    /// service cannot list them.
    pub(crate) async fn list_sandbox_subscriptions(&self) -> Option<Vec<String>> {
        if self.base.reach() == ApiReach::Internet {
            return None;
        }
        let mut request = self.build_request(&ApiCall::Waitlists, None);
        request.url = self.base.url().join("/_sandbox/subscriptions").ok()?;
        let get = RequestOverrides { method: Method::GET, manner: BodyEncoding::Whole };
        let ended = self.exchange.send(&request, Some(&get), Some(TOTAL)).await;
        let AttemptOutcome::Answered(AttemptResponse { status: 200, body, .. }) = ended.outcome else { return None };
        let page: serde_json::Value = serde_json::from_slice(&body).ok()?;
        let id = |one: &serde_json::Value| Some(one["id"].as_str()?.to_owned());
        page["subscriptions"].as_array()?.iter().map(id).collect()
    }

    /// Makes a call, and again where that is harmless and the service failed.
    async fn send_call(
        &self,
        call: &ApiCall,
        body: Option<serde_json::Result<Vec<u8>>>,
    ) -> Result<SuccessfulResponse, ApiFailure> {
        let body = body
            .transpose()
            .map_err(|error| ApiFailure::new(call, ApiFailureCause::Unwritable(error.to_string()), 0))?;
        let request = self.build_request(call, body);
        let mut pauses = PAUSES.into_iter();
        for tries in 1.. {
            let cause = match self.send_once(call, &request).await {
                Ok(good) => return Ok(good),
                Err(cause) => cause,
            };
            let status = match &cause {
                ApiFailureCause::Refused(refusal) if refusal.status >= 500 && call.is_idempotent() => refusal.status,
                _ => return Err(ApiFailure::new(call, cause, tries)),
            };
            let Some(pause) = pauses.next() else { return Err(ApiFailure::new(call, cause, tries)) };
            (self.telling)(&ClientEvent::Again { call, status, pause });
            self.clock.sleep(pause).await;
        }
        unreachable!("there are only so many pauses")
    }

    /// The only place where the key leaves.
    fn build_request(&self, call: &ApiCall, body: Option<Vec<u8>>) -> OutgoingRequest {
        let json = HeaderValue::from_static("application/json");
        let agent = HeaderValue::from_static(concat!("referralloop-cli/", env!("CARGO_PKG_VERSION")));
        let mut headers =
            vec![(AUTHORIZATION.into(), self.key.bearer()), (ACCEPT.into(), json.clone()), (USER_AGENT.into(), agent)];
        if body.is_some() {
            headers.push((CONTENT_TYPE.into(), json));
        }
        OutgoingRequest { url: self.base.join(&call.path()), headers, body: RawBody::new(body.unwrap_or_default()) }
    }

    async fn send_once(
        &self,
        call: &ApiCall,
        request: &OutgoingRequest,
    ) -> Result<SuccessfulResponse, ApiFailureCause> {
        let method = match call.method().name() {
            "GET" => Method::GET,
            "DELETE" => Method::DELETE,
            _ => Method::POST,
        };
        let unusual = RequestOverrides { method, manner: BodyEncoding::Whole };
        let ended = self.exchange.send(request, Some(&unusual), Some(TOTAL)).await;
        let answer = match ended.outcome {
            AttemptOutcome::Answered(answer) => answer,
            outcome => return Err(ApiFailureCause::Unanswered(outcome)),
        };
        let answer = match decode_answer(answer, &ended.headers, LARGEST_ANSWER) {
            Ok(answer) => self.redact_key(answer),
            Err(fault) => return Err(fault),
        };
        let limits = self.store_meta(&ended.headers);
        (self.telling)(&ClientEvent::Answered { call, status: answer.status, latency: ended.latency, limits });
        match answer.status {
            200..=299 if answer.truncated => Err(ApiFailureCause::TooLarge(LARGEST_ANSWER)),
            200..=299 => Ok(SuccessfulResponse { status: answer.status, body: answer.body }),
            300..=399 => Err(ApiFailureCause::Redirected { status: answer.status, to: answer.location }),
            status => Err(ApiFailureCause::Refused(ApiErrorResponse::read(status, &answer.body))),
        }
    }

    /// A server that repeats what it was sent, as one does that is there for trying requests out, would have the key
    /// shown with its answer.
    fn redact_key(&self, answer: AttemptResponse) -> AttemptResponse {
        let key = self.key.expose();
        let location =
            answer.location.map(|to| String::from_utf8_lossy(&remove_bytes(to.as_bytes(), key)).into_owned());
        let body = if contains_bytes(&answer.body, key) { remove_bytes(&answer.body, key).into() } else { answer.body };
        AttemptResponse { location, body, ..answer }
    }

    fn store_meta(&self, headers: &HeaderMap) -> ApiRateLimits {
        let limits = ApiRateLimits::from_headers(headers);
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let date = date.and_then(|text| rfc2822::parse(text).ok()).map(|date| date.timestamp());
        let aside = ResponseMeta { limits, date, at: Some(self.clock.now()) };
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner) = aside;
        limits
    }
}

fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Bytes with every occurrence of a part replaced.
fn remove_bytes(bytes: &[u8], part: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        match rest.strip_prefix(part) {
            Some(behind) => {
                kept.extend_from_slice(b"[redacted]");
                rest = behind;
            }
            None => {
                kept.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    kept
}
