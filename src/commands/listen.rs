//! `listen`: receives deliveries, verifies, stores, shows and forwards them.

mod bound_headers;
mod exposure;
mod forward;
mod status;
mod watch;

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;
use crate::diagnose::KnownSecret;
use crate::error::{Error, Exit};
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::output::screen::Screen;
use crate::output::style::BodyDisplay;
use crate::protocol::body::RawBody;
use crate::protocol::event::EventSelection;
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::target::LISTENER_PORT;
use crate::receive::{self, ResponseScript};
use crate::session::arguments::{self, option_or_setting};
use crate::session::browser::EventBrowser;
use crate::session::delivery::exit_for_signal;
use crate::session::listener::{
    self, Advertisement, BoundListener, ListenerContext, ListenerSummary, StopConditions, StopReason,
};
use crate::session::send_again::ResendContext;
use crate::session::{self, diagnosis, input, runtime};
use crate::store::Store;
use clap::ValueEnum;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;
use watch::ListenerWatch;

/// Receive deliveries: verify, store, show and forward them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What arrives is stored before it is acknowledged. Ctrl-C stops, finishes what is under way and prints
a summary.

Examples:
  referralloop listen
  referralloop listen 3000/webhooks
  referralloop listen --forward-to created=3000/new --forward-to '*_changed=3000/moved'
  referralloop listen --forward-to 3000/webhooks --forward-retry
  referralloop listen --where '.data.position < 10'
  referralloop listen 3000/webhooks --body none
  referralloop listen --port 0 --ready-file ready.json --until 1 --for 30s
  referralloop listen --respond 500x2,200
  referralloop listen --events created,deleted --json
  referralloop listen --subscribe all --tunnel cloudflared
  referralloop listen --subscribe created,deleted --public-url https://hooks.example.com"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    address: AddressArguments,
    #[command(flatten)]
    verification: VerificationArguments,
    #[command(flatten)]
    forwarding: forward::Arguments,
    #[command(flatten)]
    exposure: exposure::Arguments,
    #[command(flatten)]
    answering: AnswerArguments,
    #[command(flatten)]
    shown: DisplayArguments,
    #[command(flatten)]
    life: LifetimeArguments,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Address")]
struct AddressArguments {
    /// Listen on this port; 0 picks a free one [default: 4242]
    #[arg(short, long, value_name = "PORT", value_parser = arguments::read_port)]
    port: Option<u16>,
    /// Listen on this address [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", value_parser = arguments::read_address)]
    bind: Option<IpAddr>,
    /// Accept this path only; auto makes one that nobody can guess [default: any; auto if exposed]
    #[arg(long, value_name = "PATH", value_parser = path)]
    path: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Verification")]
struct VerificationArguments {
    /// Verify with the secret in this file (- for standard input); repeat it while rotating
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// Refuse unsigned deliveries too
    #[arg(long)]
    require_signature: bool,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Answering")]
struct AnswerArguments {
    /// Answer each event with these statuses in turn, the last one repeating
    #[arg(long, value_name = "STATUSES", value_parser = answers, default_value = "200", hide_default_value = true)]
    respond: ResponseScript,
    /// Hold each answer back for this long
    #[arg(long, value_name = "DURATION", value_parser = arguments::read_duration, default_value = "0", hide_default_value = true)]
    respond_delay: Duration,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "What is shown and forwarded (everything is stored)")]
struct DisplayArguments {
    /// These events only: created, signup.deleted, signup.* or all, separated by commas
    #[arg(long, value_name = "EVENTS", value_parser = arguments::read_selection)]
    events: Option<EventSelection>,
    /// Events of this waitlist only; with --subscribe, only these are subscribed
    #[arg(long, value_name = "ID")]
    waitlist: Option<String>,
    /// Events whose body meets this condition in jq syntax, such as '.data.position < 10'
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// When bodies are shown; without its body an event takes one line [default: auto on a terminal, else full]
    #[arg(long, value_enum, value_name = "WHEN")]
    body: Option<BodyOption>,
}

/// When bodies are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BodyOption {
    /// Always
    Full,
    /// As long as events come one by one
    Auto,
    /// Never
    None,
}

