//! A rehearsal under way: step after step, the copies of a step at the same moment, and the judgement at its end.
//!
//! May know the store, the exchange and the screen. What happens to which event was decided before.

use super::state::{StateCommand, StateVerdict};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, ErrorCategory, Exit};
use crate::exchange::HttpClient;
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::phrases;
use crate::output::records::{RehearsalRecord, RehearsalSummary};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::referralhero::BAD_ANSWERS;
use crate::protocol::rehearsal::{CopyMode, RehearsalCopy, RehearsalStep};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::scenario::ScenarioScript;
use crate::protocol::schedule::RetryFrom;
use crate::session::request::{RequestTemplate, SigningStyle};
use crate::session::{self, delivery};
use crate::store::Store;
use http::HeaderValue;
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

/// What is played, and where.
#[derive(Debug)]
pub(super) struct RehearsalRun {
    pub url: Url,
    /// Over these connections.
    pub exchange: HttpClient,
    pub template: RequestTemplate,
    /// Time that an attempt has.
    pub budget: Option<Duration>,
    /// What everything was decided from.
    pub seed: u64,
    /// Events and steps.
    pub script: ScenarioScript,
    /// The line that plays the same again.
    pub repeat: String,
}

/// Where it is shown.
pub(super) struct RehearsalScreen<'a> {
    /// Clock and environment.
    pub context: &'a Context,
    /// The streams.
    pub console: &'a Console,
}

/// What came of it.
#[derive(Debug, Default)]
struct RehearsalTally {
    sent: u64,
    copies: u64,
    acknowledged: u64,
    late: u64,
    corrupted: u64,
    corrupted_accepted: u64,
    order: Vec<usize>,
    /// Bad answers in a row.
    bad: u32,
    /// After which delivery the second service would have switched the webhook off.
    disabled_after: Option<u64>,
    /// Events of which an intact copy was acknowledged.
    effects: BTreeSet<usize>,
}

impl RehearsalTally {
    /// Counts bad answers in a row; whether the second service gives the endpoint up at this one.
    fn count_bad(&mut self, outcome: &AttemptOutcome, rules: DeliveryRules) -> bool {
        self.bad = if outcome.is_acknowledged() { 0 } else { self.bad + 1 };
        let given_up = rules == DeliveryRules::Referralhero && self.bad == BAD_ANSWERS && self.disabled_after.is_none();
        if given_up {
            self.disabled_after = Some(self.sent + 1);
        }
        given_up
    }

    fn count(&mut self, shot: RehearsalCopy, outcome: &AttemptOutcome) {
        let acknowledged = outcome.is_acknowledged();
        self.sent += 1;
        self.order.push(shot.event);
        self.acknowledged += u64::from(acknowledged);
        match shot.how {
            CopyMode::Corrupt(_) => {
                self.corrupted += 1;
                self.corrupted_accepted += u64::from(acknowledged);
                return;
            }
            CopyMode::Again => self.copies += 1,
            CopyMode::Late => self.late += 1,
            CopyMode::Plain => {}
        }
        if acknowledged {
            self.effects.insert(shot.event);
        }
    }

    /// Events that were sent intact and never acknowledged.
    fn unacknowledged(&self, rehearsal: &RehearsalRun) -> usize {
        rehearsal.script.bodies.len() - rehearsal.script.plan.dropped.len() - self.effects.len()
    }
}

impl RehearsalRun {
    /// By whose rules answers are judged.
    fn rules(&self) -> DeliveryRules {
        match self.template.style {
            SigningStyle::Referralhero(_) => DeliveryRules::Referralhero,
            SigningStyle::Referralloop => DeliveryRules::Referralloop(RetryFrom::Previous),
        }
    }

    /// Says what would be sent.
    pub(super) fn preview(&self, show: &RehearsalScreen<'_>) -> Result<(), Error> {
        for (at, step) in self.script.plan.steps.iter().enumerate() {
            for shot in &step.shots {
                show.show_shot(at, step, *shot, &self.body(*shot), None)?;
            }
        }
        self.show_summary(&RehearsalTally::default(), None, show)
    }

    fn body(&self, shot: RehearsalCopy) -> RawBody {
        let intact = self.script.bodies.get(shot.event).map(String::as_bytes).unwrap_or_default();
        RawBody::new(shot.how.apply(intact))
    }

