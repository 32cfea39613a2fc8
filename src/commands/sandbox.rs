//! `sandbox`: the hosted API emulated on loopback, with real deliveries and retries.

mod access;
mod asking;
mod deliveries;
mod told;

use crate::config::ConfigSettings;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;
use crate::deliver::DeliveryPace as Speed;
use crate::error::{Error, Exit};
use crate::inspector::{InspectOptions, InspectorDoor};
use crate::output::console::Console;
use crate::output::errors::render_labelled;
use crate::output::line::StyledLine;
use crate::output::records::AssumptionRecord;
use crate::output::style::TextRole;
use crate::protocol::api::WorkspacePlan;
use crate::sandbox::{ASSUMPTIONS, AllowedTarget, SandboxLocation, SandboxRetryPolicy, WorkspaceSetup};
use crate::session::arguments;
use crate::session::delivery::exit_for_signal;
use crate::session::sandbox::{self, BoundSandbox, SandboxEnd, SandboxSpec};
use crate::session::{self, input, listener, ready_file, runtime, trust};
use crate::shutdown::StopSignal;
use crate::store::Store;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Emulate the hosted API on this machine, with real deliveries and retries
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "It prints its address and its test key on standard error; with both in the environment, every other command
talks to it. A script reads them from --ready-file. Standard output has the calls and the deliveries.
Creating, moving and deleting sign-ups delivers events to all subscriptions, with the documented
retries, which outlive a crash. What the documentation leaves open is labelled in each answer.

Among containers: --bind 0.0.0.0, with the key in REFERRALLOOP_API_KEY (pk_test_…) or --key-file, the secret in
REFERRALLOOP_WEBHOOK_SECRET or --secret-file, and --allow-target for each app by its name. GET /_sandbox/health
answers 200 while it is well.

Examples:
  referralloop sandbox
  referralloop sandbox --port 0 --ready-file ready.json --memory --speed 60x
  referralloop sandbox --plan starter --signups 500 --seed 1 --data other.db
  referralloop sandbox --unsigned --retry-from first
  referralloop sandbox --inspect --open
  referralloop sandbox --memory --bind 0.0.0.0 --allow-target app --allow-target 10.0.0.0/8
  referralloop sandbox --assumptions
  referralloop sandbox deliveries"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<SandboxAction>,
    /// Listen on this port; 0 picks a free one
    #[arg(short, long, value_name = "PORT", value_parser = arguments::read_port, default_value_t = 4010)]
    port: u16,
    /// Listen on this address; beyond this machine its pages need the key
    #[arg(long, value_name = "ADDRESS", value_parser = arguments::read_address, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Take the test key in this file (- for standard input) instead of one made here [env: REFERRALLOOP_API_KEY]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Write {url, pid, api_key} as JSON to this file (0600) once calls are answered; removed at the end
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    #[command(flatten)]
    workspace: WorkspaceArguments,
    #[command(flatten)]
    deliveries: DeliveryArguments,
    #[command(flatten)]
    inspecting: InspectOptions,
    #[command(flatten)]
    trust: trust::Arguments,
    /// List what the documentation leaves open and what the sandbox decided, and end
    #[arg(long, conflicts_with_all = ["port", "bind", "key_file", "ready_file", "plan", "rate_limit", "signups", "seed", "data", "memory",
        "speed", "retry_from", "secret_file", "unsigned", "allow_target", "inspect", "ca_file", "insecure"])]
    assumptions: bool,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "The workspace")]
