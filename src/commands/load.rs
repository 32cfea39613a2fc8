//! `load`: many events, each with a payload and a signature of its own, at a rate or as fast as they are answered.

mod run;

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::deliver::DeliveryPace;
use crate::deliver::load::{self, LoadOptions, LoadRetryPolicy, LoadStatistics};
use crate::error::{Error, ErrorCategory, Exit};
use crate::exchange::is_loopback;
use crate::output::console::Console;
use crate::output::load_summary::{LoadParameters, render_load_table, summary_fields};
use crate::output::phrases;
use crate::output::records::encode_summary_fields;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::sample::{PayloadPattern, seeded_time};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::protocol::target::LOOPBACK_ADDRESSES;
use crate::protocol::wire::{request_target, wire_fields};
use crate::session::request::SigningStyle;
use crate::session::{self, arguments, delivery, destination, errors, input, own_refusal, payload, request, runtime};
use crate::store::RefusedRow;
use jiff::Timestamp;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// Send many events to an endpoint on this machine, and measure how it answers
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Every request is an event of its own, freshly signed. Latency counts from when a request was due. Only
the figures are stored, not each attempt. Exit: 0, or 1 where an event was not acknowledged.

Examples:
  referralloop load created --count 1000 --to 3000/webhooks
  referralloop load all --duration 1s --rate 500 --concurrency 32 --to 3000/webhooks
  referralloop load position_changed --count 200 --seed 7 --unsigned --to 3000/webhooks
  referralloop load --data @body.json --count 100 --to 3000/webhooks --json"
)]
pub(crate) struct Arguments {
    /// created, position_changed, deleted or an event of ReferralHero, or all for whole lives of sign-ups; not needed with --data
    #[arg(value_name = "EVENT", value_parser = payload::read_pattern, required_unless_present = "data")]
    event: Option<PayloadPattern>,
    /// Send this many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    count: Option<u64>,
    /// Start events for this long
    #[arg(long, value_name = "DURATION", value_parser = stretch)]
    duration: Option<Duration>,
    /// Start this many per second, however fast the answers come [default: as fast as they are answered]
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=4096))]
    concurrency: u32,
    #[command(flatten)]
    destination: destination::Arguments,
    #[command(flatten)]
    payload: payload::Arguments,
    #[command(flatten)]
    request: request::Arguments,
    #[command(flatten)]
    retries: RetryOptions,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Retries")]
struct RetryOptions {
    /// Follow the retry schedule, instead of making one attempt for each event
    #[arg(long)]
    retry: bool,
    /// Retry 60 times as fast (60x), or without waiting (instant)
    #[arg(long, value_name = "SPEED", value_parser = read_retry_speed)]
    speed: Option<DeliveryPace>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t)]
    retry_from: arguments::RetryFromOption,
}

impl RetryOptions {
    fn policy(&self) -> Option<LoadRetryPolicy> {
        let factor = match self.speed {
            None => Some(1.0),
            Some(DeliveryPace::Times(factor)) => Some(factor),
            Some(DeliveryPace::Instant | DeliveryPace::Step) => None,
        };
        (self.retry || self.speed.is_some()).then(|| LoadRetryPolicy { from: self.retry_from.into(), factor })
    }
}

fn read_retry_speed(text: &str) -> Result<DeliveryPace, String> {
    match arguments::read_pace(text)? {
        DeliveryPace::Step => Err("a load run cannot wait for Enter; write 60x or instant".into()),
        pace => Ok(pace),
    }
}

fn stretch(text: &str) -> Result<Duration, String> {
    match arguments::read_duration(text)? {
        duration if duration.is_zero() => Err("it must be longer than zero".into()),
        duration if duration > Duration::from_secs(24 * 3600) => Err("it must be at most one day".into()),
        duration => Ok(duration),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.001..=1_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("a rate is a number of events per second, from 0.001 to 1000000".into()),
    }
}

/// Sends many events, and shows the figures.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.payload.stdin_path().as_ref(), arguments.request.secret_file.as_ref()])?;
    let url = arguments.destination.resolve_target(context, &settings)?;
    let (seed, now) = match arguments.payload.seed() {
        Some(seed) => (seed, seeded_time(seed)),
        None => (context.random_u64(), context.clock.now()),
    };
    let bodies = payload::prepare_bodies(arguments.event, &arguments.payload, context, &settings, (seed, now))?;
    let plan = plan(arguments, context, &settings, (&url, bodies.is_hero()))?;
    require_endpoint(&url, plan.address)?;
    let setting = LoadParameters {
        url: url.to_string(),
        connections: plan.concurrency,
        rate: plan.rate,
        signed: plan.key.is_some(),
        seed,
    };
    runtime::block_on(send(plan, bodies, &setting, context, &console, &settings))
}

