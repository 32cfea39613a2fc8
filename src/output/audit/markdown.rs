//! An audit as Markdown, for a job's summary or a comment.

use super::{WHOLE_VALUE, format_check_counts, format_effort, format_received_response, format_sent_request};
use crate::output::sanitise::Sanitised;
use crate::protocol::check::{AuditReport, CheckGroup, CheckReport, CheckSeverity, CheckVerdict};

/// The whole text.
pub(crate) fn render_audit_markdown(report: &AuditReport, least: CheckSeverity) -> String {
    let sign = if report.fails_at(least) { "❌" } else { "✅" };
    let (counts, effort) = (format_check_counts(report.counts()), format_effort(report));
    let mut out = format!("## {sign} Webhook audit of {}\n\n{counts}; {effort}.\n\n", escaped(&report.url));
    if let Some(why) = &report.cut_short {
        out.push_str(&format!("⚠️ {}\n\n", escaped(why)));
    }
    let findings: Vec<&CheckReport> = CheckGroup::ALL
        .into_iter()
        .flat_map(|group| report.checks_in_group(group))
        .filter(|check| !matches!(check.verdict, CheckVerdict::Passed | CheckVerdict::Skipped(_)))
        .collect();
    if !findings.is_empty() {
        out.push_str("| check | severity | seen |\n|---|---|---|\n");
        findings.iter().for_each(|check| out.push_str(&row(check)));
        out.push('\n');
    }
    for check in findings.iter().filter(|check| check.fails_at(CheckSeverity::Info)) {
        out.push_str(&details(check));
    }
    out.push_str(&skipped(report));
    out
}

fn row(check: &CheckReport) -> String {
    let seen = match &check.verdict {
        CheckVerdict::Failed(what) => escaped(what),
        CheckVerdict::Accepted { what, reason } => format!("{} (accepted: {})", escaped(what), escaped(reason)),
        CheckVerdict::Passed | CheckVerdict::Skipped(_) => String::new(),
    };
    format!("| `{}` {} | {} | {seen} |\n", check.id, escaped(check.title), check.severity)
}

fn details(check: &CheckReport) -> String {
    let exchanges: String = check
        .exchanges
        .iter()
        .take(2)
        .map(|one| {
            format!(
                "- sent: {}\n- back: {}\n",
                escaped(&format_sent_request(one, WHOLE_VALUE)),
                escaped(&format_received_response(one))
            )
        })
        .collect();
    format!(
        "<details><summary><code>{}</code></summary>\n\n{exchanges}- why: {}\n- fix: {}\n\n{}</details>\n\n",
        check.id,
        escaped(check.why),
        escaped(check.fix),
        fenced(&check.repeat)
    )
}

fn skipped(report: &AuditReport) -> String {
    let ids: Vec<String> = report
        .checks
        .iter()
        .filter(|check| matches!(check.verdict, CheckVerdict::Skipped(_)))
        .map(|check| format!("`{}`", check.id))
        .collect();
    if ids.is_empty() { String::new() } else { format!("Skipped: {}.\n", ids.join(", ")) }
}

/// A command line; nothing in it can end the fence, since it is one line that begins with our own name.
fn fenced(line: &str) -> String {
    format!("```sh\n{}\n```\n", Sanitised::text(line))
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in Sanitised::text(text).as_str().chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A bare address or @name would become a link or a mention.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}
