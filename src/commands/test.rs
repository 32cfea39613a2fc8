//! `test`: audits an endpoint that receives events, and reports what would go wrong with real deliveries.

use crate::audit::{self, Limits, Part, Plan, Selection};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::arguments::{self, Header};
use crate::flows::audit::{self as auditing, Around, Target};
use crate::flows::delivery::interrupted;
use crate::flows::{runtime, workspace};
use crate::output::audit::{Progress, annotations, junit, markdown, page, tap};
use crate::output::console::Console;
use crate::protocol::check::{AuditReport, CheckReport, Severity};
use crate::protocol::report::{Report, What};
use http::HeaderName;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// Audit an endpoint: 84 checks of what a webhook receiver must withstand
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Give it the secret that the endpoint verifies with (--secret-file or REFERRALLOOP_WEBHOOK_SECRET); what
concerns signatures is skipped otherwise. With --state-cmd, which prints a number that every sign-up
changes, lost and doubled effects are found. Exit: 0, or 1 for findings of --fail-on and above.

Examples:
  referralloop test 3000/webhooks --only delivery
  referralloop test http://localhost:3000/webhooks --skip load,hygiene.no-cors --junit report.xml
  referralloop test --list"
)]
pub struct Arguments {
    /// The endpoint: a port, host:port/path or URL
    #[arg(value_name = "URL", value_parser = arguments::target, required_unless_present = "list")]
    url: Option<Url>,
    #[command(flatten)]
    request: RequestArguments,
    #[command(flatten)]
    checks: Checks,
    #[command(flatten)]
    reports: Reports,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Request")]
struct RequestArguments {
    /// Sign with the secret in this file (- for standard input)
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Send the signature in this header
    #[arg(long, value_name = "NAME", value_parser = auditing::header_name, default_value = "x-webhook-signature")]
    signature_header: HeaderName,
    /// Add a header to every request, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::header)]
    headers: Vec<Header>,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Checks")]
struct Checks {
    /// Only these checks or groups, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<Part>,
    /// All but these checks or groups, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    skip: Vec<Part>,
    /// List the checks, and send nothing
    #[arg(long)]
    list: bool,
    /// A command that prints a whole number which every sign-up changes
    #[arg(long, value_name = "CMD")]
    state_cmd: Option<String>,
    /// A command that restarts the endpoint
    #[arg(long, value_name = "CMD")]
    restart_cmd: Option<String>,
    /// Strain the endpoint too: up to 1000 requests and 300 s
    #[arg(long)]
    intrusive: bool,
    /// Send at most so many requests [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_requests: Option<u32>,
    /// Take at most so long [default: 90s]
    #[arg(long, value_name = "DURATION", value_parser = arguments::duration)]
    max_time: Option<Duration>,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reports")]
struct Reports {
    /// The least severity that makes the exit code 1: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", default_value = "medium")]
    fail_on: Severity,
    /// Accept the findings listed in this file, each with a reason
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write JUnit XML to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write Markdown to this file; a GitHub job summary is added to
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print TAP 14 instead of the page
    #[arg(long)]
    tap: bool,
}

/// Audits and reports.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let selection = Selection { only: arguments.checks.only.clone(), skip: arguments.checks.skip.clone() };
    let Some(url) = arguments.url.clone().filter(|_| !arguments.checks.list) else { return list(&selection, &console) };
    if arguments.reports.tap && console.is_json() {
        return Err(Error::usage("--tap and --json both want standard output"));
    }
    let target = Target {
        url,
        secret_files: arguments.request.secret_file.iter().cloned().collect(),
        signature_header: arguments.request.signature_header.clone(),
        headers: arguments.request.headers.clone(),
    };
    let settings = workspace::settings(context, &console)?;
    let secret = auditing::secret(&target, context, &settings)?;
    let around = Around {
        state: arguments.checks.state_cmd.clone(),
        restart: arguments.checks.restart_cmd.clone(),
        unsigned: secret.is_none(),
    };
    let plan = plan(arguments, &target, secret, selection, context)?;
    auditing::confirm(&plan.url, plan.limits, context)?;
    runtime::block_on(perform(arguments, &plan, &target, &around, context, &console))
}

fn plan(
    arguments: &Arguments,
    target: &Target,
    secret: Option<crate::protocol::signature::Secret>,
    selection: Selection,
    context: &Context,
) -> Result<Plan, Error> {
    let checks = &arguments.checks;
    if !audit::all().any(|check| selection.has(check)) {
        return Err(Error::usage("no check is left: --skip takes all that --only names"));
    }
    let usual = if checks.intrusive { Limits::INTRUSIVE } else { Limits::USUAL };
    let limits =
        Limits { requests: checks.max_requests.unwrap_or(usual.requests), time: checks.max_time.unwrap_or(usual.time) };
    let accepted = arguments.reports.baseline.as_ref().map(|path| auditing::baseline(context, path)).transpose()?;
    let directory = &context.directory;
    Ok(Plan {
        selection,
        intrusive: checks.intrusive,
        limits,
        state: checks.state_cmd.as_ref().map(|command| auditing::state_of(command, directory)),
        restart: checks.restart_cmd.as_ref().map(|command| auditing::restarting(command, directory)),
        accepted: accepted.unwrap_or_default(),
        ..auditing::plan(target, secret, context)
    })
}

/// Tells each check as it ends: as a record, or on the bar.
struct Watch<'a> {
    console: &'a Console,
    context: &'a Context,
    progress: Progress,
    fault: Option<std::io::Error>,
}

impl audit::Audience for Watch<'_> {
    fn begins(&mut self, ended: usize, of: usize, id: &'static str) {
        self.progress.begins(ended, of, id);
    }

