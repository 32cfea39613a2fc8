//! The relay as commands use it: what is recorded goes through it, what is received comes from it.

use super::arguments::option_or_setting;
use super::input;
use super::relay_told::describe_news;
pub(crate) use super::relay_told::explain;
use super::unforwarded::UnforwardedNotes;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::Error;
use crate::exchange::TlsTrust;
use crate::output::console::Console;
use crate::output::phrases::format_count;
use crate::output::screen::Screen;
use crate::protocol::arrival::{
    Arrival, ArrivalRecordError, ArrivalRecorder, ArrivalRepeat, ForwardProgress, OwedForwards, RecordedArrival,
    RefusedRequest, RepeatKind, UnforwardedArrival, UnmadeForwards,
};
use crate::protocol::attempt::Attempt;
use crate::protocol::report::{PublishedReport, Report, ReportKind};
use crate::protocol::secrecy::SecretMask;
use crate::relay::{self, PublishedMessage, RelayAccess, RelayAddress, RelayConnection, RelayPublisher, RelayVoice};
use crate::store::StoreRecorder;
use crate::system;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// Largest credentials file that is read.
const CREDENTIALS_LIMIT: u64 = 64 << 10;

/// Heading of a relay's options.
pub(crate) const RELAY_HEADING: &str = "Relay (NATS JetStream)";

/// Options of a connection to a relay.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = RELAY_HEADING)]
pub(crate) struct Arguments {
    /// Credentials file for the relay [environment: REFERRALLOOP_NATS_CREDS]
    #[arg(long, value_name = "FILE")]
    nats_creds: Option<PathBuf>,
    /// Trust the certificates in this PEM file for the relay
    #[arg(long, value_name = "FILE")]
    nats_ca: Option<PathBuf>,
}

impl Arguments {
    /// The option that was given, if any.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let ca = self.nats_ca.as_ref().map(|_| "--nats-ca");
        self.nats_creds.as_ref().map(|_| "--nats-creds").or(ca)
    }

    /// Refuses options that mean nothing without another one, and all of them where there is no relay.
    pub(crate) fn require(&self, with: bool, option: &str) -> Result<(), Error> {
        require_built_in(with.then_some(option).or(self.given()))?;
        match self.given() {
            Some(given) if !with => Err(Error::usage(format!("{given} works only with {option}"))),
            _ => Ok(()),
        }
    }

    /// Where everything is published to: the option, else the setting.
    pub(crate) fn published(
        &self,
        option: Option<&RelayAddress>,
        settings: &ConfigSettings,
    ) -> Result<Option<RelayAddress>, Error> {
        let address = option_or_setting(option, settings, SettingKey::Publish, RelayAddress::parse)?;
        address.as_ref().map_or(Ok(()), refuse_single_event)?;
        Ok(address)
    }

    /// Opens a connection; what happens to it is told on the screen.
    pub(crate) async fn connect(
        &self,
        address: &RelayAddress,
        (context, settings): (&Context, &ConfigSettings),
        screen: &Screen,
    ) -> Result<RelayConnection, Error> {
        let (screen, clock) = (screen.clone(), context.clock.clone());
        if let Some(event) = address.misspelt_event() {
            let message = format!("{address} names no event, but a longer subject; did you mean .{event}?");
            screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
        }
        let voice = Arc::new(move |news| {
            let message = describe_news(news);
            screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
        });
        self.open(address, (context, settings), voice).await
    }

    /// The same for a moment, in which nothing is told.
    pub(crate) async fn connect_quietly(
        &self,
        address: &RelayAddress,
        context: &Context,
        settings: &ConfigSettings,
    ) -> Result<RelayConnection, Error> {
        self.open(address, (context, settings), Arc::new(|_| ())).await
    }

    async fn open(
        &self,
        address: &RelayAddress,
        (context, settings): (&Context, &ConfigSettings),
        voice: RelayVoice,
    ) -> Result<RelayConnection, Error> {
        let read = |text: &str| Ok(PathBuf::from(text));
        let path = option_or_setting(self.nats_creds.as_ref(), settings, SettingKey::NatsCreds, read)?;
        let open = path.as_ref().and_then(|path| system::mode_for_others(&context.resolve(path)));
        if let (Some(path), Some(mode)) = (&path, open) {
            Console::new(context).print_notice(&format!(
                "Others can read the credentials file {} (mode {mode:o}): chmod 600 makes it yours alone.",
                path.display()
            ));
        }
        let credentials = path.map(|path| input::read_input(context, &path, CREDENTIALS_LIMIT, "credentials file"));
        let credentials = credentials.transpose()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let trust = self.nats_ca.as_ref().map_or(Ok(TlsTrust::default()), |path| {
            let pem = input::read_input(context, &context.resolve(path), 4 << 20, "CA file")?;
            TlsTrust::read(Some(&pem), false).map_err(|error| {
                Error::usage(format!("{} cannot be used as CA file: {error}", path.display())).caused_by(error)
            })
        })?;
        let access = RelayAccess { credentials, trust };
        RelayConnection::open(address, &access, context.clock.clone(), voice).await.map_err(explain)
    }
}

