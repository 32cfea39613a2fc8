//! Deliveries fail: the documentation's chapter, item by item. The share of 2xx, the slowest answers, the last causes.

use super::super::finding::{SetupCheck, SetupFinding};
use super::history::{DAYS, RecentHistory};
use crate::context::Context;
use crate::output::phrases;
use crate::protocol::attempt::{Attempt, DeliveryPurpose};
use crate::protocol::check::CheckSeverity;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::session::service::format_local_time;
use std::collections::{BTreeMap, BTreeSet};

const ANSWERS: SetupCheck = SetupCheck {
    id: "failures.answers",
    severity: CheckSeverity::Medium,
    title: "the app answers with 2xx",
    why: "anything else is sent again, and given up after five attempts",
};
const SLOWEST: SetupCheck = SetupCheck {
    id: "failures.slowest",
    severity: CheckSeverity::Low,
    title: "the slowest answers leave time",
    why: "an answer that takes longer than 5 s fails",
};
const CAUSES: SetupCheck = SetupCheck {
    id: "failures.causes",
    severity: CheckSeverity::Low,
    title: "no attempt failed",
    why: "the cause says where to look",
};

/// Answers and causes that are told.
const SHOWN: usize = 5;

const NOTHING: &str = "the history has no attempt to deliver to an app";

/// The share, and which events nobody has acknowledged yet.
pub(super) fn check_answers(history: &RecentHistory) -> SetupFinding {
    let attempts = &history.attempts;
    if attempts.is_empty() && history.open.is_empty() {
        return ANSWERS.skipped(NOTHING);
    }
    let good = attempts.iter().filter(|attempt| attempt.outcome.is_acknowledged()).count();
    let seen = format!(
        "{good} of {} in {DAYS} days acknowledged, {} % ({})",
        phrases::format_quantity(attempts.len() as u64, "attempt", "attempts").as_str(),
        good * 100 / attempts.len().max(1),
        count_senders(history)
    );
    match history.open.len() as u64 {
        0 => ANSWERS.passed(seen),
        count => {
            let events = phrases::format_quantity(count, "event", "events");
            ANSWERS.failed_with(
                format!("{seen}; {} not acknowledged yet", events.as_str()),
                vec![
                    "which they are: referralloop events list --all --failed".into(),
                    "once the app is mended: referralloop replay --all --failed".into(),
                ],
            )
        }
    }
}

/// Who made an attempt: what a person sent by hand, or had made in bulk, is no delivery of the service.
fn name_sender(history: &RecentHistory, attempt: &Attempt) -> &'static str {
    match attempt.purpose {
        DeliveryPurpose::Trigger => "sent by trigger or rehearse",
        DeliveryPurpose::Forward if history.bulk.contains(&attempt.event) => "from load or rehearse through listen",
        DeliveryPurpose::Forward => "forwarded by listen",
        DeliveryPurpose::Replay => "sent by replay",
        DeliveryPurpose::Reconcile => "sent by reconcile",
    }
}

/// `3 forwarded by listen, 1 sent by trigger`, in alphabetical order; nothing to count where all have one sender.
fn count_senders(history: &RecentHistory) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    history.attempts.iter().for_each(|attempt| *counts.entry(name_sender(history, attempt)).or_default() += 1);
    match counts.len() {
        1 => counts.into_keys().collect(),
        _ => counts.iter().map(|(sender, count)| format!("{count} {sender}")).collect::<Vec<_>>().join(", "),
    }
}

/// Answers that came, the slowest first.
pub(super) fn check_slowest(history: &RecentHistory) -> SetupFinding {
    let mut answered: Vec<&Attempt> =
        history.attempts.iter().filter(|attempt| attempt.outcome.status().is_some()).collect();
    answered.sort_by_key(|attempt| std::cmp::Reverse(attempt.latency));
    let Some(slowest) = answered.first() else { return SLOWEST.skipped("the history has no answer of an app") };
    let told = answered.iter().take(SHOWN).map(|attempt| {
        let took = phrases::format_duration(attempt.latency);
        format!("#{} {} ({})", attempt.event, took.as_str(), name_sender(history, attempt))
    });
    let seen = told.collect::<Vec<_>>().join(", ");
    match slowest.latency > ATTEMPT_BUDGET / 2 {
        false => SLOWEST.passed(format!("{seen}; the service waits 5 s")),
        true => SLOWEST.failed(
            format!("{seen}; more than half of the 5 s that the service waits"),
            "answer 2xx first and do the work afterwards",
        ),
    }
}

