//! One delivery with everything around it: attempts go into the store, then onto the screen; waits are counted down;
//! Ctrl-C ends it.

use crate::context::Context;
use crate::deliver::{self, Delivery, Plan, Surroundings};
use crate::error::{Error, Exit};
use crate::exchange::{Exchange, Request};
use crate::output::countdown::Countdown;
use crate::output::screen::Screen;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::Attempt;
use crate::protocol::facts::Facts;
use crate::protocol::report::{Report, SendingReport, What};
use crate::shutdown::{Signal, Stop};
use crate::store::Store;
use std::time::Duration;

/// Registers an event in the store and shows what is about to be sent; its number.
pub async fn announce(request: &Request, context: &Context, screen: &Screen, store: &Store) -> Result<u64, Error> {
    let facts = Facts::of(&request.body);
    let at = context.clock.now();
    let sent = store.sent(request.body.clone(), &facts, at).await;
    let event = sent.map_err(|error| Error::machine(error.to_string()))?;
    let (url, fingerprint) = (request.url.to_string(), request.body.fingerprint());
    let headers = HeaderLines::collect(request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    let sending = SendingReport { event, url, facts, fingerprint, headers, body: request.body.clone() };
    screen.tell(Report { at, what: What::Sending(Box::new(sending)) });
    Ok(event)
}

/// Delivers one event and tells about it. The exit is `Done` when it was acknowledged.
pub async fn run(plan: &Plan, context: &Context, screen: &Screen, store: &Store, stop: &Stop) -> Result<Exit, Error> {
    let mut stage = Stage { context, screen, store };
    let exchange = Exchange::new();
    let delivery = tokio::select! {
        delivery = deliver::deliver(plan, &exchange, context.clock.as_ref(), &mut stage) => delivery?,
        signal = stop.requested() => return Ok(interrupted(signal)),
    };
    Ok(verdict(&delivery))
}

/// How a command ends that was interrupted before it finished.
pub fn interrupted(signal: Signal) -> Exit {
    match signal {
        Signal::Interrupt => Exit::Interrupted,
        Signal::Terminate => Exit::Terminated,
    }
}

fn verdict(delivery: &Delivery) -> Exit {
    if delivery.last.acknowledged() { Exit::Done } else { Exit::No }
}

/// Store and screen, as the engine sees them.
struct Stage<'a> {
    context: &'a Context,
    screen: &'a Screen,
    store: &'a Store,
}

impl Surroundings for Stage<'_> {
    type Stopped = Error;

    fn tell(&mut self, report: Report) {
        self.screen.tell(report);
    }

    async fn keep(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.store.attempt(attempt).await.map_err(|error| Error::machine(error.to_string()))
    }

    async fn wait(&mut self, delay: Duration) -> Result<(), Error> {
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

    async fn step(&mut self, attempt: u32) -> Result<(), Error> {
        let message = format!("Enter makes attempt {attempt}; Ctrl-C stops");
        self.screen.tell(Report { at: self.context.clock.now(), what: What::Notice { message } });
        let stdin = self.context.stdin.clone();
        let line = tokio::task::spawn_blocking(move || stdin.read_line()).await;
        match line {
            Ok(Ok(Some(_))) => Ok(()),
            _ => Err(Error::usage("--speed step waits for Enter, and standard input has ended")),
        }
    }
}