impl DisplayArguments {
    fn bodies(&self, console: &Console) -> Result<BodyDisplay, Error> {
        match self.body {
            Some(_) if console.is_json() => {
                Err(Error::usage("--body is for people: records always carry their bodies")
                    .hint("leave out --body, or --json"))
            }
            Some(BodyOption::Full) => Ok(BodyDisplay::Full),
            Some(BodyOption::Auto) => Ok(BodyDisplay::Auto),
            Some(BodyOption::None) => Ok(BodyDisplay::Never),
            None if console.is_terminal() => Ok(BodyDisplay::Auto),
            None => Ok(BodyDisplay::Full),
        }
    }
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Starting and ending")]
struct LifetimeArguments {
    /// Write {url, pid} as JSON to this file once connections are accepted; removed at the end
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// End after this many distinct events; exit 1 if they do not come
    #[arg(long, value_name = "N", value_parser = arguments::read_count)]
    until: Option<u64>,
    /// End after this long
    #[arg(long = "for", value_name = "DURATION", value_parser = arguments::read_duration)]
    for_: Option<Duration>,
    /// End when the process that started this one ends
    #[arg(long)]
    exit_with_parent: bool,
}

fn answers(text: &str) -> Result<ResponseScript, String> {
    text.parse::<ResponseScript>().map_err(|error| error.to_string())
}

/// A path as it will be compared: with its slash in front, and nothing that a URL would write differently.
fn path(text: &str) -> Result<String, String> {
    if text == exposure::AUTO {
        return Ok(text.to_owned());
    }
    let clean = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'\\')
    };
    match text.starts_with('/') && text.bytes().all(clean) {
        true => Ok(text.to_owned()),
        false => Err("a path starts with a slash and contains no spaces, ? or #, like /webhooks".into()),
    }
}

/// Listens until told to stop.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let console = arguments.shown.bodies(&console).map(|bodies| console.with_bodies(bodies))?;
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&arguments.verification.secret_file.iter().map(Some).collect::<Vec<_>>())?;
    let address = address(&arguments.address, &settings)?;
    let waitlist =
        option_or_setting(arguments.shown.waitlist.as_ref(), &settings, SettingKey::Waitlist, |id| Ok(id.to_owned()))?;
    let exposure = arguments.exposure.resolve(context, &settings, waitlist)?;
    let receiving = build_receive_settings(arguments, &exposure, context, &settings)?;
    forward::refuse_own_address(&receiving.forwards, address)?;
    if let Some(text) = &arguments.shown.condition {
        JqCondition::new(text)?;
    }
    let secrets = session::load_secrets(context, &settings, &arguments.verification.secret_file)?;
    refuse_open_address(address, &secrets)?;
    let receiving =
        receive::ListenerSettings { keys: secrets.all.iter().map(|secret| secret.key()).collect(), ..receiving };
    exposure::clean_up_leftovers(context, &settings, &console)?;
    runtime::serve_on(serve(arguments, context, &console, &settings, &secrets, (address, receiving, exposure)))
}

fn address(address: &AddressArguments, settings: &ConfigSettings) -> Result<SocketAddr, Error> {
    let port = option_or_setting(address.port.as_ref(), settings, SettingKey::Port, arguments::read_port)?;
    let bind = option_or_setting(address.bind.as_ref(), settings, SettingKey::Bind, arguments::read_address)?;
    Ok(SocketAddr::new(bind.unwrap_or(IpAddr::from([127, 0, 0, 1])), port.unwrap_or(LISTENER_PORT)))
}

/// Whoever can reach the listener can fill its store, and everybody who has read this program knows how the
/// development secret is kept; beyond this machine a secret of the user's own is asked for.
fn refuse_open_address(address: SocketAddr, secrets: &WebhookSecrets) -> Result<(), Error> {
    if address.ip().is_loopback() || secrets.origin.is_user_chosen() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{} can be reached from other machines, but you have not set a secret of your own",
        address.ip()
    ))
    .hint("set one first: referralloop secret set, or --secret-file"))
}

