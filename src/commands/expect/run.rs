//! A command run against a listener of its own, and what arrived held against what was expected.
//!
//! The window opens with the command. It closes some time after the command has ended, earlier when nothing that could
//! still come would change the verdict. Socket, store and the command's process group are gone afterwards, however it
//! ended.

use super::judge::{ArrivalJudge, ExpectRules};
use crate::child::{self, ChildOptions, ProcessGroup};
use crate::config::secrets::{SECRET_VARIABLE, WebhookSecrets};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::screen::Screen;
use crate::protocol::expectation::{ExpectationCounter, ExpectationReport, ExpectationStanding};
use crate::protocol::report::{ArrivalReport, NearMissReport, Report, ReportKind};
use crate::receive::{ListenerSettings, ReportSink, WebhookReceiver};
use crate::session::delivery::exit_for_signal;
use crate::session::input::describe_io_error;
use crate::session::listener::{self, BoundListener, ListenerIntake};
use crate::shutdown::{StopReceiver, StopSignal};
use crate::store::{self, Store};
use crate::system;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// Where deliveries go, told to the command.
pub(super) const URL_VARIABLE: &str = "REFERRALLOOP_WEBHOOK_URL";

/// How long an interrupted command has to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is run, and what is expected of it.
pub(super) struct ExpectPlan {
    /// Where the secret came from, in a few words.
    pub secret_from: String,
    pub count: ExpectationCounter,
    /// What counts.
    pub rules: ExpectRules,
    /// How long the window stays open after the command.
    pub within: Duration,
    /// How long the command may take.
    pub timeout: Option<Duration>,
    /// The command line.
    pub command: Vec<OsString>,
    pub settings: ListenerSettings,
    /// What it verifies with; the first one is the command's.
    pub secrets: WebhookSecrets,
    /// Whether the command's standard output is kept apart from ours.
    pub divert: bool,
}

/// How it went.
#[derive(Debug)]
pub(super) struct ExpectOutcome {
    /// What became of each expectation.
    pub results: Vec<ExpectationReport>,
    /// What came instead, nearest miss first, where an expectation was not met.
    pub instead: Vec<NearMissReport>,
    /// Arrivals that are not among these because there were too many.
    pub forgotten: u64,
    /// Whether all was met.
    pub met: bool,
    /// How the command ended.
    pub command: child::ChildExit,
    /// Whether it was ended because its time was up.
    pub timed_out: bool,
    /// Why the condition failed on a body, where it did.
    pub unanswered: Option<String>,
    /// Forwards that the app did not acknowledge.
    pub failed_forwards: u64,
    /// Who asked to stop before the end.
    pub stopped: Option<StopSignal>,
    /// How long it took.
    pub took: Duration,
}

impl ExpectOutcome {
    /// The verdict comes before the command's own code, which comes before success.
    pub(super) fn exit(&self) -> Exit {
        match (self.stopped, self.met, self.command.code()) {
            (Some(signal), ..) => exit_for_signal(signal),
            (None, ..) if self.timed_out => Exit::No,
            (None, false, _) => Exit::No,
            (None, true, 0) => Exit::Done,
            (None, true, code) => Exit::Child(code),
        }
    }
}

/// The listener's audience: everything is shown, and arrivals are judged as well.
struct ExpectAudience {
    screen: Screen,
    arrivals: mpsc::UnboundedSender<Box<ArrivalReport>>,
    failed_forwards: AtomicU64,
}

