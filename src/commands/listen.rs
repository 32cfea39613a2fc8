//! `listen`: receives deliveries, verifies, stores, shows and forwards them.

mod bound_headers;
mod exposure;
mod forward;
mod keeping;
mod relaying;
mod shown;
mod status;
mod watch;

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;
use crate::diagnose::KnownSecret;
use crate::error::{Error, Exit};
use crate::inspector;
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::output::screen::Screen;
use crate::protocol::target::LISTENER_PORT;
use crate::receive::{self, ResponseScript};
use crate::session::arguments::{self, option_or_setting};
use crate::session::browser::EventBrowser;
use crate::session::delivery::exit_for_signal;
use crate::session::listener::{
    self, Advertisement, BoundListener, ListenerContext, ListenerLife, ListenerSummary, StopConditions, StopReason,
};
use crate::session::relay::EventRecorder;
use crate::session::send_again::ResendContext;
use crate::session::{self, diagnosis, input, ready_file, runtime, unforwarded};
use crate::store::Store;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use url::Url;
use watch::{ListenerWatch, ResendTargets};

/// Receive deliveries: verify, store, show and forward them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What arrives is stored before it is acknowledged. Ctrl-C stops, finishes what is under way and prints
a summary. Forwards to a target are made one after another, in the order of arrival; with --forward-retry, what fails
holds back what came after it until it gets through or is given up, and what is left at the end goes first at the next
start with --forward-retry: what came for this target and was not acknowledged by it, nothing else.

A team shares one listener through NATS JetStream: it publishes to nats://HOST/SUBJECT, and everybody else receives
--from there, under a name of their own (docs/teams.md).

Examples:
  referralloop listen
  referralloop listen 3000/webhooks
  referralloop listen --forward-to created=3000/new --forward-to '*_changed=3000/moved'
  referralloop listen --forward-to 3000/webhooks --forward-retry
  referralloop listen --events created --where '.data.position < 10'
  referralloop listen 3000/webhooks --body none
  referralloop listen --port 0 --ready-file ready.json --until 1 --for 30s
  referralloop listen --respond 500x2,200
  referralloop listen --events created,deleted --json
  referralloop listen --inspect --open
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
    relaying: relaying::Arguments,
    #[command(flatten)]
    answering: AnswerArguments,
    #[command(flatten)]
    shown: shown::Arguments,
    #[command(flatten)]
    keeping: keeping::Arguments,
    #[command(flatten)]
    inspecting: inspector::InspectOptions,
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

impl LifetimeArguments {
    fn ends(&self, context: &Context) -> StopConditions {
        let with_parent = self.exit_with_parent.then(context.parent);
        StopConditions { until: self.until, after: self.for_, with_parent }
    }
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
    arguments.relaying.check(&settings)?;
    if arguments.life.exit_with_parent && !cfg!(unix) {
        return Err(Error::usage("--exit-with-parent is not available on this system")
            .hint("start it in a job that ends with its owner, or end it with --for"));
    }
    if !arguments.relaying.is_subscriber() {
        forward::refuse_own_address(&receiving.forwards, address)?;
    }
    if let Some(text) = &arguments.shown.condition {
        JqCondition::new(text)?;
    }
    let secrets = session::load_secrets(context, &settings, &arguments.verification.secret_file)?;
    session::refuse_open_address(address.ip(), &secrets)?;
    let receiving =
        receive::ListenerSettings { keys: secrets.all.iter().map(|secret| secret.key()).collect(), ..receiving };
    exposure::clean_up_leftovers(context, &settings, &console)?;
    let serving = serve(arguments, context, &console, &settings, &secrets, (address, receiving, exposure));
    ready_file::require_folder(context, arguments.life.ready_file.as_ref())?;
    runtime::serve_on(arguments.relaying.has_store(), serving)
}