    fn ended(&mut self, check: &CheckReport) {
        if self.console.is_json() && self.fault.is_none() {
            let report = Report { at: self.context.clock.now(), what: What::Check(Box::new(check.clone())) };
            self.fault = self.console.report(&report).err();
        }
    }
}

async fn perform(
    arguments: &Arguments,
    plan: &Plan,
    target: &Target,
    around: &Around,
    context: &Context,
    console: &Console,
) -> Result<Exit, Error> {
    let stop = context.stop()?;
    let progress = Progress::new(context.shows_progress());
    let mut watch = Watch { console, context, progress, fault: None };
    let repeat = |check: &audit::Check| auditing::repeat_line(check, target, around);
    let ended = auditing::run(plan, &repeat, &mut watch, &stop).await?;
    let fault = watch.fault.take();
    drop(watch);
    fault.map_or(Ok(()), Err)?;
    let report = match ended {
        Ok(report) => report,
        Err(signal) => return Ok(interrupted(signal)),
    };
    write_files(&arguments.reports, &report, context)?;
    show(&arguments.reports, &report, plan, context, console)?;
    Ok(if report.fails_at(arguments.reports.fail_on) { Exit::No } else { Exit::Done })
}

fn write_files(reports: &Reports, report: &AuditReport, context: &Context) -> Result<(), Error> {
    if let Some(path) = &reports.junit {
        write(context, path, &junit(report, reports.fail_on, context.clock.now()), false)?;
    }
    if let Some(path) = &reports.markdown {
        // Every step of a GitHub job adds to one summary.
        let summary = context.environment.path("GITHUB_STEP_SUMMARY");
        let adds = summary.is_some_and(|summary| context.resolve(&summary) == context.resolve(path));
        write(context, path, &markdown(report, reports.fail_on), adds)?;
    }
    Ok(())
}

fn write(context: &Context, path: &Path, text: &str, adds: bool) -> Result<(), Error> {
    let path = context.resolve(path);
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).append(adds).truncate(!adds);
    let written = options.open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::machine(format!("cannot write {}: {error}", path.display())))
}

fn show(
    reports: &Reports,
    report: &AuditReport,
    plan: &Plan,
    context: &Context,
    console: &Console,
) -> Result<(), Error> {
    if console.is_json() {
        console.record("summary", &summary(report, reports.fail_on))?;
    } else if reports.tap {
        console.text(&tap(report, reports.fail_on, context.environment.is_set("HARNESS_ACTIVE")))?;
    } else {
        console.text(&page(report, reports.fail_on, context.globals.verbose, &console.out))?;
    }
    if context.environment.text("GITHUB_ACTIONS").as_deref() == Some("true") {
        // The runner reads both streams; records and TAP keep theirs to themselves.
        let text = annotations(report, reports.fail_on);
        if console.is_json() || reports.tap { console.aside(&text) } else { console.text(&text)? }
    }
    for id in outdated(report, plan) {
        console.note(&format!("{id} passes now and need not be in the baseline any more"));
    }
    Ok(())
}

/// What the baseline accepts without need.
fn outdated<'a>(report: &AuditReport, plan: &'a Plan) -> Vec<&'a str> {
    let passes = |id: &str| {
        let passed = |check: &CheckReport| check.id == id && check.verdict.name() == "passed";
        report.checks.iter().any(passed)
    };
    plan.accepted.keys().map(String::as_str).filter(|id| passes(id)).collect()
}

fn summary(report: &AuditReport, least: Severity) -> serde_json::Value {
    let counts = report.counts();
    json!({
        "command": "test",
        "url": report.url,
        "passed": counts.passed,
        "failed": counts.failed,
        "accepted": counts.accepted,
        "skipped": counts.skipped,
        "requests": report.requests,
        "took_ms": u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        "fail_on": least,
        "met": !report.fails_at(least),
    })
}

/// The catalogue.
fn list(selection: &Selection, console: &Console) -> Result<Exit, Error> {
    for check in audit::all().filter(|check| selection.has(check)) {
        let needs = check.needs;
        let wants = [
            ("secret", needs.secret),
            ("state-cmd", needs.state),
            ("restart-cmd", needs.restart),
            ("intrusive", needs.intrusive),
        ];
        let wants: Vec<&str> = wants.iter().filter(|(_, needed)| *needed).map(|(name, _)| *name).collect();
        if console.is_json() {
            let fields = json!({ "id": check.id, "severity": check.severity, "title": check.title, "why": check.why, "fix": check.fix, "needs": wants });
            console.record("check_listed", &fields)?;
        } else {
            let needs = if wants.is_empty() { String::new() } else { format!("  (needs {})", wants.join(", ")) };
            console.line(&format!("{:<32} {:<8}  {}{needs}", check.id, check.severity, check.title))?;
        }
    }
    Ok(Exit::Done)
}
