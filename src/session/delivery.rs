//! One delivery with everything around it: attempts go into the store, then onto the screen; waits are counted down;
//! Ctrl-C ends it.

use crate::context::Context;
use crate::deliver::{self, DeliveryContext, DeliveryPlan, DeliveryResult};
use crate::error::{Error, ErrorCategory, Exit};
use crate::exchange::HttpClient;
use crate::output::countdown::Countdown;
use crate::output::screen::Screen;
use crate::protocol::arrival::{HeaderLines, RequestContent};
use crate::protocol::attempt::{Attempt, OutgoingRequest};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{Report, ReportKind, SendingReport};
use crate::shutdown::{StopReceiver, StopSignal};
use crate::store::Store;
use std::time::Duration;

/// Registers an event in the store and shows what is about to be sent; its number.
pub(crate) async fn register_event(
    request: &OutgoingRequest,
    context: &Context,
    screen: &Screen,
    store: &Store,
) -> Result<u64, Error> {
    let facts = EventFacts::from_body(&request.body);
    let at = context.clock.now();
    let sent = store.record_sent(request.body.clone(), &facts, at).await;
    let event = sent.map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
    let (url, fingerprint) = (request.url.to_string(), request.body.fingerprint());
    let headers = HeaderLines::collect(request.headers.iter().map(|(name, value)| (name.spelling(), value.as_bytes())));
    let content = RequestContent { headers, body: request.body.clone() };
    let sending = SendingReport { event, url, facts, fingerprint, content };
    screen.send_report(Report { at, what: ReportKind::Sending(Box::new(sending)) });
    Ok(event)
}

/// Delivers one event and tells about it. The exit is `Done` when it was acknowledged.
pub(crate) async fn deliver_event(
    plan: &DeliveryPlan,
    exchange: &HttpClient,
    context: &Context,
    screen: &Screen,
    store: &Store,
    stop: &StopReceiver,
) -> Result<Exit, Error> {
    let mut stage = SessionDelivery { context, screen, store };
    let delivery = tokio::select! {
        delivery = deliver::deliver_event(plan, exchange, context.clock.as_ref(), &mut stage) => delivery?,
        signal = stop.wait_for_stop() => return Ok(exit_for_signal(signal)),
    };
    Ok(verdict(&delivery))
}

/// How a command ends that was interrupted before it finished.
pub(crate) fn exit_for_signal(signal: StopSignal) -> Exit {
    match signal {
        StopSignal::Interrupt => Exit::Interrupted,
        StopSignal::Terminate => Exit::Terminated,
    }
}

fn verdict(delivery: &DeliveryResult) -> Exit {
    if delivery.last.is_acknowledged() { Exit::Done } else { Exit::No }
}

/// Store and screen, as the engine sees them.
struct SessionDelivery<'a> {
    context: &'a Context,
    screen: &'a Screen,
    store: &'a Store,
}

impl DeliveryContext for SessionDelivery<'_> {
    type Stopped = Error;

    fn emit_report(&mut self, report: Report) {
        self.screen.send_report(report);
    }

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.store.record_attempt(attempt).await.map_err(|error| Error::from_source(ErrorCategory::Machine, error))
    }

    async fn wait_for_retry(&mut self, delay: Duration) -> Result<(), Error> {
        let clock = &self.context.clock;
        let due = clock.monotonic() + delay;
        let countdown = Countdown::new(delay, self.context.shows_progress());
        loop {
            let left = due.saturating_sub(clock.monotonic());
            if left.is_zero() {
                return Ok(());
            }
            countdown.tick(left);
            clock.sleep(Countdown::next_tick(left)).await;
        }
    }

    async fn wait_for_step(&mut self, attempt: u32) -> Result<(), Error> {
        let message = format!("press Enter for attempt {attempt}; Ctrl-C stops");
        self.screen.send_report(Report { at: self.context.clock.now(), what: ReportKind::Notice { message } });
        let stdin = self.context.stdin.clone();
        let line = tokio::task::spawn_blocking(move || stdin.read_line()).await;
        match line {
            Ok(Ok(Some(_))) => Ok(()),
            _ => Err(Error::usage("--speed step waits for Enter, but standard input has ended")),
        }
    }
}
