//! `test`: audits an endpoint that receives events, and reports what would go wrong with real deliveries.

mod baseline;
mod case;
mod reports;
mod service;
mod shell;

use self::reports::ReportArguments;
use crate::audit::{self, AuditLimits, AuditPlan, CheckSelection, CheckSelector};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::audit::{AuditProgressBar, render_annotations, render_audit_page, render_tap};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::output_error::OutputError;
use crate::output::records::{AuditSummary, CheckListedRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::check::{AuditReport, CheckReport, CheckSeverity};
use crate::protocol::report::{Report, ReportKind};
use crate::session::arguments::{self, HeaderArgument};
use crate::session::audit::{self as auditing, AuditTarget, RepeatLineOptions};
use crate::session::delivery::exit_for_signal;
use crate::session::{self, runtime, trust};
use http::HeaderName;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Audit an endpoint: more than a hundred checks of what a webhook receiver must withstand
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Give it the secret that the endpoint verifies with (--secret-file or REFERRALLOOP_WEBHOOK_SECRET); without
one it signs with this profile's secret, as listen and trigger do. With --state-cmd, which prints a
number that every sign-up changes, lost and doubled effects are found. Exit: 0, or 1 for findings of
--fail-on and above; that forged events could not be checked is a finding of high severity. Where every
check was skipped it is 1 as well.

Examples:
  referralloop test 3000/webhooks --only delivery
  referralloop test http://localhost:3000/webhooks --only delivery,robust --junit report.xml
  referralloop test 3000/webhooks --case auth.missing --secret-file secret.txt --dry-run
  referralloop test 3000/webhooks --as-service referralhero --only delivery
  referralloop test --list"
)]
pub(crate) struct Arguments {
    /// The endpoint: a port, host:port/path or URL
    #[arg(value_name = "URL", value_parser = arguments::read_target, required_unless_present = "list")]
    url: Option<Url>,
    #[command(flatten)]
    request: RequestArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    case: CaseArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Request")]
struct RequestArguments {
    /// Sign with the secret in this file (- for standard input)
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Sign nothing; whether forged events are refused is not checked then
    #[arg(long, conflicts_with = "secret_file")]
    no_secret: bool,
    #[command(flatten)]
    service: service::Arguments,
    /// Send the signature in this header [default: the service's own]
    #[arg(long, value_name = "NAME", value_parser = auditing::read_header_name)]
    signature_header: Option<HeaderName>,
    /// Add a header to every request, or replace one (repeatable); keys are left out of reports
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Wait up to this long for the endpoint to listen, for an app that is being started [default: 0]
    #[arg(long, value_name = "DURATION", value_parser = arguments::read_duration)]
    wait: Option<Duration>,
    #[command(flatten)]
    trust: trust::Arguments,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Checks")]
struct CheckArguments {
    /// Only these checks or groups, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<CheckSelector>,
    /// All but these checks or groups, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    skip: Vec<CheckSelector>,
    /// Make ids and addresses from this number, to repeat a run [default: random]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// List the checks, and send nothing
    #[arg(long)]
    list: bool,
    /// A command that prints a whole number which every sign-up changes
    #[arg(long, value_name = "CMD")]
    state_cmd: Option<String>,
    /// A command that restarts the endpoint
    #[arg(long, value_name = "CMD")]
    restart_cmd: Option<String>,
    /// Also put the endpoint under load: up to 1000 requests and 300 s
    #[arg(long)]
    intrusive: bool,
    /// Send at most this many requests [default: 320]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_requests: Option<u32>,
    /// Take at most this long [default: 180s]
    #[arg(long, value_name = "DURATION", value_parser = arguments::read_duration)]
    max_time: Option<Duration>,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "One check")]
struct CaseArguments {
    /// Repeat this check by itself, showing what is sent and what comes back
    #[arg(long, value_name = "ID", value_parser = case::read_check, conflicts_with_all = [
        "only", "skip", "list", "fail_on", "baseline", "junit", "markdown", "tap",
    ])]
    case: Option<case::NamedCheck>,
    /// Print the requests of --case, and send nothing
    #[arg(long, requires = "case")]
    dry_run: bool,
}

impl CaseArguments {
    /// Nobody who asked for a dry run has anything sent. The parser forgets what an option requires where another one
    /// conflicts with that.
    fn check(&self) -> Result<(), Error> {
        match (self.dry_run, self.case) {
            (true, None) => Err(Error::usage("--dry-run works only with --case: it prints the requests of one check")
                .hint("the checks: referralloop test --list")),
            _ => Ok(()),
        }
    }
}

