//! Rehearsals: what production does to deliveries, decided beforehand from a seed. Duplicates, loss, disorder, delay,
//! damage, and answers that come too late.
//!
//! Pure: the same faults, number of events and seed give the same plan. Which event suffers what depends on the seed
//! and its own number alone, so that a longer run begins like a shorter one.

use super::sample::SeededRng;
use std::str::FromStr;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// How likely each fault is, per event.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FaultRates {
    /// Delivered once more, later.
    pub duplicate: f64,
    /// Delivered twice at the same moment.
    pub together: f64,
    /// Never delivered.
    pub drop: f64,
    /// How many places an event may come too late.
    pub reorder: u64,
    /// Held back for a time between these two.
    pub delay: Option<(Duration, Duration)>,
    /// One bit of the body turned over, under the signature of the intact one; the intact one follows.
    pub corrupt: f64,
    /// Processed, but answered too late, so it comes again.
    pub late: f64,
}

/// Why a list of faults is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a fault: write duplicate=0.2, together=0.1, drop=0.1, reorder=5, delay=50ms..2s, corrupt=0.01 or \
    late=0.1, separated by commas"
)]
pub(crate) struct FaultRatesError(pub String);

impl FromStr for FaultRates {
    type Err = FaultRatesError;

    fn from_str(text: &str) -> Result<Self, FaultRatesError> {
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim) {
            let wrong = || FaultRatesError(item.to_owned());
            // A name alone takes what is met in practice.
            let (name, value) = item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
            let share = |usual: f64| match value.map(str::parse::<f64>) {
                None => Ok(usual),
                Some(Ok(share)) if (0.0..=1.0).contains(&share) => Ok(share),
                Some(_) => Err(wrong()),
            };
            match name {
                "duplicate" => faults.duplicate = share(0.2)?,
                "together" => faults.together = share(0.1)?,
                "drop" => faults.drop = share(0.1)?,
                "corrupt" => faults.corrupt = share(0.05)?,
                "late" => faults.late = share(0.1)?,
                "reorder" => faults.reorder = value.map_or(Ok(5), |value| value.parse().map_err(|_| wrong()))?,
                "delay" => faults.delay = Some(span(value.unwrap_or("50ms..500ms")).ok_or_else(wrong)?),
                _ => return Err(wrong()),
            }
        }
        if faults.reorder > 10_000 { Err(FaultRatesError(format!("reorder={}", faults.reorder))) } else { Ok(faults) }
    }
}

/// Reads `50ms..2s`, or one duration that is always waited.
fn span(text: &str) -> Option<(Duration, Duration)> {
    let read = |text: &str| humantime::parse_duration(text.trim()).ok();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (read(from)?, read(to)?);
    (from <= to && to <= Duration::from_secs(3600)).then_some((from, to))
}

/// What is done to one copy of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyMode {
    /// Sent as it is.
    Plain,
    /// The same bytes once more.
    Again,
    /// Sent as it is; the answer counts as too late, however quick it was.
    Late,
    /// This bit of the body is turned over: counted from the first byte's lowest one, modulo the length.
    Corrupt(u64),
}

impl CopyMode {
    /// Its name in records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Again => "again",
            Self::Late => "late",
            Self::Corrupt(_) => "corrupt",
        }
    }

    /// The bytes that are sent.
    pub(crate) fn apply(self, body: &[u8]) -> Vec<u8> {
        let mut bytes = body.to_vec();
        if let (Self::Corrupt(bit), false) = (self, bytes.is_empty()) {
            let bit = bit % (bytes.len() as u64 * 8);
            bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
        }
        bytes
    }
}

/// One copy of an event on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RehearsalCopy {
    /// Number of the event in the rehearsal, from 0.
    pub event: usize,
    /// What is done to it.
    pub how: CopyMode,
}

/// What happens next, after the step before has been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RehearsalStep {
    /// Waited first.
    pub wait: Duration,
    /// Sent at the same moment.
    pub shots: Vec<RehearsalCopy>,
}

impl RehearsalStep {
    pub(crate) fn one(event: usize, how: CopyMode) -> Self {
        Self { wait: Duration::ZERO, shots: vec![RehearsalCopy { event, how }] }
    }
}

/// A rehearsal, decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RehearsalPlan {
    /// The steps in their order.
    pub steps: Vec<RehearsalStep>,
    /// Events that are never sent.
    pub dropped: Vec<usize>,
}

/// Keeps the rolls for faults apart from those for payloads.
const FAULTS: u64 = 1 << 62;

/// Decides what happens to so many events.
pub(crate) fn plan_rehearsal(count: usize, faults: &FaultRates, seed: u64) -> RehearsalPlan {
    let mut placed: Vec<(u64, RehearsalStep)> = Vec::with_capacity(count);
    let mut dropped = Vec::new();
    for event in 0..count {
        let mut dice = SeededRng::for_stream(seed, FAULTS + event as u64);
        // Every roll is made, met or not, so that one fault's share does not move another's.
        let place = |dice: &mut SeededRng| event as u64 + dice.below(faults.reorder + 1);
        let at = place(&mut dice);
        let [drop, corrupt, late, together, duplicate] =
            [faults.drop, faults.corrupt, faults.late, faults.together, faults.duplicate]
                .map(|share| dice.chance(share));
        let (bit, again) = (dice.below(u64::MAX), 1 + place(&mut dice));
        let part = dice.fraction();
        let wait = faults.delay.map_or(Duration::ZERO, |(from, to)| from + (to - from).mul_f64(part));
        if drop {
            dropped.push(event);
            continue;
        }
        let first = placed.len();
        if corrupt {
            placed.push((at, RehearsalStep::one(event, CopyMode::Corrupt(bit))));
        }
        let how = if late { CopyMode::Late } else { CopyMode::Plain };
        let mut step = RehearsalStep::one(event, how);
        if together {
            step.shots.push(RehearsalCopy { event, how: CopyMode::Again });
        }
        placed.push((at, step));
        placed[first].1.wait = wait;
        if late {
            placed.push((at, RehearsalStep::one(event, CopyMode::Again)));
        }
        if duplicate {
            placed.push((again, RehearsalStep::one(event, CopyMode::Again)));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    RehearsalPlan { steps: placed.into_iter().map(|(_, step)| step).collect(), dropped }
}
