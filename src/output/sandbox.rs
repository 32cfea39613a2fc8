//! What people see of a sandbox: its deliveries as a table and as a page, and the page on which people sign up.
//!
//! Pages have no script and load nothing, and say so to the browser with a content policy; text is text, whoever wrote
//! it.

use super::html::HtmlFragment;
use super::page::DOCUMENT_HEAD;
use super::phrases;
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use super::table::{TableCell, render_columns};
use crate::protocol::delivery::{SandboxAttemptState, SandboxDelivery, SandboxDeliveryAttempt, SandboxDeliveryState};
use crate::protocol::json::pretty_print;
use jiff::Timestamp;

#[cfg(test)]
mod tests;

/// One row a delivery.
pub(crate) fn render_delivery_table(deliveries: &[SandboxDelivery], now: Timestamp, style: &OutputStyle) -> String {
    let headings = ["=#", "WHEN", "~EVENT", "SIGNUP", "->TRIES", "STATE", "~LAST", "/URL"];
    render_columns(&headings, &deliveries.iter().map(|delivery| row(delivery, now, style)).collect::<Vec<_>>(), style)
}

fn row(delivery: &SandboxDelivery, now: Timestamp, style: &OutputStyle) -> Vec<TableCell> {
    let text = |text: &str| TableCell::from(Sanitised::text(text));
    vec![
        TableCell::new(TextRole::Strong, Sanitised::text(&delivery.number.to_string())),
        text(&style.format_when(delivery.created_at, now)),
        text(delivery.event_type.trim_start_matches("signup.")),
        text(&delivery.email),
        text(&delivery.attempts.len().to_string()),
        TableCell::new(
            state_role(delivery.state),
            Sanitised::text(&state(delivery, |due| style.format_short_time(due))),
        ),
        delivery.attempts.last().map_or_else(|| text(""), |last| TableCell::from(ended(&last.end))),
        text(&delivery.url),
    ]
}

fn state_role(state: SandboxDeliveryState) -> TextRole {
    match state {
        SandboxDeliveryState::Pending => TextRole::Notable,
        SandboxDeliveryState::Delivered => TextRole::Good,
        SandboxDeliveryState::Failed => TextRole::Bad,
        SandboxDeliveryState::Cancelled => TextRole::Faint,
    }
}

/// The state, and for what waits until when.
fn state(delivery: &SandboxDelivery, time: impl Fn(Timestamp) -> String) -> String {
    match delivery.due_at {
        Some(due) => format!("due {}", time(due)),
        None => delivery.state.name().to_owned(),
    }
}

fn ended(end: &SandboxAttemptState) -> Sanitised {
    match end {
        SandboxAttemptState::Ended { outcome, .. } => phrases::describe_outcome(outcome),
        SandboxAttemptState::Interrupted => Sanitised::own("interrupted"),
        SandboxAttemptState::UnderWay => Sanitised::own("under way"),
    }
}

/// Deliveries as a page, the newest first.
pub(crate) fn render_delivery_page(deliveries: &[SandboxDelivery], style: &OutputStyle) -> String {
    let mut page = HtmlFragment::new().tag(DOCUMENT_HEAD).tag("<h1>Deliveries of the sandbox</h1><p class=\"dim\">");
    page = page.text("Newest first. Unlike the service, this page shows each attempt, its due time and its answer.");
    page = page.tag("</p><div class=\"cards\">");
    for state in SandboxDeliveryState::ALL {
        let count = deliveries.iter().filter(|delivery| delivery.state == state).count();
        page = page
            .tag("<div class=\"card\"><strong>")
            .text(phrases::format_count(count as u64).as_str())
            .tag("</strong><span>");
        page = page.text(state.name()).tag("</span></div>");
    }
    page = page.tag("</div>");
    if deliveries.is_empty() {
        page = page.tag("<p>Nothing has been delivered yet. Subscribe, then create a sign-up.</p>");
    }
    for delivery in deliveries.iter().rev() {
        page = page.piece(&panel(delivery, style));
    }
    page.tag("</body></html>\n").as_str().to_owned()
}

