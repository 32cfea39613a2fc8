//! The report: one HTML file that needs nothing else, with a timeline, latencies and a panel for each event.
//!
//! It is handed finished values and looks at no store. It has no script, loads nothing, and says so to the browser with
//! a content policy; what is folded together is folded by the browser itself, and printed open.

mod chart;

use super::html::HtmlFragment;
use super::page::DOCUMENT_HEAD;
use super::phrases;
use super::style::OutputStyle;
use crate::protocol::arrival::{HeaderLines, SignatureState};
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::json::pretty_print;
use crate::protocol::schedule::guess_retry;
use jiff::Timestamp;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// An event as it is reported.
#[derive(Debug, Clone)]
pub(crate) struct EventPanel {
    pub number: u64,
    /// Why it was refused, for a request that became no event.
    pub refused: Option<&'static str>,
    pub body: RawBody,
    /// What the body says.
    pub facts: EventFacts,
    /// When it was sent from here.
    pub sent: Option<Timestamp>,
    /// The best verification of its arrivals.
    pub verification: Option<SignatureState>,
    /// Each time it came in.
    pub arrivals: Vec<(Timestamp, SignatureState, String, HeaderLines)>,
    /// Each attempt to deliver it.
    pub attempts: Vec<Attempt>,
}

impl EventPanel {
    /// What a user calls it: `#41`, or `!7` for a refused request.
    fn name(&self) -> String {
        let sign = if self.refused.is_some() { '!' } else { '#' };
        format!("{sign}{}", self.number)
    }
}

/// What the whole is about.
#[derive(Debug, Clone)]
pub(crate) struct ReportHeading {
    /// When it was made.
    pub at: Timestamp,
    /// How many events there would have been, where there is a limit.
    pub of: u64,
    /// Whether people are masked.
    pub redacted: bool,
    /// Summaries of load runs, each a JSON object, with their times.
    pub loads: Vec<(Timestamp, String)>,
}

/// The whole file.
pub(crate) fn render_report_page(heading: &ReportHeading, panels: &[EventPanel], style: &OutputStyle) -> String {
    let mut page = HtmlFragment::new().tag(DOCUMENT_HEAD).tag("<h1>Webhook deliveries</h1><p class=\"dim\">");
    page = page.text(&format!("referralloop, {} ({:.0})", style.format_date_time(heading.at), heading.at));
    page = page.text(if heading.redacted { " · people are masked" } else { "" });
    if heading.of > panels.len() as u64 {
        page = page.text(&format!(" · the newest {} of {} events", panels.len(), heading.of));
    }
    page = page.tag("</p>").piece(&cards(panels));
    if panels.is_empty() {
        return page.tag("<p>No event matches.</p></body></html>\n").as_str().to_owned();
    }
    page = page.tag("<h2>Timeline</h2>").piece(&chart::draw_timeline(panels, style));
    page = page.tag("<h2>Latencies</h2>").piece(&chart::draw_latencies(panels));
    page = page.piece(&loads(&heading.loads, style)).tag("<h2>Events</h2>");
    for panel in panels {
        page = page.piece(&event(panel, style));
    }
    page.tag("</body></html>\n").as_str().to_owned()
}

fn cards(panels: &[EventPanel]) -> HtmlFragment {
    let arrivals = panels.iter().map(|panel| panel.arrivals.len()).sum::<usize>();
    let attempts = panels.iter().flat_map(|panel| &panel.attempts);
    let (good, bad): (Vec<&Attempt>, Vec<&Attempt>) = attempts.partition(|attempt| attempt.outcome.is_acknowledged());
    let of = |state| panels.iter().filter(|panel| panel.verification == Some(state)).count();
    let numbers = [
        (panels.len(), "events"),
        (of(SignatureState::Valid), "verified"),
        (of(SignatureState::Unsigned), "unsigned"),
        (arrivals, "arrivals"),
        (good.len(), "attempts acknowledged"),
        (bad.len(), "attempts failed"),
    ];
    let mut cards = HtmlFragment::new().tag("<div class=\"cards\">");
    for (number, what) in numbers {
        cards = cards
            .tag("<div class=\"card\"><strong>")
            .text(phrases::format_count(number as u64).as_str())
            .tag("</strong><span>")
            .text(what)
            .tag("</span></div>");
    }
    cards.tag("</div>")
}

fn loads(loads: &[(Timestamp, String)], style: &OutputStyle) -> HtmlFragment {
    let mut html = HtmlFragment::new();
    if loads.is_empty() {
        return html;
    }
    html = html.tag("<h2>Load runs</h2>");
    for (at, summary) in loads {
        html = html
            .tag("<details><summary>")
            .text(&style.format_date_time(*at))
            .tag("</summary><div><pre class=\"code\">");
        html = html.bytes(&pretty_print(summary.as_bytes())).tag("</pre></div></details>");
    }
    html
}

