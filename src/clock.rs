//! The clock that everything else is handed: what time it is, and how to wait. Only `context` makes the real one.

use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Time as the rest of the program sees it.
pub trait Clock: Send + Sync {
    /// The wall clock, for what is stored and shown.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment, which no change of the wall clock disturbs: for measuring and for due times.
    fn monotonic(&self) -> Duration;

    /// Processor time that this thread has used, where the machine tells it; else [`Clock::monotonic`].
    fn busy(&self) -> Duration {
        self.monotonic()
    }

    /// A future that is ready after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A clock that can be handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clocks and tokio's timer.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    #[cfg(not(target_os = "linux"))]
    started: std::time::Instant,
    #[cfg(target_os = "linux")]
    started: Duration,
}

#[cfg(not(target_os = "linux"))]
impl Default for SystemClock {
    fn default() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

#[cfg(target_os = "linux")]
impl Default for SystemClock {
    fn default() -> Self {
        Self { started: read_boot_time() }
    }
}

/// Time since the machine was started, the time in which it slept too: a retry that is due meanwhile is due afterwards.
#[cfg(target_os = "linux")]
fn read_boot_time() -> Duration {
    Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::Boottime)).unwrap_or_default()
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[cfg(not(target_os = "linux"))]
    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    #[cfg(target_os = "linux")]
    fn monotonic(&self) -> Duration {
        read_boot_time().saturating_sub(self.started)
    }

    #[cfg(unix)]
    fn busy(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_else(|_| self.monotonic())
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A wall clock that nobody can set: it goes on from where the real one stood when it was made. What is due by it comes
/// neither late nor early when the machine's clock is set back or forward.
pub(crate) struct SteadyClock {
    clock: SharedClock,
    wall: Timestamp,
    since: Duration,
}

impl SteadyClock {
    /// Goes on from now.
    pub(crate) fn start(clock: SharedClock) -> SharedClock {
        let (wall, since) = (clock.now(), clock.monotonic());
        Arc::new(Self { clock, wall, since })
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.clock.monotonic().saturating_sub(self.since)).unwrap_or_default();
        self.wall.saturating_add(gone).unwrap_or(self.wall)
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn busy(&self) -> Duration {
        self.clock.busy()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.clock.sleep(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    #[derive(Default)]
    struct SetClock {
        wall: AtomicI64,
        gone: AtomicU64,
    }

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(1_700_000_000 + self.wall.load(Ordering::Relaxed)).unwrap()
        }

        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.gone.load(Ordering::Relaxed))
        }

        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn a_steady_clock_goes_on_whatever_is_set() {
        let real = Arc::new(SetClock::default());
        let steady = SteadyClock::start(real.clone());
        let began = steady.now();
        for set in [-3_600, 7_200] {
            real.wall.store(set, Ordering::Relaxed);
            assert_eq!(steady.now(), began);
        }
        real.gone.store(60, Ordering::Relaxed);
        assert_eq!(steady.now().duration_since(began), SignedDuration::from_secs(60));
        let again = SteadyClock::start(real.clone());
        assert_eq!(again.now(), real.now(), "the next process goes by the real one");
    }
}
