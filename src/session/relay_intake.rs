//! What a relay brings, in place of a socket: received like any delivery, and done in the stream once it is stored here.

use super::relay::explain;
use crate::context::Context;
use crate::error::Error;
use crate::output::screen::Screen;
use crate::protocol::arrival::ArrivalRecorder;
use crate::protocol::report::{Report, ReportKind};
use crate::receive::WebhookReceiver;
use crate::relay::{RelayConnection, RelaySubscription, SubscriptionWish};
use http::StatusCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Between two reports of how many events wait.
const LAG_INTERVAL: Duration = Duration::from_secs(5);

/// An open subscription.
pub(crate) struct RelayIntake {
    subscription: RelaySubscription,
    waiting: Arc<AtomicU64>,
    screen: Screen,
    clock: crate::clock::SharedClock,
    /// When lag was told last, and whether some was told.
    told: Mutex<Option<Duration>>,
}

impl RelayIntake {
    /// Subscribes.
    pub(crate) async fn open(
        connection: RelayConnection,
        wish: &SubscriptionWish,
        context: &Context,
        screen: &Screen,
    ) -> Result<Self, Error> {
        let subscription = RelaySubscription::open(connection, wish).await.map_err(explain)?;
        let (screen, clock) = (screen.clone(), context.clock.clone());
        let waiting = Arc::new(AtomicU64::new(subscription.state().1));
        Ok(Self { subscription, waiting, screen, clock, told: Mutex::default() })
    }

    /// Whether the stream knew this subscriber before, and how many events wait for it.
    pub(crate) fn state(&self) -> (bool, u64) {
        self.subscription.state()
    }

    /// How many earlier events a name that is new does not get.
    pub(crate) fn earlier(&self) -> u64 {
        self.subscription.earlier()
    }

    /// How many events wait, at any time.
    pub(crate) fn waiting(&self) -> Arc<AtomicU64> {
        self.waiting.clone()
    }

    /// Receives until told to stop, or until another one receives under the same name, which is the answer. Whatever cannot
    /// be stored stays in the stream.
    pub(crate) async fn serve<R: ArrivalRecorder>(
        self,
        receiver: &WebhookReceiver<R>,
        end: impl Future<Output = ()>,
    ) -> bool {
        let Self { subscription, waiting, screen, clock, told } = self;
        let (stream, told_refused) = (subscription.stream().to_owned(), AtomicBool::new(false));
        let keep = async |request: &crate::relay::RelayedRequest, pending: u64| {
            let status = receiver.receive_relayed(request.at, &request.target, &request.content).await;
            if status == StatusCode::UNAUTHORIZED && !told_refused.swap(true, Ordering::Relaxed) {
                let message =
                    "An event of the stream was refused, and the stream is done with it. With the right secret, \
                               referralloop events import brings what was refused."
                        .to_owned();
                screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
            }
            !status.is_server_error() && {
                waiting.store(pending, Ordering::Relaxed);
                tell_lag(&stream, pending, (&screen, &clock), &told);
                true
            }
        };
        subscription.run(keep, end).await
    }
}

fn tell_lag(
    stream: &str,
    pending: u64,
    (screen, clock): (&Screen, &crate::clock::SharedClock),
    told: &Mutex<Option<Duration>>,
) {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    let now = clock.monotonic();
    let due = match (*told, pending) {
        (None, 0) => false,
        (None, _) | (Some(_), 0) => true,
        (Some(last), _) => now.saturating_sub(last) >= LAG_INTERVAL,
    };
    if due {
        *told = (pending > 0).then_some(now);
        let what = ReportKind::Lag { stream: stream.to_owned(), pending };
        screen.send_report(Report { at: clock.now(), what });
    }
}