/// Refuses what asks for a relay in a build without it.
pub(crate) fn require_built_in(asking: Option<&str>) -> Result<(), Error> {
    match asking {
        Some(asking) if !relay::IS_BUILT_IN => Err(Error::usage(format!(
            "{asking} needs the relay, which this build was made without; releases and builds with cargo's default \
            features have it"
        ))),
        _ => Ok(()),
    }
}

/// Publishing is about every event.
pub(crate) fn refuse_single_event(address: &RelayAddress) -> Result<(), Error> {
    match address.event {
        Some(event) => Err(Error::usage(format!("{address} names a single event, but every event is published"))
            .hint(format!("leave out .{} after the subject", event.short_name()))),
        None => Ok(()),
    }
}

/// A URL has one host: of several servers the first stands for all.
pub(crate) fn show_url(address: &RelayAddress) -> Result<Url, Error> {
    let event = address.event.map(|event| format!(".{}", event.short_name())).unwrap_or_default();
    let url = format!("{}/{}{event}", address.servers[0], address.subject);
    Url::parse(&url).map_err(|error| Error::usage(format!("{url} is not a URL: {error}")))
}

/// What went to a relay.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RelayCounts {
    pub published: u64,
    pub published_before: u64,
    pub unpublished: u64,
}

impl RelayCounts {
    /// In a few words, while it goes on.
    pub(crate) fn describe_shortly(self) -> String {
        let published = format_count(self.published);
        match self.unpublished {
            0 => format!("{} published", published.as_str()),
            count => format!("{} published, {} answered 503", published.as_str(), format_count(count).as_str()),
        }
    }

    /// In one line.
    pub(crate) fn describe(self) -> String {
        let Self { published, published_before, unpublished } = self;
        let mut words = format!("Relay: {published} published");
        if published_before > 0 {
            words.push_str(&format!(", {published_before} of these there before"));
        }
        if unpublished > 0 {
            words.push_str(&format!(", {unpublished} not taken (answered 503)"));
        }
        words + "."
    }
}

/// What keeps events: the store, or a relay with or without a store behind it. Cloning shares it.
#[derive(Clone)]
pub(crate) enum EventRecorder {
    /// The store alone.
    Store(StoreRecorder, Option<Arc<UnforwardedNotes>>),
    /// A relay first.
    Relay(Arc<RelayRecorder>, Option<Arc<UnforwardedNotes>>),
}

/// Publishes, and then stores where there is a store.
pub(crate) struct RelayRecorder {
    publisher: RelayPublisher,
    store: Option<StoreRecorder>,
    screen: Screen,
    counts: [AtomicU64; 3],
}

impl From<StoreRecorder> for EventRecorder {
    fn from(store: StoreRecorder) -> Self {
        Self::Store(store, None)
    }
}

impl EventRecorder {
    /// The same, with notes of what has still to be forwarded, where there is a store to which they belong.
    pub(crate) fn with_notes(self, notes: Option<UnforwardedNotes>) -> Self {
        match self {
            Self::Store(store, _) => Self::Store(store, notes.map(Arc::new)),
            Self::Relay(relay, _) => {
                let notes = notes.filter(|_| relay.store.is_some());
                Self::Relay(relay, notes.map(Arc::new))
            }
        }
    }

    fn notes(&self) -> Option<&UnforwardedNotes> {
        match self {
            Self::Store(_, notes) | Self::Relay(_, notes) => notes.as_deref(),
        }
    }

    /// Connects to a relay, makes its stream where there is none, and answers with the stream's name, too.
    pub(crate) async fn open_relay(
        connection: RelayConnection,
        store: Option<StoreRecorder>,
        (screen, mask): (&Screen, SecretMask),
    ) -> Result<(Self, String), Error> {
        let stream = connection.ensure_stream().await.map_err(explain)?;
        let publisher = RelayPublisher::new(connection, mask);
        let recorder = RelayRecorder { publisher, store, screen: screen.clone(), counts: Default::default() };
        Ok((Self::Relay(Arc::new(recorder), None), stream))
    }

    /// What went to a relay, where there is one.
    pub(crate) fn counts(&self) -> Option<RelayCounts> {
        let Self::Relay(relay, _) = self else { return None };
        let [published, published_before, unpublished] =
            [0, 1, 2].map(|which: usize| relay.counts[which].load(Ordering::Relaxed));
        Some(RelayCounts { published, published_before, unpublished })
    }