    /// A request whose signature is that of the intact body, whatever was done to the copy.
    fn request(&self, shot: RehearsalCopy, body: RawBody) -> Result<OutgoingRequest, Error> {
        let mut headers = self.template.headers.clone();
        if let Some(key) = &self.template.key {
            let intact = self.script.bodies.get(shot.event).map(String::as_bytes).unwrap_or_default();
            let value = HeaderValue::from_str(&self.template.style.sign(key, intact))
                .map_err(|error| Error::from_source(ErrorCategory::Usage, error))?;
            headers.push((self.template.style.header().into(), value));
        }
        Ok(OutgoingRequest { url: self.url.clone(), headers, body })
    }

    fn show_summary(
        &self,
        tally: &RehearsalTally,
        verdict: Option<&StateVerdict>,
        show: &RehearsalScreen<'_>,
    ) -> Result<(), Error> {
        let ScenarioScript { bodies, plan } = &self.script;
        if show.console.is_json() {
            return Ok(show.console.write_summary(&RehearsalSummary {
                seed: self.seed,
                events: bodies.len(),
                sent: tally.sent,
                dropped: &plan.dropped,
                duplicates: tally.copies,
                late: tally.late,
                corrupted: tally.corrupted,
                corrupted_accepted: tally.corrupted_accepted,
                acknowledged: tally.acknowledged,
                unacknowledged: tally.unacknowledged(self),
                order: &tally.order,
                repeat: &self.repeat,
                disabled_after: tally.disabled_after,
                state: verdict.map(StateVerdict::fields),
            })?);
        }
        let mut words = vec![format!(
            "{} events, {} deliveries: {} acknowledged, {} dropped, {} duplicates, {} answered too late, {} corrupted",
            bodies.len(),
            tally.sent,
            tally.acknowledged,
            plan.dropped.len(),
            tally.copies,
            tally.late,
            tally.corrupted
        )];
        if tally.corrupted_accepted > 0 {
            words.push(format!(
                "{} corrupted deliveries were acknowledged: is the signature verified?",
                tally.corrupted_accepted
            ));
        }
        words.extend(verdict.map(StateVerdict::describe));
        words.push(format!("again: {}", self.repeat));
        words.iter().try_for_each(|words| show.console.write_line(words)).map_err(Error::from)
    }
}

impl RehearsalScreen<'_> {
    /// One copy, sent or only planned.
    fn show_shot(
        &self,
        at: usize,
        step: &RehearsalStep,
        shot: RehearsalCopy,
        body: &RawBody,
        ended: Option<(&AttemptOutcome, Duration)>,
    ) -> Result<(), Error> {
        let facts = EventFacts::from_body(body);
        let first = step.shots.first() == Some(&shot);
        let wait = if first { step.wait } else { Duration::ZERO };
        if self.console.is_json() {
            return Ok(self.console.write_record(&RehearsalRecord {
                step: at + 1,
                number: shot.event + 1,
                how: shot.how.name(),
                fingerprint: body.fingerprint(),
                wait_ms: wait.as_millis() as u64,
                together: step.shots.len() > 1,
                event_type: facts.event_type.as_deref(),
                outcome: ended.map(|(outcome, _)| outcome.name()),
                status: ended.and_then(|(outcome, _)| outcome.status()),
                latency_ms: ended.map(|(_, latency)| latency.as_millis() as u64),
            })?);
        }
        let style = &self.console.out;
        let kind = facts.event_type.unwrap_or_else(|| "(unreadable)".into());
        let sign = if step.shots.len() > 1 { "∥" } else { " " };
        let mut line = StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&format!("{:>4}{sign} ", at + 1)));
        line = line.put(TextRole::Plain, Sanitised::text(&format!("event {:<4} {kind:<25}", shot.event + 1)));
        line = line.put(
            TextRole::Notable,
            Sanitised::text(&format!("{:<8}", if shot.how == CopyMode::Plain { "" } else { shot.how.name() })),
        );
        if let Some((outcome, latency)) = ended {
            let ink = if outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
            line = line
                .put(ink, phrases::describe_outcome(outcome))
                .add_gap(3)
                .put(TextRole::Plain, phrases::format_duration(latency));
        }
        if !wait.is_zero() {
            line = line
                .add_gap(3)
                .put(TextRole::Faint, Sanitised::text(&format!("after {}", phrases::format_duration(wait).as_str())));
        }
        Ok(self.console.write_lines(&[line])?)
    }
}

