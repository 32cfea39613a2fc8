//! `demo`: the whole story in one process, in four short acts, each with the command line that does the same.

mod acts;

use crate::config::secrets;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::exchange::TlsTrust;
use crate::output::console::Console;
use crate::output::errors::wrap_text;
use crate::output::human::ScreenStream;
use crate::output::line::{StyledLine, write_lines};
use crate::output::output_error::OutputError;
use crate::output::records;
use crate::output::sanitise::Sanitised;
use crate::output::screen::{Screen, ScreenFormat, ScreenOutputs};
use crate::output::style::{BodyDisplay, OutputStyle, TextRole};
use crate::protocol::api::WorkspacePlan;
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::schedule::RetryFrom;
use crate::protocol::signature::Secret;
use crate::sandbox::{SandboxLocation, SandboxRetryPolicy, WorkspaceSetup};
use crate::session::sandbox::{BoundSandbox, SandboxSigning, SandboxSpec};
use crate::session::{delivery, runtime};
use crate::shutdown::{self, StopReceiver, StopSignal};
use crate::store::{self, Store};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// See the whole story in one process: a sandbox, a login, subscriptions, sign-ups, verified deliveries, a retry
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It needs no account, no network and no configuration, keeps everything in a temporary folder, and ends
by itself.

Examples:
  referralloop demo
  referralloop demo --fast
  referralloop demo --json"
)]
pub(crate) struct Arguments {
    /// Tell it without pauses, which are made on a terminal only
    #[arg(long)]
    fast: bool,
}

/// Columns that the story keeps to.
const COLUMNS: usize = 80;

/// How much faster than documented the demo's retry comes.
const SPEED: f64 = 600.0;

/// What the acts need.
struct DemoStage<'a> {
    context: &'a Context,
    screen: &'a Screen,
    /// Where what the story leaves out is told: in records nothing is left out.
    backstage: &'a Screen,
    /// How it looks for eyes; `None` for records.
    style: Option<OutputStyle>,
    /// Whether there are pauses for reading.
    paced: bool,
    store: &'a Store,
    folder: PathBuf,
    /// Signs the sandbox's deliveries.
    secret: Secret,
    /// Signs what is refused in the last act.
    forger: Secret,
    stop: StopReceiver,
}

impl DemoStage<'_> {
    /// The heading of an act, and the command lines that do the same.
    async fn open_act(&self, title: &str, by_hand: &str) {
        let Some(style) = &self.style else { return self.note(&format!("{title}. By hand: {by_hand}")) };
        let mut lines = vec![StyledLine::new(style)];
        let title = wrap_text(&Sanitised::text(title), style.width);
        lines.extend(title.iter().map(|words| StyledLine::new(style).put(TextRole::Strong, words)));
        let by_hand = wrap_text(&Sanitised::text(&format!("By hand: {by_hand}")), style.width.saturating_sub(3));
        lines.extend(by_hand.iter().map(|words| StyledLine::indented(style, 3).put(TextRole::Faint, words)));
        self.print(&lines);
        self.pause(2_000).await;
    }

    /// A sentence of the story; not for records.
    async fn explain_step(&self, words: &str) {
        let Some(style) = &self.style else { return };
        let words = wrap_text(&Sanitised::text(words), style.width.saturating_sub(3));
        self.print(
            &words.iter().map(|row| StyledLine::indented(style, 3).put(TextRole::Plain, row)).collect::<Vec<_>>(),
        );
        self.pause(1_000).await;
    }

    /// A sentence for records alone.
    fn note(&self, message: &str) {
        if self.style.is_none() {
            let what = ReportKind::Notice { message: message.to_owned() };
            self.screen.send_report(Report { at: self.context.clock.now(), what });
        }
    }

    fn print(&self, lines: &[StyledLine]) {
        let mut text = String::new();
        write_lines(&mut text, lines);
        self.screen.print(ScreenStream::Err, text);
    }

    /// Time to read, where somebody does.
    async fn pause(&self, milliseconds: u64) {
        if self.paced {
            self.context.clock.sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    /// What it came to, and what to type next.
    fn close(&self, outcome: &DemoOutcome) {
        let DemoOutcome { deliveries, attempts, .. } = outcome;
        let retried = attempts.saturating_sub(*deliveries);
        let sum =
            format!("The whole loop: {deliveries} delivered ({retried} after a retry), 1 refused, as it should be");
        let Some(style) = &self.style else {
            return self.note(&format!(
                "{sum}. Now try your own: referralloop sandbox, then referralloop listen and referralloop subscribe all"
            ));
        };
        let strong = |words: &str| StyledLine::new(style).put(TextRole::Strong, Sanitised::text(words));
        let next = |(line, words): (&'static str, &'static str)| {
            StyledLine::indented(style, 2).put(TextRole::Plain, line).pad_to(38).put(TextRole::Faint, words)
        };
        let mut lines = vec![
            StyledLine::new(style),
            strong(&format!("{sum}.")),
            strong("The demo keeps nothing. Now try your own:"),
        ];
        lines.extend(NEXT.map(next));
        self.print(&lines);
    }
}

/// What to type after the demo.
const NEXT: [(&str, &str); 3] = [
    ("referralloop listen 3000/webhooks", "receive, and pass on to your app"),
    ("referralloop trigger created", "send, from another terminal"),
    ("referralloop sandbox", "the hosted API on this machine"),
];

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
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context).with_bodies(BodyDisplay::First).with_most_columns(COLUMNS).without_commands();
    runtime::block_on(run_demo(arguments, context, &console))
}

