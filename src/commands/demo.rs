//! `demo`: the whole story in one process, in four short acts, each with the command line that does the same.

mod story;

use crate::config::secrets;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::sandbox::{Plot, Site};
use crate::flows::{delivery, runtime};
use crate::output::console::Console;
use crate::output::human::Stream;
use crate::output::records;
use crate::output::screen::Screen;
use crate::protocol::api::Plan;
use crate::protocol::report::{Report, What};
use crate::protocol::schedule::RetryFrom;
use crate::protocol::signature::Secret;
use crate::sandbox::{Founding, Pace, Place};
use crate::shutdown::{self, Signal, Stop};
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
pub struct Arguments {}

/// How much faster than documented the demo's retry comes.
const SPEED: f64 = 600.0;

/// What the acts need.
struct Stage<'a> {
    context: &'a Context,
    screen: &'a Screen,
    store: &'a Store,
    folder: PathBuf,
    /// Signs the sandbox's deliveries.
    secret: Secret,
    stop: Stop,
}

impl Stage<'_> {
    fn say(&self, message: &str) {
        let what = What::Notice { message: message.to_owned() };
        self.screen.tell(Report { at: self.context.clock.now(), what });
    }
}

/// What came of the acts.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Whether each ended as it should.
    good: bool,
    /// Deliveries of the sandbox that were acknowledged.
    deliveries: u64,
    /// Attempts that they took.
    attempts: u64,
}

/// Runs the acts.
pub fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    runtime::block_on(play(context, &console))
}

async fn play(context: &Context, console: &Console) -> Result<Exit, Error> {
    let folder = tempfile::tempdir().map_err(|error| Error::machine(format!("no temporary folder: {error}")))?;
    let store = Store::open(folder.path().join("events.db"), store::Options::default())?;
    let (screen, _) = console.screen()?;
    let secret = secrets::generate(&context.entropy);
    let folder_path = folder.path().to_path_buf();
    let stage = Stage { context, screen: &screen, store: &store, folder: folder_path, secret, stop: context.stop()? };
    let played = tokio::select! {
        played = in_a_sandbox(&stage, console) => played,
        signal = stage.stop.requested() => {
            drop(stage);
            store.close().await;
            screen.finish()?;
            return Ok(delivery::interrupted(signal));
        }
    };
    if let Ok(Outcome { good: true, deliveries, attempts }) = played {
        stage.say(&format!(
            "That was all of it: {deliveries} deliveries in {attempts} attempts, each verified. Now yours: referralloop sandbox, then referralloop listen and referralloop subscribe all"
        ));
        if console.is_json() {
            let counts = json!({ "acts": 4, "deliveries": deliveries, "attempts": attempts });
            screen.print(Stream::Out, records::summary_record(context.clock.now(), "demo", &counts));
        }
    }
    drop(stage);
    store.close().await;
    screen.finish()?;
    Ok(if played?.good { Exit::Done } else { Exit::No })
}

/// Opens the sandbox, plays before it, and ends it.
async fn in_a_sandbox(stage: &Stage<'_>, console: &Console) -> Result<Outcome, Error> {
    let plot = Plot {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        place: Place::Memory,
        founding: Founding { signups: 1, seed: stage.context.random_u64() },
        plan: Plan::Growth,
        rate_limit: None,
        pace: Pace { from: RetryFrom::Previous, speed: Some(SPEED) },
        key: Some(stage.secret.key()),
    };
    let site = Site::open(plot, stage.context).await?;
    let (key, url) = (site.workspace.key.clone(), site.url.clone());
    let (heard, attempts) = mpsc::unbounded_channel();
    let (stopper, stop) = shutdown::channel();
    let end = async {
        stop.requested().await;
    };
    let running = site.start(stage.context, (stage.screen, console.out.clone()), Some(heard)).await?;
    let serving = site.serve(running, end, std::future::pending());
    let telling = async {
        let told = story::tell(stage, key, &url, attempts).await;
        stopper.signal(Signal::Interrupt);
        told
    };
    tokio::join!(serving, telling).1
}