fn address(address: &AddressArguments, settings: &ConfigSettings) -> Result<SocketAddr, Error> {
    let port = option_or_setting(address.port.as_ref(), settings, SettingKey::Port, arguments::read_port)?;
    let bind = option_or_setting(address.bind.as_ref(), settings, SettingKey::Bind, arguments::read_address)?;
    Ok(SocketAddr::new(bind.unwrap_or(IpAddr::from([127, 0, 0, 1])), port.unwrap_or(LISTENER_PORT)))
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
        shown: shown::build_display_filter(&arguments.shown, settings)?,
        until: arguments.life.until,
        greeting: exposure.is_exposed().then(|| exposure::generate_greeting(context)),
        ..receive::ListenerSettings::default()
    })
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
    let (life, relaying, shown) = (&arguments.life, &arguments.relaying, &arguments.shown);
    let (store, mut more) = arguments.keeping.open_store(&receiving, relaying.has_store(), context, settings)?;
    let store_path = session::store_path(context, settings)?;
    let door = bind_door(relaying.is_subscriber(), address, receiving.path.as_deref(), &store_path).await?;
    let (screen, unread) = console.start_screen()?;
    receiving.shown = shown::build_condition_filter(shown, receiving.shown.take(), context, &screen)?;
    let relaying::OpenRelay { recorder, intake, url, words, waiting } = tokio::select! {
        opened = relaying.open(door, store.as_ref().map(Store::recorder), (context, settings), &screen) => opened?,
        signal = stop.wait_for_stop() => return Ok(exit_for_signal(signal)),
    };
    let recorder = forward::note_unforwarded(recorder, &receiving, context, settings).await?;
    let ends = life.ends(context);
    let ready_file = life.ready_file.as_ref().map(|path| context.resolve(path));
    let inspector = arguments.inspecting.bind(context, store.as_ref()).await?;
    let inspect_url = inspector.as_ref().map(inspector::InspectorDoor::url);
    let secret = secrets.origin.describe(&settings.profile.value);
    let process = (context.pid, inspect_url.as_deref(), secret.as_str());
    // A trigger finds what has a socket.
    let registered = (!relaying.is_subscriber()).then_some(store_path.as_path());
    let traces = Advertisement::publish(&url, process, context.clock.now(), registered, ready_file)?;
    let (filter, filter_note) = shown::announce_filter(shown, &receiving, store.is_some(), (context, settings))?;
    more.splice(0..0, words.into_iter().chain(filter));
    listener::show_banner(&url, (&secret, &more), &receiving, console, &screen);
    show_next_steps(arguments, context, inspect_url.as_deref(), console, &screen);
    let inspector =
        arguments.inspecting.start(inspector, (context, settings), (secrets, store.as_ref()), Some(&url))?;
    screen.send_report(listener::ready_report(&url, context.pid, context.clock.now(), (inspect_url.clone(), secret)));
    let known = diagnosis::collect_known_secrets(context, settings, secrets);
    let watch = store.as_ref().map(|store| {
        let (known, about) = ((known.clone(), inspect_url.clone()), (&screen, &receiving, &url));
        let relay = (recorder.clone(), waiting.clone());
        build_watch(arguments, context, console, (store, &store_path, relay), secrets, known, about)
    });
    let (screen, stop, begun) = (&screen, &stop, ListenerLife::default());
    let around = ListenerContext { context, recorder, screen, unread, stop, known, filter_note, life: begun };
    let (mut ended, exposed) = tokio::select! {
        ended = exposure.run(intake, url.clone(), receiving, ends, &around, (console, &store_path)) => ended?,
        never = run_watch(watch, screen, &around.life) => match never {},
    };
    drop(traces);
    finish((inspector, store), &mut ended, (context, settings)).await?;
    listener::show_summary(&ended, context.clock.now(), console, screen);
    screen.finish()?;
    exposed.and_then(|()| verdict(&ended, life.until, relaying))
}

/// The socket, unless events come from a relay.
async fn bind_door(
    is_subscriber: bool,
    address: SocketAddr,
    path: Option<&str>,
    store: &Path,
) -> Result<Option<BoundListener>, Error> {
    match is_subscriber {
        true => Ok(None),
        false => BoundListener::bind(address, path, Some(store)).await.map(Some),
    }
}

/// Where to look, and what to type next, for who sits at a terminal and receives by a socket.
fn show_next_steps(
    arguments: &Arguments,
    context: &Context,
    inspect_url: Option<&str>,
    console: &Console,
    screen: &Screen,
) {
    listener::show_inspector(inspect_url, console, screen);
    if context.stderr.is_terminal && !arguments.relaying.is_subscriber() {
        let secret = arguments.verification.secret_file.is_empty();
        listener::show_next_steps(context, secret, console, screen);
    }
}

/// Heeds the keys of a terminal. They look back at what is stored: without a store there are none.
async fn run_watch(watch: Option<ListenerWatch<'_>>, screen: &Screen, life: &ListenerLife) -> Infallible {
    match watch {
        Some(watch) => watch.run(screen, life).await,
        None => std::future::pending().await,
    }
}

/// The page ends before the store that it reads. Then is counted what failed, beside what was not passed on in time: one
/// command sends both.
async fn finish(
    (inspector, store): (Option<inspector::RunningInspector>, Option<Store>),
    ended: &mut ListenerSummary,
    (context, settings): (&Context, &ConfigSettings),
) -> Result<(), Error> {
    if let Some(inspector) = inspector {
        inspector.finish().await;
    }
    // What waits for the next start has a line of its own.
    let failed = store.is_some() && ended.counts.forward_failed > 0 && ended.kept == 0;
    if let Some(store) = store {
        store.close().await;
    }
    if ended.finished.events > 0 || failed {
        let reader = session::open_reader(context, settings)?;
        ended.owed_beside = unforwarded::count_others(&reader, ended.finished.events)?;
    }
    Ok(())
}

/// What the keys of a terminal need.
fn build_watch<'a>(
    arguments: &Arguments,
    context: &'a Context,
    console: &'a Console,
    (store, store_path, relay): (&'a Store, &Path, (EventRecorder, Option<Arc<AtomicU64>>)),
    secrets: &WebhookSecrets,
    (known, inspector): (Vec<KnownSecret>, Option<String>),
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
        targets: match receiving.forwards.is_empty() {
            false => ResendTargets::Apps(receiving.forwards.clone()),
            true => ResendTargets::Own((!arguments.relaying.is_subscriber()).then(|| own.clone())),
        },
        subscribed: arguments.exposure.describe_subscriptions(),
        relay,
        inspector,
        browser: EventBrowser::new(store_path.to_path_buf(), context.clock.clone(), known, console.out.clone()),
        bodies: console.out.bodies,
    }
}

fn verdict(ended: &ListenerSummary, until: Option<u64>, relaying: &relaying::Arguments) -> Result<Exit, Error> {
    Ok(match ended.why {
        StopReason::Displaced => return Err(relaying.explain_displaced()),
        StopReason::Aborted(signal) => exit_for_signal(signal),
        _ if until.is_some_and(|wanted| ended.counts.distinct < wanted) => Exit::No,
        _ => Exit::Done,
    })
}
