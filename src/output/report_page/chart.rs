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
        .tag("<svg viewBox=\"0 0 1000 120\" role=\"img\" aria-label=\"Timeline of arrivals and attempts\">");
    svg = svg.tag("<text x=\"10\" y=\"34\">arrivals</text><text x=\"10\" y=\"74\">attempts</text>");
    svg = svg.tag("<line class=\"axis\" x1=\"90\" x2=\"980\" y1=\"30\" y2=\"30\"/><line class=\"axis\" x1=\"90\" x2=\"980\" y1=\"70\" y2=\"70\"/>");
    for at in arrivals() {
        svg = svg.tag("<circle class=\"a\" fill-opacity=\".7\" r=\"4\" cy=\"30\" cx=\"").number(x(at)).tag("\"/>");
    }
    for attempt in attempts() {
        let class = if attempt.outcome.is_acknowledged() { "<circle class=\"g\"" } else { "<circle class=\"b\"" };
        svg = svg.tag(class).tag(" fill-opacity=\".7\" r=\"4\" cy=\"70\" cx=\"").number(x(attempt.at)).tag("\"/>");
    }
    svg = svg.tag("<text x=\"90\" y=\"108\">").text(&style.format_date_time(from)).tag("</text>");
    svg = svg
        .tag("<text x=\"980\" y=\"108\" text-anchor=\"end\">")
        .text(&style.format_date_time(to))
        .tag("</text></svg>");
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
    let step = (WIDTH - 40.0) / counts.len() as f64;
    let mut svg =
        HtmlFragment::new().tag("<svg viewBox=\"0 0 1000 190\" role=\"img\" aria-label=\"Distribution of latencies\">");
    for (at, count) in counts.iter().enumerate() {
        let (x, height) = (20.0 + at as f64 * step, *count as f64 / most * 120.0);
        svg = svg.tag("<rect class=\"a\" rx=\"2\" x=\"").number(x + 4.0).tag("\" y=\"").number(145.0 - height);
        svg = svg.tag("\" width=\"").number(step - 8.0).tag("\" height=\"").number(height).tag("\"/>");
        svg = svg
            .tag("<text text-anchor=\"middle\" y=\"162\" x=\"")
            .number(x + step / 2.0)
            .tag("\">")
            .text(&label(at))
            .tag("</text>");
        if *count > 0 {
            svg = svg
                .tag("<text text-anchor=\"middle\" x=\"")
                .number(x + step / 2.0)
                .tag("\" y=\"")
                .number(138.0 - height);
            svg = svg.tag("\">").text(phrases::format_count(*count).as_str()).tag("</text>");
        }
    }
    svg.tag("</svg><p class=\"dim\">").text(&figures(&found)).tag("</p>")
}

fn label(at: usize) -> String {
    let unit = |ms: u64| if ms < 1000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) };
    LATENCY_ENDS_MS.get(at).map_or_else(
        || format!("≥ {}", unit(LATENCY_ENDS_MS[LATENCY_ENDS_MS.len() - 1])),
        |end| format!("< {}", unit(*end)),
    )
}

fn figures(found: &LatencyDistribution) -> String {
    let shown = found.figures.map(|(name, latency)| format!("{name} {}", phrases::format_duration(latency).as_str()));
    shown.join(" · ")
}
