//! Making and removing subscriptions, with the journal: the wish is written before the call, the outcome before it is
//! shown. Several are made all or none. The steps are told to who asks, and not printed.

mod entry;
mod owner;

pub(crate) use entry::{
    describe_entry, describe_standing, is_inactive, print_nameless, subscription_fields, unsubscribed_fields,
};
pub use owner::RunClaim;
pub(crate) use owner::is_running;

use super::service::HostedService;
use crate::context::Context;
use crate::error::{Error, ErrorCategory, Exit};
use crate::hosted::{ApiClient, ApiFailure};
use crate::protocol::api::{ApiBase, ApiReach, NewSubscription};
use crate::protocol::event::EventType;
use crate::protocol::target::{is_loopback, is_private};
use crate::shutdown::{StopReceiver, StopSignal};
use crate::store::{JournalEntry, SubscriptionIntent, SubscriptionJournal, SubscriptionStatus};
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// Subscriptions that are wanted.
#[derive(Debug, Clone)]
pub(crate) struct SubscriptionPlan {
    /// One each.
    pub events: Vec<EventType>,
    /// Where events are delivered to; checked by [`check_target`].
    pub url: Url,
    pub waitlist: Option<String>,
    /// The run that wants them for as long as it lives: the id of its [`RunClaim`].
    pub run: Option<String>,
    /// Make another one where the journal has the same already.
    pub force: bool,
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum SubscriptionStep<'a> {
    /// A subscription was made.
    Made(&'a JournalEntry),
    /// The journal has the same already, so none was made.
    There(&'a JournalEntry),
    /// The journal has the same, of a sandbox that is no more: one is made.
    Gone(&'a JournalEntry),
    /// A subscription is gone; `found` tells whether the service still had it.
    Removed {
        /// Its line.
        entry: &'a JournalEntry,
        /// Whether the service still had it.
        found: bool,
    },
    /// A subscription could not be removed.
    Left {
        /// Its line.
        entry: &'a JournalEntry,
        error: &'a Error,
    },
}

/// Whoever is told.
pub(crate) type SubscriptionSink<'a> = &'a mut dyn FnMut(SubscriptionStep<'_>);

/// How making them ended.
#[derive(Debug)]
pub(crate) struct SubscriptionOutcome {
    /// What stands now, those that stood before included.
    pub entries: Vec<JournalEntry>,
    /// Whether everything that was wanted stands: not where a line of the journal says that nobody knows.
    pub certain: bool,
}

/// Makes and removes subscriptions.
pub(crate) struct SubscriptionClient<'a> {
    /// The API.
    pub service: &'a HostedService,
    pub journal: SubscriptionJournal,
    /// Clock and zone.
    pub context: &'a Context,
}

/// Refuses what the service cannot or must not deliver to: it wants public https endpoints. Loopback is for an API
/// that is on this machine itself, and what a network alone knows for one that is in a network: a sandbox says by itself
/// what it was allowed.
pub(crate) fn check_target(url: &Url, allow_http: bool, reach: ApiReach) -> Result<(), Error> {
    let local = crate::exchange::is_loopback(url);
    let found = if local { reach == ApiReach::Machine } else { reach != ApiReach::Internet && is_private(url) };
    if found {
        return Ok(());
    }
    if url.scheme() != "https" && !allow_http {
        let told = Error::usage(format!("{url} is not https, and the service delivers only to public https endpoints"));
        return Err(match local {
            true => told
                .hint("expose it first: listen --subscribe all --tunnel cloudflared, or use a public URL of your own"),
            false => told.hint("--allow-http subscribes it anyway"),
        });
    }
    if local {
        return Err(Error::usage(format!("{url} is this machine, which the service cannot reach"))
            .hint("give a public URL; a URL on this machine works only with a sandbox"));
    }
    if is_private(url) {
        let host = url.host_str().unwrap_or_default();
        return Err(Error::usage(format!("{host} is known only in its own network, and the service cannot reach it"))
            .hint("give a public URL, or let a program make one: listen --subscribe all --tunnel cloudflared"));
    }
    Ok(())
}

impl<'a> SubscriptionClient<'a> {
    /// Opens the journal of a store.
    pub(crate) fn open(service: &'a HostedService, store: &Path, context: &'a Context) -> Result<Self, Error> {
        Ok(Self { service, journal: SubscriptionJournal::open(store)?, context })
    }

    /// Makes what is wanted, all or none.
    ///
    /// A wish to stop is granted between two calls, never within one: its outcome would be lost. Whoever insists drops
    /// the future, and the journal then holds a line that says so.
    pub(crate) async fn subscribe(
        &self,
        wanted: &SubscriptionPlan,
        stop: &StopReceiver,
        tell: SubscriptionSink<'_>,
    ) -> Result<SubscriptionOutcome, SubscriptionFailure> {
        let before = self.journal.list_entries(false).map_err(Error::from)?;
        let gone = list_gone(&self.service.client, &before).await;
        let mut subscribed = SubscriptionOutcome { entries: Vec::new(), certain: true };
        let mut made = Vec::new();
        for event in &wanted.events {
            let mut same = before.iter().filter(|entry| self.is_same(entry, *event, wanted)).collect::<Vec<_>>();
            for entry in same.extract_if(.., |entry| gone.contains(&entry.number)) {
                self.journal.mark_removed(entry.number, self.context.clock.now()).map_err(Error::from)?;
                tell(SubscriptionStep::Gone(entry));
            }
            if let Some(same) = same.first().filter(|_| !wanted.force) {
                subscribed.certain &= same.standing == SubscriptionStatus::Active;
                tell(SubscriptionStep::There(same));
                subscribed.entries.push((*same).clone());
                continue;
            }
            let ended = match requested(stop) {
                Some(signal) => Err(SubscriptionFailure::Stopped(signal)),
                None => self.make(*event, wanted).await.map_err(SubscriptionFailure::Failed),
            };
            match ended {
                Ok(entry) => {
                    tell(SubscriptionStep::Made(&entry));
                    made.push(entry);
                }
                Err(ended) => {
                    let left = self.remove_all(made, tell).await;
                    return Err(ended.after_rollback(left));
                }
            }
        }
        subscribed.entries.append(&mut made);
        Ok(subscribed)
    }

    fn is_same(&self, entry: &JournalEntry, event: EventType, wanted: &SubscriptionPlan) -> bool {
        entry.event == event.name()
            && is_same_place(&entry.url, &wanted.url)
            && entry.waitlist == wanted.waitlist
            && entry.api == self.service.client.base().to_string()
            && entry.standing != SubscriptionStatus::Removed
    }

    async fn make(&self, event: EventType, wanted: &SubscriptionPlan) -> Result<JournalEntry, Error> {
        let api = self.service.client.base().to_string();
        let asked_at = self.context.clock.now();
        let wish = SubscriptionIntent {
            api: &api,
            event: event.name(),
            url: wanted.url.as_str(),
            waitlist: wanted.waitlist.as_deref(),
            run: wanted.run.as_deref(),
        };
        let number = self.journal.record_intent(&wish, asked_at)?;
        let new = NewSubscription {
            event_type: event,
            target_url: wanted.url.to_string(),
            waitlist_id: wanted.waitlist.clone(),
        };
        let subscription = match self.service.client.subscribe(&new).await {
            Ok(subscription) => subscription,
            Err(failure) => return Err(self.record_failure(number, &failure)),
        };
        let answer = serde_json::to_string(&subscription).unwrap_or_default();
        if let Err(error) = self.journal.mark_active(number, subscription.id(), &answer) {
            return Err(self.undo_unrecorded(subscription.id(), Error::from(error)).await);
        }
        Ok(JournalEntry {
            number,
            api,
            event: event.name().into(),
            url: wanted.url.to_string(),
            waitlist: wanted.waitlist.clone(),
            run: wanted.run.clone(),
            standing: SubscriptionStatus::Active,
            asked_at,
            ended_at: None,
            id: Some(subscription.id().to_owned()),
            answer: Some(answer),
            words: None,
        })
    }

    fn record_failure(&self, number: u64, failure: &ApiFailure) -> Error {
        let told = self.service.explain(failure, self.context);
        let (kept, told) = match failure.is_uncertain() {
            false => (self.journal.remove_intent(number), told),
            true => (
                self.journal.mark_unknown(number, &told.message, failure.odd_answer().as_deref()),
                told.hint(format!("the subscription may or may not exist; line {number} of the journal records it"))
                    .hint("see the journal with: referralloop subscriptions; subscribe --force tries again"),
            ),
        };
        // The line says "asked" then, which is as true.
        kept.err().map_or(told, |error| {
            Error::machine("the journal cannot be written").hint(error.to_string()).caused_by(error)
        })
    }

    /// The service made it and the journal cannot hold it: it is removed again at once, and told in any case.
    async fn undo_unrecorded(&self, id: &str, error: Error) -> Error {
        match self.service.client.unsubscribe(id).await {
            Ok(_) => error.hint(format!("the subscription {id} was removed again")),
            Err(_) => error.hint(format!("the service has it: referralloop unsubscribe {id}")),
        }
    }

    /// Removes one; tells whether the service still had it. What the journal does not know is removed as well.
    pub(crate) async fn remove(&self, id: &str, entry: Option<&JournalEntry>) -> Result<bool, Error> {
        if let Some(entry) = entry {
            self.journal.mark_removing(entry.number)?;
        }
        let ended = self.service.client.unsubscribe(id).await;
        let now = self.context.clock.now();
        match (&ended, entry) {
            (Ok(_), Some(entry)) => self.journal.mark_removed(entry.number, now)?,
            (Err(failure), Some(entry)) if !failure.is_uncertain() => self.journal.mark_still_active(entry.number)?,
            _ => {}
        }
        ended.map_err(|failure| {
            let told = self.service.explain(&failure, self.context);
            match entry {
                Some(entry) if failure.found_nobody() && self.service.client.base().reach() == ApiReach::Machine => {
                    told.hint(format!(
                        "a sandbox that has ended delivers nothing: referralloop subscriptions --forget {}",
                        entry.number
                    ))
                }
                _ if failure.is_uncertain() => told.hint("it may be gone; removing it again does no harm"),
                _ => told,
            }
        })
    }

    /// Removes lines that have an id, newest first, each whatever became of the others. Answers those that are left.
    pub(crate) async fn remove_all(
        &self,
        entries: Vec<JournalEntry>,
        tell: SubscriptionSink<'_>,
    ) -> Vec<(JournalEntry, Error)> {
        let mut left = Vec::new();
        for entry in entries.into_iter().rev() {
            let Some(id) = entry.id.clone() else { continue };
            match self.remove(&id, Some(&entry)).await {
                Ok(found) => tell(SubscriptionStep::Removed { entry: &entry, found }),
                Err(error) => {
                    tell(SubscriptionStep::Left { entry: &entry, error: &error });
                    left.push((entry, error));
                }
            }
        }
        left
    }

    /// Whether a line is about the API that is called now.
    pub(crate) fn is_here(&self, entry: &JournalEntry) -> bool {
        entry.api == self.service.client.base().to_string()
    }
}

/// The numbers of lines whose subscription a sandbox has lost: it began anew, and keeps nothing of the one before.
pub(crate) async fn list_gone(client: &ApiClient, entries: &[JournalEntry]) -> BTreeSet<u64> {
    let api = client.base().to_string();
    let active = |entry: &&JournalEntry| entry.api == api && entry.standing == SubscriptionStatus::Active;
    let active: Vec<&JournalEntry> = entries.iter().filter(active).collect();
    let known = if active.is_empty() { None } else { client.list_sandbox_subscriptions().await };
    let Some(known) = known else { return BTreeSet::new() };
    let is_gone = |entry: &&JournalEntry| entry.id.as_ref().is_some_and(|id| !known.contains(id));
    active.into_iter().filter(is_gone).map(|entry| entry.number).collect()
}

/// Whether a line tells of a sandbox of this machine that has ended: it delivers nothing, and nobody can ask it to.
pub(crate) fn is_ended_sandbox(entry: &JournalEntry) -> bool {
    let Ok(base) = ApiBase::parse(&entry.api) else { return false };
    let addresses = base.url().socket_addrs(|| None).unwrap_or_default();
    base.reach() == ApiReach::Machine
        && addresses.iter().all(|address| TcpStream::connect_timeout(address, Duration::from_secs(1)).is_err())
}

/// Whether a run wanted a line for as long as it lives, and lives no more.
pub(crate) fn is_left_behind(entry: &JournalEntry, store: &Path) -> bool {
    entry.run.as_deref().is_some_and(|run| !is_running(store, run))
}

/// The wish to stop, if there is one by now.
fn requested(stop: &StopReceiver) -> Option<StopSignal> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(stop.wait_for_stop()).poll(&mut context) {
        std::task::Poll::Ready(signal) => Some(signal),
        std::task::Poll::Pending => None,
    }
}

/// Why not everything was made. What had been made was removed again, or is told of.
#[derive(Debug)]
pub(crate) enum SubscriptionFailure {
    /// A call failed.
    Failed(Error),
    /// Somebody asked to stop.
    Stopped(StopSignal),
}

impl From<Error> for SubscriptionFailure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl SubscriptionFailure {
    /// Says what could not be removed again.
    fn after_rollback(self, left: Vec<(JournalEntry, Error)>) -> Self {
        if left.is_empty() {
            return self;
        }
        let ids: Vec<&str> = left.iter().filter_map(|(entry, _)| entry.id.as_deref()).collect();
        let hint = format!("still there: referralloop unsubscribe {}", ids.join(" "));
        match self {
            Self::Failed(error) => Self::Failed(error.hint(hint)),
            Self::Stopped(_) => Self::Failed(
                Error::new(ErrorCategory::Network, "stopped, but not everything could be removed").hint(hint),
            ),
        }
    }

    /// As a command ends.
    pub(crate) fn into_exit(self) -> Result<Exit, Error> {
        match self {
            Self::Failed(error) => Err(error),
            Self::Stopped(signal) => Ok(super::delivery::exit_for_signal(signal)),
        }
    }
}

/// Whether a text names the same place as a URL: `localhost` and the addresses of this machine are one.
fn is_same_place(text: &str, url: &Url) -> bool {
    let Ok(other) = Url::parse(text) else { return text == url.as_str() };
    let rest = |url: &Url| {
        let (port, path) = (url.port_or_known_default(), url.path().to_owned());
        (url.scheme().to_owned(), port, path, url.query().map(str::to_owned))
    };
    other == *url || is_loopback(&other) && is_loopback(url) && rest(&other) == rest(url)
}
