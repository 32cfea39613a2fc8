//! What the inspector's page does with a sandbox: it looks at all of it, and acts where the API has no call for it, too.
//!
//! One path that takes `POST` alone, for whoever has the token of this run. It is no secret of a workspace, and none of
//! its calls counts: somebody who looks on must not use up the hour of the program that is tried.

use super::api::{self, WaitlistKey};
use super::delivery::{self, DeliveryFilter};
use super::dispatch::QueueMessage;
use super::input::{SignupRequest, SubscriptionRequest};
use super::response::SandboxResponse;
use super::subscription::{self, SandboxSubscription};
use super::waitlist::{self, SandboxSignup, SandboxWaitlist, SignupChange};
use super::{SandboxState, local_host};
use crate::database::decode_time;
use crate::protocol::api::ApiErrorResponse;
use crate::protocol::delivery::{SandboxDelivery, SandboxDeliveryState};
use crate::protocol::sample::{SampleOverrides, SampleSignup, SeededRng};
use crate::protocol::workspace::{WorkspaceOverview, WorkspaceSignup, WorkspaceSubscription, WorkspaceWaitlist};
use axum::extract::{Request, State};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Deliveries that wait, as many as are told.
const MOST_WAITING: u64 = 200;

/// Deliveries that are done with, as many as are told.
const MOST_DONE: u64 = 50;

/// Sign-ups of one answer.
const PAGE: u64 = 100;

/// Addresses that are rolled for somebody new before it is given up.
const ROLLS: usize = 20;

/// What is wanted.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum ControlAction {
    Look {},
    Signups {
        waitlist: String,
        #[serde(default)]
        query: String,
        #[serde(default)]
        offset: u64,
    },
    /// Somebody new; made up where no address is given.
    Create {
        waitlist: String,
        email: Option<String>,
        name: Option<String>,
        /// The code that they came with.
        referral: Option<String>,
    },
    Move {
        waitlist: String,
        signup: String,
        position: i64,
    },
    Delete {
        waitlist: String,
        signup: String,
    },
    Subscribe {
        event_type: String,
        target_url: String,
        waitlist_id: Option<String>,
    },
    Unsubscribe {
        subscription: String,
    },
    /// Lets what waits for an attempt wait no longer.
    Deliver {
        deliveries: Vec<u64>,
    },
}

/// Does what is wanted, and answers with what there is to see then.
pub(super) async fn answer_control(
    State(inner): State<Arc<SandboxState>>,
    request: Request,
) -> Result<SandboxResponse, SandboxResponse> {
    if !inner.settings.is_exposed && !local_host::is_local(&request) {
        return Err(local_host::reject_foreign_host());
    }
    if !has_token(&inner, request.headers()) {
        return Err(refuse(StatusCode::UNAUTHORIZED, "this needs the token of the sandbox's run"));
    }
    let body = api::read_body(&inner, request).await?;
    let action = serde_json::from_slice(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &format!("the request cannot be understood: {error}")))?;
    match action {
        ControlAction::Look {} => inner.look().await,
        ControlAction::Signups { waitlist, query, offset } => inner.show_signups(waitlist, query, offset).await,
        action => {
            inner.act(action).await?;
            inner.look().await
        }
    }
}

/// Whether the token of this run stands there.
pub(super) fn has_token(inner: &SandboxState, headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    token.is_some_and(|token| super::digest_key(token.as_bytes()) == inner.settings.control)
}

fn refuse(status: StatusCode, words: &str) -> SandboxResponse {
    SandboxResponse::json(status, &Value::from_iter([("error", words)]))
}

