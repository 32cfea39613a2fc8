//! The report's two drawings, as SVG in the page: when what happened, and how long answers took.

use super::EventPanel;
use crate::output::html::HtmlFragment;
use crate::output::phrases;
use crate::output::style::OutputStyle;
use crate::protocol::latency::{LATENCY_ENDS_MS, LatencyDistribution};
use jiff::Timestamp;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 20.0;

/// A dot for each arrival and attempt on a common line of time.
pub(super) fn draw_timeline(panels: &[EventPanel], style: &OutputStyle) -> HtmlFragment {
    let arrivals = || panels.iter().flat_map(|panel| panel.arrivals.iter().map(|(at, ..)| *at));
    let attempts = || panels.iter().flat_map(|panel| &panel.attempts);
    let times: Vec<Timestamp> = arrivals().chain(attempts().map(|attempt| attempt.at)).collect();
    let (Some(from), Some(to)) = (times.iter().min().copied(), times.iter().max().copied()) else {
        return HtmlFragment::new().tag("<p class=\"dim\">Nothing came in and nothing was sent.</p>");
    };
    let span = to.duration_since(from).as_secs_f64().max(0.001);
    let x = |at: Timestamp| LEFT + at.duration_since(from).as_secs_f64() / span * (WIDTH - LEFT - RIGHT);
    let mut svg = HtmlFragment::new()
        .tag("<div class=\"panel scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">")
        .tag("<svg viewBox=\"0 0 1000 120\" role=\"img\" aria-label=\"Timeline of arrivals and attempts\">");
    svg = svg.tag("<text x=\"10\" y=\"34\">arrivals</text><text x=\"10\" y=\"74\">attempts</text>");
    svg = svg.tag("<line class=\"axis\" x1=\"90\" x2=\"980\" y1=\"30\" y2=\"30\"/><line class=\"axis\" x1=\"90\" x2=\"980\" y1=\"70\" y2=\"70\"/>");
    for at in arrivals() {
        svg = svg.tag("<circle class=\"accent\" fill-opacity=\".7\" r=\"4\" cy=\"30\" cx=\"").number(x(at)).tag("\"/>");
    }
    for attempt in attempts() {
        let class = if attempt.outcome.is_acknowledged() { "<circle class=\"good\"" } else { "<circle class=\"bad\"" };
        svg = svg.tag(class).tag(" fill-opacity=\".7\" r=\"4\" cy=\"70\" cx=\"").number(x(attempt.at)).tag("\"/>");
    }
    svg = svg.tag("<text x=\"90\" y=\"108\">").text(&style.format_date_time(from)).tag("</text>");
    svg = svg
        .tag("<text x=\"980\" y=\"108\" text-anchor=\"end\">")
        .text(&style.format_date_time(to))
        .tag("</text></svg></div>");
    svg.tag("<p class=\"dim\">Blue: came in. Green: acknowledged. Red: not.</p>")
}

/// A bar for each range of latencies, and the usual figures.
pub(super) fn draw_latencies(panels: &[EventPanel]) -> HtmlFragment {
    let attempts = panels.iter().flat_map(|panel| &panel.attempts);
    let answered = attempts.filter(|attempt| attempt.outcome.status().is_some());
    let Some(found) = LatencyDistribution::of(answered.map(|attempt| (attempt.latency, 1)).collect()) else {
        return HtmlFragment::new().tag("<p class=\"dim\">No attempt was answered.</p>");
    };
    let counts = found.counts;
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let mut html = HtmlFragment::new()
        .tag("<div class=\"panel\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Latencies\">")
        .tag("<ol class=\"columns\">");
    for (at, count) in counts.iter().enumerate() {
        let shown = if *count > 0 { phrases::format_count(*count).as_str().to_owned() } else { String::new() };
        let height = if *count > 0 { (*count as f64 / most * 100.0).max(2.0) } else { 0.0 };
        html = html.tag("<li><b>").text(&shown).tag("</b><span class=\"column\"><i").tag(describe_tone(at));
        html = html
            .tag(" style=\"height:")
            .number(height)
            .tag("%\"></i></span><span>")
            .text(&label(at))
            .tag("</span></li>");
    }
    html = html.tag("</ol></div><dl class=\"figures\">");
    for (name, latency) in found.figures {
        html = html.tag("<div><dt>").text(name).tag("</dt><dd>").text(phrases::format_duration(latency).as_str());
        html = html.tag("</dd></div>");
    }
    html.tag("</dl></div>")
}

/// Two seconds and more are near the limit, and five beyond it.
fn describe_tone(at: usize) -> &'static str {
    let from = at.checked_sub(1).map_or(0, |before| LATENCY_ENDS_MS[before]);
    match from {
        5000.. => " class=\"bad\"",
        2000.. => " class=\"warn\"",
        _ => "",
    }
}

fn label(at: usize) -> String {
    let unit = |ms: u64| if ms < 1000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) };
    LATENCY_ENDS_MS.get(at).map_or_else(
        || format!("≥ {}", unit(LATENCY_ENDS_MS[LATENCY_ENDS_MS.len() - 1])),
        |end| format!("< {}", unit(*end)),
    )
}