impl ReportSink for ExpectAudience {
    fn emit_report(&self, report: Report) {
        match &report.what {
            // Nobody judges any more once the window is closed.
            ReportKind::Arrival(arrival) => drop(self.arrivals.send(arrival.clone())),
            ReportKind::Forward(forward) if !forward.attempt.outcome.is_acknowledged() => {
                self.failed_forwards.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        self.screen.send_report(report);
    }
}

/// Opens the window, runs the command, judges.
pub(super) async fn run_expectation(
    plan: ExpectPlan,
    (intake, url): (ListenerIntake, Url),
    context: &Context,
    screen: &Screen,
    stop: &StopReceiver,
) -> Result<ExpectOutcome, Error> {
    let folder = tempfile::tempdir()
        .map_err(|error| Error::machine(format!("cannot create a temporary folder: {error}")).caused_by(error))?;
    let store = Store::open(folder.path().join("events.db"), store::StoreOptions::default())?;
    let (sender, arrivals) = mpsc::unbounded_channel();
    let audience =
        Arc::new(ExpectAudience { screen: screen.clone(), arrivals: sender, failed_forwards: AtomicU64::new(0) });
    let limits = plan.settings.limits;
    let receiver =
        WebhookReceiver::start(plan.settings.clone(), store.recorder(), context.clock.clone(), audience.clone());
    let (close, closed) = oneshot::channel::<()>();
    let serving = async {
        let closed = async { drop(closed.await) };
        intake.serve(&receiver, limits, closed).await;
        receiver.finish(limits.drain).await;
    };
    let watching = async {
        let outcome = watch(&plan, &url, arrivals, context, stop).await;
        // The server is gone only if it fell over, and then there is nobody to tell.
        let _ = close.send(());
        outcome
    };
    let (outcome, ()) = tokio::join!(watching, serving);
    store.close().await;
    // The last ones end after the verdict.
    outcome
        .map(|outcome| ExpectOutcome { failed_forwards: audience.failed_forwards.load(Ordering::Relaxed), ..outcome })
}

async fn watch(
    plan: &ExpectPlan,
    url: &Url,
    arrivals: mpsc::UnboundedReceiver<Box<ArrivalReport>>,
    context: &Context,
    stop: &StopReceiver,
) -> Result<ExpectOutcome, Error> {
    let started = context.clock.monotonic();
    let group = start(plan, url, context)?;
    let judge = ArrivalJudge::new(plan.count.clone(), plan.rules.clone());
    let mut window = ExpectWindow { judge, arrivals, group, context, timed_out: false };
    let ended = window.pass(plan.within, plan.timeout, stop).await;
    window.take_what_waits();
    let ExpectWindow { judge, group, timed_out, .. } = window;
    group.terminate(&context.clock).await;
    let (command, stopped) =
        ended.map_err(|error| Error::machine(format!("cannot wait for the command: {error}")).caused_by(error))?;
    // A verdict on events that could not be asked would be a guess.
    judge.fault.clone().map_or(Ok(()), |fault| Err(Error::from(fault)))?;
    let met = matches!(judge.standing(), ExpectationStanding::Met | ExpectationStanding::Settled);
    Ok(ExpectOutcome {
        results: judge.results(),
        instead: if met { Vec::new() } else { judge.list_unexpected() },
        forgotten: judge.forgotten,
        unanswered: judge.unanswered,
        met,
        command,
        timed_out,
        failed_forwards: 0,
        stopped,
        took: context.clock.monotonic().saturating_sub(started),
    })
}

/// Starts the command. Standard input is its own, but not a terminal: only the group in front may read from one.
fn start(plan: &ExpectPlan, url: &Url, context: &Context) -> Result<ProcessGroup, Error> {
    let secret = system::os_word(plan.secrets.signing().expose().to_vec());
    let environment = [(OsStr::new(SECRET_VARIABLE), secret), (OsStr::new(URL_VARIABLE), OsString::from(url.as_str()))];
    // Nothing can be delivered to a stream's address.
    let told = if url.scheme() == "http" { 2 } else { 1 };
    let start = ChildOptions {
        directory: &context.directory,
        environment: &environment[..told],
        without: &[],
        stdin: if context.stdin.is_terminal { Stdio::null() } else { Stdio::inherit() },
        stdout: if plan.divert { context.stderr_for_child() } else { Stdio::inherit() },
        stderr: Stdio::inherit(),
        guarded_by: Some(&context.program),
    };
    ProcessGroup::start(&plan.command, start).map_err(|error| {
        let program = plan.command.first().map(|program| program.to_string_lossy().into_owned()).unwrap_or_default();
        Error::usage(format!("cannot run {program:?}: {}", describe_io_error(&error))).hint(
            "the command and its arguments follow -- and run without a shell; for shell syntax use: -- sh -c \
                'one && two'",
        )
    })
}

/// The time in which arrivals count.
struct ExpectWindow<'a> {
    judge: ArrivalJudge,
    arrivals: mpsc::UnboundedReceiver<Box<ArrivalReport>>,
    group: ProcessGroup,
    context: &'a Context,
    timed_out: bool,
}

type CommandEnd = std::io::Result<(child::ChildExit, Option<StopSignal>)>;

impl ExpectWindow<'_> {
    /// Waits for the command, then for what is still missing.
    async fn pass(&mut self, within: Duration, timeout: Option<Duration>, stop: &StopReceiver) -> CommandEnd {
        let clock = self.context.clock.clone();
        let over = async {
            match timeout {
                Some(timeout) => clock.sleep(timeout).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(over);
        let command = loop {
            tokio::select! {
                biased;
                signal = stop.wait_for_stop() => return self.interrupt(signal, stop).await,
                Some(arrival) = self.arrivals.recv() => self.judge.take(arrival),
                ended = self.group.wait() => break ended?,
                () = &mut over => {
                    // What a command that hangs has done is not complete: nothing more is waited for.
                    self.timed_out = true;
                    return Ok((self.end_command(StopSignal::Terminate, stop).await?, None));
                }
            }
        };
        self.take_what_waits();
        let close = self.context.clock.sleep(within);
        tokio::pin!(close);
        while !matches!(self.judge.standing(), ExpectationStanding::Settled | ExpectationStanding::Broken) {
            tokio::select! {
                biased;
                signal = stop.wait_for_stop() => return Ok((command, Some(signal))),
                Some(arrival) = self.arrivals.recv() => self.judge.take(arrival),
                () = &mut close => break,
            }
        }
        Ok((command, None))
    }

    fn take_what_waits(&mut self) {
        while let Ok(arrival) = self.arrivals.try_recv() {
            self.judge.take(arrival);
        }
    }

    /// Passes the wish on and gives the command time to heed it.
    async fn interrupt(&mut self, signal: StopSignal, stop: &StopReceiver) -> CommandEnd {
        Ok((self.end_command(signal, stop).await?, Some(signal)))
    }

    async fn end_command(&mut self, signal: StopSignal, stop: &StopReceiver) -> std::io::Result<child::ChildExit> {
        self.group.forward_signal(signal);
        let heeded = tokio::select! {
            ended = self.group.wait() => Some(ended?),
            _ = stop.wait_for_second_stop() => None,
            () = self.context.clock.sleep(PATIENCE) => None,
        };
        match heeded {
            Some(ended) => Ok(ended),
            None => {
                self.group.kill();
                self.group.wait().await
            }
        }
    }
}

/// The listener's socket, on a free port unless one is named.
pub(super) async fn bind_listener(address: SocketAddr) -> Result<BoundListener, Error> {
    let mut bound = BoundListener::bind(address, None, None).await?;
    bound.url = listener::name_this_machine(&bound.url);
    Ok(bound)
}