    fn store(&self) -> Result<&StoreRecorder, ArrivalRecordError> {
        match self {
            Self::Store(store, _) => Ok(store),
            Self::Relay(relay, _) => {
                let none = || ArrivalRecordError::Unavailable("there is none".into());
                relay.store.as_ref().ok_or_else(none)
            }
        }
    }
}

impl RelayRecorder {
    async fn record(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        let published = match self.publisher.publish(&arrival).await {
            Ok(published) => published,
            Err(error) => {
                self.counts[2].fetch_add(1, Ordering::Relaxed);
                return Err(ArrivalRecordError::Unpublished(error.to_string()));
            }
        };
        self.counts[0].fetch_add(1, Ordering::Relaxed);
        self.counts[1].fetch_add(u64::from(published.duplicate), Ordering::Relaxed);
        let at = arrival.at;
        let recorded = match &self.store {
            Some(store) => store.record_arrival(arrival).await?,
            None => number_as_stream(&published),
        };
        let PublishedMessage { stream, sequence, duplicate } = published;
        let told = PublishedReport { event: recorded.event, stream, sequence, duplicate };
        if self.screen.has_room() {
            self.screen.send_report(Report { at, what: ReportKind::Published(told) });
        }
        Ok(recorded)
    }
}

/// Without a store the stream's numbers are the only ones, and nobody knows when a first one came.
fn number_as_stream(published: &PublishedMessage) -> RecordedArrival {
    let of = published.sequence;
    let repeat = published.duplicate.then_some(ArrivalRepeat { kind: RepeatKind::Duplicate, of, gap_ms: None });
    RecordedArrival { event: of, arrival: of, repeat, out_of_order: false }
}

impl ArrivalRecorder for EventRecorder {
    async fn record_arrival(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        match self {
            Self::Store(store, _) => store.record_arrival(arrival).await,
            // In a box of its own: listeners without a relay are not to carry the room for it.
            Self::Relay(relay, _) => Box::pin(relay.record(arrival)).await,
        }
    }

    async fn record_refused(&self, refused: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        self.store()?.record_refused(refused).await
    }

    async fn record_attempt(&self, attempt: Attempt) -> Result<(), ArrivalRecordError> {
        let (event, url) = (attempt.event, attempt.url.clone());
        let recorded = match self.store() {
            Ok(store) => ArrivalRecorder::record_attempt(store, attempt).await,
            Err(_) => Ok(()),
        };
        // What could not be recorded is still found by the notes.
        if recorded.is_ok() {
            self.note_unneeded(event, &url);
        }
        recorded
    }

    async fn record_attempts(&self, attempts: Vec<Attempt>) -> Result<(), ArrivalRecordError> {
        let noted: Vec<_> = attempts.iter().map(|attempt| (attempt.event, attempt.url.clone())).collect();
        let recorded = match self.store() {
            Ok(store) => store.record_attempts(attempts).await,
            Err(_) => Ok(()),
        };
        if recorded.is_ok() {
            noted.iter().for_each(|(event, url)| self.note_unneeded(*event, url));
        }
        recorded
    }

    fn note_waiting(&self, event: u64, url: &str) {
        if let Some(notes) = self.notes() {
            notes.note_waiting(event, url);
        }
    }

    fn note_unneeded(&self, event: u64, url: &str) {
        if let Some(notes) = self.notes() {
            notes.note_done(event, url);
        }
    }

    async fn was_forwarded(&self, event: u64, url: &str) -> Result<bool, ArrivalRecordError> {
        match self.store() {
            Ok(store) => store.was_forwarded(event, url).await,
            Err(_) => Ok(false),
        }
    }

    async fn find_arrival_after(&self, arrival: u64) -> Result<Option<UnforwardedArrival>, ArrivalRecordError> {
        self.store()?.find_arrival_after(arrival).await
    }

    async fn was_acknowledged(&self, event: u64, url: &str, since: Timestamp) -> Result<bool, ArrivalRecordError> {
        self.store()?.was_acknowledged(event, url, since).await
    }

    async fn load_owed(&self, url: &str) -> Result<OwedForwards, ArrivalRecordError> {
        let mut owed = self.store()?.load_owed(url).await?;
        // What another listener that runs is about to forward there is its affair.
        let held = self.notes().map(|notes| notes.list_held_elsewhere(url)).unwrap_or_default();
        owed.events.retain(|forward| !held.contains(&forward.event));
        Ok(owed)
    }

    async fn record_owed(&self, owed: UnmadeForwards) -> Result<Vec<u64>, ArrivalRecordError> {
        self.store()?.record_owed(owed).await
    }

    async fn settle_owed(&self, event: u64, url: &str) -> Result<(), ArrivalRecordError> {
        self.store()?.settle_owed(event, url).await
    }

    async fn save_progress(&self, url: &str, progress: ForwardProgress) -> Result<(), ArrivalRecordError> {
        self.store()?.save_progress(url, progress).await
    }
}
