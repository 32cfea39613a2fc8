//! `expect`: runs a command against a listener of its own and asserts what arrived. For continuous integration.

mod judge;
mod run;

use self::judge::ExpectRules;
use self::run::{ExpectOutcome, ExpectPlan};
use crate::config::ConfigSettings;
use crate::config::secrets::{self, WebhookSecrets};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::output::human::{ScreenStream, describe_expectation, render_banner};
use crate::output::junit::{self, JunitCase, JunitStatus, JunitSuite};
use crate::output::phrases::format_quantity;
use crate::output::records::ExpectSummary;
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::protocol::expectation::{Expectation, ExpectationCounter, ExpectationVerdict};
use crate::protocol::report::{Report, ReportKind};
use crate::receive::{self, ForwardSettings};
use crate::relay::{RelayAddress, SubscriptionStart, SubscriptionWish};
use crate::session::delivery::exit_for_signal;
use crate::session::listener::ListenerIntake;
use crate::session::output_file::{self, WriteMode};
use crate::session::relay_intake::RelayIntake;
use crate::session::{self, arguments, arguments::HeaderArgument, relay, runtime, trust};
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What came instead is listed up to this many lines; the records have all of it.
const LISTED: usize = 20;

/// What is said of a command that was ended.
const TIMED_OUT: &str = "the command was ended because its time was up (--timeout)";

/// Run a command and assert which events arrive meanwhile (CI)
#[derive(Debug, clap::Args)]
#[command(after_help = "The command finds the listener in REFERRALLOOP_WEBHOOK_URL and the secret in
REFERRALLOOP_WEBHOOK_SECRET. With --from it finds the secret only: what counts is what a stream brings
from then on (docs/teams.md). created means at least one, created=2 exactly two, created=2+ two or
more, created=0 none; repeats of an event count once. Exit: 0 if as expected, 1 if not, else the
command's own code (128 plus the signal if it was killed).

Examples:
  referralloop expect created -- referralloop trigger created
  referralloop expect deleted --none created --within 1s -- referralloop trigger deleted
  referralloop expect created --where '.data.position > 0' -- referralloop trigger created
  referralloop expect created --junit report.xml -- referralloop trigger created")]
pub(crate) struct Arguments {
    /// Expected events: created, created=2, created=2+, 'created>=2', signup.*, all
    #[arg(value_name = "EVENT[=N]", required_unless_present = "none")]
    expected: Vec<Expectation>,
    /// No such event may arrive (repeatable)
    #[arg(long, value_name = "EVENT", value_parser = Expectation::none)]
    none: Vec<Expectation>,
    /// How long to wait for events after the command has ended
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = arguments::read_duration)]
    within: Duration,
    /// End the command after this time, and fail [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = arguments::read_duration)]
    timeout: Option<Duration>,
    /// Count only events whose body meets this condition in jq syntax
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// Events must arrive in the order in which they are named
    #[arg(long)]
    in_order: bool,
    /// Count each time that an event arrives, not each event
    #[arg(long)]
    count_arrivals: bool,
    /// Count unsigned events too
    #[arg(long)]
    allow_unsigned: bool,
    /// Verify with the secret in this file (- for standard input); repeat it while rotating
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// Forward what arrives to the app: a port, host:port/path or URL
    #[arg(long, value_name = "TARGET", value_parser = arguments::read_target)]
    forward_to: Option<Url>,
    /// Add a header to what is forwarded, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Append the path that was asked for to the target's
    #[arg(long, requires = "forward_to")]
    forward_path: bool,
    /// Listen on this port; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Listen on this address; beyond this machine a secret of yours is needed
    #[arg(long, value_name = "ADDRESS", value_parser = arguments::read_address, default_value = "127.0.0.1", hide_default_value = true)]
    bind: IpAddr,
    /// Judge what this stream brings instead of listening: nats://HOST/SUBJECT, or SUBJECT.created for one event
    #[arg(long, value_name = "ADDRESS", value_parser = RelayAddress::parse, conflicts_with_all = ["port", "bind"])]
    from: Option<RelayAddress>,
    /// Write the verdict as JUnit XML to this file; - is standard output, and all else goes to standard error
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    // Their headings are those of all that would stand below them.
    #[command(flatten)]
    access: relay::Arguments,
    #[command(flatten)]
    trust: trust::Arguments,
}

