//! What a test run expects of the events that come in: `created`, `created=2`, `created>=2`, `deleted=0`, and whether
//! what came so far meets it.
//!
//! Pure: the caller says what arrived and asks how things stand. Whether an arrival counts at all (its signature, a
//! filter, a repeat) is the caller's decision.

use super::event::{EventSelection, EventType};
use std::fmt;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// One expectation: so many events of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The event's name as the user wrote it.
    name: String,
    /// Which events count.
    events: EventSelection,
    /// How many there must be.
    pub bound: ExpectedCount,
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedCount {
    /// This many or more.
    AtLeast(u64),
    /// Neither more nor fewer.
    Exactly(u64),
    /// This many or fewer.
    AtMost(u64),
}

impl ExpectedCount {
    /// Fewer than this are not enough.
    pub fn least(self) -> u64 {
        match self {
            Self::AtLeast(n) | Self::Exactly(n) => n,
            Self::AtMost(_) => 0,
        }
    }

    /// More than this are too many.
    pub fn most(self) -> Option<u64> {
        match self {
            Self::AtLeast(_) => None,
            Self::Exactly(n) | Self::AtMost(n) => Some(n),
        }
    }

    fn holds(self, count: u64) -> bool {
        count >= self.least() && self.most().is_none_or(|most| count <= most)
    }
}

impl fmt::Display for ExpectedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(n) => write!(f, "at least {n}"),
            Self::Exactly(0) => f.write_str("none"),
            Self::Exactly(n) => write!(f, "exactly {n}"),
            Self::AtMost(n) => write!(f, "at most {n}"),
        }
    }
}

impl Expectation {
    /// The expectation that no such event comes.
    pub fn none(name: &str) -> Result<Self, String> {
        Self::of(name, ExpectedCount::Exactly(0))
    }

    fn of(name: &str, bound: ExpectedCount) -> Result<Self, String> {
        if name.contains(',') {
            return Err("name one event at a time: created deleted".into());
        }
        let events = name.parse::<EventSelection>().map_err(|error| error.to_string())?;
        Ok(Self { name: name.to_owned(), events, bound })
    }

    /// Whether an event of this name counts.
    pub fn matches(&self, event_type: Option<&str>) -> bool {
        self.events.matches(event_type)
    }

    /// Whether both are about one and the same event.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        self.events == other.events
    }

    /// The one event that this is about, where it is about one.
    pub fn event(&self) -> Option<EventType> {
        match self.events.events().as_slice() {
            [event] => Some(*event),
            _ => None,
        }
    }
}

impl FromStr for Expectation {
    type Err = String;

    /// `created`, `created=2`, `created>=2`, `created<=2`, and `created=2+`, which no shell takes for a redirection.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some(at) = text.find(['=', '<', '>']) else { return Self::of(text, ExpectedCount::AtLeast(1)) };
        let (name, rest) = text.split_at(at);
        let number = |digits: &str| match digits.parse::<u64>() {
            Ok(number) => Ok(number),
            Err(_) => Err(format!("{digits:?} is not a number; write {name}, {name}=2, {name}=2+ or '{name}>=2'")),
        };
        let bound = if let Some(digits) = rest.strip_prefix(">=") {
            ExpectedCount::AtLeast(number(digits)?)
        } else if let Some(digits) = rest.strip_prefix("<=") {
            ExpectedCount::AtMost(number(digits)?)
        } else if let Some(digits) = rest.strip_prefix('=') {
            match digits.strip_suffix('+') {
                Some(digits) => ExpectedCount::AtLeast(number(digits)?),
                None => ExpectedCount::Exactly(number(digits)?),
            }
        } else {
            return Err(format!("write {name}=2, {name}=2+ or '{name}>=2'"));
        };
        Self::of(name, bound)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bound {
            ExpectedCount::AtLeast(1) => f.write_str(&self.name),
            ExpectedCount::AtLeast(n) => write!(f, "{}>={n}", self.name),
            ExpectedCount::Exactly(n) => write!(f, "{}={n}", self.name),
            ExpectedCount::AtMost(n) => write!(f, "{}<={n}", self.name),
        }
    }
}

/// How things stand with all expectations together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectationStanding {
    /// All are met, and nothing that may still come could change that.
    Settled,
    /// All are met; one event too many could still break them.
    Met,
    /// Something is missing and may still come.
    Open,
    /// More came than may, which nothing can mend.
    Broken,
}

/// Counts events against expectations.
#[derive(Debug, Clone)]
pub(crate) struct ExpectationCounter {
    expectations: Vec<Expectation>,
    counts: Vec<u64>,
    /// Where the order of the list matters: the expectation that is waited for, and how many it has had in its turn.
    turn: Option<(usize, u64)>,
}

