//! The page at the end: groups, failures first, each with what was sent, what came back, why it matters, what to do
//! and the line that repeats it.

use super::{WHOLE_VALUE, format_check_counts, format_effort, format_received_response, format_sent_request};
use crate::output::errors::render_labelled;
use crate::output::human::{render_body, render_verdict};
use crate::output::line::{StyledLine, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::check::{
    AuditReport, CheckCounts, CheckExchange, CheckGroup, CheckReport, CheckSeverity, CheckVerdict,
};

/// Exchanges that are shown with a failure.
const SHOWN: usize = 2;

/// Characters of a header field's value on a terminal: enough to tell the prefix and that two values differ.
const SHORT_VALUE: usize = 24;

/// Findings that the last line names, and skipped checks that are named.
const NAMED: usize = 4;

/// Findings whose reason and remedy have been told, by these.
type ToldRemedies = Vec<(&'static str, &'static str, &'static str)>;

/// The whole page. `all` names passed checks one by one.
pub(crate) fn render_audit_page(report: &AuditReport, least: CheckSeverity, all: bool, style: &OutputStyle) -> String {
    let mut lines = Vec::new();
    let groups = CheckGroup::ALL.into_iter().map(|group| (group, report.checks_in_group(group)));
    let groups: Vec<_> = groups.filter(|(_, checks)| !checks.is_empty()).collect();
    let mut told = ToldRemedies::new();
    for (group, checks) in &groups {
        // One group's counts are those of the whole, which stand below.
        lines.extend(section(*group, checks, (groups.len() > 1, all), &mut told, style));
        lines.push(StyledLine::new(style));
    }
    lines.extend(conclusion(report, least, style));
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

fn section(
    group: CheckGroup,
    checks: &[&CheckReport],
    (counted, all): (bool, bool),
    told: &mut ToldRemedies,
    style: &OutputStyle,
) -> Vec<StyledLine> {
    let owned: Vec<CheckReport> = checks.iter().copied().cloned().collect();
    let heading = StyledLine::new(style).put(TextRole::Strong, group.title());
    let counts = || Sanitised::text(&format_check_counts(counts(&owned)));
    let mut lines = vec![if counted { heading.add_gap(2).put(TextRole::Faint, counts()) } else { heading }];
    for check in checks {
        match &check.verdict {
            CheckVerdict::Failed(_) | CheckVerdict::Accepted { .. } => lines.extend(finding(check, told, style)),
            CheckVerdict::Passed if all => lines.push(render_verdict(check, style)),
            CheckVerdict::Passed | CheckVerdict::Skipped(_) => {}
        }
    }
    lines.extend(skipped(checks, all, style));
    lines
}

fn counts(checks: &[CheckReport]) -> CheckCounts {
    let report = AuditReport {
        url: String::new(),
        checks: checks.to_vec(),
        seed: 0,
        requests: 0,
        took: std::time::Duration::ZERO,
        cut_short: None,
    };
    report.counts()
}

fn finding(check: &CheckReport, told: &mut ToldRemedies, style: &OutputStyle) -> Vec<StyledLine> {
    let mut lines = vec![render_verdict(check, style)];
    let mut say = |label, text: &str| lines.extend(render_labelled(label, TextRole::Faint, text, 6, style));
    match &check.verdict {
        CheckVerdict::Failed(what) => say("seen    ", what),
        CheckVerdict::Accepted { what, reason } => {
            say("seen    ", what);
            say("accepted ", reason);
            return lines;
        }
        CheckVerdict::Passed | CheckVerdict::Skipped(_) => {}
    }
    let first = told.iter().find(|(why, fix, _)| (*why, *fix) == (check.why, check.fix)).map(|(.., id)| *id);
    // Another sign of a fault that stands above: one exchange shows it.
    let shown = if first.is_some() && style.is_terminal() { 1 } else { SHOWN };
    for exchanged in check.exchanges.iter().take(shown) {
        let most = if style.is_terminal() { SHORT_VALUE } else { WHOLE_VALUE };
        say("sent    ", &format_sent_request(exchanged, most));
        say("back    ", &format_received_response(exchanged));
    }
    // One fault is found by many checks.
    match first {
        Some(first) => say("why, fix ", &format!("as for {first}")),
        None => {
            say("why     ", check.why);
            say("fix     ", check.fix);
            told.push((check.why, check.fix, check.id));
        }
    }
    say("repeat  ", &check.repeat);
    lines
}

/// Skipped checks by their reason: many share one, and only `all` names them then.
fn skipped(checks: &[&CheckReport], all: bool, style: &OutputStyle) -> Vec<StyledLine> {
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
        let which = match ids.len() {
            count if count > NAMED && !all => format!("{count} checks, which --verbose names"),
            _ => ids.join(", "),
        };
        render_labelled("○ skipped: ", TextRole::Faint, &format!("{which} ({reason})"), 2, style)
    };
    reasons.into_iter().flat_map(told).collect()
}

fn conclusion(report: &AuditReport, least: CheckSeverity, style: &OutputStyle) -> Vec<StyledLine> {
    let counts = report.counts();
    let (ink, sign) = match report.fails_at(least) {
        true => (TextRole::Bad, "✘ "),
        // What was not looked at may be wrong.
        false if report.cut_short.is_some() => (TextRole::Notable, "○ "),
        false => (TextRole::Good, "✔ "),
    };
    let text = format!("{}: {}; {}", report.url, format_check_counts(counts), format_effort(report));
    let mut lines = vec![StyledLine::new(style).put(ink, sign).put(TextRole::Plain, Sanitised::text(&text))];
    let below =
        report.checks.iter().filter(|check| check.fails_at(CheckSeverity::Info) && check.severity < least).count();
    if below > 0 {
        let verbs = if below == 1 { "is below {} and does" } else { "are below {} and do" };
        let verbs = verbs.replace("{}", least.name());
        let text = format!("{below} of the failed ones {verbs} not count (--fail-on)");
        lines.extend(render_labelled("  ", TextRole::Faint, &text, 0, style));
    }
    if report.not_authenticated().is_some() {
        // Why stands above, with what is to be done.
        lines.push(StyledLine::indented(style, 2).put(TextRole::Bad, "authenticity not checked"));
    }
    if let Some(why) = &report.cut_short {
        lines.extend(render_labelled("  ", TextRole::Notable, why, 0, style));
    }
    lines.extend(name_worst(report, style));
    lines
}

/// The gravest of several findings by name: they have scrolled away.
fn name_worst(report: &AuditReport, style: &OutputStyle) -> Vec<StyledLine> {
    let failed: Vec<&CheckReport> = report.checks.iter().filter(|check| check.fails_at(CheckSeverity::Info)).collect();
    let Some(worst) = failed.iter().map(|check| check.severity).max().filter(|_| failed.len() > 1) else {
        return Vec::new();
    };
    let ids: Vec<&str> = failed.iter().filter(|check| check.severity == worst).map(|check| check.id).collect();
    let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    render_labelled("  worst: ", TextRole::Bad, &format!("{named}{more} ({worst})"), 0, style)
}

/// A request with its answer in full: for repeating one check.
pub(crate) fn render_exchange(exchanged: &CheckExchange, style: &OutputStyle) -> Vec<StyledLine> {
    let text = |text: &str| Sanitised::text(text).clip(style.width.saturating_sub(4).max(20));
    let mut lines = Vec::new();
    if !exchanged.what.is_empty() {
        lines.push(StyledLine::new(style).put(TextRole::Strong, text(&exchanged.what)));
    }
    let head = StyledLine::new(style).put(TextRole::Plain, "→ ");
    lines.push(head.put(TextRole::Plain, text(&format!("{} {}", exchanged.method, exchanged.target))));
    for (name, value) in &exchanged.headers {
        lines.push(StyledLine::indented(style, 2).put(TextRole::Faint, text(&format!("{name}: {value}"))));
    }
    let block = render_body(&exchanged.body, style, Some(12), None);
    lines.extend(block.iter().map(|line| StyledLine::indented(style, 2).join(line)));
    lines.push(
        StyledLine::new(style)
            .put(TextRole::Plain, "← ")
            .put(TextRole::Plain, Sanitised::text(&format_received_response(exchanged))),
    );
    lines
}