/// The screen for what the story leaves out.
fn open_backstage(screen: &Screen, console: &Console) -> Result<Screen, Error> {
    if console.is_json() {
        return Ok(screen.clone());
    }
    let nowhere = ScreenOutputs { out: Box::new(std::io::sink()), err: Box::new(std::io::sink()) };
    let screen = Screen::start(ScreenFormat::Human(console.out.clone()), nowhere, || {});
    Ok(screen.map_err(OutputError::Unstartable)?)
}

async fn run_demo(arguments: &Arguments, context: &Context, console: &Console) -> Result<Exit, Error> {
    let folder = tempfile::tempdir()
        .map_err(|error| Error::machine(format!("cannot create a temporary folder: {error}")).caused_by(error))?;
    let store = Store::open(folder.path().join("events.db"), store::StoreOptions::default())?;
    let (screen, _) = console.start_screen()?;
    let secret = secrets::generate_secret(&context.entropy);
    let folder_path = folder.path().to_path_buf();
    let backstage = open_backstage(&screen, console)?;
    let stage = DemoStage {
        context,
        screen: &screen,
        backstage: &backstage,
        style: (!console.is_json()).then(|| console.out.clone()),
        paced: !arguments.fast && !console.is_json() && console.is_terminal(),
        store: &store,
        folder: folder_path,
        secret,
        forger: secrets::generate_secret(&context.entropy),
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
    if let Ok(outcome @ DemoOutcome { good: true, deliveries, attempts }) = played {
        stage.close(&outcome);
        if console.is_json() {
            let counts = records::DemoSummary { acts: 4, deliveries, attempts };
            screen.write_summary(context.clock.now(), &counts);
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
        signing: SandboxSigning { key: Some(stage.secret.key()), ..SandboxSigning::default() },
        given_key: None,
        allowed_targets: Vec::new(),
        trust: TlsTrust::default(),
    };
    let site = BoundSandbox::open(plot, stage.context, None).await?;
    let (key, url) = (site.workspace.key.clone(), site.url.clone());
    let (heard, attempts) = mpsc::unbounded_channel();
    let (stopper, stop) = shutdown::channel();
    let end = async {
        stop.wait_for_stop().await;
    };
    let running = site.start(stage.context, (stage.backstage, console.out.clone()), Some(heard)).await?;
    let serving = site.serve(running, end, (std::future::pending(), std::future::pending()));
    let telling = async {
        let told = acts::run_acts(stage, key, &url, attempts).await;
        stopper.request_stop(StopSignal::Interrupt);
        told
    };
    tokio::join!(serving, telling).1
}
