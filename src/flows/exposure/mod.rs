//! A listener that can be reached from outside: a public address that is made or named, tried out, registered where
//! that was asked for, watched, and given up again before the listener ends.

mod leftovers;
mod reach;
mod subscribing;

pub use leftovers::tidy;
pub use reach::{greeting, hello};
pub use subscribing::{Subscribing, Wish};

use super::listener::Leaving;
use super::subscriptions::Ended;
use crate::child;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::screen::Screen;
use crate::protocol::report::{ExposureReport, Reach, Report, What};
use crate::receive::Greeting;
use crate::tunnel::{self, Beginning, Provider, START_LIMIT, Tunnel};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use url::Url;

/// How often a public address is tried before it is taken for wrong, where it was named and nothing is being started.
const TRIES: usize = 5;

/// The pause between these tries.
const PAUSE: Duration = Duration::from_secs(1);

/// Time that a tunnel's address has, once it is said, until it leads here.
const REACH_LIMIT: Duration = Duration::from_secs(30);

/// Where the public address comes from.
#[derive(Debug, Clone)]
pub enum Means {
    /// The user names it.
    Named(Url),
    /// A program makes it.
    Tunnel(Provider),
    /// There is none: the hosted API is emulated on this machine, and finds the listener here.
    Here,
}

impl Means {
    /// As it was asked for.
    pub fn name(&self) -> String {
        match self {
            Self::Named(_) => "--public-url".into(),
            Self::Tunnel(provider) => provider.to_string(),
            Self::Here => "this machine".into(),
        }
    }
}

/// What is done with the address.
pub trait Register {
    /// Whether such an address may be registered at all. Asked before it is tried out.
    fn accepts(&self, target: &Url) -> Result<(), Error>;
    /// Registers it. What is said about it is said here.
    fn enter(&mut self, target: &Url) -> impl Future<Output = Result<(), Ended>>;
    /// Takes back what was registered. What is said about it is said here.
    fn leave(&mut self) -> impl Future<Output = ()>;
}

/// The address alone is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

impl Register for Nowhere {
    fn accepts(&self, _: &Url) -> Result<(), Error> {
        Ok(())
    }

    async fn enter(&mut self, _: &Url) -> Result<(), Ended> {
        Ok(())
    }

    async fn leave(&mut self) {}
}

/// A listener's way to its public address.
pub struct Exposure<'a> {
    /// Where the address comes from.
    pub means: Means,
    /// Where the listener accepts deliveries, path included.
    pub door: Url,
    /// How it is told from any other server.
    pub greeting: Greeting,
    /// Whether the address may be one of this machine.
    pub loopback: bool,
    /// Clock, folder, this program.
    pub context: &'a Context,
    /// Where it is told.
    pub screen: &'a Screen,
}

/// An address that leads here, and what has to run for that.
struct Open {
    target: Url,
    tunnel: Option<Tunnel>,
}

/// The program that a tunnel needs, looked for before anything else is done.
pub fn find_program(provider: &Provider, context: &Context) -> Result<(), Error> {
    let Some((name, install)) = provider.program() else { return Ok(()) };
    match tunnel::find_program(name, context.environment.get("PATH")) {
        Some(_) => Ok(()),
        None => Err(Error::machine(format!("{name} is not installed")).hint(format!("install it: {install}"))),
    }
}

