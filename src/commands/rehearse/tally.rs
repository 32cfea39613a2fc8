//! What is played in a rehearsal and what the app did with it, counted apart: a fault that was played is none of the app's.

use crate::output::phrases::{describe_outcome, format_quantity};
use crate::output::records::NumberMap;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::referralhero::BAD_ANSWERS;
use crate::protocol::rehearsal::{CopyMode, RehearsalCopy};
use crate::protocol::rules::DeliveryRules;
use std::collections::{BTreeMap, BTreeSet};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct RehearsalTally {
    pub sent: u64,
    pub copies: u64,
    pub acknowledged: u64,
    pub late: u64,
    pub corrupted: u64,
    pub corrupted_accepted: u64,
    /// Damaged deliveries that were refused, as they should be.
    pub corrupted_refused: u64,
    pub order: Vec<usize>,
    /// Bad answers in a row.
    bad: u32,
    /// After which delivery the second service would have switched the webhook off.
    pub disabled_after: Option<u64>,
    /// Events of which an intact copy was sent.
    intact: BTreeSet<usize>,
    /// Events of which an intact copy was acknowledged.
    pub effects: BTreeSet<usize>,
    /// By the name in records: the words, and how often.
    failures: BTreeMap<String, (String, u64)>,
}

impl RehearsalTally {
    /// Counts bad answers in a row; whether the second service gives the endpoint up at this one.
    pub(super) fn count_bad(&mut self, outcome: &AttemptOutcome, rules: DeliveryRules) -> bool {
        self.bad = if outcome.is_acknowledged() { 0 } else { self.bad + 1 };
        let given_up = rules == DeliveryRules::Referralhero && self.bad == BAD_ANSWERS && self.disabled_after.is_none();
        if given_up {
            self.disabled_after = Some(self.sent + 1);
        }
        given_up
    }

    pub(super) fn count(&mut self, shot: RehearsalCopy, outcome: &AttemptOutcome) {
        let acknowledged = outcome.is_acknowledged();
        self.sent += 1;
        self.order.push(shot.event);
        self.acknowledged += u64::from(acknowledged);
        let is_corrupt = matches!(shot.how, CopyMode::Corrupt(_));
        let refused = is_corrupt && matches!(outcome.status(), Some(400..=499));
        self.corrupted_refused += u64::from(refused);
        if !acknowledged && !refused {
            let name = outcome.status().map_or_else(|| outcome.name().to_owned(), |status| status.to_string());
            let words = || (describe_outcome(outcome).as_str().to_owned(), 0);
            self.failures.entry(name).or_insert_with(words).1 += 1;
        }
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
        self.intact.insert(shot.event);
        if acknowledged {
            self.effects.insert(shot.event);
        }
    }

    /// Deliveries that should have been acknowledged, and were not.
    pub(super) fn failed(&self) -> u64 {
        self.failures.values().map(|(_, count)| count).sum()
    }

    /// The same by status or outcome.
    pub(super) fn failures(&self) -> NumberMap {
        NumberMap(self.failures.iter().map(|(name, (_, count))| (name.clone(), *count)).collect())
    }

    /// Events that were sent intact, as far as the rehearsal came, and never acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.intact.len() - self.effects.len()
    }

    /// Events of which an intact copy was sent.
    pub(super) fn events(&self) -> usize {
        self.intact.len()
    }

    /// What the app did: parts that add up to the deliveries.
    pub(super) fn describe(&self) -> String {
        let mut causes: Vec<_> = self.failures.values().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let causes: Vec<String> = match causes.as_slice() {
            [] => Vec::new(),
            [(words, _)] => vec![words.clone()],
            several => several.iter().map(|(words, count)| format!("{count} × {words}")).collect(),
        };
        let causes = if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) };
        let refused = match self.corrupted_refused {
            0 => String::new(),
            count => format!("{count} damaged and rightly refused, "),
        };
        format!(
            "{}: {} acknowledged, {refused}{} failed{causes}",
            format_quantity(self.sent, "delivery", "deliveries").as_str(),
            self.acknowledged,
            self.failed()
        )
    }
}

/// What is played, whatever the app does with it.
#[derive(Debug, Default)]
pub(super) struct PlayedFaults {
    seen: BTreeSet<usize>,
    repeats: u64,
    late: u64,
    corrupted: u64,
}

impl PlayedFaults {
    /// Takes in a copy, in the order of sending; what is played with it, in a word.
    pub(super) fn play(&mut self, shot: RehearsalCopy) -> &'static str {
        if let CopyMode::Corrupt(_) = shot.how {
            self.corrupted += 1;
            return "damaged";
        }
        let is_repeat = !self.seen.insert(shot.event);
        self.repeats += u64::from(is_repeat);
        match shot.how {
            CopyMode::Late => {
                self.late += 1;
                "as late"
            }
            _ if is_repeat => "repeat",
            _ => "",
        }
    }

    /// In one line, where anything was.
    pub(super) fn describe(&self, dropped: usize) -> Option<String> {
        let parts = [
            (self.repeats, "repeat", "repeats"),
            (self.late, "answer treated as late", "answers treated as late"),
            (self.corrupted, "delivery damaged", "deliveries damaged"),
            (dropped as u64, "event dropped", "events dropped"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<_> =
            parts.map(|(count, one, many)| format_quantity(count, one, many).as_str().to_owned()).collect();
        (!parts.is_empty()).then(|| format!("played: {}", parts.join(", ")))
    }
}
