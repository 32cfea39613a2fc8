//! A rehearsal under way: step after step, the copies of a step at the same moment, and the judgement at its end.
//!
//! May know the store, the exchange and the screen. What happens to which event was decided before.

use super::state::{StateCommand, StateVerdict};
use super::tally::{PlayedFaults, RehearsalTally};
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
use crate::protocol::rehearsal::{RehearsalCopy, RehearsalStep};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::scenario::ScenarioScript;
use crate::protocol::schedule::RetryFrom;
use crate::session::request::{RequestTemplate, SigningStyle};
use crate::session::{self, delivery, errors};
use crate::store::Store;
use http::HeaderValue;
use jiff::Timestamp;
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
        let mut played = PlayedFaults::default();
        self.show_heading("dry run, nothing is sent: ", show)?;
        for (at, step) in self.script.plan.steps.iter().enumerate() {
            for shot in &step.shots {
                let fault = played.play(*shot);
                show.show_shot((at, step), (*shot, fault), &self.body(*shot), None)?;
            }
        }
        self.show_summary(None, &played, None, show)
    }

    /// What is delivered, and where to: people may have forgotten which listener they left running.
    fn show_heading(&self, before: &str, show: &RehearsalScreen<'_>) -> Result<(), Error> {
        if show.console.is_json() {
            return Ok(());
        }
        let events = phrases::format_quantity(self.script.bodies.len() as u64, "event", "events");
        let deliveries = phrases::format_quantity(self.planned(), "delivery", "deliveries");
        let line = format!("{before}{} in {} to {}", events.as_str(), deliveries.as_str(), self.url);
        Ok(show.console.write_line(&line)?)
    }

    /// Deliveries of the whole plan.
    fn planned(&self) -> u64 {
        self.script.plan.steps.iter().map(|step| step.shots.len() as u64).sum()
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

    /// `tally`: what the app did; nothing in a dry run.
    fn show_summary(
        &self,
        tally: Option<&RehearsalTally>,
        played: &PlayedFaults,
        verdict: Option<&StateVerdict>,
        show: &RehearsalScreen<'_>,
    ) -> Result<(), Error> {
        if show.console.is_json() {
            let nothing = RehearsalTally::default();
            return self.write_summary(tally.unwrap_or(&nothing), verdict, show.console);
        }
        let mut words: Vec<String> = tally.and_then(|tally| self.describe_interruption(tally)).into_iter().collect();
        // What was to come is not known to be missing.
        let dropped = if words.is_empty() { self.script.plan.dropped.len() } else { 0 };
        words.extend(tally.map(RehearsalTally::describe));
        words.extend(played.describe(dropped));
        if let Some(tally) = tally {
            let (missed, events) = (tally.unacknowledged(), tally.events());
            words.extend((missed > 0).then(|| format!("{missed} of {events} events were not acknowledged at all")));
            words.extend((tally.corrupted_accepted > 0).then(|| {
                let count = tally.corrupted_accepted;
                format!("{count} damaged deliveries were acknowledged: is the signature verified?")
            }));
        }
        words.extend(verdict.map(StateVerdict::describe));
        for words in &words {
            let line = StyledLine::new(&show.console.out).put(TextRole::Plain, Sanitised::text(words));
            show.console.write_lines(&[line])?;
        }
        // To be copied: in one piece, on a line of its own.
        let again = StyledLine::new(&show.console.out).put(TextRole::Plain, "again:");
        let line = StyledLine::new(&show.console.out).put(TextRole::Plain, Sanitised::text(&self.repeat)).whole();
        show.console.write_lines(&match again.width() + 1 + line.width() <= show.console.out.width {
            true => vec![again.add_gap(1).join(&line)],
            false => vec![again, line],
        })?;
        Ok(())
    }

    /// How far it came, where it did not come to its end.
    fn describe_interruption(&self, tally: &RehearsalTally) -> Option<String> {
        let deliveries = phrases::format_quantity(self.planned(), "delivery", "deliveries");
        (tally.sent < self.planned()).then(|| format!("interrupted after {} of {}", tally.sent, deliveries.as_str()))
    }

    fn write_summary(
        &self,
        tally: &RehearsalTally,
        verdict: Option<&StateVerdict>,
        console: &Console,
    ) -> Result<(), Error> {
        let ScenarioScript { bodies, plan } = &self.script;
        Ok(console.write_summary(&RehearsalSummary {
            url: self.url.as_str(),
            seed: self.seed,
            events: bodies.len(),
            planned: self.planned(),
            sent: tally.sent,
            dropped: &plan.dropped,
            duplicates: tally.copies,
            late: tally.late,
            corrupted: tally.corrupted,
            corrupted_accepted: tally.corrupted_accepted,
            corrupted_refused: tally.corrupted_refused,
            acknowledged: tally.acknowledged,
            failed: tally.failed(),
            failures: tally.failures(),
            unacknowledged: tally.unacknowledged(),
            order: &tally.order,
            repeat: &self.repeat,
            disabled_after: tally.disabled_after,
            state: verdict.map(StateVerdict::fields),
        })?)
    }
}

