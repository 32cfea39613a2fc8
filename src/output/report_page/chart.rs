//! The report's two drawings, as SVG in the page: when what happened, and how long answers took.

use super::EventPanel;
use crate::output::html::HtmlFragment;
use crate::output::phrases;
use crate::output::style::OutputStyle;
use jiff::Timestamp;
use std::time::Duration;

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

/// Upper ends of the bars, in milliseconds; the last one has none.
const ENDS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// A bar for each range of latencies, and the usual figures.
pub(super) fn draw_latencies(panels: &[EventPanel]) -> HtmlFragment {
    let mut all: Vec<Duration> = panels
        .iter()
        .flat_map(|panel| &panel.attempts)
        .filter(|attempt| attempt.outcome.status().is_some())
        .map(|attempt| attempt.latency)
        .collect();
    if all.is_empty() {
        return HtmlFragment::new().tag("<p class=\"dim\">No attempt was answered.</p>");
    }
    all.sort_unstable();
    let mut counts = [0u64; ENDS.len() + 1];
    for latency in &all {
        let ms = latency.as_millis();
        counts[ENDS.iter().position(|end| ms < u128::from(*end)).unwrap_or(ENDS.len())] += 1;
    }
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
    svg.tag("</svg><p class=\"dim\">").text(&figures(&all)).tag("</p>")
}

fn label(at: usize) -> String {
    let unit = |ms: u64| if ms < 1000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) };
    ENDS.get(at).map_or_else(|| format!("≥ {}", unit(ENDS[ENDS.len() - 1])), |end| format!("< {}", unit(*end)))
}

/// The nearest rank of each share in a sorted list.
fn figures(sorted: &[Duration]) -> String {
    let rank = |share: f64| sorted[((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1];
    let shown = |name: &str, share| format!("{name} {}", phrases::format_duration(rank(share)).as_str());
    [shown("p50", 0.5), shown("p90", 0.9), shown("p99", 0.99), shown("max", 1.0)].join(" · ")
}