fn panel(delivery: &SandboxDelivery, style: &OutputStyle) -> HtmlFragment {
    let class = match delivery.state {
        SandboxDeliveryState::Delivered => "<span class=\"tag good\">",
        SandboxDeliveryState::Failed => "<span class=\"tag bad\">",
        SandboxDeliveryState::Pending => "<span class=\"tag info\">",
        SandboxDeliveryState::Cancelled => "<span class=\"tag mute\">",
    };
    let mut html =
        HtmlFragment::new().tag("<details><summary><b>").text(&delivery.number.to_string()).tag("</b><span>");
    html = html.text(&delivery.event_type).tag("</span><span>").text(&delivery.email).tag("</span>");
    html = html.tag("<span class=\"grow\">").text(&delivery.url).tag("</span>").tag(class);
    html =
        html.text(&state(delivery, |due| style.format_date_time(due))).tag("</span></summary><div><p class=\"dim\">");
    html =
        html.text(&format!("subscription {} · {}", delivery.subscription, style.format_date_time(delivery.created_at)));
    html = html.text(&format!(" · fingerprint {}", delivery.body.fingerprint())).tag("</p><pre class=\"code\">");
    html =
        html.bytes(&pretty_print(delivery.body.as_bytes())).tag("</pre><h3>Attempts</h3><div class=\"scroll\"><table>");
    html = html.tag("<tr><th>number</th><th>due</th><th>began</th><th>answer</th><th>took</th><th>said</th></tr>");
    for attempt in &delivery.attempts {
        html = html.piece(&attempt_row(attempt, style));
    }
    html.tag("</table></div></div></details>\n")
}

fn attempt_row(attempt: &SandboxDeliveryAttempt, style: &OutputStyle) -> HtmlFragment {
    let again = if attempt.again { ", again" } else { "" };
    let mut html = HtmlFragment::new().tag("<tr><td>").text(&format!("{}{again}", attempt.number)).tag("</td><td>");
    html = html
        .text(&style.format_date_time(attempt.due_at))
        .tag("</td><td>")
        .text(&style.format_date_time(attempt.started_at));
    let (class, took, said) = match &attempt.end {
        SandboxAttemptState::Ended { outcome, latency } => {
            let class = if outcome.is_acknowledged() { "<td class=\"good\">" } else { "<td class=\"bad\">" };
            (class, phrases::format_duration(*latency), phrases::excerpt_outcome(outcome))
        }
        _ => ("<td class=\"note\">", Sanitised::default(), String::new()),
    };
    html = html.tag("</td>").tag(class).text(ended(&attempt.end).as_str()).tag("</td><td>").text(took.as_str());
    html.tag("</td><td>").text(&said).tag("</td></tr>")
}

const FORM: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>Waitlist</title>
<style>
:root { color-scheme: light dark }
body { margin: 4rem auto; max-width: 26rem; padding: 0 1.5rem; font: 16px/1.5 system-ui, sans-serif }
label { display: block; margin: 1rem 0 } input { display: block; width: 100%; padding: .5rem; font: inherit }
button { padding: .5rem 1.5rem; font: inherit } p { overflow-wrap: anywhere }
</style>
</head>
<body>
<h1>";

/// The page on which people sign up for a waitlist; `result` is the position and the URL to pass on, or what is wrong.
pub(crate) fn signup_page(waitlist: &str, referral: Option<&str>, result: Option<Result<(i64, &str), &str>>) -> String {
    let mut page = HtmlFragment::new().tag(FORM).text(waitlist).tag("</h1>");
    match result {
        Some(Ok((position, url))) => {
            page =
                page.tag("<p>You are number ").text(&position.to_string()).tag(". Share this link to move up:</p><p>");
            return page.text(url).tag("</p></body></html>\n").as_str().to_owned();
        }
        Some(Err(words)) => page = page.tag("<p role=\"alert\">").text(words).tag("</p>"),
        None => {}
    }
    if let Some(code) = referral {
        page = page.tag("<p>Referred with ").text(code).tag("</p>");
    }
    // Without an action the form goes to the page's own URL, the referral included.
    page = page.tag("<form method=\"post\"><label>E-mail<input name=\"email\" type=\"email\" required></label>");
    page = page.tag("<label>Name<input name=\"name\"></label><button>Join</button></form></body></html>\n");
    page.as_str().to_owned()
}
