//! The hosted API told of the listener's public address for as long as this run lives.

use super::address::AddressRegistrar;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::human::ScreenStream;
use crate::output::line::{StyledLine, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::event::EventType;
use crate::protocol::report::{Report, ReportKind};
use crate::session::service::HostedService;
use crate::session::subscriptions::{
    self, RunClaim, SubscriptionClient, SubscriptionFailure, SubscriptionPlan, SubscriptionStep,
};
use crate::shutdown::StopReceiver;
use crate::store::{JournalEntry, SubscriptionStatus};
use std::path::{Path, PathBuf};
use url::Url;

/// What is subscribed.
#[derive(Debug, Clone)]
pub(super) struct ListenSubscriptionOptions {
    /// One subscription each.
    pub events: Vec<EventType>,
    /// The waitlist, where it is one alone.
    pub waitlist: Option<String>,
    /// Whether an address without TLS will do.
    pub allow_http: bool,
}

pub(super) struct RunSubscriptions<'a> {
    subscriber: SubscriptionClient<'a>,
    wish: ListenSubscriptionOptions,
    stop: &'a StopReceiver,
    store: PathBuf,
    voice: SubscriptionScreen<'a>,
    /// What has to be removed again.
    made: Vec<JournalEntry>,
    /// Tells others that this run lives. Given up last.
    owner: RunClaim,
}

/// Where each step is said.
struct SubscriptionScreen<'a> {
    context: &'a Context,
    screen: &'a Screen,
    style: OutputStyle,
    json: bool,
}

impl<'a> RunSubscriptions<'a> {
    /// Opens the journal and claims a run of its own in it.
    ///
    /// # Errors
    /// The journal cannot be opened.
    pub(super) fn begin(
        wish: ListenSubscriptionOptions,
        service: &'a HostedService,
        store: &Path,
        (context, console, screen): (&'a Context, &Console, &'a Screen),
        stop: &'a StopReceiver,
    ) -> Result<Self, Error> {
        let run = format!("listen-{:016x}", context.random_u64());
        let owner = RunClaim::claim(store, run)?;
        let voice = SubscriptionScreen { context, screen, style: console.err.clone(), json: console.is_json() };
        let subscriber = SubscriptionClient::open(service, store, context)?;
        Ok(Self { subscriber, wish, stop, store: store.to_path_buf(), voice, made: Vec::new(), owner })
    }

    /// How many subscriptions still stand because of this run.
    pub(super) fn count_left(&self) -> usize {
        self.made.len()
    }
}

impl AddressRegistrar for RunSubscriptions<'_> {
    fn accepts(&self, target: &Url) -> Result<(), Error> {
        let reach = self.subscriber.service.client.base().reach();
        subscriptions::check_target(target, self.wish.allow_http, reach)
    }

    async fn register_address(&mut self, target: &Url) -> Result<(), SubscriptionFailure> {
        let wanted = SubscriptionPlan {
            events: self.wish.events.clone(),
            url: target.clone(),
            waitlist: self.wish.waitlist.clone(),
            run: Some(self.owner.run.clone()),
            force: false,
        };
        let Self { voice, made, store, .. } = self;
        let mut tell = |step: SubscriptionStep<'_>| {
            match &step {
                SubscriptionStep::Made(entry) => made.push((*entry).clone()),
                // Nobody else will remove what a run that is gone had made for this very address.
                SubscriptionStep::There(entry) if subscriptions::is_left_behind(entry, store) => {
                    made.push((*entry).clone())
                }
                SubscriptionStep::Removed { entry, .. } => made.retain(|other| other.number != entry.number),
                _ => {}
            }
            voice.show_step(&step);
        };
        self.subscriber.subscribe(&wanted, self.stop, &mut tell).await.map(drop)
    }

    async fn unregister_address(&mut self) {
        let Self { voice, made, subscriber, .. } = self;
        let entries = made.clone();
        let mut tell = |step: SubscriptionStep<'_>| {
            if let SubscriptionStep::Removed { entry, .. } = &step {
                made.retain(|other| other.number != entry.number);
            }
            voice.show_step(&step);
        };
        subscriber.remove_all(entries, &mut tell).await;
    }
}

impl SubscriptionScreen<'_> {
    fn show_step(&self, step: &SubscriptionStep<'_>) {
        match step {
            SubscriptionStep::Made(entry) => self.show_entry(entry, "Subscribed to ", ""),
            SubscriptionStep::There(entry) => self.show_entry(
                entry,
                "Already subscribed to ",
                match entry.standing {
                    SubscriptionStatus::Active => "",
                    _ => ", or not: the outcome is unknown (referralloop subscriptions)",
                },
            ),
            SubscriptionStep::Gone(entry) => self.show_removed(entry, false),
            SubscriptionStep::Removed { entry, found } => self.show_removed(entry, *found),
            SubscriptionStep::Left { entry, error } => {
                let id = entry.id.as_deref().unwrap_or_default();
                let message = format!(
                    "the subscription {id} to {} is still there: {error}; referralloop subscriptions --cleanup removes it",
                    entry.event
                );
                self.screen.send_report(Report { at: self.context.clock.now(), what: ReportKind::Notice { message } });
            }
        }
    }

    fn show_removed(&self, entry: &JournalEntry, found: bool) {
        let gone = JournalEntry {
            standing: SubscriptionStatus::Removed,
            ended_at: Some(self.context.clock.now()),
            ..entry.clone()
        };
        self.show_entry(&gone, "Unsubscribed from ", if found { "" } else { "; it was already gone" });
    }

    /// A record of the line in the journal, or a sentence.
    fn show_entry(&self, entry: &JournalEntry, verb: &'static str, rest: &'static str) {
        if self.json {
            return self
                .screen
                .write_record(self.context.clock.now(), &subscriptions::subscription_fields(entry, false));
        }
        let id = entry.id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        let line = StyledLine::new(&self.style)
            .put(TextRole::Plain, verb)
            .put(TextRole::Strong, Sanitised::text(&entry.event))
            .put(TextRole::Plain, Sanitised::text(&id))
            .put(TextRole::Plain, rest);
        let mut text = String::new();
        write_lines(&mut text, &[line]);
        self.screen.print(ScreenStream::Err, text);
    }
}
