//! The wait for the next attempt, counted down on a line of its own.
//!
//! It neither sleeps nor looks at a clock, and draws nothing: the caller says how much is left, and shows the line.

use super::line::StyledLine;
use super::phrases::format_clock;
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use std::time::Duration;

/// Columns of the bar.
const BAR: u32 = 20;

/// `━━━━━━━╸──────  next attempt in 0:42 · Enter sends now · Ctrl-C stops`, begun seconds counted whole so that it ends
/// at 0:01. Narrower than `columns`: what does not fit is left out, the bar first.
pub(crate) fn render_countdown(
    left: Duration,
    total: Duration,
    keys: bool,
    columns: usize,
    style: &OutputStyle,
) -> StyledLine {
    let whole = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let time = format!("next attempt in {}", format_clock(Duration::from_secs(whole)));
    let hint = if keys { " · Enter sends now · Ctrl-C stops" } else { " · Ctrl-C stops" };
    let words = |hint: &'static str| {
        StyledLine::new(style).put(TextRole::Plain, Sanitised::text(&time)).put(TextRole::Faint, hint)
    };
    let bar = StyledLine::indented(style, 2).join(&render_bar(left, total, style)).add_gap(1);
    let all = [bar.join(&words(hint)), StyledLine::indented(style, 2).join(&words(hint)), words("")];
    let fits = all.into_iter().find(|line| line.width() < columns);
    fits.unwrap_or_else(|| StyledLine::new(style))
}

fn render_bar(left: Duration, total: Duration, style: &OutputStyle) -> StyledLine {
    let passed = total.saturating_sub(left).as_secs_f64() / total.as_secs_f64().max(0.001);
    let halves = (passed * f64::from(2 * BAR)) as usize;
    let full = "━".repeat((halves / 2).min(BAR as usize));
    let half = if halves % 2 == 1 && halves < 2 * BAR as usize { "╸" } else { "" };
    let rest = "─".repeat(BAR as usize - (halves / 2).min(BAR as usize) - usize::from(!half.is_empty()));
    StyledLine::new(style)
        .put(TextRole::Good, Sanitised::text(&full))
        .put(TextRole::Good, half)
        .put(TextRole::Faint, Sanitised::text(&rest))
}

/// How long to sleep until the next tick is due, so that the seconds change when they should: the end at the latest,
/// a second at most.
pub(crate) fn next_tick(left: Duration) -> Duration {
    match left.subsec_nanos() {
        0 => left.min(Duration::from_secs(1)),
        part => Duration::from_nanos(part.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn line(left: u64, columns: usize, keys: bool) -> String {
        let style = OutputStyle::new(false, columns, TimeZone::UTC);
        let left = Duration::from_millis(left);
        render_countdown(left, Duration::from_secs(60), keys, columns, &style).as_str().to_owned()
    }

    #[test]
    fn it_says_what_is_left_and_what_can_be_done() {
        assert_eq!(
            line(41_300, 80, true),
            "  ━━━━━━──────────────  next attempt in 0:42 · Enter sends now · Ctrl-C stops".replace("─  n", "─ n")
        );
        assert_eq!(line(41_300, 70, true), "  next attempt in 0:42 · Enter sends now · Ctrl-C stops");
        assert_eq!(line(60_000, 50, false), "  next attempt in 1:00 · Ctrl-C stops");
        assert_eq!(line(60_000, 30, true), "next attempt in 1:00");
        assert_eq!(line(60_000, 10, true), "");
    }

    #[test]
    fn the_bar_fills() {
        assert!(line(60_000, 80, true).starts_with("  ────────────────────"));
        assert!(line(58_000, 80, true).starts_with("  ╸───────────────────"));
        assert!(line(0, 80, true).starts_with("  ━━━━━━━━━━━━━━━━━━━━ "));
    }

    #[test]
    fn ticks_fall_on_whole_seconds() {
        let next = |millis| next_tick(Duration::from_millis(millis)).as_millis();
        assert_eq!([next(60_000), next(59_400), next(1), next(0)], [1000, 400, 1, 0]);
    }
}
