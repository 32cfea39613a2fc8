//! The delivery engine: one event to one URL, attempt after attempt over the retry schedule, until it is acknowledged
//! or the schedule ends.
//!
//! Knows the schedule and makes attempts; tells each step through a callback and never prints or stores by itself.
//! Time is handed in, so that a test runs the whole of eighty-one minutes in no time.

use crate::clock::Clock;
use crate::exchange::HttpClient;
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose, OutgoingRequest};
use crate::protocol::report::{AttemptReport, Report, ReportKind};
use crate::protocol::rules::DeliveryRules;
use std::time::Duration;

pub(crate) mod load;

/// How the waits between attempts pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DeliveryPace {
    /// This many times as fast as documented; 1 is real time.
    Times(f64),
    /// Not at all: the next attempt follows at once.
    Instant,
    /// Until the user says so.
    Step,
}

/// What to deliver, and how patiently.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryPlan {
    /// The request, the same bytes for each attempt.
    pub request: OutgoingRequest,
    /// The target, as it is shown and recorded; a request may carry more than it.
    pub label: String,
    /// Number of the event within its store.
    pub event: u64,
    /// Why it is delivered.
    pub purpose: DeliveryPurpose,
    /// By whose rules.
    pub rules: DeliveryRules,
    /// How the waits pass.
    pub pace: DeliveryPace,
    /// Whether to retry at all.
    pub retry: bool,
    /// Time an attempt has; never scaled. `None` for no limit.
    pub budget: Option<Duration>,
    /// Whether a refused connection ends the delivery at once: where nothing ever listened, waiting helps nobody.
    pub stops_when_refused: bool,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryResult {
    /// Attempts made.
    pub attempts: u32,
    /// How the last one ended.
    pub last: AttemptOutcome,
}

/// What the engine needs from outside while it runs.
pub(crate) trait DeliveryContext {
    /// Why the outside may end a delivery early.
    type Stopped;

    /// Something happened.
    fn emit_report(&mut self, report: Report);

    /// An attempt ended: keep it before the next thing happens.
    fn store_attempt(&mut self, attempt: Attempt) -> impl Future<Output = Result<(), Self::Stopped>>;

    /// Wait this long, and show it.
    fn wait_for_retry(&mut self, delay: Duration) -> impl Future<Output = Result<(), Self::Stopped>>;

    /// Wait until the user wants the next attempt.
    fn wait_for_step(&mut self, attempt: u32) -> impl Future<Output = Result<(), Self::Stopped>>;
}

impl DeliveryPlan {
    /// Attempts that may be made.
    pub(crate) fn max_attempts(&self) -> u32 {
        if self.retry { self.rules.schedule().len() as u32 } else { 1 }
    }

    fn scaled(&self, scheduled: Duration) -> Duration {
        match self.pace {
            DeliveryPace::Times(factor) => scheduled.div_f64(factor),
            DeliveryPace::Instant | DeliveryPace::Step => Duration::ZERO,
        }
    }
}

/// Delivers. An attempt is due at the previous (or first) attempt's scheduled start plus the documented delay, and
/// never begins before the previous one ended.
pub(crate) async fn deliver_event<S: DeliveryContext>(
    plan: &DeliveryPlan,
    exchange: &HttpClient,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<DeliveryResult, S::Stopped> {
    let began = clock.monotonic();
    let mut ended = DeliveryResult { attempts: 0, last: AttemptOutcome::Failed("no attempt was made".into()) };
    for (number, scheduled) in (1..=plan.max_attempts()).zip(plan.rules.schedule()) {
        if number > 1 {
            wait_before_attempt(plan, began, number, scheduled, clock, surroundings).await?;
        }
        let outcome = make_attempt(plan, number, scheduled, exchange, clock, surroundings).await?;
        ended = DeliveryResult { attempts: number, last: outcome };
        let hopeless = plan.stops_when_refused && ended.last == AttemptOutcome::Refused;
        if ended.last.is_acknowledged() || hopeless {
            break;
        }
    }
    surroundings.emit_report(Report { at: clock.now(), what: describe_result(plan, &ended) });
    Ok(ended)
}

async fn wait_before_attempt<S: DeliveryContext>(
    plan: &DeliveryPlan,
    began: Duration,
    number: u32,
    scheduled: Duration,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<(), S::Stopped> {
    match plan.pace {
        DeliveryPace::Instant => Ok(()),
        DeliveryPace::Step => surroundings.wait_for_step(number).await,
        DeliveryPace::Times(_) => {
            let delay = (began + plan.scaled(scheduled)).saturating_sub(clock.monotonic());
            let now = clock.now();
            surroundings.emit_report(Report {
                at: now,
                what: ReportKind::Wait { attempt: number, target: None, due_at: now + delay, delay },
            });
            surroundings.wait_for_retry(delay).await
        }
    }
}

async fn make_attempt<S: DeliveryContext>(
    plan: &DeliveryPlan,
    number: u32,
    scheduled: Duration,
    exchange: &HttpClient,
    clock: &dyn Clock,
    surroundings: &mut S,
) -> Result<AttemptOutcome, S::Stopped> {
    let at = clock.now();
    let (outcome, latency) = exchange.post(&plan.request, plan.budget).await;
    let outcome = plan.rules.judge(outcome);
    let (event, purpose, url) = (plan.event, plan.purpose, plan.label.clone());
    let attempt = Attempt { event, url, purpose, number, at, latency, outcome: outcome.clone() };
    surroundings.store_attempt(attempt.clone()).await?;
    let signed = plan.request.is_signed();
    let told = AttemptReport { attempt, of: plan.max_attempts(), scheduled, budget: plan.budget, signed, target: None };
    surroundings.emit_report(Report { at, what: ReportKind::Attempt(told) });
    Ok(outcome)
}

fn describe_result(plan: &DeliveryPlan, ended: &DeliveryResult) -> ReportKind {
    let url = plan.label.clone();
    let attempts = ended.attempts;
    if ended.last.is_acknowledged() {
        ReportKind::Delivered { event: plan.event, url, attempts }
    } else {
        ReportKind::GaveUp { event: plan.event, url, attempts, of: plan.max_attempts() }
    }
}

#[cfg(test)]
mod tests;
