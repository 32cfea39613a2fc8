//! The socket of the inspector, the token that lets a browser in, and the URL that is opened.

use super::access::AccessRules;
use super::readers::ReaderPool;
use super::sandboxes::sandbox_client;
use super::seats::StreamTable;
use super::{Inspector, InspectorContext, InspectorState, router};
use crate::clock::SharedClock;
use crate::config::atomic;
use crate::context::{Context, EntropySource};
use crate::error::Error;
use crate::server::{self, ServerLimits};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a token may lie before another one is made: a page that is open when the program is started again goes on.
const TOKEN_LIFE: Duration = Duration::from_secs(12 * 3600);

/// Bytes of a token: nobody guesses 128 bits, and the URL fits on a line.
const TOKEN_BYTES: usize = 16;

/// Time that requests under way have at the end.
const DRAIN: Duration = Duration::from_secs(2);

/// A bound socket with its token.
#[derive(Debug)]
pub(crate) struct InspectorDoor {
    listener: TcpListener,
    address: SocketAddr,
    token: String,
}

impl InspectorDoor {
    /// Binds. The token is kept beside the store, for its owner alone.
    pub(crate) async fn bind(
        address: SocketAddr,
        store: &Path,
        (clock, entropy): (&SharedClock, &EntropySource),
    ) -> Result<Self, Error> {
        let cannot = |error: std::io::Error| {
            let told = Error::machine(match error.kind() {
                std::io::ErrorKind::AddrInUse => format!("port {} for the inspector is in use", address.port()),
                _ => format!("the inspector cannot listen on {address}: {error}"),
            });
            told.hint("an inspector of this profile that runs there shows the same; --inspect-port 0 picks a free port")
        };
        let listener = TcpListener::bind(address).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let token = load_token(&token_path(store), clock, entropy)?;
        Ok(Self { listener, address, token })
    }

    /// Where it is, without the token.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What is opened. A fragment is not sent to anybody.
    pub(crate) fn url(&self) -> String {
        format!("{}#token={}", self.origin(), self.token)
    }

    /// Begins to serve, on the runtime that this is called on.
    pub(crate) fn start(self, around: InspectorContext) -> RunningInspector {
        let (close, closing) = watch::channel(false);
        let access = AccessRules::new(self.address.port(), !self.address.ip().is_loopback(), &self.token);
        let (readers, streams) = (ReaderPool::new(around.store.clone()), StreamTable::new(around.clock.clone()));
        let state_closing = closing.clone();
        let state = InspectorState {
            around,
            access,
            readers,
            streams,
            addresses: Arc::default(),
            sandbox_client: sandbox_client(),
            closing,
        };
        let app = router::router(Inspector(Arc::new(state)));
        let limits = ServerLimits { drain: DRAIN, ..ServerLimits::default() };
        let mut stop = state_closing;
        let serving = async move {
            let stop = async move { drop(stop.wait_for(|closing| *closing).await) };
            server::serve(self.listener, app, limits, stop).await;
        };
        RunningInspector { close, serving: tokio::spawn(serving) }
    }
}

/// An inspector that serves.
#[derive(Debug)]
pub(crate) struct RunningInspector {
    close: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl RunningInspector {
    /// Ends it: streams at once, requests under way within a moment.
    pub(crate) async fn finish(self) {
        self.close.send_replace(true);
        // A server that failed has ended, too.
        let _ = self.serving.await;
    }
}

fn token_path(store: &Path) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".inspector");
    store.with_file_name(name)
}

/// The token of the last start where that was not long ago, else a new one.
fn load_token(path: &Path, clock: &SharedClock, entropy: &EntropySource) -> Result<String, Error> {
    let is_token = |text: &String| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == TOKEN_BYTES);
    let made = std::fs::metadata(path).and_then(|found| found.modified()).ok();
    let made = made.and_then(|made| jiff::Timestamp::try_from(made).ok());
    let is_young = |made: jiff::Timestamp| {
        let age = Duration::try_from(clock.now().duration_since(made)).unwrap_or_default();
        age < TOKEN_LIFE
    };
    let kept = made.is_some_and(is_young).then(|| std::fs::read_to_string(path).ok()).flatten().filter(is_token);
    let token = kept.unwrap_or_else(|| {
        let mut bytes = [0; TOKEN_BYTES];
        entropy(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    });
    // Written anew in any case: its age counts from the last start.
    atomic::write(path, token.as_bytes())
        .map_err(|error| Error::machine(format!("cannot write {}: {error}", path.display())))?;
    Ok(token)
}

/// Opens a URL in the browser. It is handed over in a file that only its owner can read: everybody on the machine can
/// read command lines.
pub(crate) fn open_browser(url: &str, store: &Path, context: &Context) -> Result<(), Error> {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".inspector.html");
    let file = store.with_file_name(name);
    let page = format!(
        "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0;url={url}\"><title>Inspector</title>\n"
    );
    let cannot = |error: std::io::Error| Error::machine(format!("cannot open a browser: {error}")).hint(url.to_owned());
    atomic::write(&file, page.as_bytes()).map_err(cannot)?;
    let opener = context.environment.get("BROWSER").map(std::ffi::OsStr::to_owned);
    let opener = opener.unwrap_or_else(|| if cfg!(target_os = "macos") { "open" } else { "xdg-open" }.into());
    let quiet = || Stdio::null();
    Command::new(opener).arg(file).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn().map(drop).map_err(cannot)
}