pub(super) fn check_causes(history: &RecentHistory, context: &Context) -> SetupFinding {
    let attempts = &history.attempts;
    let failed: Vec<&Attempt> = attempts.iter().filter(|attempt| !attempt.outcome.is_acknowledged()).collect();
    match failed.first() {
        _ if attempts.is_empty() => CAUSES.skipped(NOTHING),
        None => CAUSES.passed(format!("none of {} failed", attempts.len())),
        Some(_) => {
            let causes = gather_causes(history, &failed);
            CAUSES.failed_with(tell_causes(&causes, context), advise(&causes))
        }
    }
}

/// A cause at a target, by one sender: in words, with the newest attempt, and how often.
type FailureCause<'a> = (String, &'a Attempt, u64);

/// Each once, the newest first.
fn gather_causes<'a>(history: &RecentHistory, failed: &[&'a Attempt]) -> Vec<FailureCause<'a>> {
    let mut causes: Vec<FailureCause<'_>> = Vec::new();
    for attempt in failed {
        let sender = name_sender(history, attempt);
        let words = format!("{} at {} ({sender})", phrases::describe_outcome(&attempt.outcome).as_str(), attempt.url);
        match causes.iter_mut().find(|(known, ..)| *known == words) {
            Some((_, _, count)) => *count += 1,
            None => causes.push((words, attempt, 1)),
        }
    }
    causes
}

/// How often each was met, and the last event.
fn tell_causes(causes: &[FailureCause<'_>], context: &Context) -> String {
    let more = causes.len().saturating_sub(SHOWN);
    let told = causes.iter().take(SHOWN).map(|(words, newest, count)| {
        let at = format_local_time(&context.time_zone, newest.at);
        format!("{count} × {words}, last #{} at {at}", newest.event)
    });
    let told = told.collect::<Vec<_>>().join("; ");
    if more == 0 { told } else { format!("{told}; {more} more") }
}

/// What to do about those that are told: every remedy once, with the outcomes that it is for where there are several.
fn advise(causes: &[FailureCause<'_>]) -> Vec<String> {
    let mut remedies: Vec<(String, BTreeSet<String>)> = Vec::new();
    for (_, newest, _) in causes.iter().take(SHOWN) {
        let outcome = phrases::describe_outcome(&newest.outcome).as_str().to_owned();
        let hint = phrases::outcome_hint(&newest.outcome).map(|hint| hint.as_str().to_owned());
        let hint = hint.unwrap_or_else(|| "see the app's log".to_owned());
        match remedies.iter_mut().find(|(known, _)| *known == hint) {
            Some((_, outcomes)) => drop(outcomes.insert(outcome)),
            None => remedies.push((hint, BTreeSet::from([outcome]))),
        }
    }
    let several = remedies.len() > 1;
    let tell = |(hint, outcomes): (String, BTreeSet<String>)| match several {
        true => format!("{}: {hint}", outcomes.into_iter().collect::<Vec<_>>().join(", ")),
        false => hint,
    };
    remedies.into_iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::SetupVerdict;
    use crate::protocol::attempt::{AttemptOutcome, AttemptResponse};
    use std::time::Duration;

    #[test]
    fn an_answer_that_takes_more_than_half_of_the_time_is_told() {
        for (seconds, verdict, words) in [(1, SetupVerdict::Passed, "waits 5 s"), (4, SetupVerdict::Failed, "half")] {
            let body = bytes::Bytes::new();
            let answer = AttemptResponse { status: 200, location: None, body, truncated: false, only_200: false };
            let attempt = Attempt {
                event: 7,
                url: "http://127.0.0.1:3000/".to_owned(),
                purpose: DeliveryPurpose::Forward,
                number: 1,
                at: jiff::Timestamp::UNIX_EPOCH,
                latency: Duration::from_secs(seconds),
                outcome: AttemptOutcome::Answered(answer),
            };
            let told = check_slowest(&RecentHistory { attempts: vec![attempt], ..RecentHistory::default() });
            assert!(told.verdict == verdict && told.seen.contains(words) && told.seen.contains("#7"), "{told:?}");
            assert!(told.seen.contains(&format!("{seconds} s (forwarded by listen)")), "{told:?}");
        }
    }
}