/// Plays a rehearsal; `No` where an event was never acknowledged, damage was, or effects did not happen once.
pub(super) async fn run_rehearsal(
    rehearsal: &RehearsalRun,
    judge: Option<StateCommand>,
    show: &RehearsalScreen<'_>,
    settings: &ConfigSettings,
) -> Result<Exit, Error> {
    let stop = show.context.subscribe_stop()?;
    let store = session::open_store(show.context, settings)?;
    let mut tally = RehearsalTally::default();
    let played = tokio::select! {
        played = run_with_state(rehearsal, judge, show, &store, &mut tally) => played.map(Ok),
        signal = stop.wait_for_stop() => Ok(Err(delivery::exit_for_signal(signal))),
    };
    store.close().await;
    match played? {
        Err(interrupted) => {
            rehearsal.show_summary(&tally, None, show)?;
            Ok(interrupted)
        }
        Ok(verdict) => {
            rehearsal.show_summary(&tally, verdict.as_ref(), show)?;
            let kept = verdict.is_none_or(|verdict| verdict.holds());
            let well = kept && tally.corrupted_accepted == 0 && tally.unacknowledged(rehearsal) == 0;
            Ok(if well { Exit::Done } else { Exit::No })
        }
    }
}

async fn run_with_state(
    rehearsal: &RehearsalRun,
    judge: Option<StateCommand>,
    show: &RehearsalScreen<'_>,
    store: &Store,
    tally: &mut RehearsalTally,
) -> Result<Option<StateVerdict>, Error> {
    let before = match &judge {
        Some(judge) => Some(judge.run_command(show.context).await?),
        None => None,
    };
    run_steps(rehearsal, show, store, tally).await?;
    match (judge, before) {
        (Some(judge), Some(before)) => {
            let after = judge.run_command(show.context).await?;
            let events = i64::try_from(tally.effects.len()).unwrap_or(i64::MAX);
            Ok(Some(StateVerdict { before, after, expected: judge.expected.unwrap_or(events), events }))
        }
        _ => Ok(None),
    }
}

async fn run_steps(
    rehearsal: &RehearsalRun,
    show: &RehearsalScreen<'_>,
    store: &Store,
    tally: &mut RehearsalTally,
) -> Result<(), Error> {
    let machine =
        |error: crate::protocol::arrival::ArrivalRecordError| Error::from_source(ErrorCategory::Machine, error);
    for (at, step) in rehearsal.script.plan.steps.iter().enumerate() {
        show.context.clock.sleep(step.wait).await;
        let mut under_way = tokio::task::JoinSet::new();
        for (place, shot) in step.shots.iter().enumerate() {
            let request = rehearsal.request(*shot, rehearsal.body(*shot))?;
            let (exchange, budget, began) = (rehearsal.exchange.clone(), rehearsal.budget, show.context.clock.now());
            under_way.spawn(async move { (place, began, exchange.post(&request, budget).await) });
        }
        let mut ended = under_way.join_all().await;
        ended.sort_by_key(|(place, ..)| *place);
        for (shot, (_, began, (outcome, latency))) in step.shots.iter().zip(ended) {
            let body = rehearsal.body(*shot);
            let outcome = rehearsal.rules().judge(outcome);
            if tally.count_bad(&outcome, rehearsal.rules()) {
                show.console.print_notice(&format!(
                    "ReferralHero would have switched the webhook off after delivery {}: ten bad answers in a row",
                    tally.sent + 1
                ));
            }
            tally.count(*shot, &outcome);
            show.show_shot(at, step, *shot, &body, Some((&outcome, latency)))?;
            let event = store.record_sent(body.clone(), &EventFacts::from_body(&body), began).await.map_err(machine)?;
            let url = rehearsal.url.to_string();
            let attempt =
                Attempt { event, url, purpose: DeliveryPurpose::Trigger, number: 1, at: began, latency, outcome };
            store.record_attempt(attempt).await.map_err(machine)?;
        }
    }
    Ok(())
}
