//! `doctor`: whether everything is in place, and what to do where it is not.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::checkup::{self, Finding, Verdict};
use crate::flows::delivery::interrupted;
use crate::flows::{arguments, runtime};
use crate::output::console::Console;
use crate::output::errors::wrap;
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use serde_json::json;
use std::time::Duration;
use url::Url;

/// Check configuration, secret, clock, port, app and API, and say what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is changed and your app gets no request. Exit code 1 where a check fails.

Examples:
  referralloop doctor
  referralloop doctor --app 3000/webhooks --json")]
pub struct Arguments {
    /// Where your app listens [default: the setting forward_to]
    #[arg(long, value_name = "TARGET", value_parser = arguments::target)]
    app: Option<Url>,
}

/// Columns of the ids.
const WORDS: usize = 24;

/// Checks.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let (mut findings, mut fault) = (Vec::new(), None);
    let stopped = runtime::block_on(async {
        let stop = context.stop()?;
        let mut began = context.clock.monotonic();
        let mut tell = |finding: Finding| {
            let took = context.clock.monotonic().saturating_sub(began);
            began += took;
            if let Err(error) = show(&finding, took, &console) {
                fault.get_or_insert(error);
            }
            findings.push(finding.verdict);
        };
        tokio::select! {
            () = checkup::run(context, &console, arguments.app.as_ref(), &mut tell) => Ok(None),
            signal = stop.requested() => Ok(Some(interrupted(signal))),
        }
    })?;
    if let Some(error) = fault {
        return Err(error);
    }
    if let Some(exit) = stopped {
        return Ok(exit);
    }
    sum_up(&findings, &console)?;
    Ok(if findings.contains(&Verdict::Failed) { Exit::No } else { Exit::Done })
}

fn show(finding: &Finding, took: Duration, console: &Console) -> Result<(), Error> {
    if console.is_json() {
        let (seen, reason) = match finding.verdict {
            Verdict::Skipped => (None, Some(&finding.seen)),
            _ => (Some(&finding.seen), None),
        };
        let fields = json!({
            "id": finding.id, "group": "setup", "severity": finding.severity, "verdict": finding.verdict.name(),
            "title": finding.title, "seen": seen, "reason": reason, "why": finding.why, "fix": finding.fix.join("; "),
            "repeat": "referralloop doctor", "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "exchanges": [],
        });
        return Ok(console.record("check", &fields)?);
    }
    let (ink, sign) = match finding.verdict {
        Verdict::Passed => (Ink::Good, "✔ "),
        Verdict::Failed => (Ink::Bad, "✘ "),
        Verdict::Skipped => (Ink::Faint, "○ "),
    };
    let style = &console.out;
    let words = |text: &str, column: usize| wrap(&Sanitised::text(text), style.width.saturating_sub(column).max(20));
    let beside = if finding.verdict == Verdict::Failed { ink } else { Ink::Plain };
    let mut lines: Vec<Line> = Vec::new();
    for (row, text) in words(&finding.seen, WORDS).iter().enumerate() {
        let line = match row {
            0 => Line::new(style).put(ink, sign).put(Ink::Strong, finding.id).pad_to(WORDS),
            _ => Line::indented(style, WORDS),
        };
        lines.push(line.put(beside, text));
    }
    for fix in &finding.fix {
        for (row, text) in words(fix, WORDS + 2).iter().enumerate() {
            let line = Line::indented(style, WORDS);
            lines.push(if row == 0 { line.put(Ink::Notable, "→ ") } else { line.gap(2) }.put(Ink::Plain, text));
        }
    }
    Ok(console.lines(&lines)?)
}

fn sum_up(findings: &[Verdict], console: &Console) -> Result<(), Error> {
    let count = |wanted: Verdict| findings.iter().filter(|verdict| **verdict == wanted).count();
    let (passed, failed, skipped) = (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::Skipped));
    if console.is_json() {
        let counts = json!({ "command": "doctor", "passed": passed, "failed": failed, "skipped": skipped });
        return Ok(console.record("summary", &counts)?);
    }
    console.note(&format!("{passed} passed, {failed} failed, {skipped} skipped."));
    Ok(())
}
