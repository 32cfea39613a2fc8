//! A connection to the servers of one cluster: opened within a few seconds or refused with the reason, and then kept
//! by coming back for as long as it takes. Losing it and having it again are told once each.

use super::words::{describe_right, last_cause};
use crate::clock::SharedClock;
use crate::exchange::describe_tls_error;
use crate::protocol::relay_address::RelayAddress;
use crate::relay::told::{RelayAccess, RelayError, RelayNews, RelayVoice};
use async_nats::jetstream::{self, context::ContextBuilder};
use async_nats::{Client, ClientError, ConnectOptions, Event, ServerError};
use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Time that a publish has, connection and answer together: below the five seconds of the service, with room for the
/// answer on its way back.
pub(super) const ANSWER_BUDGET: Duration = Duration::from_millis(3_500);

/// Time that the first connection has.
const CONNECT_BUDGET: Duration = Duration::from_secs(5);

/// What the library keeps for servers that are away: some, so that messages go out together, and few, because those whose
/// senders were answered 503 are kept as well, each with its body.
const KEPT_COMMANDS: usize = 64;

/// An open connection.
#[derive(Clone)]
pub(crate) struct RelayConnection {
    pub(super) address: RelayAddress,
    pub(super) clock: SharedClock,
    pub(super) jetstream: jetstream::Context,
    pub(super) voice: RelayVoice,
    /// What the servers refused last for want of a right.
    pub(super) refusals: Arc<watch::Sender<Option<String>>>,
    pub(super) client: Client,
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
            // Subjects are made here, of an address that was checked and of tokens.
            .skip_subject_validation(true)
            .client_capacity(KEPT_COMMANDS)
            .reconnect_delay_callback(|attempt| Duration::from_millis((50 << attempt.min(4)).min(1_000)))
            .ping_interval(Duration::from_secs(5));
        let refusals = Arc::new(watch::Sender::new(None));
        let news = watch_connection(clock.clone(), voice.clone(), refusals.clone());
        options = options.event_callback(move |event| {
            news(&event);
            std::future::ready(())
        });
        if let Some(text) = &access.credentials {
            options = options.credentials(text).map_err(|error| RelayError::Credentials(error.to_string()))?;
        }
        if let Some(config) = access.trust.configure_given() {
            options = options.tls_client_config(config);
        }
        let connecting = options.connect(&address.servers[..]);
        let client = tokio::select! {
            client = connecting => client.map_err(|error| explain_connect(address, access.credentials.is_some(), &error))?,
            () = clock.sleep(CONNECT_BUDGET) => return Err(RelayError::Unreachable(format!("no answer from {address}"))),
        };
        let info = client.server_info();
        if !info.headers {
            return Err(RelayError::TooOld(format!("{address} is a server of version {}", info.version)));
        }
        let jetstream = ContextBuilder::new().timeout(CONNECT_BUDGET).ack_timeout(ANSWER_BUDGET).build(client.clone());
        Ok(Self { address: address.clone(), clock, jetstream, voice, refusals, client })
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

fn explain_connect(address: &RelayAddress, gave: bool, error: &async_nats::ConnectError) -> RelayError {
    use async_nats::ConnectErrorKind::{Authentication, AuthorizationViolation, TimedOut};
    let reached = |why: String| RelayError::Unreachable(format!("{address} cannot be reached: {why}"));
    match error.kind() {
        Authentication | AuthorizationViolation => RelayError::Denied { address: address.to_string(), gave },
        TimedOut => reached("nothing there answers as a NATS server does".into()),
        _ => reached(describe_tls(error).unwrap_or_else(|| last_cause(&error.to_string()))),
    }
}

/// What TLS failed for, if it is that, in the words that all of the program has for it.
fn describe_tls(error: &async_nats::ConnectError) -> Option<String> {
    let io = error.source()?.downcast_ref::<std::io::Error>()?;
    let words = describe_tls_error(io.get_ref()?.downcast_ref::<rustls::Error>()?);
    Some(words.replace("--ca-file", "--nats-ca").replace("http://", "nats://"))
}

/// Tells the first loss and the return, and once in between that it is refused; notes what is refused for want of a right.
fn watch_connection(
    clock: SharedClock,
    voice: RelayVoice,
    refusals: Arc<watch::Sender<Option<String>>>,
) -> impl Fn(&Event) + Send + Sync + 'static {
    let lost: Mutex<Option<(Duration, bool)>> = Mutex::new(None);
    let told = AtomicBool::new(false);
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
            Event::ServerError(ServerError::Other(words)) => {
                if let Some((_, what)) = words.split_once("Permissions Violation for ") {
                    let what = describe_right(what);
                    // Without this one events come again for ever.
                    if what.contains("$JS.ACK.") && !told.swap(true, Ordering::Relaxed) {
                        voice(RelayNews::Forbidden(what.clone()));
                    }
                    refusals.send_replace(Some(what));
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
