//! A listener that can be reached from outside: a public address that is made or named, tried out, registered where
//! that was asked for, watched, and given up again before the listener ends.

use super::faults::{last_words, no_address, reachable, with_advice};
use super::reach::check_reach;
use crate::child;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::screen::Screen;
use crate::protocol::report::{ExposureReach, ExposureReport, Report, ReportKind};
use crate::receive::ListenerGreeting;
use crate::session::listener::ListenerShutdown;
use crate::session::subscriptions::SubscriptionFailure;
use crate::tunnel::{self, START_LIMIT, Tunnel, TunnelOptions, TunnelProvider};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use url::Url;

/// How often a public address is tried before it is taken for wrong, where it was named and nothing is being started.
const TRIES: usize = 5;

/// The pause between these tries.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a tunnel may be silent until it is said that it is waited for.
const SILENCE: Duration = Duration::from_secs(3);

/// Time that a tunnel's address has, once it is said, until it leads here.
const REACH_LIMIT: Duration = Duration::from_secs(30);

/// Lines of a tunnel's program that are kept.
const HEARD: usize = 200;

/// Where the public address comes from.
#[derive(Debug, Clone)]
pub(super) enum PublicAddressSource {
    /// The user names it.
    Named(Url),
    /// A program makes it.
    Tunnel(TunnelProvider),
    /// There is none: the hosted API is emulated on this machine, and finds the listener here.
    Here,
}

impl PublicAddressSource {
    /// As it was asked for.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Named(_) => "--public-url".into(),
            Self::Tunnel(provider) => provider.to_string(),
            Self::Here => "this machine".into(),
        }
    }
}

/// What is done with the address.
pub(super) trait AddressRegistrar {
    /// Whether such an address may be registered at all. Asked before it is tried out.
    fn accepts(&self, target: &Url) -> Result<(), Error>;
    /// Registers it. What is said about it is said here.
    fn register_address(&mut self, target: &Url) -> impl Future<Output = Result<(), SubscriptionFailure>>;
    /// Takes back what was registered. What is said about it is said here.
    fn unregister_address(&mut self) -> impl Future<Output = ()>;
}

/// Whether a listener could ever be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExposureEnd {
    /// It could.
    Opened,
    /// It ended before.
    NeverOpen,
}

/// The address alone is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoRegistrar;

impl AddressRegistrar for NoRegistrar {
    fn accepts(&self, _: &Url) -> Result<(), Error> {
        Ok(())
    }

    async fn register_address(&mut self, _: &Url) -> Result<(), SubscriptionFailure> {
        Ok(())
    }

    async fn unregister_address(&mut self) {}
}

/// A listener's way to its public address.
pub(super) struct ListenerExposure<'a> {
    /// Where the address comes from.
    pub means: PublicAddressSource,
    /// Where the listener accepts deliveries, path included.
    pub door: Url,
    /// How it is told from any other server.
    pub greeting: ListenerGreeting,
    /// Whether the address may be one of this machine.
    pub loopback: bool,
    /// Clock, folder, this program.
    pub context: &'a Context,
    /// Where it is told.
    pub screen: &'a Screen,
    /// What a tunnel's program said so far, of which the last helps where it never comes up.
    pub heard: Arc<Mutex<Vec<String>>>,
}

/// An address that leads here, and what has to run for that.
struct OpenAddress {
    target: Url,
    tunnel: Option<Tunnel>,
}

/// The program that a tunnel needs, looked for before anything else is done.
pub(super) fn find_program(provider: &TunnelProvider, context: &Context) -> Result<(), Error> {
    let Some((name, install)) = provider.program() else { return Ok(()) };
    match tunnel::find_program(name, context.environment.get("PATH")) {
        Some(_) => Ok(()),
        None => Err(Error::machine(format!("{name} is not installed")).hint(format!("install it: {install}"))),
    }
}

