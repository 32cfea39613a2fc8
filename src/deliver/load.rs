//! Load: as many deliveries as asked for, as fast as asked for, over connections of our own, counted and timed.
//!
//! Knows plain HTTP/1.1 and the clock of the machine; knows nothing of stores or screens. Nothing is kept of a single
//! delivery, so a million of them take no more memory than a hundred. Loopback only: whoever calls sees to that.
//!
//! Under a rate the starts are set beforehand. A delivery that could not begin in time, because every connection was
//! busy, is timed from when it should have begun: a stalled endpoint does not make its own figures better by slowing
//! the questions down ("coordinated omission").

mod connection;
mod statistics;
mod worker;

pub(crate) use statistics::{LoadStatistics, LoadThreadProgress};

use crate::protocol::referralhero::{BAD_ANSWERS, HeroEncoding};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::RetryFrom;
use crate::protocol::signature::HmacKey;
use crate::shutdown::StopReceiver;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use worker::{LoadThreadState, run_worker};

#[cfg(test)]
mod tests;

/// A budget that no attempt reaches.
pub(crate) const NO_LIMIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// The bodies of a run, each by its number. Called from several threads.
pub(crate) trait LoadBodies: Send + Sync {
    /// Writes a body into an empty buffer.
    fn write_body(&self, number: u64, out: &mut Vec<u8>);
}

/// What to do.
#[derive(Debug, Clone)]
pub(crate) struct LoadOptions {
    /// Where to connect to.
    pub address: SocketAddr,
    /// Request line and header lines that every request has, each ended by CRLF.
    pub head: Vec<u8>,
    /// What signs; `None` for unsigned.
    pub key: Option<HmacKey>,
    /// How the second service's events are signed, where it is those.
    pub hero: Option<HeroEncoding>,
    /// Connections.
    pub concurrency: usize,
    /// Deliveries at most.
    pub count: Option<u64>,
    /// Time in which deliveries are begun.
    pub duration: Option<Duration>,
    /// Starts in a second; `None` for as fast as it goes.
    pub rate: Option<f64>,
    /// Time that an attempt has.
    pub budget: Duration,
    /// Whether failed deliveries are tried again.
    pub retries: Option<LoadRetryPolicy>,
}

/// How failed deliveries are tried again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadRetryPolicy {
    /// What delays count from.
    pub from: RetryFrom,
    /// How many times as fast as documented; `None` for at once.
    pub factor: Option<f64>,
}

/// What all workers share.
struct LoadPlan {
    load: LoadOptions,
    began: Instant,
    next: AtomicU64,
    stopped: AtomicBool,
    /// Bad answers in a row.
    bad: AtomicU32,
    /// After which attempt, counted from 1, the second service would have switched the webhook off; 0 for never.
    disabled: AtomicU64,
    attempts: AtomicU64,
}

impl LoadPlan {
    /// By whose rules a delivery goes.
    fn rules(&self) -> DeliveryRules {
        let from = self.load.retries.map_or(RetryFrom::Previous, |retries| retries.from);
        if self.load.hero.is_some() { DeliveryRules::Referralhero } else { DeliveryRules::Referralloop(from) }
    }

    /// Notes an attempt of the second service, which gives an endpoint up after so many bad answers in a row.
    fn note_attempt(&self, acknowledged: bool) {
        if self.load.hero.is_none() {
            return;
        }
        let number = self.attempts.fetch_add(1, Relaxed) + 1;
        if acknowledged {
            self.bad.store(0, Relaxed);
        } else if self.bad.fetch_add(1, Relaxed) + 1 == BAD_ANSWERS {
            let _ = self.disabled.compare_exchange(0, number, Relaxed, Relaxed);
        }
    }

    /// The next delivery and when it is due, until there are enough or the time is up.
    fn next_delivery(&self) -> Option<(u64, Option<Instant>)> {
        if self.stopped.load(Relaxed) {
            return None;
        }
        let number = self.next.fetch_add(1, Relaxed);
        let end = self.load.duration.map(|duration| self.began + duration);
        let due = self.load.rate.map(|rate| self.began + Duration::from_secs_f64(number as f64 / rate));
        let late = end.is_some_and(|end| due.unwrap_or_else(Instant::now) >= end);
        let more = !late && self.load.count.is_none_or(|count| number < count);
        more.then_some((number, due))
    }
}

/// A run that is under way.
pub(crate) struct LoadRun {
    threads: Vec<std::thread::JoinHandle<std::io::Result<LoadStatistics>>>,
    plan: Arc<LoadPlan>,
    /// How far each thread has got.
    pub live: Vec<Arc<LoadThreadProgress>>,
}

/// Starts a run, on a thread for each processor or for each connection where these are fewer.
///
/// # Errors
/// The operating system gives no thread.
pub(crate) fn start_load(
    load: LoadOptions,
    bodies: Arc<dyn LoadBodies>,
    stop: &StopReceiver,
) -> std::io::Result<LoadRun> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let count = processors.min(load.concurrency).max(1);
    let connections = load.concurrency;
    let (next, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    let (bad, disabled, attempts) = (AtomicU32::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let plan = Arc::new(LoadPlan { load, began: Instant::now(), next, stopped, bad, disabled, attempts });
    let live: Vec<_> = (0..count).map(|_| Arc::new(LoadThreadProgress::default())).collect();
    let mut threads = Vec::with_capacity(count);
    for (at, live) in live.iter().enumerate() {
        let share = connections / count + usize::from(at < connections % count);
        let (plan, bodies, live, stop) = (Arc::clone(&plan), Arc::clone(&bodies), Arc::clone(live), stop.clone());
        let thread = std::thread::Builder::new().name("load".into());
        threads.push(thread.spawn(move || run_thread(&plan, share, bodies, live, &stop))?);
    }
    Ok(LoadRun { threads, plan, live })
}

impl LoadRun {
    /// Whether every thread has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.threads.iter().all(std::thread::JoinHandle::is_finished)
    }

    /// Waits for the end and adds everything up; the time is that from the first start to the last end.
    ///
    /// # Errors
    /// A thread had no runtime or ended early.
    pub(crate) fn finish(self) -> std::io::Result<LoadStatistics> {
        let mut sum = LoadStatistics::new();
        for thread in self.threads {
            sum.merge(&thread.join().unwrap_or_else(|_| Err(std::io::Error::other("a load thread ended early")))?);
        }
        sum.disabled_after = Some(self.plan.disabled.load(Relaxed)).filter(|after| *after > 0);
        sum.elapsed = sum.ended.unwrap_or(self.plan.began).saturating_duration_since(self.plan.began);
        Ok(sum)
    }
}

/// One thread: its share of the connections, on a runtime of its own, so that nothing is shared but the tickets.
fn run_thread(
    plan: &Arc<LoadPlan>,
    share: usize,
    bodies: Arc<dyn LoadBodies>,
    live: Arc<LoadThreadProgress>,
    stop: &StopReceiver,
) -> std::io::Result<LoadStatistics> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().event_interval(256).build()?;
    let shared = LoadThreadState::new(Arc::clone(plan), bodies, live, share == 1);
    let workers = tokio::task::LocalSet::new();
    for _ in 0..share {
        workers.spawn_local(run_worker(shared.clone()));
    }
    runtime.block_on(async {
        tokio::select! {
            () = workers => {}
            _ = stop.wait_for_stop() => plan.stopped.store(true, Relaxed),
        }
    });
    Ok(shared.into_figures())
}
