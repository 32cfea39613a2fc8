//! Events arrive twice: the documentation's chapter, item by item. Several subscriptions for one event, an app that is
//! slower than the service waits, and repeats that came in.

use super::super::finding::{SetupCheck, SetupFinding};
use super::history::{DAYS, RecentHistory};
use crate::output::phrases;
use crate::protocol::attempt::{Attempt, AttemptOutcome};
use crate::protocol::check::CheckSeverity;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::store::JournalEntry;
use std::collections::BTreeMap;

const SEVERAL: SetupCheck = SetupCheck {
    id: "duplicates.several",
    severity: CheckSeverity::Medium,
    title: "each event has one subscription",
    why: "with several, every event arrives several times",
};
const SLOW: SetupCheck = SetupCheck {
    id: "duplicates.slow",
    severity: CheckSeverity::Medium,
    title: "the app answers within 5 s",
    why: "the service sends again what was not answered in time, although the app may have handled it",
};
const REPEATS: SetupCheck = SetupCheck {
    id: "duplicates.repeats",
    severity: CheckSeverity::Low,
    title: "no event came in again",
    why: "a handler that is not idempotent does its work twice",
};

/// Lines of the journal that deliver the same events: those for all waitlists meet those for one.
pub(super) fn check_several(history: &RecentHistory) -> SetupFinding {
    let mut by_event: BTreeMap<(&str, &str), Vec<&JournalEntry>> = BTreeMap::new();
    for entry in &history.subscriptions {
        by_event.entry((&entry.api, &entry.event)).or_default().push(entry);
    }
    let meets = |one: &JournalEntry, other: &JournalEntry| {
        one.number != other.number
            && (one.waitlist == other.waitlist || one.waitlist.is_none() || other.waitlist.is_none())
    };
    let (mut seen, mut ids) = (Vec::new(), Vec::new());
    for ((_, event), entries) in by_event {
        let doubled: Vec<_> = entries.iter().filter(|entry| entries.iter().any(|other| meets(entry, other))).collect();
        if let [first, others @ ..] = doubled.as_slice() {
            seen.push(format!("{} for {event}", others.len() + 1));
            let same = others.iter().filter(|other| other.url == first.url);
            ids.extend(same.filter_map(|entry| entry.id.as_deref()));
        }
    }
    match (seen.is_empty(), ids.is_empty()) {
        (true, _) if history.subscriptions.is_empty() => SEVERAL.skipped("the journal has no subscription"),
        (true, _) => SEVERAL.passed("no event has more than one subscription"),
        (_, false) => SEVERAL.failed(
            seen.join(", "),
            format!("end those that are too many: referralloop unsubscribe {}", ids.join(" ")),
        ),
        _ => SEVERAL.failed(
            seen.join(", ") + ", to different URLs",
            "end those that nobody needs: referralloop subscriptions, referralloop unsubscribe ID",
        ),
    }
}

/// Whether an attempt took longer than the service waits.
fn is_late(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, AttemptOutcome::TimedOut(_)) || attempt.latency > ATTEMPT_BUDGET
}

pub(super) fn check_slow(history: &RecentHistory) -> SetupFinding {
    let count = history.attempts.len() as u64;
    let late: Vec<&Attempt> = history.attempts.iter().filter(|attempt| is_late(attempt)).collect();
    match late.first() {
        _ if count == 0 => SLOW.skipped("the history has no attempt to deliver to an app"),
        None => {
            let attempts = phrases::format_quantity(count, "attempt", "attempts");
            SLOW.passed(format!("none of {} took longer than 5 s", attempts.as_str()))
        }
        Some(newest) => SLOW.failed(
            format!("{} of {count} attempts had no answer in time (5 s), #{} the last one", late.len(), newest.event),
            "answer 2xx first and do the work afterwards",
        ),
    }
}

pub(super) fn check_repeats(history: &RecentHistory) -> SetupFinding {
    let repeats = &history.repeats;
    let Some(newest) = repeats.newest else { return REPEATS.passed(format!("none in {DAYS} days")) };
    let same = phrases::format_quantity(repeats.same, "arrival", "arrivals");
    let seen = match repeats.retimed {
        0 => format!("{} in {DAYS} days with the bytes of an earlier one, #{newest} the last", same.as_str()),
        retimed => format!(
            "{} in {DAYS} days with the bytes of an earlier one, {retimed} but for the timestamp, #{newest} the last",
            same.as_str()
        ),
    };
    REPEATS.failed_with(
        seen,
        vec![
            format!("see how long after the first they came: referralloop events show {newest}"),
            "let your handler remember the SHA-256 of each body; the timestamp is no key: two sign-ups may share it"
                .into(),
        ],
    )
}
