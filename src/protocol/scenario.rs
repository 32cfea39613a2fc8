//! Scenarios: the events of a rehearsal, told step by step; four of our own, and the form in which users write theirs
//! (`docs/scenarios.md`).
//!
//! Pure. A scenario and a seed give the same bytes on every machine.

use super::edit::{PayloadEdit, PayloadEditError, apply_edits};
use super::event::EventType;
use super::rehearsal::{CopyMode, RehearsalCopy, RehearsalPlan, RehearsalStep};
use super::sample::{SampleOverrides, SampleSignup, SeededRng, seeded_time};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Names of the built-in scenarios.
pub(crate) const BUILT_IN: [&str; 4] = ["lifecycle", "referral-climb", "burst", "duplicate-storm"];

/// A scenario as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// From which ids, names and positions are made, unless `--seed` says otherwise.
    #[serde(default)]
    pub seed: Option<u64>,
    /// What is fixed about some sign-ups, by their key.
    #[serde(default)]
    pub signups: BTreeMap<String, ScenarioSignup>,
    /// What happens.
    pub steps: Vec<ScenarioStep>,
}

/// What is fixed about a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioSignup {
    /// Its e-mail address.
    pub email: Option<String>,
    pub name: Option<String>,
    /// The id of its waitlist.
    pub waitlist: Option<String>,
}

/// One step as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioStep {
    /// The event's name.
    pub event: String,
    /// Key of the sign-up that it is about.
    #[serde(default = "first")]
    pub signup: String,
    /// Fields to change, by their paths.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// How often the same bytes are delivered.
    #[serde(default = "once")]
    pub times: usize,
    /// Whether these go out at the same moment, together with those of the next step if that is marked so too.
    #[serde(default)]
    pub together: bool,
    /// Waited before it.
    #[serde(default)]
    pub wait: Option<String>,
    /// `drop`, `corrupt` or `late`.
    #[serde(default)]
    pub fault: Option<String>,
}

fn first() -> String {
    "1".into()
}

fn once() -> usize {
    1
}

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScenarioError {
    /// A step's field has a value that means nothing.
    #[error("step {step}: '{value}' is not a valid {what}")]
    Value {
        /// Which step, from 1.
        step: usize,
        /// What it should be.
        what: &'static str,
        value: String,
    },
    /// A field is changed that the event does not have, or to what it does not take.
    #[error("step {step}: {error}")]
    Edit {
        /// Which step, from 1.
        step: usize,
        error: PayloadEditError,
    },
    /// It sends nothing, or more than a rehearsal should.
    #[error("a scenario must make at least one delivery, and at most {MOST}")]
    Size,
}

/// Deliveries of a scenario at most.
const MOST: usize = 100_000;

/// The bodies of a rehearsal and what happens to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ScenarioScript {
    /// Each event's bytes.
    pub bodies: Vec<String>,
    /// What happens.
    pub plan: RehearsalPlan,
}

impl Scenario {
    /// A built-in scenario.
    pub(crate) fn built_in(name: &str) -> Option<Self> {
        let told = |event: &str, signup: String| ScenarioStep {
            event: event.into(),
            signup,
            set: BTreeMap::new(),
            times: 1,
            together: false,
            wait: None,
            fault: None,
        };
        let one = |event: &str| told(event, first());
        let steps = match name {
            "lifecycle" => ["created", "position_changed", "position_changed", "deleted"].map(one).to_vec(),
            "referral-climb" => std::iter::once("created").chain(["position_changed"; 8]).map(one).collect(),
            "burst" => (0..100).map(|n| ScenarioStep { together: true, ..told("created", n.to_string()) }).collect(),
            "duplicate-storm" => (0..10)
                .flat_map(|n| {
                    let step = told("created", n.to_string());
                    let fault = Some("late".to_owned()).filter(|_| n % 3 == 0);
                    [
                        ScenarioStep { fault, ..step.clone() },
                        ScenarioStep { times: 3, together: true, ..step.clone() },
                        step,
                    ]
                })
                .collect(),
            _ => return None,
        };
        Some(Self { name: Some(name.to_owned()), seed: None, signups: BTreeMap::new(), steps })
    }

    /// Fabricates the events and decides the steps. The same event of the same sign-up with the same changes, told
    /// twice in a row of the sign-up's events, is the same bytes again: a duplicate.
    ///
    /// # Errors
    /// A step says something that means nothing.
    pub(crate) fn build_script(&self, seed: u64) -> Result<ScenarioScript, ScenarioError> {
        let mut stage = ScenarioScriptBuilder {
            seed,
            now: seeded_time(seed),
            people: HashMap::new(),
            script: ScenarioScript::default(),
        };
        let sent: usize = self.steps.iter().map(|told| told.times).fold(0, usize::saturating_add);
        if sent == 0 || sent > MOST {
            return Err(ScenarioError::Size);
        }
        let mut joined = false;
        for (at, told) in self.steps.iter().enumerate() {
            let (step, dropped) = stage.step(self, at + 1, told)?;
            stage.script.plan.dropped.extend(dropped);
            joined = stage.enter(step, told, joined);
        }
        Ok(stage.script)
    }
}

