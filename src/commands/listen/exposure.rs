//! `listen --tunnel`, `--public-url` and `--subscribe`: where the public address comes from, and what is done with it.

mod address;
mod faults;
mod leftovers;
mod reach;
mod subscription;

pub(super) use leftovers::clean_up_leftovers;
pub(super) use reach::generate_greeting;

use self::address::{AddressRegistrar, ExposureEnd, ListenerExposure, NoRegistrar, PublicAddressSource};
use self::subscription::{ListenSubscriptionOptions, RunSubscriptions};
use crate::config::ConfigSettings;
use crate::config::api;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::console::Console;
use crate::protocol::api::ApiReach;
use crate::protocol::event::EventSelection;
use crate::protocol::report::{Report, ReportKind};
use crate::receive;
use crate::session::arguments;
use crate::session::listener::{self, ListenerContext, ListenerIntake, ListenerSummary, StopConditions, StopReason};
use crate::session::service::{self, HostedService};
use crate::session::subscriptions::check_target;
use crate::tunnel::{self, TunnelProvider};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use url::Url;

/// The path that stands for one made at random.
pub(super) const AUTO: &str = "auto";

/// Options of a listener that is reached from outside.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reaching it from outside")]
pub(super) struct Arguments {
    /// Subscribe to these events once the listener can be reached, and unsubscribe at the end: created, deleted, all
    #[arg(long, value_name = "EVENTS", value_parser = arguments::read_selection)]
    subscribe: Option<EventSelection>,
    /// Make a public URL: cloudflared, ngrok, bore:SERVER, ssh:USER@HOST or 'COMMAND {port}'
    #[arg(long, value_name = "HOW", value_parser = provider)]
    tunnel: Option<TunnelProvider>,
    /// Public URL that leads here, through a proxy of your own
    #[arg(long, value_name = "URL", value_parser = arguments::read_target, conflicts_with = "tunnel")]
    public_url: Option<Url>,
    /// Subscribe a URL that is not https
    #[arg(long, requires = "subscribe")]
    allow_http: bool,
}

fn provider(text: &str) -> Result<TunnelProvider, String> {
    text.parse::<TunnelProvider>().map_err(|error| error.to_string())
}

/// What was asked for, checked as far as that goes without a network.
pub(super) struct ExposurePlan {
    means: Option<PublicAddressSource>,
    subscribing: Option<(ListenSubscriptionOptions, HostedService)>,
    /// How far the hosted API's deliveries go: one on this machine finds addresses of this machine.
    reach: ApiReach,
}

impl Arguments {
    /// Checks what was asked for.
    pub(super) fn resolve(
        &self,
        context: &Context,
        settings: &ConfigSettings,
        waitlist: Option<String>,
    ) -> Result<ExposurePlan, Error> {
        let reach = api::resolve_location(settings)?.base.reach();
        let means = match (&self.tunnel, &self.public_url) {
            (Some(provider), _) => Some(PublicAddressSource::Tunnel(provider.clone())),
            (None, Some(url)) => Some(PublicAddressSource::Named(url.clone())),
            (None, None) if self.subscribe.is_some() => Some(require_local_service(reach)?),
            (None, None) => None,
        };
        if let (Some(means), Some(_)) = (&means, &self.subscribe) {
            self.check(means, reach)?;
        }
        if let Some(provider) = &self.tunnel {
            address::find_program(provider, context)?;
        }
        let subscribing = match &self.subscribe {
            None => None,
            Some(selection) if selection.events().is_empty() => {
                return Err(Error::usage(format!(
                    "{selection} is an event of ReferralHero, which cannot be subscribed here"
                ))
                .hint("register the webhook in ReferralHero's dashboard"));
            }
            Some(selection) => {
                let wish =
                    ListenSubscriptionOptions { events: selection.events(), waitlist, allow_http: self.allow_http };
                Some((wish, service::open_service(context, settings)?))
            }
        };
        Ok(ExposurePlan { means, subscribing, reach })
    }

    /// Refuses an address that cannot be subscribed, where it is known already.
    fn check(&self, means: &PublicAddressSource, reach: ApiReach) -> Result<(), Error> {
        let url = match means {
            PublicAddressSource::Named(url) => Some(url.clone()),
            PublicAddressSource::Tunnel(provider) => {
                provider.plain_host().and_then(|host| Url::parse(&format!("http://{host}")).ok())
            }
            PublicAddressSource::Here => None,
        };
        url.map_or(Ok(()), |url| check_target(&url, self.allow_http, reach))
    }
}