/// Seeds that are made up are short enough to be typed.
const SEEDS: u64 = 1_000_000;

/// Audits and reports.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let selection = CheckSelection { only: arguments.checks.only.clone(), skip: arguments.checks.skip.clone() };
    let hero = arguments.request.service.hero()?;
    let wanted = arguments.url.clone().filter(|_| !arguments.checks.list);
    let Some(url) = wanted else { return list(&selection, hero.is_some(), &console) };
    arguments.reports.require_one_stdout(&console)?;
    arguments.case.check()?;
    let target = AuditTarget {
        url,
        secret_files: arguments.request.secret_file.iter().cloned().collect(),
        hero,
        signature_header: arguments
            .request
            .signature_header
            .clone()
            .unwrap_or_else(|| auditing::default_signature_header(hero.is_some())),
        headers: arguments.request.headers.clone(),
    };
    let settings = session::load_settings(context, &console)?;
    let secret = match arguments.request.no_secret {
        true => None,
        false => Some(auditing::load_secret(&target, arguments.case.dry_run, &settings, (context, &console))?),
    };
    let around = RepeatLineOptions {
        state: arguments.checks.state_cmd.clone(),
        restart: arguments.checks.restart_cmd.clone(),
        unsigned: secret.is_none(),
        more: [arguments.request.trust.list_options(), arguments.request.service.list_options()].concat(),
    };
    let trust = arguments.request.trust.read(&[&target.url], context)?;
    let plan = AuditPlan { trust, ..plan(arguments, &target, secret, selection, context)? };
    if let Some(check) = arguments.case.case {
        let repeat = |check: &audit::AuditCheck| auditing::format_repeat_line(check, &target, &around);
        return case::run_case(check, plan, &repeat, arguments.case.dry_run, (context, &console));
    }
    auditing::confirm_audit(&plan.url, plan.limits, context)?;
    arguments.reports.check_files(context)?;
    runtime::block_on(perform(arguments, &plan, &target, &around, context, &console))
}

fn plan(
    arguments: &Arguments,
    target: &AuditTarget,
    secret: Option<crate::protocol::signature::Secret>,
    selection: CheckSelection,
    context: &Context,
) -> Result<AuditPlan, Error> {
    let checks = &arguments.checks;
    let hero = target.hero.is_some();
    if !audit::checks_of(hero).any(|check| selection.includes(check)) {
        let other = audit::all_checks().any(|check| selection.includes(check));
        return Err(Error::usage(match other {
            true => "no checks are left: the selected ones belong to the other service (--as-service)",
            false => "no checks are left: --skip excludes everything that --only selects",
        }));
    }
    let usual = if checks.intrusive { AuditLimits::INTRUSIVE } else { AuditLimits::USUAL };
    let limits = AuditLimits {
        requests: checks.max_requests.unwrap_or(usual.requests),
        time: checks.max_time.unwrap_or(usual.time),
    };
    let accepted =
        arguments.reports.baseline.as_ref().map(|path| baseline::read_baseline(context, path)).transpose()?;
    let directory = &context.directory;
    Ok(AuditPlan {
        selection,
        intrusive: checks.intrusive,
        limits,
        wait: arguments.request.wait.unwrap_or_default(),
        state: checks.state_cmd.as_ref().map(|command| shell::build_state_command(command, directory)),
        restart: checks.restart_cmd.as_ref().map(|command| shell::build_restart_command(command, directory)),
        accepted: accepted.unwrap_or_default(),
        seed: checks.seed.unwrap_or_else(|| context.random_u64() % SEEDS),
        ..auditing::build_plan(target, secret, context)
    })
}

/// Tells each check as it ends: as a record, or on the bar.
struct AuditScreen<'a> {
    console: &'a Console,
    context: &'a Context,
    progress: AuditProgressBar,
    fault: Option<OutputError>,
}

impl audit::AuditObserver for AuditScreen<'_> {
    fn check_started(&mut self, ended: usize, of: usize, id: &'static str) {
        self.progress.start_check(ended, of, id);
    }

    fn check_ended(&mut self, check: &CheckReport) {
        if self.console.is_json() && self.fault.is_none() {
            let report = Report { at: self.context.clock.now(), what: ReportKind::Check(Box::new(check.clone())) };
            self.fault = self.console.write_report(&report).err();
        }
    }
}