/// Runs the command and judges.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let is_report = output_file::goes_to_stdout(arguments.junit.as_ref());
    let console = Console::new(context);
    let console = if is_report { console.on_stderr() } else { console };
    if is_report && console.is_json() {
        return Err(Error::usage("--junit - and --json both write to standard output; use one of them"));
    }
    let settings = session::load_settings(context, &console)?;
    let expectations: Vec<Expectation> = arguments.expected.iter().chain(&arguments.none).cloned().collect();
    refuse_ambiguous_order(arguments)?;
    arguments.access.require(arguments.from.is_some(), "--from")?;
    arguments.junit.as_ref().map_or(Ok(()), |path| output_file::check_writable(context, path))?;
    let condition = arguments.condition.as_deref().map(JqCondition::new).transpose()?.map(Arc::new);
    // Nothing of the profile is touched: where the user set no secret, one is made for this run.
    let secrets = match session::load_chosen_secrets(context, &settings, &arguments.secret_file)? {
        Some(secrets) => secrets,
        // What a stream brings was signed elsewhere.
        None if arguments.from.is_some() => session::load_secrets(context, &settings, &[])?,
        None => secrets::generate_run_secret(&context.entropy),
    };
    context.hide_secrets(&secrets.all);
    session::refuse_open_address(arguments.bind, &secrets)?;
    let plan = ExpectPlan {
        secret_from: secrets.origin.describe(&settings.profile.value),
        count: ExpectationCounter::new(expectations, arguments.in_order),
        rules: ExpectRules { condition, repeats: arguments.count_arrivals },
        within: arguments.within,
        timeout: arguments.timeout,
        command: arguments.command.clone(),
        settings: receiving(arguments, &secrets, context)?,
        divert: console.is_json() || is_report,
        secrets,
    };
    runtime::serve_on(true, watch(arguments, plan, (context, &settings), console))
}

/// In order, each event has one place.
fn refuse_ambiguous_order(arguments: &Arguments) -> Result<(), Error> {
    let list = &arguments.expected;
    let twice = list.iter().enumerate().find(|(at, one)| list[..*at].iter().any(|other| other.is_about_the_same(one)));
    match twice.filter(|_| arguments.in_order) {
        None => Ok(()),
        Some((_, one)) => {
            Err(Error::usage(format!("with --in-order each event can be named only once, and {one} is named twice")))
        }
    }
}

fn receiving(
    arguments: &Arguments,
    secrets: &WebhookSecrets,
    context: &Context,
) -> Result<receive::ListenerSettings, Error> {
    arguments.trust.require(!arguments.headers.is_empty(), arguments.forward_to.is_some(), "--forward-to")?;
    let targets: Vec<&Url> = arguments.forward_to.iter().collect();
    let trust = arguments.trust.read(&targets, context)?;
    let forward = |url: &Url| ForwardSettings {
        headers: arguments.headers.clone(),
        with_path: arguments.forward_path,
        trust: trust.clone(),
        ..ForwardSettings::new(url.clone())
    };
    Ok(receive::ListenerSettings {
        keys: secrets.all.iter().map(|secret| secret.key()).collect(),
        require_signature: !arguments.allow_unsigned,
        forwards: arguments.forward_to.iter().map(forward).collect(),
        ..receive::ListenerSettings::default()
    })
}

async fn watch(
    arguments: &Arguments,
    plan: ExpectPlan,
    (context, settings): (&Context, &ConfigSettings),
    mut console: Console,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    console.out.body_lines = Some(0);
    let (screen, _) = console.start_screen()?;
    let (intake, url) = tokio::select! {
        opened = open_intake(arguments, (context, settings), &screen) => opened?,
        signal = stop.wait_for_stop() => return Ok(exit_for_signal(signal)),
    };
    if console.is_json() {
        let what = ReportKind::Ready {
            url: url.to_string(),
            pid: context.pid,
            inspect_url: None,
            secret_from: plan.secret_from.clone(),
        };
        screen.send_report(Report { at: context.clock.now(), what });
    } else {
        screen.print(ScreenStream::Err, render_introduction(&plan, &url, &console));
    }
    let outcome = run::run_expectation(plan, (intake, url), context, &screen, &stop).await;
    if let Ok(outcome) = &outcome {
        show_outcome(outcome, context, &console, &screen);
    }
    screen.finish()?;
    let outcome = outcome?;
    if let Some(path) = &arguments.junit {
        let text = junit(&outcome, context);
        output_file::write_output_file(context, path, &text, WriteMode::Replace)?;
    }
    Ok(outcome.exit())
}

/// A socket, or a stream; of which the first server stands for all: a URL has one host.
async fn open_intake(
    arguments: &Arguments,
    (context, settings): (&Context, &ConfigSettings),
    screen: &Screen,
) -> Result<(ListenerIntake, Url), Error> {
    let Some(address) = &arguments.from else {
        let door = run::bind_listener(SocketAddr::new(arguments.bind, arguments.port)).await?;
        let url = door.url.clone();
        return Ok((door.into(), url));
    };
    let url = relay::show_url(address)?;
    let connection = arguments.access.connect(address, (context, settings), screen).await?;
    let wish = SubscriptionWish { name: None, shared: false, start: SubscriptionStart::New };
    let intake = RelayIntake::open(connection, &wish, context, screen).await?;
    Ok((ListenerIntake::Relay(Box::new(intake)), url))
}