fn require_local_service(reach: ApiReach) -> Result<PublicAddressSource, Error> {
    if reach == ApiReach::Machine {
        return Ok(PublicAddressSource::Here);
    }
    Err(Error::usage("--subscribe needs an address where the service can reach this listener")
        .hint("let a program create one: --tunnel cloudflared")
        .hint("or give your own: --public-url https://hooks.example.com"))
}

impl Arguments {
    /// What is subscribed, in few words.
    pub(super) fn describe_subscriptions(&self) -> Option<String> {
        let names = self.subscribe.as_ref()?.events().into_iter().map(|event| event.short_name());
        Some(names.collect::<Vec<_>>().join(", "))
    }
}

impl ExposurePlan {
    /// Whether anybody but this machine may come in.
    pub(super) fn is_exposed(&self) -> bool {
        matches!(self.means, Some(PublicAddressSource::Named(_) | PublicAddressSource::Tunnel(_)))
    }

    /// The path that is accepted: the one that was chosen, or that the public URL has, or one that nobody guesses.
    pub(super) fn path(&self, chosen: Option<String>) -> Result<Option<String>, Error> {
        match &self.means {
            Some(PublicAddressSource::Named(url)) if url.path() != "/" => match chosen {
                Some(path) if path == AUTO => {
                    Err(Error::usage("the public URL already has a path, so --path auto cannot be used")
                        .hint("leave one of them out, or use --path /x for the path that your proxy passes on"))
                }
                None => Ok(Some(url.path().to_owned())),
                chosen => Ok(chosen),
            },
            _ if self.is_exposed() => Ok(Some(chosen.unwrap_or_else(|| AUTO.to_owned()))),
            _ => Ok(chosen),
        }
    }

    /// Runs the listener, with its public address where one is wanted. The second value is how that went.
    pub(super) async fn run(
        self,
        intake: ListenerIntake,
        url: Url,
        receiving: receive::ListenerSettings,
        ends: StopConditions,
        around: &ListenerContext<'_>,
        (console, store): (&Console, &Path),
    ) -> Result<(ListenerSummary, Result<(), Error>), Error> {
        let Some(means) = self.means else {
            return Ok((listener::run_listener(intake, receiving, ends, around).await, Ok(())));
        };
        let exposure = ListenerExposure {
            means,
            door: url,
            greeting: receiving.greeting.clone().unwrap_or_else(|| generate_greeting(around.context)),
            loopback: self.reach == ApiReach::Machine,
            context: around.context,
            screen: around.screen,
            heard: Arc::default(),
        };
        let Some((wish, service)) = &self.subscribing else {
            return Ok(expose(&exposure, &mut NoRegistrar, (intake, receiving, ends), around, "").await);
        };
        let voice = (around.context, console, around.screen);
        let mut register = RunSubscriptions::begin(wish.clone(), service, store, voice, around.stop)?;
        let ended =
            expose(&exposure, &mut register, (intake, receiving, ends), around, ", and nothing was subscribed").await;
        if register.count_left() > 0 {
            let message =
                format!("Subscriptions left on the service: {}; the next start reports them.", register.count_left());
            around.screen.send_report(Report { at: around.context.clock.now(), what: ReportKind::Notice { message } });
        }
        Ok(ended)
    }
}

async fn expose(
    exposure: &ListenerExposure<'_>,
    register: &mut impl AddressRegistrar,
    (intake, receiving, ends): (ListenerIntake, receive::ListenerSettings, StopConditions),
    around: &ListenerContext<'_>,
    unmet: &str,
) -> (ListenerSummary, Result<(), Error>) {
    let beside = async |leaving| exposure.run(register, leaving).await;
    let (ended, exposed) = listener::run_beside(intake, receiving, ends, around, beside).await;
    let exposed = match exposed {
        // Who stops it by hand knows.
        Some(Ok(ExposureEnd::NeverOpen)) if !matches!(ended.why, StopReason::Told(_) | StopReason::Aborted(_)) => {
            let said = tunnel::choose_last_words(&exposure.heard.lock().unwrap_or_else(PoisonError::into_inner));
            Err(Error::new(
                ErrorCategory::Network,
                format!("the listener ended before it could be reached at a public address{unmet}{said}"),
            ))
        }
        Some(ended) => ended.map(drop),
        None => Ok(()),
    };
    (ended, exposed)
}
