//! `listen --publish` and `listen --from`: one public listener for a team, and everybody's own behind it.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::output::screen::Screen;
use crate::relay::{RelayAddress, RelayError, SubscriptionStart, SubscriptionWish};
use crate::session::arguments;
use crate::session::listener::{BoundListener, ListenerIntake};
use crate::session::relay::{self, EventRecorder, RELAY_HEADING};
use crate::session::relay_intake::RelayIntake;
use crate::store::StoreRecorder;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use url::Url;

/// Options of a listener that publishes, or subscribes.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = RELAY_HEADING)]
pub(super) struct Arguments {
    /// Hand what arrives to this stream, and acknowledge it once it is there: nats://HOST/SUBJECT, or
    /// nats://HOST:PORT,HOST:PORT/SUBJECT for several servers [default: the setting publish]
    #[arg(long, value_name = "ADDRESS", value_parser = RelayAddress::parse)]
    publish: Option<RelayAddress>,
    /// Store nothing here: the stream is enough
    #[arg(long, conflicts_with_all = ["forward_retry", "from"])]
    no_store: bool,
    /// Receive from this stream instead of a socket: nats://HOST/SUBJECT, or SUBJECT.created for one event
    #[arg(long, value_name = "ADDRESS", value_parser = RelayAddress::parse,
        conflicts_with_all = ["publish", "port", "bind", "path", "subscribe", "tunnel", "public_url", "respond", "respond_delay"])]
    from: Option<RelayAddress>,
    /// Your name there: the stream remembers how far you got
    #[arg(long = "as", value_name = "NAME", requires = "from", value_parser = name)]
    as_: Option<String>,
    /// Share the events with all who give this name: each goes to one of them
    #[arg(long, value_name = "NAME", requires = "from", value_parser = name, conflicts_with = "as_")]
    share: Option<String>,
    /// Where a new name begins: first, last, or so long ago (2h) [default: with what comes from now on]
    #[arg(long, value_name = "WHEN", requires = "from", value_parser = since)]
    since: Option<Since>,
    #[command(flatten)]
    access: relay::Arguments,
}

/// Where a new name begins, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    First,
    Last,
    Ago(Duration),
}

fn since(text: &str) -> Result<Since, String> {
    match text {
        "first" => Ok(Since::First),
        "last" => Ok(Since::Last),
        _ => arguments::read_duration(text).map(Since::Ago).map_err(|why| format!("{why}; or write first or last")),
    }
}

fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("a name consists of letters, digits, - and _, at most 64 of them".into()),
    }
}

/// Where requests come from and go to.
pub(super) struct OpenRelay {
    /// What keeps events.
    pub recorder: EventRecorder,
    /// Where requests come from.
    pub intake: ListenerIntake,
    /// Its address.
    pub url: Url,
    /// For the banner.
    pub words: Option<String>,
    /// How many events wait in a stream that is received from.
    pub waiting: Option<Arc<AtomicU64>>,
}

impl Arguments {
    /// Refuses what does not fit together, before anything is opened.
    pub(super) fn check(&self, settings: &ConfigSettings) -> Result<(), Error> {
        let published = self.published(settings)?;
        let asking = [
            (self.from.is_some(), "--from"),
            (self.publish.is_some(), "--publish"),
            (self.no_store, "--no-store"),
            (published.is_some(), "the setting publish"),
        ];
        relay::require_built_in(asking.iter().find(|(asked, _)| *asked).map(|(_, name)| *name))?;
        if self.from.is_some() && self.as_.is_none() && self.share.is_none() {
            return Err(Error::usage("--from needs a name under which the stream remembers your position")
                .hint("give yours: --as alice")
                .hint("or a name that several apps share: --share staging"));
        }
        let given =
            [(self.as_.is_some(), "--as"), (self.share.is_some(), "--share"), (self.since.is_some(), "--since")];
        if let Some((_, option)) = given.iter().find(|(given, _)| *given && self.from.is_none()) {
            return Err(Error::usage(format!(
                "{option} works only with --from: who publishes has no place in a stream"
            )));
        }
        if self.no_store && published.is_none() {
            return Err(Error::usage("--no-store works only with --publish: events have to be kept somewhere"));
        }
        self.access.require(published.is_some() || self.from.is_some(), "--publish or --from")
    }

