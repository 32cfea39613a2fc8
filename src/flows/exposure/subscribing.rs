//! The hosted API told of the listener's public address for as long as this run lives.

use super::Register;
use crate::context::Context;
use crate::error::Error;
use crate::flows::service::Service;
use crate::flows::subscriptions::{self, Ended, Owner, Step, Subscriber, Wanted};
use crate::output::console::Console;
use crate::output::human::Stream;
use crate::output::line::{Line, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::{Ink, Style};
use crate::protocol::event::EventType;
use crate::protocol::report::{Report, What};
use crate::shutdown::Stop;
use crate::store::{Entry, Standing};
use std::path::{Path, PathBuf};
use url::Url;

/// What is subscribed.
#[derive(Debug, Clone)]
pub struct Wish {
    /// One subscription each.
    pub events: Vec<EventType>,
    /// The waitlist, where it is one alone.
    pub waitlist: Option<String>,
    /// Whether an address without TLS will do.
    pub allow_http: bool,
}

/// The subscriptions of this run.
pub struct Subscribing<'a> {
    subscriber: Subscriber<'a>,
    wish: Wish,
    stop: &'a Stop,
    store: PathBuf,
    voice: Voice<'a>,
    /// What has to be removed again.
    made: Vec<Entry>,
    /// Tells others that this run lives. Given up last.
    owner: Owner,
}

/// Where each step is said.
struct Voice<'a> {
    context: &'a Context,
    screen: &'a Screen,
    style: Style,
    json: bool,
}

impl<'a> Subscribing<'a> {
    /// Opens the journal and claims a run of its own in it.
    ///
    /// # Errors
    /// The journal cannot be opened.
    pub fn begin(
        wish: Wish,
        service: &'a Service,
        store: &Path,
        (context, console, screen): (&'a Context, &Console, &'a Screen),
        stop: &'a Stop,
    ) -> Result<Self, Error> {
        let run = format!("listen-{:016x}", context.random_u64());
        let owner = Owner::claim(store, run)?;
        let voice = Voice { context, screen, style: console.err.clone(), json: console.is_json() };
        let subscriber = Subscriber::open(service, store, context)?;
        Ok(Self { subscriber, wish, stop, store: store.to_path_buf(), voice, made: Vec::new(), owner })
    }

    /// How many subscriptions still stand because of this run.
    pub fn left(&self) -> usize {
        self.made.len()
    }
}

impl Register for Subscribing<'_> {
    fn accepts(&self, target: &Url) -> Result<(), Error> {
        let api_is_local = self.subscriber.service.client.base().is_loopback();
        subscriptions::check_target(target, self.wish.allow_http, api_is_local)
    }

    async fn enter(&mut self, target: &Url) -> Result<(), Ended> {
        let wanted = Wanted {
            events: self.wish.events.clone(),
            url: target.clone(),
            waitlist: self.wish.waitlist.clone(),
            run: Some(self.owner.run.clone()),
            force: false,
        };
        let Self { voice, made, store, .. } = self;
        let mut tell = |step: Step<'_>| {
            match &step {
                Step::Made(entry) => made.push((*entry).clone()),
                // Nobody else will remove what a run that is gone had made for this very address.
                Step::There(entry) if subscriptions::is_left_behind(entry, store) => made.push((*entry).clone()),
                Step::Removed { entry, .. } => made.retain(|other| other.number != entry.number),
                _ => {}
            }
            voice.say(&step);
        };
        self.subscriber.subscribe(&wanted, self.stop, &mut tell).await.map(drop)
    }

    async fn leave(&mut self) {
        let Self { voice, made, subscriber, .. } = self;
        let entries = made.clone();
        let mut tell = |step: Step<'_>| {
            if let Step::Removed { entry, .. } = &step {
                made.retain(|other| other.number != entry.number);
            }
            voice.say(&step);
        };
        subscriber.remove_all(entries, &mut tell).await;
    }
}

impl Voice<'_> {
    fn say(&self, step: &Step<'_>) {
        match step {
            Step::Made(entry) => self.line(entry, "Subscribed to ", ""),
            Step::There(entry) => self.line(
                entry,
                "Already subscribed to ",
                match entry.standing {
                    Standing::Active => "",
                    _ => ", or not: nobody knows (referralloop subscriptions)",
                },
            ),
            Step::Removed { entry, found } => {
                let gone =
                    Entry { standing: Standing::Removed, ended_at: Some(self.context.clock.now()), ..(*entry).clone() };
                self.line(&gone, "Unsubscribed from ", if *found { "" } else { "; it was gone already" });
            }
            Step::Left { entry, error } => {
                let id = entry.id.as_deref().unwrap_or_default();
                let message = format!(
                    "the subscription {id} to {} is still there: {error}; referralloop subscriptions --cleanup removes it",
                    entry.event
                );
                self.screen.tell(Report { at: self.context.clock.now(), what: What::Notice { message } });
            }
        }
    }

    /// A record of the line in the journal, or a sentence.
    fn line(&self, entry: &Entry, verb: &'static str, rest: &'static str) {
        if self.json {
            return self.screen.record("subscription", self.context.clock.now(), &subscriptions::fields(entry, false));
        }
        let id = entry.id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        let line = Line::new(&self.style)
            .put(Ink::Plain, verb)
            .put(Ink::Strong, Sanitised::text(&entry.event))
            .put(Ink::Plain, Sanitised::text(&id))
            .put(Ink::Plain, rest);
        let mut text = String::new();
        write_lines(&mut text, &[line]);
        self.screen.print(Stream::Err, text);
    }
}