fn render_introduction(plan: &ExpectPlan, url: &Url, console: &Console) -> String {
    let command: Vec<_> = plan.command.iter().map(|word| word.to_string_lossy()).collect();
    let parts = [format!("Listening on {url}"), format!("running {}", command.join(" "))];
    render_banner(&parts.map(|part| Sanitised::text(&part).clip(200)), &console.err)
}

fn show_outcome(outcome: &ExpectOutcome, context: &Context, console: &Console, screen: &Screen) {
    let at = context.clock.now();
    let say = |what| screen.send_report(Report { at, what });
    outcome.results.iter().cloned().for_each(|result| say(ReportKind::Expectation(result)));
    let listed = if console.is_json() { outcome.instead.len() } else { LISTED };
    outcome.instead.iter().take(listed).cloned().for_each(|instead| say(ReportKind::Instead(instead)));
    let left = outcome.instead.len().saturating_sub(listed) as u64 + outcome.forgotten;
    if left > 0 {
        say(ReportKind::Notice { message: format!("{left} more arrived") });
    }
    if !outcome.met && outcome.instead.is_empty() {
        say(ReportKind::Notice { message: "nothing arrived at all".to_owned() });
    }
    if let Some(fault) = &outcome.unanswered {
        say(ReportKind::Notice { message: describe_unanswered(fault) });
    }
    if outcome.failed_forwards > 0 {
        say(ReportKind::Notice { message: describe_failed_forwards(outcome.failed_forwards) });
    }
    if outcome.timed_out {
        say(ReportKind::Notice { message: TIMED_OUT.to_owned() });
    } else if let (None, code @ 1..) = (outcome.stopped, outcome.command.code()) {
        say(ReportKind::Notice { message: format!("the command ended with {code}") });
    }
    if console.is_json() {
        let (command_exit, exit) = (outcome.command.code(), outcome.exit().code());
        let summary = ExpectSummary { met: outcome.met, timed_out: outcome.timed_out, command_exit, exit };
        screen.write_summary(at, &summary);
    }
}

/// The verdict is on what arrived; that an app failed with it must not go by unseen.
fn describe_failed_forwards(failed: u64) -> String {
    let forwards = format_quantity(failed, "forward", "forwards");
    format!("{forwards} failed at the app; the verdict is on what arrived, not on what the app made of it")
}

fn describe_unanswered(fault: &str) -> String {
    format!("--where fails on some bodies, which do not count: {fault}")
}

fn junit(outcome: &ExpectOutcome, context: &Context) -> String {
    let case = |result: &crate::protocol::expectation::ExpectationReport| {
        let message = describe_expectation(result);
        let status = match result.verdict {
            ExpectationVerdict::Met => JunitStatus::Passed,
            verdict => JunitStatus::Failed {
                kind: format!("{verdict:?}"),
                text: format!("{message}\n{}", describe_unexpected(outcome)),
                message,
            },
        };
        // The run's time is the command's: a suite's is the sum of its cases.
        let (name, time) = (result.expected.clone(), Duration::ZERO);
        JunitCase { name, class: "expect".into(), time, status, output: None }
    };
    let mut cases: Vec<JunitCase> = outcome.results.iter().map(case).collect();
    cases.push(command_case(outcome));
    let suite = JunitSuite { name: "referralloop expect".into(), cases };
    junit::render_junit("referralloop expect", context.clock.now(), outcome.took, &[suite])
}

/// The command's own ending, apart from the verdict.
fn command_case(outcome: &ExpectOutcome) -> JunitCase {
    let failed =
        |kind: &str, message: String| JunitStatus::Failed { kind: kind.into(), text: message.clone(), message };
    let status = match (outcome.stopped, outcome.command.code()) {
        (Some(_), _) => failed("interrupted", "it was interrupted".into()),
        _ if outcome.timed_out => failed("timeout", TIMED_OUT.into()),
        (None, 0) => JunitStatus::Passed,
        (None, code) => failed("command", format!("the command ended with {code}")),
    };
    let output = (outcome.failed_forwards > 0).then(|| describe_failed_forwards(outcome.failed_forwards));
    JunitCase { name: "command".into(), class: "expect".into(), time: outcome.took, status, output }
}

fn describe_unexpected(outcome: &ExpectOutcome) -> String {
    let line = |instead: &crate::protocol::report::NearMissReport| {
        let facts = &instead.arrival.arrival.facts;
        let name = facts.event_type.as_deref().unwrap_or("(no event type)");
        let email = facts.email.as_deref().unwrap_or("(no e-mail address)");
        format!("{name} {email}: {}", instead.miss.explain())
    };
    let lines: Vec<String> = outcome.instead.iter().take(LISTED).map(line).collect();
    let arrived = if lines.is_empty() { "nothing arrived".into() } else { format!("arrived:\n{}", lines.join("\n")) };
    let fault = outcome.unanswered.as_deref().map(describe_unanswered);
    fault.into_iter().fold(arrived, |arrived, fault| format!("{arrived}\n{fault}"))
}