    /// Who receives from a stream does not publish to another one.
    fn published(&self, settings: &ConfigSettings) -> Result<Option<RelayAddress>, Error> {
        match self.from {
            Some(_) => Ok(None),
            None => self.access.published(self.publish.as_ref(), settings),
        }
    }

    /// Whether requests come from a stream and not from a socket.
    pub(super) fn is_subscriber(&self) -> bool {
        self.from.is_some()
    }

    /// Whether events are stored here.
    pub(super) fn has_store(&self) -> bool {
        !self.no_store
    }

    /// Why a listener ends whose place in the stream another one took.
    pub(super) fn explain_displaced(&self) -> Error {
        relay::explain(RelayError::Occupied(self.as_.clone().unwrap_or_default()))
    }

    /// Connects to the relay, where one is wanted.
    pub(super) async fn open(
        &self,
        door: Option<BoundListener>,
        store: Option<StoreRecorder>,
        world: (&Context, &ConfigSettings),
        screen: &Screen,
    ) -> Result<OpenRelay, Error> {
        match (&self.from, door, store) {
            (Some(address), _, Some(store)) => self.subscribe(address, store, world, screen).await,
            (_, Some(door), store) => self.publish_from(door, store, world, screen).await,
            _ => Err(Error::usage("there is nothing to listen on")),
        }
    }

    async fn publish_from(
        &self,
        door: BoundListener,
        store: Option<StoreRecorder>,
        world: (&Context, &ConfigSettings),
        screen: &Screen,
    ) -> Result<OpenRelay, Error> {
        let url = door.url.clone();
        let (door, recorder, words) = match (self.published(world.1)?, store) {
            (None, Some(store)) => (door, store.into(), None),
            (None, None) => return Err(Error::usage("--no-store works only with --publish")),
            (Some(address), store) => {
                let stored = if store.is_some() { "" } else { "; nothing is stored here" };
                let connection = self.access.connect(&address, world, screen).await?;
                let opening = EventRecorder::open_relay(connection, store, (screen, world.0.secret_mask()));
                let (door, opened) = door.answer_meanwhile(&world.0.clock, opening).await?;
                let (recorder, stream) = opened?;
                (door, recorder, Some(format!("publishing to {address} (stream {stream}){stored}")))
            }
        };
        Ok(OpenRelay { recorder, intake: door.into(), url, words, waiting: None })
    }

    async fn subscribe(
        &self,
        address: &RelayAddress,
        store: StoreRecorder,
        (context, settings): (&Context, &ConfigSettings),
        screen: &Screen,
    ) -> Result<OpenRelay, Error> {
        let start = self.since.map_or(SubscriptionStart::New, |since| since.before(context.clock.now()));
        let (kind, name) = match (&self.as_, &self.share) {
            (Some(name), _) => ("as", name),
            (None, name) => ("share", name.as_ref().ok_or_else(|| Error::usage("--from needs --as or --share"))?),
        };
        let wish = SubscriptionWish { name: Some(format!("{kind}-{name}")), shared: self.share.is_some(), start };
        let connection = self.access.connect(address, (context, settings), screen).await?;
        let intake = RelayIntake::open(connection, &wish, context, screen).await?;
        let (known, pending) = intake.state();
        let since = if known && self.since.is_some() { "; --since is for new names, and this one goes on" } else { "" };
        let waiting = Some(intake.waiting());
        let earlier = match intake.earlier() {
            0 => String::new(),
            1 if self.since.is_none() => {
                "; a new name: 1 earlier event is left out (--since first brings it)".to_owned()
            }
            count if self.since.is_none() => {
                format!("; a new name: {count} earlier events are left out (--since first brings them)")
            }
            _ => String::new(),
        };
        let words = format!("{kind} {name}, {pending} waiting{since}{earlier}");
        let url = relay::show_url(address)?;
        Ok(OpenRelay {
            recorder: store.into(),
            intake: ListenerIntake::Relay(Box::new(intake)),
            url,
            words: Some(words),
            waiting,
        })
    }
}

impl Since {
    fn before(self, now: Timestamp) -> SubscriptionStart {
        match self {
            Self::First => SubscriptionStart::First,
            Self::Last => SubscriptionStart::Last,
            Self::Ago(ago) => SignedDuration::try_from(ago)
                .ok()
                .and_then(|ago| now.checked_sub(ago).ok())
                .map_or(SubscriptionStart::First, SubscriptionStart::Since),
        }
    }
}