async fn send(
    plan: LoadOptions,
    bodies: payload::PayloadSource,
    setting: &LoadParameters,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    // Opened before anything is sent: a summary that cannot be kept should not cost a run.
    let store = session::open_store(context, settings)?;
    let began = context.clock.now();
    let (figures, signal) = run::run_load(plan, bodies, context, &stop).await?;
    let sum = run::summarise_figures(&figures);
    let fields = summary_fields(&sum, setting);
    if let Some(attempt) = figures.disabled_after {
        console.print_notice(&format!(
            "ReferralHero would have switched the webhook off after attempt {attempt}: ten bad answers in a row"
        ));
    }
    let kept = store.save_load_summary(context.clock.now(), encode_summary_fields(&fields)).await;
    store.close().await;
    if console.is_json() {
        console.write_summary(&fields)?;
    } else {
        console.write_text(&render_load_table(&sum, setting, &console.out))?;
    }
    kept.map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
    print_refusal_hints(&figures, setting, began, context, console, settings).await;
    Ok(match signal {
        Some(signal) => delivery::exit_for_signal(signal),
        None => verdict(&figures),
    })
}

/// Where every attempt was refused it is the secret and not the load; a listener of ours knows more.
async fn print_refusal_hints(
    figures: &LoadStatistics,
    setting: &LoadParameters,
    began: Timestamp,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
) {
    if !figures.are_all_refused() {
        return;
    }
    console.print_hint(phrases::refusal_hint(setting.signed).as_str());
    let Some(url) = Url::parse(&setting.url).ok().filter(|_| setting.signed) else { return };
    let is_meant = |row: &RefusedRow| row.refused.at >= began;
    if let Some(number @ Some(_)) = own_refusal::find_own_refusal(&url, is_meant, context, settings).await {
        console.print_hint(&own_refusal::explain_own_refusal(number));
    }
}

fn verdict(figures: &LoadStatistics) -> Exit {
    if figures.counts.acknowledged == figures.counts.events { Exit::Done } else { Exit::No }
}

fn plan(
    arguments: &Arguments,
    context: &Context,
    settings: &ConfigSettings,
    (url, is_hero): (&Url, bool),
) -> Result<LoadOptions, Error> {
    if arguments.count.is_none() && arguments.duration.is_none() {
        return Err(
            Error::usage("say how many events to send, or for how long").hint("--count 1000, or --duration 10s")
        );
    }
    if url.scheme() == "https" && is_loopback(url) {
        return Err(Error::usage(format!("{url} is https, and load speaks plain http: it measures the app, not TLS"))
            .hint("give the port where your app listens without TLS, like --to 3000/webhooks"));
    }
    if url.scheme() != "http" || !is_loopback(url) {
        return Err(Error::usage(format!("{url} is not on this machine, and load runs are limited to this machine"))
            .hint("use --to 3000/webhooks, or another loopback http:// address"));
    }
    let template = request::build_template(url, is_hero, &arguments.request, context, settings)?;
    Ok(LoadOptions {
        address: address(url)?,
        head: head(url, &template.headers),
        key: template.key,
        hero: match template.style {
            SigningStyle::Referralloop => None,
            SigningStyle::Referralhero(encoding) => Some(encoding),
        },
        concurrency: arguments.concurrency as usize,
        count: arguments.count,
        duration: arguments.duration,
        rate: arguments.rate,
        budget: arguments.destination.budget().unwrap_or(load::NO_LIMIT),
        retries: arguments.retries.policy(),
    })
}

/// The address that answers, where `localhost` has two; else the first.
fn address(url: &Url) -> Result<SocketAddr, Error> {
    let port = url.port_or_known_default().unwrap_or(80);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        // A loopback URL with a name: no resolver is asked.
        _ => LOOPBACK_ADDRESSES.map(|address| SocketAddr::new(address, port)).into(),
    };
    let answers = |address: &&SocketAddr| TcpStream::connect_timeout(address, ATTEMPT_BUDGET).is_ok();
    let chosen = if found.len() > 1 { found.iter().find(answers) } else { None };
    chosen.or(found.first()).copied().ok_or_else(|| Error::usage(format!("{url} has no address")))
}

/// Where nobody listens there is nothing to measure. Who is merely slow to take connections is there.
fn require_endpoint(url: &Url, address: SocketAddr) -> Result<(), Error> {
    match TcpStream::connect_timeout(&address, ATTEMPT_BUDGET) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            Err(errors::explain_unreachable_endpoint(&AttemptOutcome::Refused, url))
        }
        _ => Ok(()),
    }
}

/// Request line and header lines.
fn head(url: &Url, headers: &[arguments::HeaderArgument]) -> Vec<u8> {
    let mut head = format!("POST {} HTTP/1.1\r\n", request_target(url)).into_bytes();
    for (name, value) in wire_fields(url, headers, None) {
        head.extend_from_slice(name.spelling().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head
}