impl Exposure<'_> {
    /// Makes the listener reachable, registers the address, and keeps both up until the listener is about to end; then
    /// takes everything back.
    ///
    /// # Errors
    /// There is no address, it does not lead here, or it cannot be registered.
    pub async fn run(&self, register: &mut impl Register, leaving: Leaving) -> Result<(), Error> {
        let mut open = tokio::select! {
            biased;
            () = leaving.asked() => return Ok(()),
            open = self.open(register) => open?,
        };
        self.tell(Reach::Up, Some(&open.target), None, None);
        // Not to be cut off: a call that is under way may already have been heard.
        let entered = register.enter(&open.target).await;
        if entered.is_ok() {
            self.keep(&mut open, register, &leaving).await;
            register.leave().await;
        }
        if let Some(tunnel) = open.tunnel {
            tunnel.close().await;
        }
        match entered {
            Err(Ended::Failed(error)) => Err(error),
            // Nothing is registered, and the listener is about to end.
            Ok(()) | Err(Ended::Stopped(_)) => Ok(()),
        }
    }

    /// Watches the tunnel and starts it again, until the listener is about to end.
    async fn keep(&self, open: &mut Open, register: &mut impl Register, leaving: &Leaving) {
        let mut delays = tunnel::delays();
        loop {
            let Some(tunnel) = &mut open.tunnel else { return leaving.asked().await };
            let why = tokio::select! {
                biased;
                () = leaving.asked() => return,
                ended = tunnel.ended() => self.obituary(tunnel, ended.ok()),
            };
            open.tunnel = None;
            let again = tokio::select! {
                biased;
                () = leaving.asked() => return,
                again = self.reopen(why, register, &mut delays) => again,
            };
            let moved = again.target != open.target;
            *open = again;
            self.tell(Reach::Up, Some(&open.target), None, None);
            if moved {
                self.say(format!("The public address has changed to {}.", open.target));
                register.leave().await;
                if let Err(Ended::Failed(error)) = register.enter(&open.target).await {
                    self.say(format!("The new address is not subscribed: {error}."));
                }
            }
            delays = tunnel::delays();
        }
    }

    async fn reopen(
        &self,
        mut why: String,
        register: &impl Register,
        delays: &mut impl Iterator<Item = Duration>,
    ) -> Open {
        loop {
            let delay = delays.next().unwrap_or(REACH_LIMIT);
            self.tell(Reach::Lost, None, Some(why), Some(delay));
            self.context.clock.sleep(delay).await;
            match self.open(register).await {
                Ok(open) => return open,
                Err(error) => why = error.message,
            }
        }
    }

    /// An address that leads here.
    async fn open(&self, register: &impl Register) -> Result<Open, Error> {
        match &self.means {
            Means::Here => {
                register.accepts(&self.door)?;
                Ok(Open { target: self.door.clone(), tunnel: None })
            }
            Means::Named(url) => {
                let target = self.target(url);
                register.accepts(&target)?;
                self.named(target).await
            }
            Means::Tunnel(provider) => {
                if let Some(host) = provider.plain_host()
                    && let Ok(url) = Url::parse(&format!("http://{host}"))
                {
                    register.accepts(&url)?;
                }
                self.tunnel(provider, register).await
            }
        }
    }

    /// The address with the listener's path. A path that the user's own proxy has already is left as it is.
    fn target(&self, base: &Url) -> Url {
        let mut target = base.clone();
        if matches!(self.means, Means::Tunnel(_)) || base.path() == "/" {
            target.set_path(&format!("{}{}", base.path().trim_end_matches('/'), self.door.path()));
        }
        target
    }

    async fn named(&self, target: Url) -> Result<Open, Error> {
        let mut words = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.context.clock.sleep(PAUSE).await;
            }
            match hello(&target, &self.greeting).await {
                Ok(()) => return Ok(Open { target, tunnel: None }),
                Err(what) => words = what,
            }
        }
        Err(Error::new(Kind::Network, format!("{target} does not lead to this listener: {words}"))
            .hint(format!("it has to pass requests on to {}", self.door)))
    }

    async fn tunnel(&self, provider: &Provider, register: &impl Register) -> Result<Open, Error> {
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
            ended = tunnel.ended() => Err(Some(with_advice(provider, self.obituary(&tunnel, ended.ok())))),
            () = too_late => Err(None),
        };
        match found {
            Ok(target) => Ok(Open { target, tunnel: Some(tunnel) }),
            Err(error) => {
                let error = error.unwrap_or_else(|| no_address(provider, tried, &last_words(&tunnel)));
                tunnel.close().await;
                Err(error)
            }
        }
    }

    fn start(&self, provider: &Provider) -> Result<Tunnel, Error> {
        let Some(local) = self.door.socket_addrs(|| None).ok().and_then(|found| found.first().copied()) else {
            return Err(Error::machine(format!("{} is no address of this machine", self.door)));
        };
        let (name, screen, clock) = (provider.name(), self.screen.clone(), Arc::clone(&self.context.clock));
        let verbose = self.context.globals.verbose;
        let ear = move |line: &str| {
            if verbose {
                let what = What::Notice { message: format!("{name}: {line}") };
                screen.tell(Report { at: clock.now(), what });
            }
        };
        let beginning = Beginning {
            program: &self.context.program,
            directory: &self.context.directory,
            path: self.context.environment.get("PATH"),
            local: reachable(local),
            loopback: self.loopback,
            ear: Arc::new(ear),
            clock: Arc::clone(&self.context.clock),
        };
        Tunnel::start(provider, &beginning).map_err(|error| Error::machine(format!("cannot start {name}: {error}")))
    }

    /// The first of the addresses so far that leads here. A program may name others beside it: each is tried.
    async fn find(
        &self,
        addresses: &mut watch::Receiver<Vec<Url>>,
        register: &impl Register,
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
                match hello(&target, &self.greeting).await {
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
    fn obituary(&self, tunnel: &Tunnel, ended: Option<child::Ended>) -> String {
        let name = match &self.means {
            Means::Tunnel(provider) => provider.name(),
            _ => "the tunnel",
        };
        let how = match ended {
            Some(child::Ended::Code(code)) => format!("ended with {code}"),
            Some(child::Ended::Signal(number)) => format!("was killed by signal {number}"),
            None => "was lost".to_owned(),
        };
        format!("{name} {how}{}", last_words(tunnel))
    }

    fn tell(&self, state: Reach, url: Option<&Url>, message: Option<String>, again_in: Option<Duration>) {
        let report = ExposureReport { state, by: self.means.name(), url: url.map(Url::to_string), message, again_in };
        self.screen.tell(Report { at: self.context.clock.now(), what: What::Exposure(report) });
    }

    fn say(&self, message: String) {
        self.screen.tell(Report { at: self.context.clock.now(), what: What::Notice { message } });
    }
}

/// A listener on every address is reached at the loopback one.
fn reachable(mut local: SocketAddr) -> SocketAddr {
    if local.ip().is_unspecified() {
        local.set_ip(if local.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    local
}

/// What a program said last, to follow a sentence about it.
fn last_words(tunnel: &Tunnel) -> String {
    tunnel.last_words().iter().fold(String::new(), |words, line| words + "\n" + line)
}

fn with_advice(provider: &Provider, message: String) -> Error {
    let told = Error::new(Kind::Network, message);
    match provider.advice() {
        Some(advice) => told.hint(advice),
        None => told,
    }
}

fn no_address(provider: &Provider, tried: Option<(Url, String)>, last_words: &str) -> Error {
    let name = provider.name();
    let Some((target, what)) = tried else {
        let limit = START_LIMIT.as_secs();
        return Error::new(Kind::Network, format!("{name} named no public address within {limit} s{last_words}"));
    };
    let told = Error::new(Kind::Network, format!("{target} does not lead to this listener: {what}{last_words}"));
    match provider {
        Provider::Ssh(_) => told
            .hint("a server keeps forwarded ports to itself unless its sshd_config has: GatewayPorts clientspecified"),
        _ => told,
    }
}