/// A sign-up in a scenario, with its last event.
struct ScenarioSignupState {
    signup: SampleSignup,
    position: i64,
    last: Option<(EventType, BTreeMap<String, Value>, usize)>,
    dice: SeededRng,
}

struct ScenarioScriptBuilder {
    seed: u64,
    now: Timestamp,
    people: HashMap<String, ScenarioSignupState>,
    script: ScenarioScript,
}

impl ScenarioScriptBuilder {
    /// The copies of one step, and the event that it drops.
    fn step(
        &mut self,
        scenario: &Scenario,
        at: usize,
        told: &ScenarioStep,
    ) -> Result<(RehearsalStep, Option<usize>), ScenarioError> {
        let wrong = |what, value: &str| ScenarioError::Value { step: at, what, value: value.to_owned() };
        let event: EventType = told.event.parse().map_err(|_| wrong("event", &told.event))?;
        let wait = match &told.wait {
            None => Duration::ZERO,
            Some(text) => humantime::parse_duration(text).map_err(|_| wrong("duration", text))?,
        };
        let number = self.event(scenario, at, event, told)?;
        let how = match told.fault.as_deref() {
            None => CopyMode::Plain,
            Some("drop") => return Ok((RehearsalStep { wait, shots: Vec::new() }, Some(number))),
            Some("late") => CopyMode::Late,
            Some("corrupt") => {
                CopyMode::Corrupt(SeededRng::for_stream(self.seed, u64::MAX - at as u64).below(u64::MAX))
            }
            Some(other) => return Err(wrong("fault: write drop, corrupt or late", other)),
        };
        let again = (1..told.times).map(|_| RehearsalCopy { event: number, how: CopyMode::Again });
        Ok((
            RehearsalStep { wait, shots: std::iter::once(RehearsalCopy { event: number, how }).chain(again).collect() },
            None,
        ))
    }

    /// Puts a step behind the others, or beside the one before where both are marked so. Whether the next may join.
    fn enter(&mut self, step: RehearsalStep, told: &ScenarioStep, joined: bool) -> bool {
        let steps = &mut self.script.plan.steps;
        match steps.last_mut().filter(|_| joined && told.together && step.wait.is_zero()) {
            Some(before) => before.shots.extend(step.shots),
            None if told.together => steps.push(step),
            None => {
                let mut wait = step.wait;
                for shot in step.shots {
                    let alone =
                        RehearsalStep { wait: std::mem::take(&mut wait), ..RehearsalStep::one(shot.event, shot.how) };
                    steps.push(alone);
                }
            }
        }
        told.together
    }

    fn event(
        &mut self,
        scenario: &Scenario,
        at: usize,
        event: EventType,
        told: &ScenarioStep,
    ) -> Result<usize, ScenarioError> {
        let (seed, number) = (self.seed, self.people.len() as u64);
        let now = self.now;
        let life = self.people.entry(told.signup.clone()).or_insert_with(|| {
            let person = scenario.signups.get(&told.signup).cloned().unwrap_or_default();
            let given = SampleOverrides { waitlist: person.waitlist, email: person.email, name: person.name };
            let mut dice = SeededRng::for_stream(seed, number);
            let signup = SampleSignup::generate(&mut dice, now, &given);
            ScenarioSignupState { position: signup.position, signup, last: None, dice }
        });
        if let Some((last, set, number)) = &life.last {
            // A sign-up moves as often as it likes, but is made once and removed once.
            if *last == event && *set == told.set && event != EventType::SignupPositionChanged {
                return Ok(*number);
            }
        }
        self.now = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(now);
        let mut payload = life.payload(event, self.now);
        let edits: Vec<PayloadEdit> = told
            .set
            .iter()
            .map(|(path, value)| PayloadEdit::SetJson { path: path.clone(), value: value.clone() })
            .collect();
        apply_edits(&mut payload, event, &edits, false).map_err(|error| ScenarioError::Edit { step: at, error })?;
        self.script.bodies.push(payload.to_string());
        let number = self.script.bodies.len() - 1;
        life.last = Some((event, told.set.clone(), number));
        Ok(number)
    }
}

impl ScenarioSignupState {
    fn payload(&mut self, event: EventType, now: Timestamp) -> Value {
        match event {
            EventType::SignupCreated => self.signup.build_created(),
            EventType::SignupDeleted => self.signup.build_deleted(now),
            EventType::SignupPositionChanged => {
                let from = self.position;
                // Mostly up, as referrals have it; from the front there is only down.
                let up = from > 1 && self.dice.chance(0.8);
                self.position = if up { self.dice.between(1, from - 1) } else { from + self.dice.between(1, 50) };
                self.signup.build_moved(from, self.position, now)
            }
        }
    }
}
