//! The page at the end: groups, failures first, each with what was sent, what came back, why it matters, what to do
//! and the line that repeats it.

use super::{back, counted, effort, sent};
use crate::output::errors::labelled;
use crate::output::human::{body_block, verdict};
use crate::output::line::{Line, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::protocol::check::{AuditReport, CheckCounts, CheckReport, CheckVerdict, Exchanged, Group, Severity};

/// Exchanges that are shown with a failure.
const SHOWN: usize = 2;

/// The whole page. `all` names passed checks one by one.
pub fn page(report: &AuditReport, least: Severity, all: bool, style: &Style) -> String {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let checks = report.of_group(group);
        if !checks.is_empty() {
            lines.extend(section(group, &checks, all, style));
            lines.push(Line::new(style));
        }
    }
    lines.extend(conclusion(report, least, style));
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

fn section(group: Group, checks: &[&CheckReport], all: bool, style: &Style) -> Vec<Line> {
    let owned: Vec<CheckReport> = checks.iter().copied().cloned().collect();
    let counts = counts(&owned);
    let heading = Line::new(style).put(Ink::Strong, group.title()).gap(2);
    let mut lines = vec![heading.put(Ink::Faint, Sanitised::text(&counted(counts)))];
    for check in checks {
        match &check.verdict {
            CheckVerdict::Failed(_) | CheckVerdict::Accepted { .. } => lines.extend(finding(check, style)),
            CheckVerdict::Passed if all => lines.push(verdict(check, style)),
            CheckVerdict::Passed | CheckVerdict::Skipped(_) => {}
        }
    }
    lines.extend(skipped(checks, style));
    lines
}

fn counts(checks: &[CheckReport]) -> CheckCounts {
    let report = AuditReport {
        url: String::new(),
        checks: checks.to_vec(),
        requests: 0,
        took: std::time::Duration::ZERO,
        cut_short: None,
    };
    report.counts()
}

fn finding(check: &CheckReport, style: &Style) -> Vec<Line> {
    let mut lines = vec![verdict(check, style)];
    let mut say = |label, text: &str| lines.extend(labelled(label, Ink::Faint, text, 6, style));
    match &check.verdict {
        CheckVerdict::Failed(what) => say("seen    ", what),
        CheckVerdict::Accepted { what, reason } => {
            say("seen    ", what);
            say("accepted ", reason);
            return lines;
        }
        CheckVerdict::Passed | CheckVerdict::Skipped(_) => {}
    }
    for exchanged in check.exchanges.iter().take(SHOWN) {
        say("sent    ", &sent(exchanged));
        say("back    ", &back(exchanged));
    }
    say("why     ", check.why);
    say("fix     ", check.fix);
    say("repeat  ", &check.repeat);
    lines
}

/// Skipped checks by their reason: many share one.
fn skipped(checks: &[&CheckReport], style: &Style) -> Vec<Line> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in checks {
        if let CheckVerdict::Skipped(reason) = &check.verdict {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, ids)) => ids.push(check.id),
                None => reasons.push((reason, vec![check.id])),
            }
        }
    }
    let told = |(reason, ids): (&str, Vec<&str>)| {
        labelled("○ skipped: ", Ink::Faint, &format!("{} ({reason})", ids.join(", ")), 2, style)
    };
    reasons.into_iter().flat_map(told).collect()
}

fn conclusion(report: &AuditReport, least: Severity, style: &Style) -> Vec<Line> {
    let counts = report.counts();
    let (ink, sign) = if report.fails_at(least) { (Ink::Bad, "✘ ") } else { (Ink::Good, "✔ ") };
    let text = format!("{}: {}; {}", report.url, counted(counts), effort(report));
    let mut lines = vec![Line::new(style).put(ink, sign).put(Ink::Plain, Sanitised::text(&text))];
    let below = report.checks.iter().filter(|check| check.fails_at(Severity::Info) && check.severity < least).count();
    if below > 0 {
        let text = format!("{below} of the failed ones are below {least} and do not count (--fail-on)");
        lines.extend(labelled("  ", Ink::Faint, &text, 0, style));
    }
    if let Some(why) = &report.cut_short {
        lines.extend(labelled("  ", Ink::Notable, why, 0, style));
    }
    lines
}

/// A request with its answer in full: for repeating one check.
pub fn exchange(exchanged: &Exchanged, style: &Style) -> Vec<Line> {
    let text = |text: &str| Sanitised::text(text).clip(style.width.saturating_sub(4).max(20));
    let mut lines = Vec::new();
    if !exchanged.what.is_empty() {
        lines.push(Line::new(style).put(Ink::Strong, text(&exchanged.what)));
    }
    let head = Line::new(style).put(Ink::Plain, "→ ");
    lines.push(head.put(Ink::Plain, text(&format!("{} {}", exchanged.method, exchanged.target))));
    for (name, value) in &exchanged.headers {
        lines.push(Line::indented(style, 2).put(Ink::Faint, text(&format!("{name}: {value}"))));
    }
    let block = body_block(&exchanged.body, style, Some(12), None);
    lines.extend(block.iter().map(|line| Line::indented(style, 2).join(line)));
    lines.push(Line::new(style).put(Ink::Plain, "← ").put(Ink::Plain, Sanitised::text(&back(exchanged))));
    lines
}