impl SandboxState {
    async fn act(&self, action: ControlAction) -> Result<(), SandboxResponse> {
        match action {
            ControlAction::Look {} | ControlAction::Signups { .. } => Ok(()),
            ControlAction::Create { waitlist, email, name, referral } => {
                let wish = match email.filter(|email| !email.trim().is_empty()) {
                    Some(email) => read_wish(email.trim(), name)?,
                    None => self.make_up_wish(&waitlist, name).await?,
                };
                let referral = referral.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
                api::create_signup(self, WaitlistKey::Id(waitlist), wish, referral).await.map(drop)
            }
            ControlAction::Move { waitlist, signup, position } => {
                self.change_signup(waitlist, signup, move |book, found| waitlist::move_signup(book, found, position))
                    .await
            }
            ControlAction::Delete { waitlist, signup } => {
                self.change_signup(waitlist, signup, waitlist::remove_signup).await
            }
            ControlAction::Subscribe { event_type, target_url, waitlist_id } => {
                let mut members = BTreeMap::from([("event_type", event_type), ("target_url", target_url)]);
                members.extend(waitlist_id.filter(|id| !id.is_empty()).map(|id| ("waitlist_id", id)));
                let wish = serde_json::to_vec(&members).unwrap_or_default();
                let wish = SubscriptionRequest::parse_body(&wish, &self.settings.allowed_targets)?;
                api::make_subscription(self, wish).await.map(drop)
            }
            ControlAction::Unsubscribe { subscription } => {
                let found = self.run_job(move |book| subscription::remove_subscription(book, &subscription)).await?;
                found.then_some(()).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "Subscription not found"))
            }
            ControlAction::Deliver { deliveries } => self.deliver_now(deliveries).await,
        }
    }

    /// Changes a sign-up, and tells everybody who wants to know.
    async fn change_signup(
        &self,
        waitlist: String,
        signup: String,
        change: impl Fn(&Connection, SandboxSignup) -> rusqlite::Result<Vec<SignupChange>> + Send + 'static,
    ) -> Result<(), SandboxResponse> {
        let now = self.around.clock.now();
        let changed = self.run_job(move |book| {
            let found = match api::find_signup(book, &waitlist, &signup)? {
                Ok((_, found)) => found,
                Err(reply) => return Ok(Err(reply)),
            };
            let happened = change(book, found)?;
            subscription::add_deliveries(book, &happened, now).map(Ok)
        });
        self.enqueue_deliveries(changed.await??);
        Ok(())
    }

    /// Somebody whose address nobody on the waitlist has.
    async fn make_up_wish(&self, waitlist: &str, name: Option<String>) -> Result<SignupRequest, SandboxResponse> {
        let mut dice = SeededRng::new(u64::from_le_bytes(self.around.random_bytes()));
        let (now, waitlist) = (self.around.clock.now(), waitlist.to_owned());
        let given = SampleOverrides { name: name.filter(|name| !name.is_empty()), ..SampleOverrides::default() };
        let people: Vec<_> = (0..ROLLS).map(|_| SampleSignup::generate(&mut dice, now, &given)).collect();
        let free = self.run_job(move |book| {
            for person in &people {
                if waitlist::find_signup_by_email(book, &waitlist, &person.email)?.is_none() {
                    return Ok(Some((person.email.clone(), person.name.clone())));
                }
            }
            Ok(None)
        });
        let Some((email, name)) = free.await? else {
            return Err(refuse(StatusCode::CONFLICT, "every address that was made up is taken; write one"));
        };
        read_wish(&email, Some(name))
    }

    async fn deliver_now(&self, wanted: Vec<u64>) -> Result<(), SandboxResponse> {
        let now_ms = self.around.clock.now().as_millisecond();
        let sooner = self.run_job(move |book| {
            let found = wanted.iter().map(|number| delivery::hasten_delivery(book, *number, now_ms));
            found.filter_map(Result::transpose).collect::<rusqlite::Result<Vec<_>>>()
        });
        let sooner = sooner.await?;
        if sooner.is_empty() {
            return Err(refuse(StatusCode::CONFLICT, "no such delivery is waiting for an attempt"));
        }
        // Once the queue has ended, it waits in the book.
        let _ = self.news.send(QueueMessage::Sooner(sooner));
        Ok(())
    }

    /// All that there is to see, but for the sign-ups.
    async fn look(&self) -> Result<SandboxResponse, SandboxResponse> {
        let (pages, origin) = (self.settings.origin.clone(), self.settings.origin.clone());
        let (lists, subscriptions, pending, deliveries) = self
            .run_job(move |book| {
                let lists = waitlist::list_waitlists(book)?;
                let lists = lists.into_iter().map(|list| describe_waitlist(book, list, &pages));
                Ok((
                    lists.collect::<rusqlite::Result<Vec<_>>>()?,
                    subscription::list_subscriptions(book)?,
                    delivery::count_pending(book)?,
                    list_told_deliveries(book)?,
                ))
            })
            .await?;
        let (now, speed) = (self.around.clock.now(), self.settings.pace.speed);
        let quota = self.quota.read_status(now);
        let overview = WorkspaceOverview {
            at: now,
            origin,
            plan: self.settings.plan,
            limit: quota.limit,
            remaining: quota.remaining,
            reset_at: quota.reset_at,
            speed,
            pending,
            waitlists: lists,
            subscriptions: subscriptions.into_iter().map(describe_subscription).collect(),
        };
        Ok(SandboxResponse::from_json_bytes(self.around.pages.render_overview(&overview, &deliveries)))
    }

    async fn show_signups(
        &self,
        waitlist: String,
        query: String,
        offset: u64,
    ) -> Result<SandboxResponse, SandboxResponse> {
        let found = self.run_job(move |book| {
            let Some(list) = waitlist::find_waitlist_by_id(book, &waitlist)? else { return Ok(None) };
            waitlist::search_signups(book, &list.id, query.trim(), (PAGE, offset)).map(Some)
        });
        let Some(found) = found.await? else {
            return Err(SandboxResponse::from_refusal(&ApiErrorResponse::waitlist_not_found()));
        };
        let signups: Vec<_> = found.into_iter().map(describe_signup).collect();
        Ok(SandboxResponse::from_json_bytes(self.around.pages.render_signups(self.around.clock.now(), &signups)))
    }
}