impl RehearsalScreen<'_> {
    /// One copy, sent or only planned.
    fn show_shot(
        &self,
        (at, step): (usize, &RehearsalStep),
        (shot, fault): (RehearsalCopy, &'static str),
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
        line = line.put(TextRole::Notable, Sanitised::text(&format!("{fault:<9}")));
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
    let (mut tally, mut faults) = (RehearsalTally::default(), PlayedFaults::default());
    rehearsal.show_heading("", show)?;
    let played = tokio::select! {
        played = run_with_state(rehearsal, judge, show, &store, (&mut tally, &mut faults)) => played.map(Ok),
        signal = stop.wait_for_stop() => Ok(Err(delivery::exit_for_signal(signal))),
    };
    store.close().await;
    match played? {
        Err(interrupted) => {
            rehearsal.show_summary(Some(&tally), &faults, None, show)?;
            Ok(interrupted)
        }
        Ok(verdict) => {
            rehearsal.show_summary(Some(&tally), &faults, verdict.as_ref(), show)?;
            let kept = verdict.is_none_or(|verdict| verdict.holds());
            let well = kept && tally.corrupted_accepted == 0 && tally.unacknowledged() == 0;
            Ok(if well { Exit::Done } else { Exit::No })
        }
    }
}

async fn run_with_state(
    rehearsal: &RehearsalRun,
    judge: Option<StateCommand>,
    show: &RehearsalScreen<'_>,
    store: &Store,
    (tally, faults): (&mut RehearsalTally, &mut PlayedFaults),
) -> Result<Option<StateVerdict>, Error> {
    let before = match &judge {
        Some(judge) => Some(judge.run_command(show.context).await?),
        None => None,
    };
    run_steps(rehearsal, show, store, (tally, faults)).await?;
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
    (tally, faults): (&mut RehearsalTally, &mut PlayedFaults),
) -> Result<(), Error> {
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
        // Nobody was there from the start: one error, and nothing to count.
        if let Some((_, _, (first, _))) = ended.first().filter(|_| tally.sent == 0)
            && ended.iter().all(|(_, _, (outcome, _))| outcome.is_unreachable())
        {
            return Err(errors::explain_unreachable_endpoint(first, &rehearsal.url));
        }
        for (shot, (_, began, (outcome, latency))) in step.shots.iter().zip(ended) {
            let outcome = rehearsal.rules().judge(outcome);
            if tally.count_bad(&outcome, rehearsal.rules()) {
                show.console.print_notice(&format!(
                    "ReferralHero would have switched the webhook off after delivery {}: ten bad answers in a row",
                    tally.sent + 1
                ));
            }
            tally.count(*shot, &outcome);
            let (body, fault) = (rehearsal.body(*shot), faults.play(*shot));
            show.show_shot((at, step), (*shot, fault), &body, Some((&outcome, latency)))?;
            record(rehearsal, store, body, (began, outcome, latency)).await?;
        }
    }
    Ok(())
}

async fn record(
    rehearsal: &RehearsalRun,
    store: &Store,
    body: RawBody,
    (at, outcome, latency): (Timestamp, AttemptOutcome, Duration),
) -> Result<(), Error> {
    let machine =
        |error: crate::protocol::arrival::ArrivalRecordError| Error::from_source(ErrorCategory::Machine, error);
    let facts = EventFacts::from_body(&body);
    let event = store.record_sent(body, &facts, at).await.map_err(machine)?;
    let (url, purpose) = (rehearsal.url.to_string(), DeliveryPurpose::Trigger);
    store.record_attempt(Attempt { event, url, purpose, number: 1, at, latency, outcome }).await.map_err(machine)
}
