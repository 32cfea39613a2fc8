//! Telling what happened to whoever listens, without ever waiting for them.
//!
//! Builds reports; never renders one. What nobody wants to see is not built.

use crate::protocol::arrival::{Arrival, Recorded, Refused, Repeat, Verification};
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use crate::protocol::report::{ArrivalNumber, ArrivalReport, RepeatReport, Report, What};
use crate::protocol::schedule::guess_retry;
use crate::protocol::signature::Reason;
use std::time::Duration;

/// Whoever is told. Called from the request's own task before the answer is written: both methods must return at
/// once, so a screen puts a queue in between.
pub trait Audience: Send + Sync {
    /// Takes a report.
    fn tell(&self, report: Report);

    /// Asked once for each arrival that would be told. `false` leaves its report out; the audience counts these.
    fn wants(&self) -> bool {
        true
    }
}

impl<F: Fn(Report) + Send + Sync> Audience for F {
    fn tell(&self, report: Report) {
        self(report);
    }
}

/// An arrival's report before it is known how the store takes it. Bodies and headers are shared, not copied.
pub(super) fn draft(arrival: &Arrival) -> Box<ArrivalReport> {
    Box::new(ArrivalReport {
        number: None,
        facts: arrival.facts.clone(),
        fingerprint: arrival.body.fingerprint(),
        verification: arrival.verification,
        reason: None,
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer: 0,
        not_stored: None,
        target: arrival.target.clone(),
        headers: arrival.headers.clone(),
        body: arrival.body.clone(),
    })
}

/// Completes a draft with what the store made of the arrival.
pub(super) fn stored(mut draft: Box<ArrivalReport>, recorded: &Recorded, answer: u16) -> What {
    draft.number = Some(ArrivalNumber::Stored { event: recorded.event, arrival: recorded.arrival });
    draft.repeat = recorded.repeat.as_ref().map(repeat);
    draft.out_of_order = recorded.out_of_order;
    draft.answer = answer;
    What::Arrival(draft)
}

/// Completes a draft of an arrival that could not be stored.
pub(super) fn not_stored(mut draft: Box<ArrivalReport>, why: String, answer: u16) -> What {
    draft.not_stored = Some(why);
    draft.answer = answer;
    What::Arrival(draft)
}

/// A refused request, with its number in the ring where it got one.
pub(super) fn refused(refused: Refused, facts: Facts, number: Option<u64>, answer: u16) -> What {
    let verification = if refused.reason == Reason::Missing { Verification::Unsigned } else { Verification::Invalid };
    let Refused { target, headers, body, reason, .. } = refused;
    What::Arrival(Box::new(ArrivalReport {
        number: number.map(ArrivalNumber::Refused),
        facts,
        fingerprint: RawBody::fingerprint(&body),
        verification,
        reason: Some(reason),
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer,
        not_stored: None,
        target,
        headers,
        body,
    }))
}

fn repeat(repeat: &Repeat) -> RepeatReport {
    let gap = Duration::from_millis(repeat.gap_ms.max(0).unsigned_abs());
    RepeatReport { kind: repeat.kind, of: repeat.of, gap, retry_guess: guess_retry(gap) }
}
