//! Reports for the tests of this module.

use crate::protocol::arrival::{Arrival, HeaderLines, RepeatKind, RequestContent, SignatureState};
use crate::protocol::attempt::{Attempt, AttemptOutcome, AttemptResponse, DeliveryPurpose};
use crate::protocol::body::RawBody;
use crate::protocol::facts::{EventFacts, WaitlistPosition};
use crate::protocol::report::{
    ArrivalNumber, ArrivalReport, AttemptReport, ExposureReach, ExposureReport, RepeatReport, Report, ReportKind,
};
use jiff::Timestamp;
use std::time::Duration;

/// The body of the documentation's first example, with blanks.
pub(super) const CREATED: &str = r#"{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com","name":"John Doe","position":1,"referral_code":"ABC123","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}"#;

/// A time on the documentation's day.
pub(super) fn at(time: &str) -> Timestamp {
    format!("2024-01-15T{time}Z").parse().unwrap()
}

/// A report at that time.
pub(super) fn report(time: &str, what: ReportKind) -> Report {
    Report { at: at(time), what }
}

/// A verified, stored `signup.created`.
pub(super) fn created_arrival(event: u64) -> ArrivalReport {
    let body = RawBody::new(CREATED);
    ArrivalReport {
        number: Some(ArrivalNumber::Stored { event, arrival: event + 2 }),
        arrival: Arrival {
            at: at("10:00:00"),
            target: "/webhooks?a=1".into(),
            content: RequestContent {
                headers: HeaderLines::collect([("Content-Type", b"application/json".as_slice())]),
                body: body.clone(),
            },
            verification: SignatureState::Valid,
            facts: EventFacts {
                event_type: Some("signup.created".into()),
                waitlist_id: Some("123e4567-e89b-12d3-a456-426614174000".into()),
                signup_id: Some("789e0123-e89b-12d3-a456-426614174000".into()),
                email: Some("user@example.com".into()),
                position: Some(WaitlistPosition::At(1)),
                occurred: Some(at("10:00:00")),
                ..EventFacts::default()
            },
        },
        fingerprint: body.fingerprint(),
        reason: None,
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer: 200,
        not_stored: None,
        forwards: 0,
        kept_back: None,
    }
}

/// An arrival's report.
pub(super) fn arrival_at(time: &str, arrival: ArrivalReport) -> Report {
    report(time, ReportKind::Arrival(Box::new(arrival)))
}

/// The first event's duplicate.
pub(super) fn duplicate() -> ArrivalReport {
    ArrivalReport {
        number: Some(ArrivalNumber::Stored { event: 41, arrival: 44 }),
        repeat: Some(repeat(RepeatKind::Duplicate, 61_222, Some(1))),
        ..created_arrival(41)
    }
}

/// The same arrival with other facts and another state of its signature.
pub(super) fn with_facts(report: ArrivalReport, facts: EventFacts, verification: SignatureState) -> ArrivalReport {
    ArrivalReport { arrival: Arrival { facts, verification, ..report.arrival }, ..report }
}

/// The same arrival with another body.
pub(super) fn with_body(arrival: ArrivalReport, body: impl Into<bytes::Bytes>) -> ArrivalReport {
    let body = RawBody::new(body);
    let fingerprint = body.fingerprint();
    let content = RequestContent { body, ..arrival.arrival.content };
    ArrivalReport { fingerprint, arrival: Arrival { content, ..arrival.arrival }, ..arrival }
}

pub(super) fn repeat(kind: RepeatKind, gap_ms: u64, retry_guess: Option<u32>) -> RepeatReport {
    RepeatReport { kind, of: 41, gap: Some(Duration::from_millis(gap_ms)), retry_guess }
}

pub(super) fn answered_outcome(status: u16, body: &'static str) -> AttemptOutcome {
    AttemptOutcome::Answered(AttemptResponse {
        status,
        location: None,
        body: body.into(),
        truncated: false,
        only_200: false,
    })
}

/// The second attempt is due in a minute.
pub(super) fn waiting() -> Report {
    let (due_at, delay) = (at("10:01:01"), Duration::from_secs(60));
    report("10:00:01", ReportKind::Wait { attempt: 2, target: None, due_at, delay })
}

/// The same for one of several targets.
pub(super) fn waiting_for(name: &str) -> Report {
    let mut waiting = waiting();
    if let ReportKind::Wait { target, .. } = &mut waiting.what {
        *target = Some(name.to_owned());
    }
    waiting
}

/// Event 41 was not passed on to a URL.
pub(super) fn skipped_forward(url: &str, why: &str) -> ReportKind {
    ReportKind::ForwardSkipped { event: 41, url: url.to_owned(), target: None, why: why.to_owned() }
}

/// The first attempt out of five, which took 12 ms.
pub(super) fn attempt(outcome: AttemptOutcome) -> AttemptReport {
    AttemptReport {
        attempt: Attempt {
            event: 41,
            url: "http://localhost:3000/webhooks".into(),
            purpose: DeliveryPurpose::Forward,
            number: 1,
            at: at("10:00:00"),
            outcome,
            latency: Duration::from_millis(12),
        },
        of: 5,
        scheduled: Duration::ZERO,
        budget: Some(Duration::from_secs(5)),
        signed: true,
        target: None,
    }
}

/// A tunnel that leads to the listener.
pub(super) fn exposure_opened() -> ExposureReport {
    ExposureReport {
        state: ExposureReach::Up,
        by: "bore:bore.pub".into(),
        url: Some("http://bore.pub:20027/6f1d".into()),
        message: None,
        again_in: None,
    }
}

/// The same tunnel, lost.
pub(super) fn exposure_lost() -> ExposureReport {
    ExposureReport {
        state: ExposureReach::Lost,
        url: None,
        message: Some("bore ended with 1: Error: server closed the connection".into()),
        again_in: Some(Duration::from_secs(1)),
        ..exposure_opened()
    }
}
