//! `doctor`: whether everything is in place, and what to do where it is not.

mod bundle;
mod checks;
mod finding;

use self::checks::CheckSubjects;
use self::finding::{SetupFinding, SetupVerdict};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::errors::wrap_text;
use crate::output::line::StyledLine;
use crate::output::records::{DoctorSummary, SetupCheckRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::relay::RelayAddress;
use crate::session::delivery::exit_for_signal;
use crate::session::output_file::{self, WriteMode};
use crate::session::{self, arguments, input, relay, runtime, trust};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Check configuration, secret, clock, port, app, relay and API, go through the troubleshooting, and say what to do
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is changed and your app gets no request. Whether what is subscribed can be reached is found out with a
GET request to each URL: asked first, and sent with --yes. Of the history, the last 7 days count.
Exit code 1 if a check fails (✘); what the history tells (!) is something to look at, and no failure.

Examples:
  referralloop doctor
  referralloop doctor --yes
  referralloop doctor --app 3000/webhooks --json
  referralloop doctor --bundle report.md --force"
)]
pub(crate) struct Arguments {
    /// Where your app listens [default: the setting forward_to]
    #[arg(long, value_name = "TARGET", value_parser = arguments::read_target)]
    app: Option<Url>,
    /// The relay to look at: nats://HOST/SUBJECT [default: the setting publish]
    #[arg(long, value_name = "ADDRESS", value_parser = RelayAddress::parse)]
    relay: Option<RelayAddress>,
    /// Write versions, settings, the store's shape and these checks to this file, for a report: no secret, no payload
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Write over a file that exists
    #[arg(long, requires = "bundle")]
    force: bool,
    // Their headings are those of all that would stand below them.
    #[command(flatten)]
    access: relay::Arguments,
    #[command(flatten)]
    trust: trust::Arguments,
}

/// Columns of the ids.
const WORDS: usize = 24;

/// Checks.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    relay::require_built_in(arguments.relay.as_ref().map(|_| "--relay").or(arguments.access.given()))?;
    let trust = arguments.trust.read(&arguments.app.iter().collect::<Vec<_>>(), context)?;
    let is_bundle = output_file::goes_to_stdout(arguments.bundle.as_ref());
    if is_bundle && console.is_json() {
        return Err(Error::usage("--bundle - and --json both write to standard output; use one of them"));
    }
    let console = if is_bundle { console.on_stderr() } else { console };
    if let Some(path) = arguments.bundle.as_ref().filter(|_| !is_bundle) {
        input::confirm_overwrite(context, path, arguments.force)?;
        output_file::check_writable(context, path)?;
    }
    let settings = session::load_settings_unchanged(context, &console);
    let history = settings.as_ref().map(|settings| checks::read_history(settings, context)).unwrap_or_default();
    let endpoints = checks::ask_consent(&history.subscriptions, context)?;
    let (app, endpoints) = (arguments.app.as_ref(), endpoints.as_deref());
    let relay = (arguments.relay.as_ref(), &arguments.access);
    let subjects = CheckSubjects { app, trust: &trust, relay, history: &history, endpoints };
    let (mut findings, mut fault) = (Vec::new(), None);
    let stopped = runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let mut began = context.clock.monotonic();
        let mut tell = |finding: SetupFinding| {
            let took = context.clock.monotonic().saturating_sub(began);
            began += took;
            if let Err(error) = print_finding(&finding, took, &console) {
                fault.get_or_insert(error);
            }
            findings.push(finding);
        };
        tokio::select! {
            () = checks::run_checks(context, settings.as_ref(), &subjects, &mut tell) => Ok(None),
            signal = stop.wait_for_stop() => Ok(Some(exit_for_signal(signal))),
        }
    })?;
    if let Some(error) = fault {
        return Err(error);
    }
    if let Some(exit) = stopped {
        return Ok(exit);
    }
    if let Some(path) = &arguments.bundle {
        let text = bundle::render_bundle(settings.as_ref().ok(), &findings, context);
        output_file::write_output_file(context, path, &text, WriteMode::Replace)?;
        if !is_bundle {
            let told = format!("Written to {}: look through it, then attach it to your report.", path.display());
            console.print_notice(&told);
        }
    }
    show_summary(&findings, &console)?;
    Ok(if findings.iter().any(SetupFinding::is_fault) { Exit::No } else { Exit::Done })
}

fn print_finding(finding: &SetupFinding, took: Duration, console: &Console) -> Result<(), Error> {
    if console.is_json() {
        let (seen, reason) = match finding.verdict {
            SetupVerdict::Skipped => (None, Some(&finding.seen)),
            _ => (Some(&finding.seen), None),
        };
        return Ok(console.write_record(&SetupCheckRecord {
            id: finding.id,
            group: finding.group(),
            severity: finding.severity,
            verdict: finding.verdict.name(),
            title: finding.title,
            seen: seen.map(String::as_str),
            reason: reason.map(String::as_str),
            why: finding.why,
            fix: finding.fix.join("; "),
            repeat: "referralloop doctor",
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            exchanges: [],
        })?);
    }
    let (ink, sign) = match finding.verdict {
        SetupVerdict::Failed if finding.is_past() => (TextRole::Notable, "! "),
        SetupVerdict::Passed => (TextRole::Good, "✔ "),
        SetupVerdict::Failed => (TextRole::Bad, "✘ "),
        SetupVerdict::Skipped => (TextRole::Faint, "○ "),
    };
    let style = &console.out;
    let words =
        |text: &str, column: usize| wrap_text(&Sanitised::text(text), style.width.saturating_sub(column).max(20));
    let beside = if finding.verdict == SetupVerdict::Failed { ink } else { TextRole::Plain };
    let name = StyledLine::new(style).put(ink, sign).put(TextRole::Strong, finding.id).pad_to(WORDS);
    let mut lines = vec![name];
    for text in words(&finding.seen, WORDS) {
        // A path without room there stands further left, and whole: it is copied.
        let column = WORDS.min(style.width.saturating_sub(text.width()).max(2));
        match lines.as_slice() {
            [name] if column == WORDS && name.width() == WORDS => lines = vec![name.clone().put(beside, text)],
            _ => lines.push(StyledLine::indented(style, column).put(beside, text)),
        }
    }
    for fix in &finding.fix {
        for (row, text) in words(fix, WORDS + 2).iter().enumerate() {
            let line = StyledLine::indented(style, WORDS);
            lines.push(
                if row == 0 { line.put(TextRole::Notable, "→ ") } else { line.add_gap(2) }.put(TextRole::Plain, text),
            );
        }
    }
    Ok(console.write_lines(&lines)?)
}

fn show_summary(findings: &[SetupFinding], console: &Console) -> Result<(), Error> {
    let count = |wanted: SetupVerdict| findings.iter().filter(|finding| finding.verdict == wanted).count();
    let (passed, failed, skipped) =
        (count(SetupVerdict::Passed), count(SetupVerdict::Failed), count(SetupVerdict::Skipped));
    let faults = findings.iter().filter(|finding| finding.is_fault()).count();
    if console.is_json() {
        return Ok(console.write_summary(&DoctorSummary { passed, failed, faults, skipped })?);
    }
    let past = match failed - faults {
        0 => String::new(),
        past => format!(" {past} to look at in the history (!),"),
    };
    console.print_notice(&format!("{passed} passed, {faults} failed,{past} {skipped} skipped."));
    Ok(())
}