fn event(panel: &EventPanel, style: &OutputStyle) -> HtmlFragment {
    let mut html = HtmlFragment::new().tag("<details><summary><b>").text(&panel.name()).tag("</b><span>");
    html = html.text(panel.facts.event_type.as_deref().unwrap_or("(no event type)")).tag("</span>");
    html = html.piece(&badge(panel.verification)).tag("<span class=\"grow\">");
    html = html.text(panel.facts.email.as_deref().unwrap_or("")).tag("</span>");
    if let Some(last) = panel.attempts.last() {
        html = html.piece(&outcome(&last.outcome));
    }
    html = html.tag("</summary><div><p class=\"dim\">").text(&format!("fingerprint {}", panel.body.fingerprint()));
    if let Some(sent) = panel.sent {
        html = html.text(&format!(" · sent {}", style.format_date_time(sent)));
    }
    html = html.tag("</p>");
    if let Some(reason) = panel.refused {
        html = html
            .tag("<p class=\"bad\">")
            .text(reason)
            .text(&format!(": referralloop verify --event r{}", panel.number))
            .tag("</p>");
    }
    for drift in &panel.facts.drift {
        html = html.tag("<p class=\"note\">").text(phrases::describe_drift(drift).as_str()).tag("</p>");
    }
    html = html.tag("<pre class=\"code\">").bytes(&pretty_print(panel.body.as_bytes())).tag("</pre>");
    html.piece(&arrivals(panel, style)).piece(&attempts(panel, style)).tag("</div></details>\n")
}

fn badge(verification: Option<SignatureState>) -> HtmlFragment {
    match verification {
        Some(SignatureState::Valid) => HtmlFragment::new().tag("<span class=\"tag good\">✔ verified</span>"),
        Some(SignatureState::Unsigned) => HtmlFragment::new().tag("<span class=\"tag warn\">○ unsigned</span>"),
        Some(SignatureState::Invalid) => HtmlFragment::new().tag("<span class=\"tag bad\">✘ invalid</span>"),
        None => HtmlFragment::new().tag("<span class=\"tag mute\">sent</span>"),
    }
}

fn outcome(outcome: &AttemptOutcome) -> HtmlFragment {
    let class = if outcome.is_acknowledged() { "<span class=\"tag good\">" } else { "<span class=\"tag bad\">" };
    HtmlFragment::new().tag(class).text(phrases::describe_outcome(outcome).as_str()).tag("</span>")
}

fn arrivals(panel: &EventPanel, style: &OutputStyle) -> HtmlFragment {
    let mut html = HtmlFragment::new();
    let first = panel.arrivals.first().map(|(at, ..)| *at);
    for (number, (at, verification, target, headers)) in panel.arrivals.iter().enumerate() {
        html = html.tag("<h3>").text(&format!("Arrival {} · {} · {target} ", number + 1, style.format_date_time(*at)));
        html = html.piece(&badge(Some(*verification))).tag("</h3>");
        let gap = first.map(|first| Duration::try_from(at.duration_since(first)).unwrap_or_default());
        if let Some(gap) = gap.filter(|_| number > 0) {
            let guess = guess_retry(gap).map(|retry| format!(": looks like retry {retry}")).unwrap_or_default();
            html = html
                .tag("<p class=\"note\">")
                .text(&format!("{} after the first{guess}", phrases::format_duration(gap).as_str()));
            html = html.tag("</p>");
        }
        html = html.tag("<div class=\"scroll\"><table>");
        for (name, value) in headers.iter() {
            html = html.tag("<tr><th>").text(&String::from_utf8_lossy(name)).tag("</th><td>");
            html = html.text(&String::from_utf8_lossy(value)).tag("</td></tr>");
        }
        html = html.tag("</table></div>");
    }
    html
}

fn attempts(panel: &EventPanel, style: &OutputStyle) -> HtmlFragment {
    if panel.attempts.is_empty() {
        return HtmlFragment::new();
    }
    let mut html = HtmlFragment::new().tag("<h3>Attempts</h3><div class=\"scroll\"><table><tr><th>when</th><th>what</th><th>where</th><th>answer</th><th>took</th><th>said</th></tr>");
    for attempt in &panel.attempts {
        let purpose = match attempt.purpose {
            DeliveryPurpose::Trigger => "sent",
            DeliveryPurpose::Forward => "forwarded",
            DeliveryPurpose::Replay => "replayed",
            DeliveryPurpose::Reconcile => "reconciled",
        };
        html = html.tag("<tr><td>").text(&style.format_date_time(attempt.at)).tag("</td><td>");
        html = html.text(&format!("{purpose}, attempt {}", attempt.number)).tag("</td><td>").text(&attempt.url);
        html = html.tag("</td><td>").piece(&outcome(&attempt.outcome)).tag("</td><td>");
        html = html
            .text(phrases::format_duration(attempt.latency).as_str())
            .tag("</td><td>")
            .text(&phrases::excerpt_outcome(&attempt.outcome))
            .tag("</td></tr>");
    }
    html.tag("</table></div>")
}
