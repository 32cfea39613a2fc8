//! The delivery engine: one event to one URL, attempt after attempt over the retry schedule, until it is acknowledged
//! or the schedule ends.
//!
//! Knows the schedule and makes attempts; tells each step through a callback and never prints or stores by itself.
//! Time is handed in, so that a test runs the whole of eighty-one minutes in no time.

use crate::clock::Clock;
use crate::exchange::{Exchange, Request};
use crate::protocol::attempt::{Attempt, Outcome, Purpose};
use crate::protocol::report::{AttemptReport, Report, What};
use crate::protocol::schedule::{MAX_ATTEMPTS, RetryFrom, Schedule};
use std::time::Duration;

/// How the waits between attempts pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// This many times as fast as documented; 1 is real time.
    Times(f64),
    /// Not at all: the next attempt follows at once.
    Instant,
    /// Until the user says so.
    Step,
}

/// What to deliver, and how patiently.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The request, the same bytes for each attempt.
    pub request: Request,
    /// Number of the event within its store.
    pub event: u64,
    /// Why it is delivered.
    pub purpose: Purpose,
    /// What delays count from.
    pub retry_from: RetryFrom,
    /// How the waits pass.
    pub pace: Pace,
    /// Whether to retry at all.
    pub retry: bool,
    /// Time an attempt has; never scaled. `None` for no limit.
    pub budget: Option<Duration>,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Attempts made.
    pub attempts: u32,
    /// How the last one ended.
    pub last: Outcome,
}

/// What the engine needs from outside while it runs.
pub trait Surroundings {
    /// Why the outside may end a delivery early.
    type Stopped;

    /// Something happened.
    fn tell(&mut self, report: Report);

    /// An attempt ended: keep it before the next thing happens.
    fn keep(&mut self, attempt: Attempt) -> impl Future<Output = Result<(), Self::Stopped>>;

    /// Wait this long, and show it.
    fn wait(&mut self, delay: Duration) -> impl Future<Output = Result<(), Self::Stopped>>;

    /// Wait until the user wants the next attempt.
    fn step(&mut self, attempt: u32) -> impl Future<Output = Result<(), Self::Stopped>>;
}

impl Plan {
    /// Attempts that may be made.
    pub fn attempts(&self) -> u32 {
        if self.retry { MAX_ATTEMPTS } else { 1 }
    }

    fn scaled(&self, scheduled: Duration) -> Duration {
        match self.pace {
            Pace::Times(factor) => scheduled.div_f64(factor),
            Pace::Instant | Pace::Step => Duration::ZERO,
        }
    }
}

/// Delivers. An attempt is due at the previous (or first) attempt's scheduled start plus the documented delay, and
/// never begins before the previous one ended.
pub async fn deliver<S: Surroundings>(
    plan: &Plan,
    exchange: &Exchange,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<Delivery, S::Stopped> {
    let began = clock.monotonic();
    let mut ended = Delivery { attempts: 0, last: Outcome::Failed("no attempt was made".into()) };
    for (number, scheduled) in (1..=plan.attempts()).zip(Schedule::new(plan.retry_from)) {
        if number > 1 {
            pass_time(plan, began, number, scheduled, clock, surroundings).await?;
        }
        let outcome = attempt(plan, number, scheduled, exchange, clock, surroundings).await?;
        ended = Delivery { attempts: number, last: outcome };
        if ended.last.acknowledged() {
            break;
        }
    }
    surroundings.tell(Report { at: clock.now(), what: verdict(plan, &ended) });
    Ok(ended)
}

async fn pass_time<S: Surroundings>(
    plan: &Plan,
    began: Duration,
    number: u32,
    scheduled: Duration,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<(), S::Stopped> {
    match plan.pace {
        Pace::Instant => Ok(()),
        Pace::Step => surroundings.step(number).await,
        Pace::Times(_) => {
            let delay = (began + plan.scaled(scheduled)).saturating_sub(clock.monotonic());
            let now = clock.now();
            surroundings.tell(Report { at: now, what: What::Wait { attempt: number, due_at: now + delay, delay } });
            surroundings.wait(delay).await
        }
    }
}

async fn attempt<S: Surroundings>(
    plan: &Plan,
    number: u32,
    scheduled: Duration,
    exchange: &Exchange,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<Outcome, S::Stopped> {
    let at = clock.now();
    let (outcome, latency) = exchange.post(&plan.request, plan.budget).await;
    let url = plan.request.url.to_string();
    let kept = Attempt {
        event: plan.event,
        url: url.clone(),
        purpose: plan.purpose,
        number,
        at,
        latency,
        outcome: outcome.clone(),
    };
    surroundings.keep(kept).await?;
    let told = AttemptReport {
        event: plan.event,
        url,
        attempt: number,
        of: plan.attempts(),
        scheduled,
        outcome: outcome.clone(),
        latency,
        budget: plan.budget,
    };
    surroundings.tell(Report { at, what: What::Attempt(told) });
    Ok(outcome)
}

fn verdict(plan: &Plan, ended: &Delivery) -> What {
    let url = plan.request.url.to_string();
    let attempts = ended.attempts;
    if ended.last.acknowledged() {
        What::Delivered { event: plan.event, url, attempts }
    } else {
        What::GaveUp { event: plan.event, url, attempts, of: plan.attempts() }
    }
}

#[cfg(test)]
mod tests;
