//! A load run with everything around it: threads started, progress shown, Ctrl-C heeded.

use crate::context::Context;
use crate::deliver::load::{self, LoadBodies, LoadOptions, LoadStatistics};
use crate::error::Error;
use crate::output::load_summary::LoadTotals;
use crate::output::phrases;
use crate::output::progress::RunProgressBar;
use crate::session::payload;
use crate::shutdown::{StopReceiver, StopSignal};
use std::sync::Arc;
use std::time::Duration;

/// How often the progress is looked at; also what the end of a run may be noticed late.
const LOOK: Duration = Duration::from_millis(50);

impl LoadBodies for payload::PayloadSource {
    fn write_body(&self, number: u64, out: &mut Vec<u8>) {
        Self::write(self, number, out);
    }
}

/// The figures as the screen takes them.
pub(super) fn summarise_figures(figures: &LoadStatistics) -> LoadTotals {
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];
    let mut latencies = vec![("min", figures.min()), ("mean", figures.mean())];
    latencies.extend(quantiles.map(|(name, share)| (name, figures.quantile(share))));
    latencies.push(("max", figures.max()));
    LoadTotals {
        disabled_after: figures.disabled_after,
        counts: figures.counts,
        elapsed: figures.elapsed,
        outcomes: figures.outcomes(),
        latencies,
    }
}

/// Runs to the end, or until told to stop; what was counted, and by what it was ended early.
pub(super) async fn run_load(
    plan: LoadOptions,
    bodies: payload::PayloadSource,
    context: &Context,
    stop: &StopReceiver,
) -> Result<(LoadStatistics, Option<StopSignal>), Error> {
    let failed = |error: std::io::Error| Error::machine(format!("the load run failed: {error}")).caused_by(error);
    let total = plan.count.or(plan.rate.zip(plan.duration).map(|(rate, time)| (rate * time.as_secs_f64()) as u64));
    let progress = RunProgressBar::new(total, context.shows_progress());
    let (began, duration) = (context.clock.monotonic(), plan.duration);
    let running = load::start_load(plan, Arc::new(bodies), stop).map_err(failed)?;
    let mut signal = None;
    while !running.is_over() {
        tokio::select! {
            told = stop.wait_for_stop(), if signal.is_none() => signal = Some(told),
            () = context.clock.sleep(LOOK) => {}
        }
        let (ended, acknowledged) =
            running.live.iter().map(|live| live.read()).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let spent = context.clock.monotonic().saturating_sub(began);
        progress.update(ended, &describe_progress(ended, acknowledged, spent, total, duration));
    }
    drop(progress);
    Ok((running.finish().map_err(failed)?, signal))
}

/// `812/s  12,034 acknowledged  9 s left`. The two counts are read one after the other while both grow, so the second is
/// held to the first.
fn describe_progress(
    ended: u64,
    acknowledged: u64,
    spent: Duration,
    total: Option<u64>,
    duration: Option<Duration>,
) -> String {
    let rate = ended as f64 / spent.as_secs_f64().max(0.001);
    let by_count = total.filter(|_| rate > 0.0).map(|total| total.saturating_sub(ended) as f64 / rate);
    let left = match duration {
        Some(duration) => Some(duration.saturating_sub(spent).as_secs_f64()),
        None => by_count,
    };
    let left = left.map(|seconds| format!("  {} left", describe_seconds(seconds))).unwrap_or_default();
    let acknowledged = phrases::format_count(acknowledged.min(ended));
    format!("{rate:.0}/s  {} acknowledged{left}", acknowledged.as_str())
}

/// `9 s`, `2 min 5 s`.
fn describe_seconds(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::describe_progress;
    use std::time::Duration;

    #[test]
    fn progress_shows_rate_and_what_is_left() {
        let second = Duration::from_secs(1);
        assert_eq!(describe_progress(100, 100, second, Some(400), None), "100/s  100 acknowledged  3 s left");
        assert_eq!(
            describe_progress(100, 101, second, None, Some(second * 90)),
            "100/s  100 acknowledged  1 min 29 s left"
        );
        assert_eq!(describe_progress(0, 0, Duration::ZERO, None, None), "0/s  0 acknowledged");
    }
}
