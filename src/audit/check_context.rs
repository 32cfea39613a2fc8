//! Where checks play: makes events, sends them, and remembers what came back.

mod effects;
mod findings;
mod limits;
mod moments;

pub(super) use findings::EndpointBreakage;

use super::AuditPlan;
use super::draft::RequestDraft;
use crate::exchange::{BodyEncoding, HttpClient};
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::check::CheckExchange;
use crate::protocol::referralhero::HeroEvent;
use crate::protocol::sample::{SampleOverrides, SampleSignup, SeededRng, generate_unreferred_payload};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use http::{HeaderMap, Method, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How long an answer is waited for. Longer than the service waits, so that slow can be told from silent.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// How long the answer to a forged event is waited for once some got none at all.
const SILENT: u32 = 2;
const LESS_PATIENCE: Duration = Duration::from_millis(1_500);

/// How often a request that is turned away with 429 is sent again.
const LIMIT_TRIES: u32 = 2;

/// How long to wait after 429 where the answer does not say.
const UNTOLD_WAIT: Duration = Duration::from_secs(10);

/// The longest wait that is heeded.
const LONGEST_WAIT: u64 = 60;

/// What is put between requests once one was turned away.
const SLOWER: Duration = Duration::from_millis(350);

/// Names that every program stores.
const NAMES: [&str; 4] = ["Ada Archer", "Ben Baker", "Cleo Carter", "Dan Dyer"];

/// Whether a draft's answer is shown with the check.
#[derive(Debug, Default)]
struct ExchangeLog {
    /// All exchanges so far.
    all: Vec<Arc<CheckExchange>>,
    /// Where those of the check that plays begin.
    check: usize,
    /// Requests before it.
    requests_before: u32,
    /// Sign-ups that were made.
    signups: u64,
    requests: u32,
    /// What one event changes the state by, and how long after its answer.
    unit: Option<(i64, Duration)>,
    /// Whether an ordinary event was acknowledged at the beginning.
    acknowledged: bool,
    /// After how many requests the first was turned away with 429.
    limited_after: Option<u32>,
    /// Failures that a second try did not have.
    unsteady: Vec<(String, Arc<CheckExchange>)>,
    /// What shows the fault that the check that plays has found, where the check says so.
    shown: Vec<Arc<CheckExchange>>,
    broken: Option<EndpointBreakage>,
    /// The seconds of events so far.
    seconds: BTreeSet<i64>,
    /// Requests that are kept for the end.
    kept: u32,
    /// Forged events that got no answer.
    silent: u32,
}

/// Where checks play.
pub(super) struct CheckContext<'a> {
    plan: &'a AuditPlan,
    exchange: HttpClient,
    started: Duration,
    began: Timestamp,
    log: Mutex<ExchangeLog>,
    /// Rings when a request would be one too many.
    spent: Notify,
}

impl<'a> CheckContext<'a> {
    /// An empty stage.
    pub(super) fn new(plan: &'a AuditPlan) -> Self {
        let (started, began) = (plan.clock.monotonic(), plan.clock.now());
        let (exchange, log, spent) = (HttpClient::without_pool(plan.trust.clone()), Mutex::default(), Notify::new());
        Self { plan, exchange, started, began, log, spent }
    }

    fn log(&self) -> MutexGuard<'_, ExchangeLog> {
        // A list is whole between any two statements.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether an ordinary event was acknowledged at the beginning.
    pub(super) fn set_acknowledged(&self, acknowledged: bool) {
        self.log().acknowledged = acknowledged;
    }

    /// Whether an ordinary event was acknowledged at the beginning.
    pub(super) fn was_acknowledged(&self) -> bool {
        self.log().acknowledged
    }