fn build_receive_settings(
    arguments: &Arguments,
    exposure: &exposure::ExposurePlan,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<receive::ListenerSettings, Error> {
    let path = option_or_setting(arguments.address.path.as_ref(), settings, SettingKey::Path, path)?;
    let path = exposure.path(path)?.map(|path| {
        if path == exposure::AUTO {
            format!("/{:016x}{:016x}", context.random_u64(), context.random_u64())
        } else {
            path
        }
    });
    Ok(receive::ListenerSettings {
        path,
        require_signature: arguments.verification.require_signature,
        answers: arguments.answering.respond.clone(),
        respond_delay: arguments.answering.respond_delay,
        forwards: arguments.forwarding.targets(context, settings)?,
        shown: build_display_filter(&arguments.shown, settings)?,
        until: arguments.life.until,
        greeting: exposure.is_exposed().then(|| exposure::generate_greeting(context)),
        ..receive::ListenerSettings::default()
    })
}

fn build_display_filter(
    shown: &DisplayArguments,
    settings: &ConfigSettings,
) -> Result<Option<receive::ListenerFilter>, Error> {
    let events = option_or_setting(shown.events.as_ref(), settings, SettingKey::Events, arguments::read_selection)?;
    let waitlist = option_or_setting(shown.waitlist.as_ref(), settings, SettingKey::Waitlist, |id| Ok(id.to_owned()))?;
    if events.as_ref().is_none_or(EventSelection::is_all) && waitlist.is_none() {
        return Ok(None);
    }
    Ok(Some(Arc::new(move |facts: &EventFacts, _: &_| {
        events.as_ref().is_none_or(|events| events.matches(facts.event_type.as_deref()))
            && waitlist.as_ref().is_none_or(|id| facts.waitlist_id.as_ref() == Some(id))
    })))
}

/// Narrows what is shown to what meets the condition. One that takes too long is said so, once, and given up: from then
/// on nothing is hidden.
fn build_condition_filter(
    shown: &DisplayArguments,
    before: Option<receive::ListenerFilter>,
    context: &Context,
    screen: &Screen,
) -> Result<Option<receive::ListenerFilter>, Error> {
    let Some(text) = &shown.condition else { return Ok(before) };
    let condition = JqCondition::new(text)?;
    let (screen, clock, told) = (screen.clone(), context.clock.clone(), AtomicBool::new(false));
    let failed = AtomicBool::new(false);
    Ok(Some(Arc::new(move |facts: &EventFacts, body: &RawBody| {
        before.as_ref().is_none_or(|before| before(facts, body))
            && condition
                .matches(body)
                .inspect(|_| {
                    if let Some(fault) = condition.take_fault().filter(|_| !failed.swap(true, Ordering::Relaxed)) {
                        let message = format!("--where fails on some bodies, which are not shown: {fault}");
                        screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
                    }
                })
                .unwrap_or_else(|fault| {
                    if !told.swap(true, Ordering::Relaxed) {
                        let message = format!("--where: {fault}; from now on everything is shown.");
                        screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
                    }
                    true
                })
    })))
}

async fn serve(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    secrets: &WebhookSecrets,
    (address, mut receiving, exposure): (SocketAddr, receive::ListenerSettings, exposure::ExposurePlan),
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    let store = session::open_store(context, settings)?;
    let door = BoundListener::bind(address, receiving.path.as_deref()).await?;
    let (screen, unread) = console.start_screen()?;
    receiving.shown = build_condition_filter(&arguments.shown, receiving.shown.take(), context, &screen)?;
    let life = &arguments.life;
    let with_parent = life.exit_with_parent.then(context.parent);
    let ready_file = life.ready_file.as_ref().map(|path| context.resolve(path));
    let store_path = session::store_path(context, settings)?;
    let traces = Advertisement::publish(&door.url, context.pid, context.clock.now(), &store_path, ready_file)?;
    let secret = secrets.origin.describe(&settings.profile.value);
    listener::show_banner(&door.url, &secret, &receiving, console, &screen);
    if context.stderr.is_terminal {
        let secret = arguments.verification.secret_file.is_empty();
        listener::show_next_steps(context, secret, console, &screen);
    }
    screen.send_report(listener::ready_report(&door.url, context.pid, context.clock.now()));
    let ends = StopConditions { until: life.until, after: life.for_, with_parent };
    let known = diagnosis::collect_known_secrets(context, settings, secrets);
    let watch = build_watch(
        arguments,
        context,
        console,
        (&store, &store_path),
        secrets,
        known.clone(),
        (&screen, &receiving, &door.url),
    );
    let counters = OnceLock::new();
    let around = ListenerContext { context, store: &store, screen: &screen, unread, stop: &stop, known, counters };
    let (ended, exposed) = tokio::select! {
        ended = exposure.run(door, receiving, ends, &around, (console, &store_path)) => ended?,
        never = watch.run(&screen, &around.counters) => match never {},
    };
    drop(traces);
    store.close().await;
    listener::show_summary(&ended, context.clock.now(), console, &screen);
    screen.finish()?;
    exposed.map(|()| verdict(&ended, life.until))
}

/// What the keys of a terminal need.
fn build_watch<'a>(
    arguments: &Arguments,
    context: &'a Context,
    console: &'a Console,
    (store, store_path): (&'a Store, &Path),
    secrets: &WebhookSecrets,
    known: Vec<KnownSecret>,
    (screen, receiving, own): (&Screen, &receive::ListenerSettings, &Url),
) -> ListenerWatch<'a> {
    let resend = ResendContext {
        screen: screen.clone(),
        recorder: store.recorder(),
        key: secrets.signing().key(),
        clock: context.clock.clone(),
    };
    ListenerWatch {
        context,
        console,
        store,
        store_path: store_path.to_path_buf(),
        resend,
        target: receiving.forwards.first().map_or_else(|| own.clone(), |forward| forward.url.clone()),
        subscribed: arguments.exposure.describe_subscriptions(),
        browser: EventBrowser::new(store_path.to_path_buf(), context.clock.clone(), known, console.out.clone()),
        bodies: console.out.bodies,
    }
}

fn verdict(ended: &ListenerSummary, until: Option<u64>) -> Exit {
    match ended.why {
        StopReason::Aborted(signal) => exit_for_signal(signal),
        _ if until.is_some_and(|wanted| ended.counts.distinct < wanted) => Exit::No,
        _ => Exit::Done,
    }
}
