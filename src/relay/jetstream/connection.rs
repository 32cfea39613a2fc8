//! A connection to the servers of one cluster: opened within a few seconds or refused with the reason, and then kept
//! by coming back for as long as it takes. Losing it and having it again are told once each.

use crate::clock::SharedClock;
use crate::protocol::relay_address::RelayAddress;
use crate::relay::told::{RelayAccess, RelayError, RelayNews, RelayVoice};
use async_nats::jetstream::context::{ContextBuilder, GetStreamByNameErrorKind};
use async_nats::jetstream::{self, stream};
use async_nats::{Client, ClientError, ConnectOptions, Event};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time that a publish has, connection and answer together: below the five seconds of the service, with room for the
/// answer on its way back.
pub(super) const ANSWER_BUDGET: Duration = Duration::from_millis(3_500);

/// Time that the first connection has.
const CONNECT_BUDGET: Duration = Duration::from_secs(5);

/// The service repeats a delivery for 81 minutes: within this time a repeat is one message.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(2 * 3600);

const STREAM_AGE: Duration = Duration::from_secs(30 * 24 * 3600);
const STREAM_BYTES: i64 = 1 << 30;

/// An open connection.
#[derive(Clone)]
pub(crate) struct RelayConnection {
    pub(super) address: RelayAddress,
    pub(super) clock: SharedClock,
    pub(super) jetstream: jetstream::Context,
    pub(super) voice: RelayVoice,
    client: Client,
}

impl RelayConnection {
    /// Opens a connection.
    pub(crate) async fn open(
        address: &RelayAddress,
        access: &RelayAccess,
        clock: SharedClock,
        voice: RelayVoice,
    ) -> Result<Self, RelayError> {
        let mut options = ConnectOptions::new()
            .name("referralloop")
            .connection_timeout(CONNECT_BUDGET / 2)
            .reconnect_delay_callback(|attempt| Duration::from_millis((50 << attempt.min(4)).min(1_000)))
            .ping_interval(Duration::from_secs(5));
        let news = watch_connection(clock.clone(), voice.clone());
        options = options.event_callback(move |event| {
            news(&event);
            std::future::ready(())
        });
        if let Some(text) = &access.credentials {
            options = options.credentials(text).map_err(|error| RelayError::Credentials(error.to_string()))?;
        }
        if let Some(path) = &access.ca_file {
            options = options.add_root_certificates(path.clone());
        }
        let connecting = options.connect(&address.servers[..]);
        let client = tokio::select! {
            client = connecting => client.map_err(|error| explain_connect(address, &error))?,
            () = clock.sleep(CONNECT_BUDGET) => return Err(RelayError::Unreachable(format!("no answer from {address}"))),
        };
        let jetstream = ContextBuilder::new().timeout(CONNECT_BUDGET).ack_timeout(ANSWER_BUDGET).build(client.clone());
        Ok(Self { address: address.clone(), clock, jetstream, voice, client })
    }

    /// The stream that keeps the subject; made where there is none, and never changed where there is one.
    pub(crate) async fn ensure_stream(&self) -> Result<String, RelayError> {
        match self.find_stream().await {
            Err(RelayError::NoStream(_)) => {}
            found => return found,
        }
        let config = stream::Config {
            name: self.address.stream_name(),
            subjects: vec![self.address.all_subjects()],
            max_age: STREAM_AGE,
            max_bytes: STREAM_BYTES,
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: if self.address.servers.len() >= 3 { 3 } else { 1 },
            description: Some("Webhook deliveries, made by referralloop".into()),
            ..stream::Config::default()
        };
        let made = self.jetstream.create_stream(config).await.map_err(|error| {
            let why = last_cause(&error.to_string());
            RelayError::Unreachable(format!("the stream {} cannot be made: {why}", self.address.stream_name()))
        })?;
        Ok(made.cached_info().config.name.clone())
    }

    /// The name of the stream that keeps the subject.
    pub(super) async fn find_stream(&self) -> Result<String, RelayError> {
        let subjects = self.address.all_subjects();
        self.jetstream.stream_by_subject(subjects.clone()).await.map_err(|error| match error.kind() {
            GetStreamByNameErrorKind::NotFound => RelayError::NoStream(subjects),
            _ => RelayError::Unreachable(format!(
                "{} does not tell which stream keeps {subjects}: {}",
                self.address,
                last_cause(&error.to_string())
            )),
        })
    }

    /// How many servers there are, as far as anybody told.
    pub(super) fn count_servers(&self) -> usize {
        self.address.servers.len().max(self.client.server_info().connect_urls.len())
    }

    /// The largest message that a server takes.
    pub(super) fn max_message(&self) -> u64 {
        self.client.max_payload() as u64
    }

    /// Sends what is still under way, for a moment at most.
    pub(super) async fn flush(&self) {
        tokio::select! {
            _ = self.client.flush() => {}
            () = self.clock.sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// What is behind "request error: request failed: …".
pub(super) fn last_cause(error: &str) -> String {
    error.rsplit(": ").next().unwrap_or_default().to_owned()
}

fn explain_connect(address: &RelayAddress, error: &async_nats::ConnectError) -> RelayError {
    use async_nats::ConnectErrorKind::{Authentication, AuthorizationViolation};
    match error.kind() {
        Authentication | AuthorizationViolation => RelayError::Denied(format!("{address} refuses these credentials")),
        _ => RelayError::Unreachable(format!("{address} cannot be reached: {error}")),
    }
}

/// Tells the first loss and the return, and once in between that it is refused.
fn watch_connection(clock: SharedClock, voice: RelayVoice) -> impl Fn(&Event) + Send + Sync + 'static {
    let lost: Mutex<Option<(Duration, bool)>> = Mutex::new(None);
    move |event| {
        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Disconnected if lost.is_none() => {
                *lost = Some((clock.monotonic(), false));
                voice(RelayNews::Lost);
            }
            Event::Connected => {
                if let Some((since, _)) = lost.take() {
                    voice(RelayNews::Back(clock.monotonic().saturating_sub(since)));
                }
            }
            // The library has no kind for it: only the words of its own.
            Event::ClientError(ClientError::Other(words)) if words.contains("authorization") => {
                if let Some((_, refused @ false)) = lost.as_mut() {
                    *refused = true;
                    voice(RelayNews::Refused);
                }
            }
            _ => {}
        }
    }
}