    pub(super) fn plan(&self) -> &'a AuditPlan {
        self.plan
    }

    pub(super) fn begin_check(&self) {
        let mut log = self.log();
        log.check = log.all.len();
        log.requests_before = log.requests;
        log.shown.clear();
    }

    /// What the check has sent so far.
    pub(super) fn check_exchanges(&self) -> Vec<Arc<CheckExchange>> {
        let log = self.log();
        log.all[log.check..].to_vec()
    }

    /// Requests of the check so far: those that hang, or that were counted elsewhere, are no exchanges.
    pub(super) fn check_requests(&self) -> usize {
        let log = self.log();
        (log.requests - log.requests_before) as usize
    }

    /// Everything that was sent so far.
    pub(super) fn all_exchanges(&self) -> Vec<Arc<CheckExchange>> {
        self.log().all.clone()
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> u32 {
        self.log().requests
    }

    /// Counts requests that were made elsewhere.
    pub(super) fn count_requests(&self, more: u32) {
        self.log().requests += more;
    }

    /// Time since the audit began.
    pub(super) fn elapsed(&self) -> Duration {
        self.plan.clock.monotonic().saturating_sub(self.started)
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.plan.clock.now()
    }

    /// A time ago.
    pub(super) fn seconds_ago(&self, seconds: i64) -> Timestamp {
        let now = self.now();
        now.saturating_sub(SignedDuration::from_secs(seconds)).unwrap_or(now)
    }

    /// A sign-up that nobody has seen before, made at a time.
    pub(super) fn make_signup_at(&self, at: Timestamp) -> SampleSignup {
        let number = {
            let mut log = self.log();
            log.signups += 1;
            log.seconds.insert(at.as_second());
            log.signups
        };
        let mut dice = SeededRng::for_stream(self.plan.seed, number);
        let mut signup = SampleSignup::generate(&mut dice, at, &SampleOverrides::default());
        // Names in other scripts are checks of their own; anywhere else they would be a second fault.
        signup.name = NAMES[usize::try_from(number).unwrap_or(0) % NAMES.len()].to_owned();
        // The address of a person who signs up twice is a case of its own.
        let (name, domain) = signup.email.split_once('@').unwrap_or((&signup.email, "example.com"));
        signup.email = format!("{name}.{:08x}@{domain}", self.plan.seed.wrapping_add(number) & 0xffff_ffff);
        signup
    }

    /// A sign-up that nobody has seen before, in a second of its own: whoever takes two of one second for one would
    /// otherwise fail every check but the one that is about it. None is as old as the shortest usual tolerance.
    pub(super) fn make_signup(&self) -> SampleSignup {
        let number = self.log().signups % 200;
        let ago = SignedDuration::from_secs(i64::try_from(number).unwrap_or(0));
        self.make_signup_at(self.began.saturating_sub(ago).unwrap_or(self.began))
    }

    /// The body of an ordinary event, of a sign-up that nobody has seen before: `signup.created`, or what the second
    /// service calls `new_registration`.
    pub(super) fn make_payload(&self) -> Value {
        match (self.plan.hero, HeroEvent::from_name("new_registration")) {
            (Some(_), Some(event)) => self.make_hero_payload(event),
            _ => self.make_signup().build_created(),
        }
    }

    /// The body of an event of the second service.
    pub(super) fn make_hero_payload(&self, event: HeroEvent) -> Value {
        let signup = self.make_signup();
        let mut dice = SeededRng::for_stream(self.plan.seed.wrapping_add(1), self.log().signups);
        generate_unreferred_payload(event, &mut dice, signup)
    }

    /// A signed ordinary event.
    pub(super) fn draft_signup_created(&self) -> RequestDraft {
        self.draft_signed(self.make_payload().to_string())
    }

    /// A request with the header fields of the service, signed where there is a secret.
    pub(super) fn draft_signed(&self, body: impl Into<Vec<u8>>) -> RequestDraft {
        let body = RawBody::new(body.into());
        let signature = self.plan.sign(body.as_bytes());
        let draft = self.draft_unsigned(body);
        match signature {
            Some(value) => draft.with_header(&self.plan.signature_header, value),
            None => draft,
        }
    }

    /// The same without a signature.
    pub(super) fn draft_unsigned(&self, body: RawBody) -> RequestDraft {
        let request = OutgoingRequest { url: self.plan.url.clone(), headers: Vec::new(), body };
        let draft = RequestDraft { what: String::new(), method: Method::POST, request, manner: BodyEncoding::Whole };
        let draft = draft
            .with_header(&header::CONTENT_TYPE, "application/json")
            .with_header(&header::USER_AGENT, &self.plan.agent);
        self.plan.headers.iter().fold(draft, |draft, (name, value)| draft.with_spelled_header(name, value))
    }

    /// Sends, and remembers what came back. Who is told to wait waits, and goes on slower; not for longer than there is
    /// time.
    pub(super) async fn send(&self, draft: RequestDraft) -> Arc<CheckExchange> {
        let clock = &self.plan.clock;
        for _ in 0..LIMIT_TRIES {
            let sent = self.send_once(draft.clone()).await;
            if sent.outcome.status() != Some(429) {
                return self.store_exchange(sent);
            }
            let wait = read_retry_after(&sent).unwrap_or(UNTOLD_WAIT);
            if self.elapsed().saturating_add(wait) >= self.plan.limits.time {
                return self.store_exchange(sent);
            }
            clock.sleep(wait).await;
        }
        let sent = self.send_once(draft).await;
        self.store_exchange(sent)
    }

    async fn send_once(&self, draft: RequestDraft) -> CheckExchange {
        if self.limited_after().is_some() {
            self.plan.clock.sleep(SLOWER).await;
        }
        self.take_requests(1).await;
        let forged = self.is_forged(&draft);
        let patience = if forged && self.log().silent >= SILENT { LESS_PATIENCE } else { PATIENCE };
        let sent = send_draft(self.exchange.clone(), draft, patience).await;
        self.note_limit(&sent);
        self.log().silent += u32::from(forged && matches!(sent.outcome, AttemptOutcome::TimedOut(_)));
        sent
    }

    /// Whether it is not signed as it should be.
    fn is_forged(&self, draft: &RequestDraft) -> bool {
        let Some(right) = self.plan.sign(draft.request.body.as_bytes()) else { return false };
        let given = draft.request.headers.iter().filter(|(name, _)| name == &self.plan.signature_header);
        draft.method == Method::POST && !given.map(|(_, value)| value.as_bytes()).eq([right.as_bytes()])
    }

    fn note_limit(&self, sent: &CheckExchange) {
        let mut log = self.log();
        if sent.outcome.status() == Some(429) && log.limited_after.is_none() {
            log.limited_after = Some(log.requests.saturating_sub(1));
        }
    }

    /// After how many requests the first was turned away with 429.
    pub(super) fn limited_after(&self) -> Option<u32> {
        self.log().limited_after
    }

    /// Sends a request as it was sent before.
    pub(super) async fn resend(&self, one: &CheckExchange, what: &str) -> Arc<CheckExchange> {
        let request = OutgoingRequest { url: self.plan.url.clone(), headers: Vec::new(), body: one.body.clone() };
        let draft = RequestDraft { what: what.to_owned(), method: Method::POST, request, manner: BodyEncoding::Whole };
        let names = |name: &str| http::HeaderName::from_bytes(name.as_bytes()).ok();
        let draft = one.headers.iter().fold(draft, |draft, (name, value)| match names(name) {
            Some(name) => draft.add_header(&name, value),
            None => draft,
        });
        self.send(draft).await
    }

    /// Sends all at once.
    pub(super) async fn send_together(&self, drafts: Vec<RequestDraft>) -> Vec<Arc<CheckExchange>> {
        self.take_requests(u32::try_from(drafts.len()).unwrap_or(u32::MAX)).await;
        let mut sending = JoinSet::new();
        for draft in drafts {
            sending.spawn(send_draft(self.exchange.clone(), draft, PATIENCE));
        }
        let ended = sending.join_all().await;
        ended.into_iter().map(|exchanged| self.store_exchange(exchanged)).collect()
    }

    /// Leaves requests hanging half-sent, and gives them back once they all hang. Dropping them hangs up.
    pub(super) async fn send_stalled(&self, drafts: Vec<RequestDraft>) -> JoinSet<CheckExchange> {
        let bell = Arc::new(Notify::new());
        self.take_requests(u32::try_from(drafts.len()).unwrap_or(u32::MAX)).await;
        let mut hanging = JoinSet::new();
        for draft in drafts {
            hanging.spawn(send_draft(
                self.exchange.clone(),
                draft.with_manner(BodyEncoding::Stalled(bell.clone())),
                PATIENCE * 10,
            ));
            // One that was refused at once never hangs.
            let _ = tokio::time::timeout(ATTEMPT_BUDGET, bell.notified()).await;
        }
        hanging
    }

    /// Remembers what came back.
    pub(super) fn store_exchange(&self, exchanged: CheckExchange) -> Arc<CheckExchange> {
        self.note_limit(&exchanged);
        let outcome = self.plan.rules().judge(exchanged.outcome);
        let exchanged = Arc::new(CheckExchange { outcome, ..exchanged });
        self.log().all.push(exchanged.clone());
        exchanged
    }
}

/// How long an answer asks to wait, where it says so in seconds.
pub(super) fn read_retry_after(answer: &CheckExchange) -> Option<Duration> {
    let told = answer.response_header_values("retry-after").next()?;
    Some(Duration::from_secs(told.trim().parse::<u64>().ok()?.min(LONGEST_WAIT)))
}

/// Sends a draft from a task of its own.
async fn send_draft(exchange: HttpClient, draft: RequestDraft, patience: Duration) -> CheckExchange {
    let ended = exchange.send(&draft.request, draft.request_overrides().as_ref(), Some(patience)).await;
    draft.into_exchange(ended.outcome, &ended.headers, ended.latency)
}

/// An exchange that never took place.
pub(super) fn build_unsent_exchange(draft: RequestDraft, why: String) -> CheckExchange {
    draft.into_exchange(AttemptOutcome::Failed(why), &HeaderMap::new(), Duration::ZERO)
}