impl ExpectationCounter {
    /// Nothing has come yet. `in_order`: each expectation's events must follow those of the one before it in the list.
    pub(crate) fn new(expectations: Vec<Expectation>, in_order: bool) -> Self {
        let counts = vec![0; expectations.len()];
        let mut count = Self { expectations, counts, turn: in_order.then_some((0, 0)) };
        count.pass_on();
        count
    }

    /// Takes an event that counts. Whether any expectation is about it.
    pub(crate) fn count_event(&mut self, event_type: Option<&str>) -> bool {
        let mut expected = false;
        for (expectation, count) in self.expectations.iter().zip(&mut self.counts) {
            if expectation.matches(event_type) {
                *count += 1;
                expected = true;
            }
        }
        if let Some((at, had)) = &mut self.turn
            && self.expectations.get(*at).is_some_and(|expectation| expectation.matches(event_type))
        {
            *had += 1;
        }
        self.pass_on();
        expected
    }

    /// Gives the turn to the first expectation that has not had what it needs.
    fn pass_on(&mut self) {
        while let Some((at, had)) = self.turn
            && self.expectations.get(at).is_some_and(|expectation| had >= expectation.bound.least())
        {
            self.turn = Some((at + 1, 0));
        }
    }

    /// How things stand.
    pub(crate) fn standing(&self) -> ExpectationStanding {
        let mut pairs = self.expectations.iter().zip(&self.counts);
        if pairs.clone().any(|(expectation, count)| expectation.bound.most().is_some_and(|most| *count > most)) {
            return ExpectationStanding::Broken;
        }
        let bounded = self.expectations.iter().any(|expectation| expectation.bound.most().is_some());
        match pairs.all(|(expectation, count)| expectation.bound.holds(*count)) && self.out_of_turn().is_none() {
            false => ExpectationStanding::Open,
            true if bounded => ExpectationStanding::Met,
            true => ExpectationStanding::Settled,
        }
    }

    /// The expectation whose events came in sum, but not in their turn.
    fn out_of_turn(&self) -> Option<usize> {
        self.turn.map(|(at, _)| at).filter(|at| *at < self.expectations.len())
    }

    /// Each expectation, how many came, and whether that is right.
    pub(crate) fn results(&self) -> impl Iterator<Item = ExpectationTally<'_>> {
        self.expectations.iter().zip(&self.counts).enumerate().map(|(at, (expectation, &count))| {
            let verdict = match expectation.bound {
                bound if bound.most().is_some_and(|most| count > most) => ExpectationVerdict::TooMany,
                bound if count < bound.least() => ExpectationVerdict::TooFew,
                _ if self.out_of_turn() == Some(at) => ExpectationVerdict::OutOfOrder,
                _ => ExpectationVerdict::Met,
            };
            ExpectationTally { expectation, count, verdict }
        })
    }
}

/// What became of one expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectationTally<'a> {
    /// The expectation.
    pub expectation: &'a Expectation,
    /// How many came.
    pub count: u64,
    /// Whether that is right.
    pub verdict: ExpectationVerdict,
}

/// What became of one expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectationVerdict {
    /// As many as should.
    Met,
    /// Fewer than should.
    TooFew,
    /// More than may.
    TooMany,
    /// As many as should, but not after those of the expectation before.
    OutOfOrder,
}

/// An expectation at the end of the run, as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationReport {
    /// The expectation as it could be typed: `created=2`.
    pub expected: String,
    /// How many of these there had to be.
    pub bound: ExpectedCount,
    /// How many came.
    pub count: u64,
    /// Whether that is right.
    pub verdict: ExpectationVerdict,
}

impl From<ExpectationTally<'_>> for ExpectationReport {
    fn from(tally: ExpectationTally<'_>) -> Self {
        let ExpectationTally { expectation, count, verdict } = tally;
        Self { expected: expectation.to_string(), bound: expectation.bound, count, verdict }
    }
}

/// Why something that came in did not count, nearest miss first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectationMiss {
    /// The filter did not hold.
    Filtered,
    /// It repeats an event that had come before.
    Repeated,
    /// It had no signature.
    Unsigned,
    /// Its signature did not hold.
    BadSignature,
    /// It counted, but it was not its turn or there were enough already.
    Counted,
    /// Nobody asked for such an event.
    NotExpected,
}

impl ExpectationMiss {
    /// Why, as the end of a sentence that begins with "not counted:".
    pub fn explain(self) -> &'static str {
        match self {
            Self::Filtered => "it does not match --where",
            Self::Repeated => "it repeats an event that came before; --count-arrivals counts repeats",
            Self::Unsigned => "it is not signed; --allow-unsigned counts it",
            Self::BadSignature => "its signature is invalid",
            Self::Counted => "it was counted",
            Self::NotExpected => "no expectation is about this event",
        }
    }
}