async fn perform(
    arguments: &Arguments,
    plan: &AuditPlan,
    target: &AuditTarget,
    around: &RepeatLineOptions,
    context: &Context,
    console: &Console,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    audit::wait_for_endpoint(plan, &stop).await;
    shell::require_state(plan).await?;
    let progress = AuditProgressBar::new(context.shows_progress());
    let mut watch = AuditScreen { console, context, progress, fault: None };
    let repeat = |check: &audit::AuditCheck| auditing::format_repeat_line(check, target, around);
    let (report, interrupted) = auditing::run_audit(plan, &repeat, &mut watch, &stop).await?;
    let fault = watch.fault.take();
    drop(watch);
    fault.map_or(Ok(()), Err)?;
    arguments.reports.write_files(&report, context)?;
    print_report(&arguments.reports, &report, plan, context, console)?;
    if let Some(signal) = interrupted {
        return Ok(exit_for_signal(signal));
    }
    if report.is_empty_handed() {
        console.print_notice("nothing was checked, so this says nothing of the endpoint");
    }
    Ok(if report.fails_at(arguments.reports.fail_on) { Exit::No } else { Exit::Done })
}

fn print_report(
    reports: &ReportArguments,
    report: &AuditReport,
    plan: &AuditPlan,
    context: &Context,
    console: &Console,
) -> Result<(), Error> {
    if console.is_json() {
        console.write_summary(&summary(report, reports.fail_on))?;
    } else if reports.tap {
        console.write_text(&render_tap(report, reports.fail_on, context.environment.is_set("HARNESS_ACTIVE")))?;
    } else if reports.has_stdout() {
        console.write_stderr(&render_audit_page(report, reports.fail_on, context.globals.verbose, &console.err));
    } else {
        console.write_text(&render_audit_page(report, reports.fail_on, context.globals.verbose, &console.out))?;
    }
    if context.environment.text("GITHUB_ACTIONS").as_deref() == Some("true") {
        // The runner reads both streams; records and TAP keep theirs to themselves.
        let text = render_annotations(report, reports.fail_on);
        if console.is_json() || reports.tap || reports.has_stdout() {
            console.write_stderr(&text)
        } else {
            console.write_text(&text)?
        }
    }
    for id in list_outdated(report, plan) {
        console.print_notice(&format!("{id} passes now and can be removed from the baseline"));
    }
    Ok(())
}

/// What the baseline accepts without need.
fn list_outdated<'a>(report: &AuditReport, plan: &'a AuditPlan) -> Vec<&'a str> {
    let passes = |id: &str| {
        let passed = |check: &CheckReport| check.id == id && check.verdict.name() == "passed";
        report.checks.iter().any(passed)
    };
    plan.accepted.keys().map(String::as_str).filter(|id| passes(id)).collect()
}

fn summary(report: &AuditReport, least: CheckSeverity) -> AuditSummary<'_> {
    let counts = report.counts();
    AuditSummary {
        url: &report.url,
        passed: counts.passed,
        failed: counts.failed,
        accepted: counts.accepted,
        skipped: counts.skipped,
        authenticity_checked: report.not_authenticated().is_none(),
        seed: report.seed,
        requests: report.requests,
        took_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        fail_on: least,
        met: !report.fails_at(least),
    }
}

/// The catalogue.
fn list(selection: &CheckSelection, hero: bool, console: &Console) -> Result<Exit, Error> {
    for check in audit::checks_of(hero).filter(|check| selection.includes(check)) {
        let needs = check.needs;
        let wants = [
            ("secret", needs.secret),
            ("state-cmd", needs.state),
            ("restart-cmd", needs.restart),
            ("intrusive", needs.intrusive),
        ];
        let wants: Vec<&str> = wants.iter().filter(|(_, needed)| *needed).map(|(name, _)| *name).collect();
        if console.is_json() {
            console.write_record(&CheckListedRecord {
                id: check.id,
                severity: check.severity,
                title: check.title,
                why: check.why,
                fix: check.fix,
                needs: &wants,
            })?;
        } else {
            let needs = if wants.is_empty() { String::new() } else { format!("  (needs {})", wants.join(", ")) };
            let line = format!("{:<32} {:<8}  {}{needs}", check.id, check.severity, check.title);
            console.write_lines(&[StyledLine::new(&console.out).put(TextRole::Plain, Sanitised::text(&line))])?;
        }
    }
    Ok(Exit::Done)
}
