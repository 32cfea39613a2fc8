//! Telling what happened to whoever listens, without ever waiting for them.
//!
//! Builds reports; never renders one. What nobody wants to see is not built.

use crate::protocol::arrival::{Arrival, ArrivalRepeat, RecordedArrival, RefusedRequest, SignatureState};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{ArrivalNumber, ArrivalReport, KeptBack, RepeatReport, Report, ReportKind};
use crate::protocol::schedule::guess_retry;
use crate::protocol::signature::SignatureFault;
use std::time::Duration;

/// Whoever is told. Called from the request's own task before the answer is written: its methods must return at
/// once, so a screen puts a queue in between.
pub trait ReportSink: Send + Sync {
    /// Takes a report.
    fn emit_report(&self, report: Report);

    /// Asked once for each arrival that would be told. `false` leaves its report out; the audience counts these.
    fn wants_report(&self) -> bool {
        true
    }

    /// An event that the filter leaves out was taken in.
    fn note_filtered(&self) {}
}

impl<F: Fn(Report) + Send + Sync> ReportSink for F {
    fn emit_report(&self, report: Report) {
        self(report);
    }
}

/// An arrival's report before it is known how the store takes it. Bodies and headers are shared, not copied.
pub(super) fn draft_arrival(arrival: &Arrival, forwards: usize, kept_back: Option<KeptBack>) -> Box<ArrivalReport> {
    Box::new(ArrivalReport {
        number: None,
        fingerprint: arrival.content.body.fingerprint(),
        arrival: arrival.clone(),
        reason: None,
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer: 0,
        not_stored: None,
        forwards,
        kept_back,
    })
}

/// Completes a draft with what the store made of the arrival.
pub(super) fn complete_stored(mut draft: Box<ArrivalReport>, recorded: &RecordedArrival, answer: u16) -> ReportKind {
    draft.number = Some(ArrivalNumber::Stored { event: recorded.event, arrival: recorded.arrival });
    draft.repeat = recorded.repeat.as_ref().map(report_repeat);
    draft.out_of_order = recorded.out_of_order;
    draft.answer = answer;
    ReportKind::Arrival(draft)
}

/// Completes a draft of an arrival that could not be stored.
pub(super) fn complete_unstored(mut draft: Box<ArrivalReport>, why: String, answer: u16) -> ReportKind {
    draft.not_stored = Some(why);
    (draft.forwards, draft.kept_back) = (0, None);
    draft.answer = answer;
    ReportKind::Arrival(draft)
}

/// A refused request, with its number in the ring where it got one.
pub(super) fn report_refused(
    refused: RefusedRequest,
    facts: EventFacts,
    number: Option<u64>,
    answer: u16,
) -> ReportKind {
    let verification =
        if refused.reason == SignatureFault::Missing { SignatureState::Unsigned } else { SignatureState::Invalid };
    let RefusedRequest { at, target, content, reason } = refused;
    ReportKind::Arrival(Box::new(ArrivalReport {
        number: number.map(ArrivalNumber::Refused),
        fingerprint: content.body.fingerprint(),
        arrival: Arrival { at, target, content, verification, facts },
        reason: Some(reason),
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer,
        not_stored: None,
        forwards: 0,
        kept_back: None,
    }))
}

fn report_repeat(repeat: &ArrivalRepeat) -> RepeatReport {
    let gap = repeat.gap_ms.map(|gap| Duration::from_millis(gap.max(0).unsigned_abs()));
    RepeatReport { kind: repeat.kind, of: repeat.of, gap, retry_guess: gap.and_then(guess_retry) }
}
