//! One delivery with everything around it: attempts go into the store, then onto the screen; waits are counted down;
//! Ctrl-C ends it.

use super::live_terminal::LiveTerminal;
use crate::context::Context;
use crate::deliver::{self, DeliveryContext, DeliveryPlan, DeliveryResult};
use crate::error::{Error, ErrorCategory, Exit};
use crate::exchange::HttpClient;
use crate::output::console::Console;
use crate::output::countdown::{next_tick, render_countdown};
use crate::output::errors::render_notice;
use crate::output::human::ScreenStream;
use crate::output::screen::Screen;
use crate::output::style::OutputStyle;
use crate::protocol::arrival::{HeaderLines, RequestContent};
use crate::protocol::attempt::{Attempt, OutgoingRequest};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{Report, ReportKind, SendingReport};
use crate::shutdown::{StopReceiver, StopSignal};
use crate::store::Store;
use crate::terminal::Key;
use std::cell::Cell;
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
    let style = Console::new(context).err;
    let progress = DeliveryProgress::default();
    let terminal = if plan.retry { LiveTerminal::open(context, screen) } else { LiveTerminal::absent() };
    let mut stage = SessionDelivery { context, screen, store, progress: &progress, terminal, style: &style };
    let delivery = tokio::select! {
        delivery = deliver::deliver_event(plan, exchange, context.clock.as_ref(), &mut stage) => delivery?,
        signal = stop.wait_for_stop() => {
            drop(stage);
            // Whoever stops a script knows that they did.
            if context.stderr.is_terminal {
                screen.print(ScreenStream::Err, render_notice(&progress.describe_stop(plan), &style));
            }
            return Ok(exit_for_signal(signal));
        }
    };
    Ok(verdict(&delivery))
}

/// How far a delivery has got, seen from outside when it is cut off.
#[derive(Debug, Default)]
struct DeliveryProgress {
    attempts: Cell<u32>,
    /// Whether it waits, and no attempt is under way.
    waiting: Cell<bool>,
}

impl DeliveryProgress {
    /// What was delivered and what was not, when somebody stopped it.
    fn describe_stop(&self, plan: &DeliveryPlan) -> String {
        let (event, url, made) = (plan.event, &plan.request.url, self.attempts.get());
        let again = format!("send it again with: referralloop replay {event} --to {url}");
        if self.waiting.get() {
            let attempts = if made == 1 { "attempt" } else { "attempts" };
            return format!("Stopped. #{event} was not delivered in {made} {attempts}; {again}");
        }
        let next = made + 1;
        format!("Stopped during attempt {next}: whether #{event} got through is not known; {again}")
    }
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
    progress: &'a DeliveryProgress,
    terminal: LiveTerminal,
    style: &'a OutputStyle,
}

impl DeliveryContext for SessionDelivery<'_> {
    type Stopped = Error;

    fn emit_report(&mut self, report: Report) {
        self.screen.send_report(report);
    }

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Error> {
        let number = attempt.number;
        let stored = self.store.record_attempt(attempt).await;
        stored.map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
        self.progress.attempts.set(number);
        Ok(())
    }

    async fn wait_for_retry(&mut self, delay: Duration) -> Result<(), Error> {
        let clock = &self.context.clock;
        let due = clock.monotonic() + delay;
        self.progress.waiting.set(true);
        let keys = self.terminal.has_keys();
        self.terminal.discard_keys();
        loop {
            let left = due.saturating_sub(clock.monotonic());
            if left.is_zero() {
                break;
            }
            self.terminal.show_line(|columns| render_countdown(left, delay, keys, columns, self.style));
            tokio::select! {
                () = clock.sleep(next_tick(left)) => {}
                key = self.terminal.next_key() => if key == Key::Enter { break },
            }
        }
        self.terminal.clear();
        self.progress.waiting.set(false);
        Ok(())
    }

    async fn wait_for_step(&mut self, attempt: u32) -> Result<(), Error> {
        let message = format!("press Enter for attempt {attempt}; Ctrl-C stops");
        self.screen.send_report(Report { at: self.context.clock.now(), what: ReportKind::Notice { message } });
        self.progress.waiting.set(true);
        if self.terminal.has_keys() {
            while self.terminal.next_key().await != Key::Enter {}
            self.progress.waiting.set(false);
            return Ok(());
        }
        let stdin = self.context.stdin.clone();
        let line = tokio::task::spawn_blocking(move || stdin.read_line()).await;
        match line {
            Ok(Ok(Some(_))) => {
                self.progress.waiting.set(false);
                Ok(())
            }
            _ => Err(Error::usage("--speed step waits for Enter, but standard input has ended")),
        }
    }
}
