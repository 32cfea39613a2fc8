//! Where a listener's requests come from: a socket, or a relay that they reached elsewhere.

use super::registry;
use super::relay_intake::RelayIntake;
use crate::clock::SharedClock;
use crate::error::Error;
use crate::logging::{self, LogFact};
use crate::protocol::arrival::ArrivalRecorder;
use crate::receive::{self, ServerLimits, WebhookReceiver};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use url::Url;

/// A bound socket. Connections queue up there until it is served.
#[derive(Debug)]
pub(crate) struct BoundListener {
    /// Where deliveries go.
    pub url: Url,
    listener: TcpListener,
}

impl BoundListener {
    /// Binds. Port 0 picks a free one; the URL tells which. Where the port is taken, the listeners on `store` are asked.
    pub(crate) async fn bind(address: SocketAddr, path: Option<&str>, store: Option<&Path>) -> Result<Self, Error> {
        let listener = listen(address).map_err(|error| cannot_bind(address, error, store))?;
        let local = listener.local_addr().map_err(|error| cannot_bind(address, error, store))?;
        let url = Url::parse(&format!("http://{local}{}", path.unwrap_or("/")))
            .map_err(|error| Error::usage(format!("the path cannot be used in a URL: {error}")).caused_by(error))?;
        logging::note("listening", &[("on", LogFact::Origin(&url))]);
        Ok(Self { url, listener })
    }

    /// Answers 503 for as long as something else is not ready; the sender comes again. What is ready in a moment is not
    /// noticed: connections wait for it.
    pub(crate) async fn answer_meanwhile<T>(
        self,
        clock: &SharedClock,
        ready: impl Future<Output = T>,
    ) -> Result<(Self, T), Error> {
        let mut ready = pin!(ready);
        tokio::select! {
            done = &mut ready => return Ok((self, done)),
            () = clock.sleep(UNNOTICED) => {}
        }
        let cannot = |error: std::io::Error| Error::machine(format!("cannot listen on {}: {error}", self.url));
        let listener = self.listener.into_std().map_err(cannot)?;
        let meanwhile = listener.try_clone().and_then(TcpListener::from_std).map_err(cannot)?;
        let mut done = None;
        receive::serve(meanwhile, receive::unready_router(), ServerLimits::default(), async {
            done = Some(ready.await)
        })
        .await;
        let listener = TcpListener::from_std(listener).map_err(cannot)?;
        let done = done.ok_or_else(|| Error::machine("the listener ended before it began"))?;
        Ok((Self { url: self.url, listener }, done))
    }

    /// The socket alone, for who serves it in another way.
    pub(crate) fn into_listener(self) -> TcpListener {
        self.listener
    }
}

/// Connections that the system holds until they are accepted. Where a flood fills the queue, the system drops whoever
/// comes next, and that one tries again a second later.
const QUEUE: u32 = 4096;

/// How long connections wait before they are answered that nobody is ready.
const UNNOTICED: Duration = Duration::from_secs(1);

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Elsewhere it would let others take the port.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(QUEUE)
}

fn cannot_bind(address: SocketAddr, error: std::io::Error, store: Option<&Path>) -> Error {
    let holder = || store.and_then(|store| registry::find_process_on_port(store, address.port()));
    if error.kind() == ErrorKind::AddrInUse
        && let Some((command, process)) = holder()
    {
        let port = address.port();
        // One process alone can have a sandbox's data.
        let beside = match command == "sandbox" {
            true => "or run this one beside it, with data of its own: --port 0 --memory",
            false => "or run this one beside it: --port 0 picks a free one",
        };
        return Error::machine(format!("port {port} is in use by another referralloop {command} (process {process})"))
            .caused_by(error)
            .hint("end that one with Ctrl-C where it runs; in a shell where it is stopped, fg brings it back")
            .hint(beside);
    }
    let neighbour = || store.and_then(|store| registry::find_neighbour_on_port(store, address.port()));
    if error.kind() == ErrorKind::AddrInUse
        && let Some((profile, command, process)) = neighbour()
    {
        let port = address.port();
        let who = format!("referralloop {command} of profile {profile} (process {process})");
        return Error::machine(format!("port {port} is in use by {who}"))
            .caused_by(error)
            .hint(format!("end that one with Ctrl-C where it runs, or work with it: --profile {profile}"))
            .hint("or run this one beside it: --port 0 picks a free one");
    }
    let told = Error::machine(match error.kind() {
        ErrorKind::AddrInUse => format!("port {} is in use", address.port()),
        ErrorKind::PermissionDenied => format!("port {} needs privileges", address.port()),
        ErrorKind::AddrNotAvailable => format!("{} is not an address of this machine", address.ip()),
        _ => format!("cannot listen on {address}: {error}"),
    });
    let another = matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied);
    let told = told.caused_by(error);
    if another { told.hint("--port 0 picks a free one") } else { told }
}

/// Who listens on every address is reached from here by the one of this machine, and from elsewhere by its name.
pub(crate) fn name_this_machine(url: &Url) -> Url {
    let here = match url.host() {
        Some(url::Host::Ipv4(address)) if address.is_unspecified() => Some(IpAddr::from([127, 0, 0, 1])),
        Some(url::Host::Ipv6(address)) if address.is_unspecified() => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => None,
    };
    let mut named = url.clone();
    // It has a host, and takes another.
    here.map(|address| named.set_ip_host(address));
    named
}

/// Where requests come from.
pub(crate) enum ListenerIntake {
    Socket(BoundListener),
    Relay(Box<RelayIntake>),
}

impl From<BoundListener> for ListenerIntake {
    fn from(door: BoundListener) -> Self {
        Self::Socket(door)
    }
}

impl ListenerIntake {
    /// Hands requests to a receiver until it is the end. Answers whether it ended before, as another listener took its place.
    pub(crate) async fn serve<R: ArrivalRecorder>(
        self,
        receiver: &WebhookReceiver<R>,
        limits: ServerLimits,
        end: impl Future<Output = ()>,
    ) -> bool {
        match self {
            Self::Socket(door) => {
                let (app, faults) = (receive::router(receiver.clone()), receiver.observe_faults());
                receive::serve_observed(door.listener, app, limits, faults, end).await;
                false
            }
            Self::Relay(intake) => intake.serve(receiver, end).await,
        }
    }
}
