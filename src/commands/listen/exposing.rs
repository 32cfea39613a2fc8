//! `listen --tunnel`, `--public-url` and `--subscribe`: where the public address comes from, and what is done with it.

use crate::config::Settings;
use crate::config::api;
use crate::context::Context;
use crate::error::Error;
use crate::flows::arguments;
use crate::flows::exposure::{self, Exposure, Means, Nowhere, Register, Subscribing, Wish};
use crate::flows::listener::{self, Door, Ended, Ends, Surroundings};
use crate::flows::service::{self, Service};
use crate::flows::subscriptions::check_target;
use crate::output::console::Console;
use crate::protocol::event::EventSelection;
use crate::protocol::report::{Report, What};
use crate::receive;
use crate::tunnel::Provider;
use std::path::Path;
use url::Url;

/// Options of a listener that is reached from outside.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reaching it from outside")]
pub(super) struct Arguments {
    /// Subscribe to these events once it can be reached, and unsubscribe at the end: created, deleted, all
    #[arg(long, value_name = "EVENTS", value_parser = arguments::selection)]
    subscribe: Option<EventSelection>,
    /// Make a public URL: cloudflared, ngrok, bore:SERVER, ssh:USER@HOST or 'COMMAND {port}'
    #[arg(long, value_name = "HOW", value_parser = provider)]
    tunnel: Option<Provider>,
    /// It is reached at this URL, by way of a proxy of your own
    #[arg(long, value_name = "URL", value_parser = arguments::target, conflicts_with = "tunnel")]
    public_url: Option<Url>,
    /// Subscribe a URL that is not https
    #[arg(long, requires = "subscribe")]
    allow_http: bool,
}

fn provider(text: &str) -> Result<Provider, String> {
    text.parse::<Provider>().map_err(|error| error.to_string())
}

/// What was asked for, checked as far as that goes without a network.
pub(super) struct Plan {
    means: Option<Means>,
    subscribing: Option<(Wish, Service)>,
    /// Whether the hosted API is on this machine, so that it finds addresses of this machine.
    api_is_local: bool,
}

impl Arguments {
    /// Checks what was asked for.
    pub(super) fn resolve(
        &self,
        context: &Context,
        settings: &Settings,
        waitlist: Option<String>,
    ) -> Result<Plan, Error> {
        let api_is_local = api::place(settings)?.base.is_loopback();
        let means = match (&self.tunnel, &self.public_url) {
            (Some(provider), _) => Some(Means::Tunnel(provider.clone())),
            (None, Some(url)) => Some(Means::Named(url.clone())),
            (None, None) if self.subscribe.is_some() => Some(here(api_is_local)?),
            (None, None) => None,
        };
        if let (Some(means), Some(_)) = (&means, &self.subscribe) {
            self.check(means, api_is_local)?;
        }
        if let Some(provider) = &self.tunnel {
            exposure::find_program(provider, context)?;
        }
        let subscribing = match &self.subscribe {
            None => None,
            Some(selection) => {
                let wish = Wish { events: selection.events(), waitlist, allow_http: self.allow_http };
                Some((wish, service::open(context, settings)?))
            }
        };
        Ok(Plan { means, subscribing, api_is_local })
    }

    /// Refuses an address that cannot be subscribed, where it is known already.
    fn check(&self, means: &Means, api_is_local: bool) -> Result<(), Error> {
        let url = match means {
            Means::Named(url) => Some(url.clone()),
            Means::Tunnel(provider) => {
                provider.plain_host().and_then(|host| Url::parse(&format!("http://{host}")).ok())
            }
            Means::Here => None,
        };
        url.map_or(Ok(()), |url| check_target(&url, self.allow_http, api_is_local))
    }
}

fn here(api_is_local: bool) -> Result<Means, Error> {
    if api_is_local {
        return Ok(Means::Here);
    }
    Err(Error::usage("--subscribe needs an address at which the service reaches this listener")
        .hint("let a program make one: --tunnel cloudflared")
        .hint("or name your own: --public-url https://hooks.example.com"))
}

impl Plan {
    /// Whether anybody but this machine may come in.
    pub(super) fn is_exposed(&self) -> bool {
        matches!(self.means, Some(Means::Named(_) | Means::Tunnel(_)))
    }

    /// The path that is accepted: the one that was chosen, or that the public URL has, or one that nobody guesses.
    pub(super) fn path(&self, chosen: Option<String>) -> Result<Option<String>, Error> {
        match &self.means {
            Some(Means::Named(url)) if url.path() != "/" => match chosen {
                Some(path) if path == super::AUTO => {
                    Err(Error::usage("the public URL has a path already, so --path auto has no place")
                        .hint("leave one of them out; --path /x says what your proxy makes of it"))
                }
                None => Ok(Some(url.path().to_owned())),
                chosen => Ok(chosen),
            },
            _ if self.is_exposed() => Ok(Some(chosen.unwrap_or_else(|| super::AUTO.to_owned()))),
            _ => Ok(chosen),
        }
    }

    /// Runs the listener, with its public address where one is wanted. The second value is how that went.
    pub(super) async fn run(
        self,
        door: Door,
        receiving: receive::Settings,
        ends: Ends,
        around: &Surroundings<'_>,
        (console, store): (&Console, &Path),
    ) -> Result<(Ended, Result<(), Error>), Error> {
        let Some(means) = self.means else { return Ok((listener::run(door, receiving, ends, around).await, Ok(()))) };
        let exposure = Exposure {
            means,
            door: door.url.clone(),
            greeting: receiving.greeting.clone().unwrap_or_else(|| exposure::greeting(around.context)),
            loopback: self.api_is_local,
            context: around.context,
            screen: around.screen,
        };
        let Some((wish, service)) = &self.subscribing else {
            return Ok(expose(&exposure, &mut Nowhere, (door, receiving, ends), around).await);
        };
        let voice = (around.context, console, around.screen);
        let mut register = Subscribing::begin(wish.clone(), service, store, voice, around.stop)?;
        let ended = expose(&exposure, &mut register, (door, receiving, ends), around).await;
        if register.left() > 0 {
            let message =
                format!("Subscriptions left on the service: {}; the next start tells of them.", register.left());
            around.screen.tell(Report { at: around.context.clock.now(), what: What::Notice { message } });
        }
        Ok(ended)
    }
}

async fn expose(
    exposure: &Exposure<'_>,
    register: &mut impl Register,
    (door, receiving, ends): (Door, receive::Settings, Ends),
    around: &Surroundings<'_>,
) -> (Ended, Result<(), Error>) {
    let beside = async |leaving| exposure.run(register, leaving).await;
    let (ended, exposed) = listener::run_beside(door, receiving, ends, around, beside).await;
    (ended, exposed.unwrap_or(Ok(())))
}