fn read_wish(email: &str, name: Option<String>) -> Result<SignupRequest, SandboxResponse> {
    let name = name.filter(|name| !name.is_empty()).map(Value::from);
    let members = [Some(("email", Value::from(email))), name.map(|name| ("name", name))];
    SignupRequest::from_members(members.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What waits, then the newest of what does no longer.
fn list_told_deliveries(book: &Connection) -> rusqlite::Result<Vec<SandboxDelivery>> {
    let of = |state, limit| {
        delivery::list_deliveries(book, &DeliveryFilter { state, limit: Some(limit), ..DeliveryFilter::default() })
    };
    let mut told = of(Some(SandboxDeliveryState::Pending), MOST_WAITING)?;
    let newest = of(None, MOST_DONE)?;
    told.extend(newest.into_iter().filter(|delivery| delivery.state != SandboxDeliveryState::Pending));
    Ok(told)
}

fn describe_waitlist(book: &Connection, list: SandboxWaitlist, origin: &str) -> rusqlite::Result<WorkspaceWaitlist> {
    Ok(WorkspaceWaitlist {
        signups: waitlist::count_signups(book, &list.id)?.unsigned_abs(),
        page: format!("{origin}{}{}", super::PUBLIC, list.slug),
        id: list.id,
        name: list.name,
    })
}

fn describe_subscription(found: SandboxSubscription) -> WorkspaceSubscription {
    WorkspaceSubscription {
        id: found.id,
        event_type: found.event.to_owned(),
        target_url: found.url,
        waitlist_id: found.waitlist,
        created_at: decode_time(found.created_ms).unwrap_or_default(),
    }
}

fn describe_signup(found: SandboxSignup) -> WorkspaceSignup {
    WorkspaceSignup {
        id: found.id,
        waitlist_id: found.waitlist,
        email: found.email,
        name: found.name,
        position: found.position.unsigned_abs(),
        referral_code: found.code,
        referral_count: found.referrals.unsigned_abs(),
        status: found.status,
        created_at: decode_time(found.created_ms).unwrap_or_default(),
    }
}