impl ListenerExposure<'_> {
    /// Makes the listener reachable, registers the address, and keeps both up until the listener is about to end; then
    /// takes everything back.
    ///
    /// # Errors
    /// There is no address, it does not lead here, or it cannot be registered.
    pub(super) async fn run(
        &self,
        register: &mut impl AddressRegistrar,
        leaving: ListenerShutdown,
    ) -> Result<ExposureEnd, Error> {
        let mut open = tokio::select! {
            biased;
            () = leaving.wait() => return Ok(ExposureEnd::NeverOpen),
            open = self.open(register) => open?,
        };
        self.report_state(ExposureReach::Up, Some(&open.target), None, None);
        // Not to be cut off: a call that is under way may already have been heard.
        let entered = register.register_address(&open.target).await;
        if entered.is_ok() {
            self.keep(&mut open, register, &leaving).await;
            register.unregister_address().await;
        }
        if let Some(tunnel) = open.tunnel {
            tunnel.close().await;
        }
        match entered {
            Err(SubscriptionFailure::Failed(error)) => Err(error),
            // Nothing is registered, and the listener is about to end.
            Ok(()) | Err(SubscriptionFailure::Stopped(_)) => Ok(ExposureEnd::Opened),
        }
    }

    /// Watches the tunnel and starts it again, until the listener is about to end.
    async fn keep(&self, open: &mut OpenAddress, register: &mut impl AddressRegistrar, leaving: &ListenerShutdown) {
        let mut delays = tunnel::restart_delays();
        loop {
            let Some(tunnel) = &mut open.tunnel else { return leaving.wait().await };
            let why = tokio::select! {
                biased;
                () = leaving.wait() => return,
                ended = tunnel.wait() => self.describe_end(tunnel, ended.ok()),
            };
            open.tunnel = None;
            let again = tokio::select! {
                biased;
                () = leaving.wait() => return,
                again = self.reopen(why, register, &mut delays) => again,
            };
            let moved = again.target != open.target;
            *open = again;
            self.report_state(ExposureReach::Up, Some(&open.target), None, None);
            if moved {
                self.show_notice(format!("The public address has changed to {}.", open.target));
                register.unregister_address().await;
                if let Err(SubscriptionFailure::Failed(error)) = register.register_address(&open.target).await {
                    self.show_notice(format!("The new address is not subscribed: {error}."));
                }
            }
            delays = tunnel::restart_delays();
        }
    }

    async fn reopen(
        &self,
        mut why: String,
        register: &impl AddressRegistrar,
        delays: &mut impl Iterator<Item = Duration>,
    ) -> OpenAddress {
        loop {
            let delay = delays.next().unwrap_or(REACH_LIMIT);
            self.report_state(ExposureReach::Lost, None, Some(why), Some(delay));
            self.context.clock.sleep(delay).await;
            match self.open(register).await {
                Ok(open) => return open,
                Err(error) => why = error.message,
            }
        }
    }

    /// An address that leads here.
    async fn open(&self, register: &impl AddressRegistrar) -> Result<OpenAddress, Error> {
        match &self.means {
            PublicAddressSource::Here => {
                register.accepts(&self.door)?;
                Ok(OpenAddress { target: self.door.clone(), tunnel: None })
            }
            PublicAddressSource::Named(url) => {
                let target = self.target(url);
                register.accepts(&target)?;
                self.try_named(target).await
            }
            PublicAddressSource::Tunnel(provider) => {
                if let Some(host) = provider.plain_host()
                    && let Ok(url) = Url::parse(&format!("http://{host}"))
                {
                    register.accepts(&url)?;
                }
                self.open_tunnel(provider, register).await
            }
        }
    }

    /// The address with the listener's path. A path that the user's own proxy has already is left as it is.
    fn target(&self, base: &Url) -> Url {
        let mut target = base.clone();
        if matches!(self.means, PublicAddressSource::Tunnel(_)) || base.path() == "/" {
            target.set_path(&format!("{}{}", base.path().trim_end_matches('/'), self.door.path()));
        }
        target
    }

    async fn try_named(&self, target: Url) -> Result<OpenAddress, Error> {
        let mut words = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.context.clock.sleep(PAUSE).await;
            }
            match check_reach(&target, &self.greeting).await {
                Ok(()) => return Ok(OpenAddress { target, tunnel: None }),
                Err(what) => words = what,
            }
        }
        Err(Error::new(ErrorCategory::Network, format!("{target} does not lead to this listener: {words}"))
            .hint(format!("it must pass requests on to {}", self.door)))
    }

    async fn open_tunnel(
        &self,
        provider: &TunnelProvider,
        register: &impl AddressRegistrar,
    ) -> Result<OpenAddress, Error> {
        let mut tunnel = self.start(provider)?;
        let mut addresses = tunnel.addresses();
        let started = tunnel.addresses();
        let too_late = async {
            self.context.clock.sleep(START_LIMIT).await;
            if !started.borrow().is_empty() {
                self.context.clock.sleep(REACH_LIMIT).await;
            }
        };
        let mut tried = None;
        let found = tokio::select! {
            biased;
            found = self.find(&mut addresses, register, &mut tried) => found.map_err(Some),
            () = self.say_that_it_waits(provider, &started) => Err(None),
            ended = tunnel.wait() => Err(Some(with_advice(provider, self.describe_end(&tunnel, ended.ok())))),
            () = too_late => Err(None),
        };
        match found {
            Ok(target) => Ok(OpenAddress { target, tunnel: Some(tunnel) }),
            Err(error) => {
                let error = error.unwrap_or_else(|| no_address(provider, tried, &last_words(&tunnel)));
                tunnel.close().await;
                Err(error)
            }
        }
    }

    /// Says, where a tunnel stays silent for some seconds, that it is waited for. Never ends.
    async fn say_that_it_waits(&self, provider: &TunnelProvider, started: &watch::Receiver<Vec<Url>>) {
        self.context.clock.sleep(SILENCE).await;
        if started.borrow().is_empty() {
            let (name, seconds) = (provider.name(), START_LIMIT.as_secs());
            self.show_notice(format!("waiting for {name} to say its public URL, {seconds} s at most"));
        }
        std::future::pending().await
    }

    fn start(&self, provider: &TunnelProvider) -> Result<Tunnel, Error> {
        let Some(local) = self.door.socket_addrs(|| None).ok().and_then(|found| found.first().copied()) else {
            return Err(Error::machine(format!("{} is not an address of this machine", self.door)));
        };
        let (name, screen, clock) = (provider.name(), self.screen.clone(), Arc::clone(&self.context.clock));
        let verbose = self.context.globals.verbose;
        let heard = Arc::clone(&self.heard);
        let ear = move |line: &str| {
            let mut lines = heard.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line.to_owned());
            let surplus = lines.len().saturating_sub(HEARD);
            lines.drain(..surplus);
            drop(lines);
            if verbose {
                let what = ReportKind::Notice { message: format!("{name}: {line}") };
                screen.send_report(Report { at: clock.now(), what });
            }
        };
        let beginning = TunnelOptions {
            program: &self.context.program,
            directory: &self.context.directory,
            path: self.context.environment.get("PATH"),
            local: reachable(local),
            loopback: self.loopback,
            ear: Arc::new(ear),
            clock: Arc::clone(&self.context.clock),
        };
        Tunnel::start(provider, &beginning)
            .map_err(|error| Error::machine(format!("cannot start {name}: {error}")).caused_by(error))
    }

    /// The first of the addresses so far that leads here. A program may name others beside it: each is tried.
    async fn find(
        &self,
        addresses: &mut watch::Receiver<Vec<Url>>,
        register: &impl AddressRegistrar,
        tried: &mut Option<(Url, String)>,
    ) -> Result<Url, Error> {
        let clock = &self.context.clock;
        loop {
            let known = addresses.borrow_and_update().clone();
            let mut refused = None;
            for base in &known {
                let target = self.target(base);
                if let Err(error) = register.accepts(&target) {
                    refused = Some(error);
                    continue;
                }
                match check_reach(&target, &self.greeting).await {
                    Ok(()) => return Ok(target),
                    Err(what) => *tried = Some((target, what)),
                }
            }
            tokio::select! {
                news = addresses.changed() => if news.is_err() { std::future::pending::<()>().await },
                () = clock.sleep(PAUSE), if !known.is_empty() => if let (Some(error), None) = (refused, &tried) {
                    return Err(error);
                },
            }
        }
    }

    /// How a tunnel's program ended, and what it said last.
    fn describe_end(&self, tunnel: &Tunnel, ended: Option<child::ChildExit>) -> String {
        let name = match &self.means {
            PublicAddressSource::Tunnel(provider) => provider.name(),
            _ => "the tunnel",
        };
        let how = match ended {
            Some(child::ChildExit::Code(code)) => format!("ended with {code}"),
            Some(child::ChildExit::Signal(number)) => format!("was killed by signal {number}"),
            None => "was lost".to_owned(),
        };
        format!("{name} {how}{}", last_words(tunnel))
    }

    fn report_state(
        &self,
        state: ExposureReach,
        url: Option<&Url>,
        message: Option<String>,
        again_in: Option<Duration>,
    ) {
        let report = ExposureReport { state, by: self.means.name(), url: url.map(Url::to_string), message, again_in };
        self.screen.send_report(Report { at: self.context.clock.now(), what: ReportKind::Exposure(report) });
    }

    fn show_notice(&self, message: String) {
        self.screen.send_report(Report { at: self.context.clock.now(), what: ReportKind::Notice { message } });
    }
}