struct WorkspaceArguments {
    /// Plan of the workspace: free, starter, growth or pro
    #[arg(long, value_name = "PLAN", default_value = "growth")]
    plan: WorkspacePlan,
    /// Allow this many calls per hour instead of the plan's limit, to get a 429 early
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..))]
    rate_limit: Option<u32>,
    /// Start with this many sign-ups [default: 25]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000))]
    signups: Option<u32>,
    /// Seed for the sign-ups: the same people each time [default: 7]
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Keep it in this file [default: sandbox.db beside the profile's store]
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    data: Option<PathBuf>,
    /// Keep it in memory; it is gone at the end
    #[arg(long)]
    memory: bool,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Deliveries")]
struct DeliveryArguments {
    /// Retry 60 times as fast (60x), or at once (instant) [default: as documented]
    #[arg(long, value_name = "SPEED", value_parser = speed)]
    speed: Option<Speed>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t)]
    retry_from: arguments::RetryFromOption,
    /// Sign with the secret in this file (- for standard input) instead of the profile's
    #[arg(long, value_name = "FILE", conflicts_with = "unsigned")]
    secret_file: Option<PathBuf>,
    /// Sign nothing, as the service does today
    #[arg(long)]
    unsigned: bool,
    /// Deliver by http to this host or network, too: app, 10.0.0.0/8 (repeatable; an assumption)
    #[arg(long, value_name = "HOST|CIDR")]
    allow_target: Vec<AllowedTarget>,
}

#[derive(Debug, clap::Subcommand)]
enum SandboxAction {
    Deliveries(deliveries::Arguments),
}

/// Nobody sits at a server and presses Enter.
fn speed(text: &str) -> Result<Speed, String> {
    match arguments::read_pace(text)? {
        Speed::Step => Err("a sandbox cannot wait for Enter; write 60x or instant".into()),
        speed => Ok(speed),
    }
}

const SIGNUPS: u32 = 25;
const SEED: u64 = 7;

/// Serves until told to stop.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    match &arguments.action {
        Some(SandboxAction::Deliveries(arguments)) => return deliveries::run(arguments, context, &console),
        None if arguments.assumptions => return assumptions(&console),
        None => {}
    }
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.key_file.as_ref(), arguments.deliveries.secret_file.as_ref()])?;
    let signing = access::resolve_signing(&arguments.deliveries, arguments.workspace.memory, context, &settings)?;
    let plot = SandboxSpec {
        address: SocketAddr::new(arguments.bind, arguments.port),
        place: place(&arguments.workspace, context, &settings)?,
        founding: WorkspaceSetup {
            signups: arguments.workspace.signups.unwrap_or(SIGNUPS),
            seed: arguments.workspace.seed.unwrap_or(SEED),
        },
        plan: arguments.workspace.plan,
        rate_limit: arguments.workspace.rate_limit,
        pace: pace(&arguments.deliveries),
        signing,
        given_key: access::read_given_key(arguments.key_file.as_deref(), context, &console)?,
        allowed_targets: arguments.deliveries.allow_target.clone(),
        trust: arguments.trust.read(&[], context)?,
    };
    let beside = SandboxSurroundings::open(arguments, context, settings)?;
    runtime::serve_on(true, serve(arguments, (plot, beside), context, &console))
}

fn pace(arguments: &DeliveryArguments) -> SandboxRetryPolicy {
    let speed = match arguments.speed {
        None => Some(1.0),
        Some(Speed::Times(factor)) => Some(factor),
        Some(Speed::Instant | Speed::Step) => None,
    };
    SandboxRetryPolicy { from: arguments.retry_from.into(), speed }
}

