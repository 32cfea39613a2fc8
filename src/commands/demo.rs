//! `demo`: the whole story in one process, in four short acts, each with the command line that does the same.

mod acts;

use crate::config::secrets;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::human::ScreenStream;
use crate::output::records;
use crate::output::screen::Screen;
use crate::protocol::api::WorkspacePlan;
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::schedule::RetryFrom;
use crate::protocol::signature::Secret;
use crate::sandbox::{SandboxLocation, SandboxRetryPolicy, WorkspaceSetup};
use crate::session::sandbox::{BoundSandbox, SandboxSpec};
use crate::session::{delivery, runtime};
use crate::shutdown::{self, StopReceiver, StopSignal};
use crate::store::{self, Store};
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// See the whole story in one process: a sandbox, a login, subscriptions, sign-ups, verified deliveries, a retry
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It needs no account, no network and no configuration, keeps everything in a temporary folder, and ends
by itself.

Examples:
  referralloop demo
  referralloop demo --json"
)]
pub(crate) struct Arguments {}

/// How much faster than documented the demo's retry comes.
const SPEED: f64 = 600.0;

/// What the acts need.
struct DemoStage<'a> {
    context: &'a Context,
    screen: &'a Screen,
    store: &'a Store,
    folder: PathBuf,
    /// Signs the sandbox's deliveries.
    secret: Secret,
    stop: StopReceiver,
}

impl DemoStage<'_> {
    fn say(&self, message: &str) {
        let what = ReportKind::Notice { message: message.to_owned() };
        self.screen.send_report(Report { at: self.context.clock.now(), what });
    }
}

/// What came of the acts.
#[derive(Debug, Clone, Copy, Default)]
struct DemoOutcome {
    /// Whether each ended as it should.
    good: bool,
    /// Deliveries of the sandbox that were acknowledged.
    deliveries: u64,
    /// Attempts that they took.
    attempts: u64,
}

/// Runs the acts.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    runtime::block_on(run_demo(context, &console))
}

async fn run_demo(context: &Context, console: &Console) -> Result<Exit, Error> {
    let folder = tempfile::tempdir()
        .map_err(|error| Error::machine(format!("cannot create a temporary folder: {error}")).caused_by(error))?;
    let store = Store::open(folder.path().join("events.db"), store::StoreOptions::default())?;
    let (screen, _) = console.start_screen()?;
    let secret = secrets::generate_secret(&context.entropy);
    let folder_path = folder.path().to_path_buf();
    let stage = DemoStage {
        context,
        screen: &screen,
        store: &store,
        folder: folder_path,
        secret,
        stop: context.subscribe_stop()?,
    };
    let played = tokio::select! {
        played = run_in_sandbox(&stage, console) => played,
        signal = stage.stop.wait_for_stop() => {
            drop(stage);
            store.close().await;
            screen.finish()?;
            return Ok(delivery::exit_for_signal(signal));
        }
    };
    if let Ok(DemoOutcome { good: true, deliveries, attempts }) = played {
        stage.say(&format!(
            "That is the whole loop: {deliveries} deliveries in {attempts} attempts, all verified. Now try your own: \
            referralloop sandbox, then referralloop listen and referralloop subscribe all"
        ));
        if console.is_json() {
            let counts = json!({ "acts": 4, "deliveries": deliveries, "attempts": attempts });
            screen.print(ScreenStream::Out, records::encode_summary(context.clock.now(), "demo", &counts));
        }
    }
    drop(stage);
    store.close().await;
    screen.finish()?;
    Ok(if played?.good { Exit::Done } else { Exit::No })
}

/// Opens the sandbox, plays before it, and ends it.
async fn run_in_sandbox(stage: &DemoStage<'_>, console: &Console) -> Result<DemoOutcome, Error> {
    let plot = SandboxSpec {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        place: SandboxLocation::Memory,
        founding: WorkspaceSetup { signups: 1, seed: stage.context.random_u64() },
        plan: WorkspacePlan::Growth,
        rate_limit: None,
        pace: SandboxRetryPolicy { from: RetryFrom::Previous, speed: Some(SPEED) },
        key: Some(stage.secret.key()),
    };
    let site = BoundSandbox::open(plot, stage.context).await?;
    let (key, url) = (site.workspace.key.clone(), site.url.clone());
    let (heard, attempts) = mpsc::unbounded_channel();
    let (stopper, stop) = shutdown::channel();
    let end = async {
        stop.wait_for_stop().await;
    };
    let running = site.start(stage.context, (stage.screen, console.out.clone()), Some(heard)).await?;
    let serving = site.serve(running, end, std::future::pending());
    let telling = async {
        let told = acts::run_acts(stage, key, &url, attempts).await;
        stopper.request_stop(StopSignal::Interrupt);
        told
    };
    tokio::join!(serving, telling).1
}
