//! A load run with everything around it: threads started, progress shown, Ctrl-C heeded.

use crate::context::Context;
use crate::deliver::load::{self, LoadBodies, LoadOptions, LoadStatistics};
use crate::error::Error;
use crate::output::load_summary::LoadTotals;
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
    let running = load::start_load(plan, Arc::new(bodies), stop).map_err(failed)?;
    let mut signal = None;
    while !running.is_over() {
        tokio::select! {
            told = stop.wait_for_stop(), if signal.is_none() => signal = Some(told),
            () = context.clock.sleep(LOOK) => {}
        }
        let (ended, acknowledged) =
            running.live.iter().map(|live| live.read()).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        progress.update(ended, &format!("{acknowledged} acknowledged"));
    }
    drop(progress);
    Ok((running.finish().map_err(failed)?, signal))
}
