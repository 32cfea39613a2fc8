//! The sum of a load run: a table for eyes, fields for a record.
//!
//! It is handed plain numbers, since it knows no engine.

use super::line::{StyledLine, write_lines};
use super::phrases;
use super::records::{LoadSummary, NumberMap};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use super::table::{TableCell, render_columns};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::load::LoadCounts;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// What a run was told.
#[derive(Debug, Clone)]
pub(crate) struct LoadParameters {
    pub url: String,
    pub connections: usize,
    /// Starts in a second, where they were set.
    pub rate: Option<f64>,
    /// Whether every request was signed.
    pub signed: bool,
    /// What payloads were made from.
    pub seed: u64,
}

/// What a run counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LoadTotals {
    pub counts: LoadCounts,
    /// How long it took.
    pub elapsed: Duration,
    /// Statuses and failures, how often, and whether that is good.
    pub outcomes: Vec<(String, u64, bool)>,
    /// After which attempt ReferralHero would have switched the webhook off.
    pub disabled_after: Option<u64>,
    /// Latencies by name.
    pub latencies: Vec<(&'static str, Duration)>,
}

impl LoadTotals {
    fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.counts.events as f64 / seconds } else { 0.0 }
    }

    fn share(&self) -> f64 {
        if self.counts.events > 0 { self.counts.in_time as f64 / self.counts.events as f64 } else { 0.0 }
    }
}

/// What a `summary` record counts.
pub(crate) fn summary_fields<'a>(sum: &LoadTotals, setting: &'a LoadParameters) -> LoadSummary<'a> {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let outcomes = sum.outcomes.iter().map(|(name, count, _)| (name.clone(), *count)).collect();
    let latencies = sum.latencies.iter().map(|(name, time)| (name.replace('.', "_"), micros(*time))).collect();
    LoadSummary {
        url: &setting.url,
        connections: setting.connections,
        rate: setting.rate,
        signed: setting.signed,
        seed: setting.seed,
        events: sum.counts.events,
        acknowledged: sum.counts.acknowledged,
        acknowledged_in_5s: sum.counts.in_time,
        share_in_5s: rounded(sum.share(), 1e6),
        attempts: sum.counts.attempts,
        late_starts: sum.counts.late,
        sent_bytes: sum.counts.sent,
        received_bytes: sum.counts.received,
        duration_ms: micros(sum.elapsed) / 1000,
        events_per_second: rounded(sum.rate(), 10.0),
        outcomes: NumberMap(outcomes),
        latency_us: NumberMap(latencies),
        disabled_after: sum.disabled_after,
    }
}

fn rounded(number: f64, scale: f64) -> f64 {
    (number * scale).round() / scale
}

pub(crate) fn render_load_table(sum: &LoadTotals, setting: &LoadParameters, style: &OutputStyle) -> String {
    if sum.counts.attempts == 0 {
        let url = Sanitised::text(&setting.url);
        return format!("Nothing was answered yet: what was under way to {} may have arrived.\n", url.as_str());
    }
    let mut out = String::new();
    let signed = if setting.signed { "a payload and a signature each" } else { "a payload each, unsigned" };
    push_words(
        &mut out,
        style,
        &format!(
            "{} to {} in {}: {} events/s{}({}, {signed}, seed {})",
            phrases::format_quantity(sum.counts.events, "event", "events").as_str(),
            Sanitised::text(&setting.url).as_str(),
            phrases::format_duration(sum.elapsed).as_str(),
            phrases::format_count(sum.rate().round() as u64).as_str(),
            break_if_narrow(style),
            phrases::format_quantity(setting.connections as u64, "connection", "connections").as_str(),
            setting.seed,
        ),
    );
    out.push('\n');
    out.push_str(&outcomes(sum, style));
    // Without an answer there is nothing to measure.
    if sum.latencies.iter().any(|(_, time)| !time.is_zero()) {
        out.push('\n');
        out.push_str(&latencies(sum, style));
    }
    out.push('\n');
    push_words(
        &mut out,
        style,
        &format!(
            "acknowledged within 5 s: {:.2} %   late starts: {}{}sent {}, received {}",
            (sum.share() * 10_000.0).floor() / 100.0,
            phrases::format_count(sum.counts.late).as_str(),
            break_if_narrow(style),
            phrases::format_bytes(sum.counts.sent).as_str(),
            phrases::format_bytes(sum.counts.received).as_str(),
        ),
    );
    out
}

/// Lines that go on below between two words, where a terminal has no room for them.
fn push_words(out: &mut String, style: &OutputStyle, words: &str) {
    for line in words.split('\n') {
        write_lines(out, &[StyledLine::new(style).put(TextRole::Plain, Sanitised::text(line))]);
    }
}

/// Columns of a line that stands undivided.
const UNDIVIDED: usize = 140;

/// What stands between the two halves of a line: on a terminal where it may be too long, a line feed.
fn break_if_narrow(style: &OutputStyle) -> &'static str {
    if style.table_width < UNDIVIDED { "\n  " } else { "   " }
}

fn outcomes(sum: &LoadTotals, style: &OutputStyle) -> String {
    let rows: Vec<Vec<TableCell>> = sum
        .outcomes
        .iter()
        .map(|(name, count, good)| {
            let name = match name.as_str() {
                // A refused request is another thing.
                "refused" => phrases::describe_outcome(&AttemptOutcome::Refused),
                name => name.parse().map_or(Sanitised::text(name), phrases::format_status),
            };
            let share = *count as f64 * 100.0 / sum.counts.attempts.max(1) as f64;
            vec![
                TableCell::new(if *good { TextRole::Good } else { TextRole::Bad }, name),
                TableCell::from(phrases::format_count(*count)),
                TableCell::from(Sanitised::text(&format!("{share:.2} %"))),
            ]
        })
        .collect();
    render_columns(&["OUTCOME", ">ATTEMPTS", ">SHARE"], &rows, style)
}

fn latencies(sum: &LoadTotals, style: &OutputStyle) -> String {
    let rows: Vec<Vec<TableCell>> = sum
        .latencies
        .iter()
        .map(|(name, time)| vec![TableCell::from(Sanitised::own(name)), TableCell::from(fine(*time))])
        .collect();
    render_columns(&["LATENCY", ">"], &rows, style)
}

/// A latency with three figures, as load is compared by: `0.213 ms`, `20.1 ms`, `1,203 ms`.
fn fine(time: Duration) -> Sanitised {
    let ms = time.as_secs_f64() * 1000.0;
    Sanitised::text(&match ms {
        0.0..1.0 => format!("{ms:.3} ms"),
        1.0..10.0 => format!("{ms:.2} ms"),
        10.0..100.0 => format!("{ms:.1} ms"),
        _ => format!("{} ms", phrases::format_count(ms.round() as u64).as_str()),
    })
}