fn place(
    arguments: &WorkspaceArguments,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<SandboxLocation, Error> {
    Ok(match (&arguments.data, arguments.memory) {
        (_, true) => SandboxLocation::Memory,
        (Some(path), _) => SandboxLocation::File(context.resolve(path)),
        (None, _) => SandboxLocation::File(sandbox::default_data_path(&session::store_path(context, settings)?)),
    })
}

/// What a sandbox stands among: the profile's store, beside which it leaves word, and which the inspector shows where
/// one is wanted.
struct SandboxSurroundings {
    settings: ConfigSettings,
    store_path: Option<PathBuf>,
    inspected: Option<(Store, WebhookSecrets)>,
}

impl SandboxSurroundings {
    fn open(arguments: &Arguments, context: &Context, settings: ConfigSettings) -> Result<Self, Error> {
        let store_path = session::store_path(context, &settings).ok();
        let inspected = match arguments.inspecting.is_wanted() {
            true => Some((session::open_store(context, &settings)?, session::load_secrets(context, &settings, &[])?)),
            false => None,
        };
        Ok(Self { settings, store_path, inspected })
    }
}

async fn serve(
    arguments: &Arguments,
    (plot, beside): (SandboxSpec, SandboxSurroundings),
    context: &Context,
    console: &Console,
) -> Result<Exit, Error> {
    let (stop, place) = (context.subscribe_stop()?, plot.place.clone());
    ready_file::require_folder(context, arguments.ready_file.as_ref())?;
    let site = BoundSandbox::open(plot, context, beside.store_path.as_deref()).await?;
    check_founding(&arguments.workspace, &site)?;
    let SandboxSurroundings { settings, store_path, inspected } = beside;
    let (store, secrets) = inspected.unzip();
    let door = arguments.inspecting.bind(context, store.as_ref()).await?;
    let inspect_url = door.as_ref().map(InspectorDoor::url);
    let (screen, unread) = console.start_screen()?;
    sandbox::show_banner(&site, console, &screen);
    listener::show_inspector(inspect_url.as_deref(), console, &screen);
    let running = site.start(context, (&screen, console.out.clone()), None).await?;
    let entry = store_path.and_then(|store| site.advertise(&store, context.pid));
    let inspector = match &secrets {
        Some(secrets) => arguments.inspecting.start(door, (context, &settings), (secrets, store.as_ref()), None)?,
        None => None,
    };
    let ready_file = arguments.ready_file.as_ref().map(|path| context.resolve(path));
    let ready = sandbox::announce_ready(&site, context, (console, &screen), (ready_file, inspect_url))?;
    let end = async {
        tokio::select! {
            _ = stop.wait_for_stop() => {}
            () = unread.notified() => {}
        }
    };
    // A person who presses Ctrl-C waits for what is under way; a supervisor kills who takes long.
    let hurry = async {
        if stop.wait_for_stop().await != StopSignal::Terminate {
            std::future::pending::<()>().await;
        }
    };
    let summary = site.serve(running, end, (hurry, stop.wait_for_second_stop())).await;
    drop((ready, entry));
    if let Some(inspector) = inspector {
        inspector.finish().await;
    }
    if let Some(store) = store {
        store.close().await;
    }
    screen.finish()?;
    sandbox::show_summary(&summary, &place, console)?;
    Ok(match summary.end {
        SandboxEnd::Done => Exit::Done,
        SandboxEnd::Aborted(signal) => exit_for_signal(signal),
    })
}

/// Sign-ups and seed make a workspace and do not change one that is there.
fn check_founding(arguments: &WorkspaceArguments, site: &BoundSandbox) -> Result<(), Error> {
    let there = site.workspace.founding;
    let same = arguments.signups.is_none_or(|signups| signups == there.signups)
        && arguments.seed.is_none_or(|seed| seed == there.seed);
    if site.workspace.is_new || same {
        return Ok(());
    }
    let what =
        format!("the sandbox's data already exists, created with {} sign-ups from seed {}", there.signups, there.seed);
    Err(Error::usage(what).hint("choose other data with --data FILE or --memory, or remove the file to start over"))
}

fn assumptions(console: &Console) -> Result<Exit, Error> {
    if console.is_json() {
        for guess in ASSUMPTIONS {
            console.write_record(&AssumptionRecord { id: guess.id, about: guess.about.name(), what: guess.what })?;
        }
        return Ok(Exit::Done);
    }
    for guess in ASSUMPTIONS {
        console.write_lines(&[StyledLine::new(&console.out).put(TextRole::Strong, guess.id)])?;
        console.write_lines(&render_labelled("", TextRole::Plain, guess.what, 2, &console.out))?;
    }
    Ok(Exit::Done)
}
