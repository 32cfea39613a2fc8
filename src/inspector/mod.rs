//! The inspector: a page to look at the history with, live, and to act from.
//!
//! A small server on this machine hands out the page, which is plain HTML, CSS and ES modules embedded in the program,
//! and an HTTP interface below `/api/`. What that answers are the records of `--json`, line for line, so that the page
//! knows nothing that a script cannot know as well. `docs/inspector.md` describes the paths.
//!
//! | file | holds |
//! |---|---|
//! | `access` | who gets in: host, origin, token, and the header that no form can send |
//! | `assets` | the page |
//! | `answer` | answers, and the header fields that go with each |
//! | `router` | which path is answered by whom |
//! | `query`, `reading` | which events are asked for, and reading them |
//! | `stream` | what happens, as it happens |
//! | `seats` | how many may follow that, and what waits for them |
//! | `timeline` | when things happened, and how long answers took |
//! | `acting`, `delivering` | what the page may do |
//! | `sandboxes` | the sandbox that runs beside |
//! | `readers` | connections to the store |
//! | `beside` | the options that start it beside a listener or a sandbox |
//! | `door` | the socket, the token, and the URL that is opened |
//!
//! Secrets never leave: the page is told what they explain, and what they sign is signed here.

mod access;
mod acting;
mod answer;
mod assets;
mod beside;
mod delivering;
mod door;
mod query;
mod readers;
mod reading;
mod router;
mod sandboxes;
mod seats;
mod stream;
#[cfg(test)]
mod tests;
mod timeline;

pub(crate) use beside::InspectOptions;
pub(crate) use door::{InspectorDoor, RunningInspector, open_browser};

/// The port where nobody names one.
pub(crate) const PORT: u16 = 4243;

use crate::config::ConfigSettings;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;

use crate::clock::SharedClock;
use crate::context::EntropySource;
use crate::diagnose::KnownSecret;
use crate::exchange::{HttpClient, TlsTrust};
use crate::protocol::secrecy::SecretMask;
use crate::protocol::signature::HmacKey;
use crate::session::diagnosis::collect_known_secrets;
use crate::session::registry;
use crate::store::{EmailIndex, Store, StoreRecorder};
use access::AccessRules;
use readers::ReaderPool;
use seats::StreamTable;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use url::Url;

/// What an inspector stands among.
pub(crate) struct InspectorContext {
    pub clock: SharedClock,
    /// Source of ids and of what is made up.
    pub entropy: EntropySource,
    /// The profile's name.
    pub profile: String,
    /// The file that is read.
    pub store: PathBuf,
    /// Where what is sent from the page is recorded.
    pub recorder: StoreRecorder,
    /// The client that sends it.
    pub exchange: HttpClient,
    /// What it is signed with.
    pub key: HmacKey,
    /// Secrets that may explain a signature that does not hold.
    pub known: Vec<KnownSecret>,
    /// The listener beside it.
    pub listener: Option<Url>,
    /// Secrets that are left out of every answer.
    pub mask: SecretMask,
}

impl InspectorContext {
    /// Puts it together from what a command has.
    pub(crate) fn collect(
        context: &Context,
        settings: &ConfigSettings,
        (secrets, store): (&WebhookSecrets, &Store),
        listener: Option<Url>,
    ) -> Self {
        Self {
            clock: context.clock.clone(),
            entropy: context.entropy.clone(),
            profile: settings.profile.value.clone(),
            store: store.path().to_path_buf(),
            recorder: store.recorder(),
            exchange: HttpClient::trusting(TlsTrust::read(None, false).unwrap_or_default()),
            key: secrets.signing().key(),
            known: collect_known_secrets(context, settings, secrets),
            listener,
            mask: context.secret_mask(),
        }
    }
}

/// An inspector that runs. Cloning shares it.
#[derive(Clone)]
struct Inspector(Arc<InspectorState>);

struct InspectorState {
    around: InspectorContext,
    access: AccessRules,
    readers: ReaderPool,
    streams: StreamTable,
    addresses: Arc<Mutex<EmailIndex>>,
    /// The client that asks a sandbox.
    sandbox_client: HttpClient,
    /// Whether it is about to end.
    closing: watch::Receiver<bool>,
}

impl InspectorState {
    /// The listener beside it, else one that runs on the same store.
    fn find_listener(&self) -> Option<Url> {
        self.around.listener.clone().or_else(|| registry::find_listener(&self.around.store))
    }
}
