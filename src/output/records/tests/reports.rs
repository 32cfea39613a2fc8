//! One report of every kind.

use crate::output::fixtures::{
    answered_outcome, arrival_at, at, attempt, created_arrival, duplicate, exposure_lost, exposure_opened, repeat,
    report, skipped_forward, waiting, waiting_for, with_body, with_facts,
};
use crate::output::records::ListenSummary;
use crate::protocol::arrival::{Arrival, HeaderLines, RepeatKind, SignatureState};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase, AttemptResponse};
use crate::protocol::body::RawBody;
use crate::protocol::check::{CheckExchange, CheckGroup, CheckReport, CheckSeverity, CheckVerdict};
use crate::protocol::delivery::{
    CallReport, DispatchReport, SandboxAttemptState, SandboxDeliveryAttempt, SandboxDeliveryState,
};
use crate::protocol::expectation::{ExpectationMiss, ExpectationReport, ExpectationVerdict, ExpectedCount};
use crate::protocol::facts::{DriftKind, EventFacts, PayloadDrift, WaitlistPosition};
use crate::protocol::report::{
    ArrivalNumber, ArrivalReport, NearMissReport, PublishedReport, RefusalExplanation, ReplayReport, Report,
    ReportKind, SendingReport, TurnedAwayReport,
};
use crate::protocol::signature::SignatureFault;
use std::time::Duration;

pub(super) fn reports() -> Vec<Report> {
    let url = || "http://localhost:3000/webhooks".to_owned();
    let mut reports = vec![report(
        "10:00:00",
        ReportKind::Ready {
            url: "http://127.0.0.1:4242".into(),
            pid: 4711,
            inspect_url: Some("http://127.0.0.1:4243/#token=0123".into()),
            secret_from: "development (profile default)".into(),
        },
    )];
    reports.extend(arrivals());
    reports.extend([
        report("10:00:01.140", ReportKind::Forward(attempt(answered_outcome(200, "{\"received\":true}")))),
        report("10:00:01.141", skipped_forward(&url(), "it was acknowledged before")),
        report("10:00:04", ReportKind::TurnedAway(turned_away("POST", "/webhooks", 404, 0))),
        report("10:00:05", ReportKind::TurnedAway(turned_away("", "", 400, 3))),
    ]);
    reports.extend(sending());
    reports.extend(attempts());
    reports.extend([
        report("10:00:01", ReportKind::Replayed(Box::new(replayed()))),
        waiting(),
        waiting_for(":3001"),
        report("10:01:01", ReportKind::Delivered { event: 41, url: url(), attempts: 2 }),
        report("11:21:01", ReportKind::GaveUp { event: 41, url: url(), attempts: 5, of: 5 }),
        report("10:00:11", ReportKind::Check(Box::new(check(CheckVerdict::Failed("answered 200".into()))))),
        report("10:00:11", ReportKind::Check(Box::new(check(CheckVerdict::Skipped("no secret given".into()))))),
        report("10:00:12", ReportKind::Expectation(expectation())),
        report(
            "10:00:12",
            ReportKind::Instead(NearMissReport { arrival: Box::new(refused()), miss: ExpectationMiss::BadSignature }),
        ),
        report("10:00:02", ReportKind::Exposure(exposure_opened())),
        report("10:00:02", ReportKind::Exposure(exposure_lost())),
        report(
            "10:00:00",
            ReportKind::Published(PublishedReport {
                event: 41,
                stream: "WEBHOOKS".into(),
                sequence: 4711,
                duplicate: true,
            }),
        ),
        report("10:00:00", ReportKind::Lag { stream: "WEBHOOKS".into(), pending: 1200 }),
        report("10:00:00", ReportKind::Call(call())),
        report("10:00:01", ReportKind::Dispatch(Box::new(dispatch()))),
        report("10:00:03", ReportKind::Skipped { count: 1234 }),
        report("10:00:00", ReportKind::Notice { message: "no secret is set: a development secret was created".into() }),
    ]);
    reports
}

fn turned_away(method: &str, path: &str, status: u16, untold: u64) -> TurnedAwayReport {
    let why = if path.is_empty() { "it is not HTTP/1.1" } else { "this listener takes /hook only" };
    TurnedAwayReport { method: method.into(), path: path.into(), status, why: why.into(), untold }
}

fn arrivals() -> Vec<Report> {
    let facts = EventFacts {
        event_type: Some("signup.position_changed".into()),
        event_id: Some("evt_1".into()),
        email: Some("user@example.com".into()),
        position: Some(WaitlistPosition::Moved { from: 10, to: 5 }),
        drift: vec![PayloadDrift { path: "data.id".into(), kind: DriftKind::Missing }],
        ..EventFacts::default()
    };
    let moved = with_body(created_arrival(44), r#"{"data":{"old_position":10,"new_position":5}}"#);
    let moved = ArrivalReport {
        repeat: Some(repeat(RepeatKind::ProbableRetry, 300_000, None)),
        out_of_order: true,
        ..with_facts(moved, facts, SignatureState::Unsigned)
    };
    let lost = with_body(created_arrival(0), "hello");
    let lost = ArrivalReport {
        number: None,
        answer: 503,
        not_stored: Some("the store cannot be written: the disk is full".into()),
        ..with_facts(lost, EventFacts::default(), SignatureState::Valid)
    };
    let times = ["10:00:01.123", "10:01:02.345", "10:05:01", "10:05:02", "10:05:03"];
    times
        .into_iter()
        .zip([created_arrival(41), duplicate(), moved, refused(), lost])
        .map(|(t, a)| arrival_at(t, a))
        .collect()
}

fn refused() -> ArrivalReport {
    let mut refused = with_body(created_arrival(0), vec![0x1f, 0x8b, 0xff]);
    refused.arrival.content.headers = HeaderLines::collect([("X-Odd", b"caf\xe9".as_slice())]);
    ArrivalReport {
        number: Some(ArrivalNumber::Refused(7)),
        reason: Some(SignatureFault::Mismatch),
        explanation: Some(RefusalExplanation {
            cause: Some("newline-added"),
            proved: true,
            words: "the sender hashed the body with a line feed added at its end (first difference at byte 3)".into(),
        }),
        answer: 401,
        ..with_facts(refused, EventFacts::default(), SignatureState::Invalid)
    }
}

fn check(verdict: CheckVerdict) -> CheckReport {
    let exchanged = CheckExchange {
        what: "no signature".into(),
        method: "POST".into(),
        target: "/hook".into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: RawBody::new("{}"),
        outcome: answered_outcome(200, "{\"received\":true}"),
        answer_headers: vec![("server".into(), "x".into())],
        latency: Duration::from_millis(12),
    };
    CheckReport {
        id: "auth.missing",
        group: CheckGroup::Auth,
        severity: CheckSeverity::Critical,
        title: "an event without a signature is refused",
        why: "anyone who knows the URL can invent sign-ups",
        fix: "verify the signature",
        verdict,
        exchanges: vec![exchanged],
        repeat: "referralloop test http://localhost:3000/hook --case auth.missing".into(),
        took: Duration::from_millis(12),
    }
}

fn call() -> CallReport {
    let (method, target) = ("POST".into(), "/api/v1/webhooks/subscribe".into());
    CallReport { method, target, status: 201, assumptions: vec!["created-status"] }
}

fn dispatch() -> DispatchReport {
    let end = SandboxAttemptState::Ended { outcome: answered_outcome(500, "no"), latency: Duration::from_millis(12) };
    DispatchReport {
        delivery: 7,
        subscription: "sub_1".into(),
        event_type: "signup.created".into(),
        email: "user@example.com".into(),
        url: "http://localhost:3000/webhooks".into(),
        attempt: SandboxDeliveryAttempt {
            number: 1,
            again: true,
            due_at: at("10:00:01"),
            started_at: at("10:00:01"),
            end,
        },
        of: 5,
        state: SandboxDeliveryState::Pending,
        next_at: Some(at("10:01:01")),
    }
}

fn expectation() -> ExpectationReport {
    let expected = "created=2".to_owned();
    ExpectationReport { expected, bound: ExpectedCount::Exactly(2), count: 1, verdict: ExpectationVerdict::TooFew }
}

/// A sign-up that is created, one that is moved, and bytes that are no JSON.
fn sending() -> Vec<Report> {
    let told = |arrival: ArrivalReport| {
        let ArrivalReport { fingerprint, arrival: Arrival { facts, content, .. }, .. } = arrival;
        let url = "http://localhost:3000/webhooks".into();
        let sending = SendingReport { event: 41, url, facts, fingerprint, content };
        report("10:00:00", ReportKind::Sending(Box::new(sending)))
    };
    let moved = EventFacts {
        event_id: Some("evt_1".into()),
        position: Some(WaitlistPosition::Moved { from: 10, to: 5 }),
        ..EventFacts::default()
    };
    vec![
        told(created_arrival(41)),
        told(with_facts(with_body(created_arrival(41), "{}"), moved, SignatureState::Valid)),
        told(with_facts(with_body(created_arrival(41), vec![0xff]), EventFacts::default(), SignatureState::Valid)),
    ]
}

fn attempts() -> Vec<Report> {
    let redirect = AttemptResponse {
        status: 302,
        location: Some("/new".into()),
        body: vec![0xff].into(),
        truncated: true,
        only_200: false,
    };
    let outcomes = [
        answered_outcome(500, "database is down"),
        AttemptOutcome::Answered(redirect),
        AttemptOutcome::TimedOut(AttemptPhase::Head),
        AttemptOutcome::Refused,
    ];
    let told = |outcome| {
        let budget = (outcome != AttemptOutcome::Refused).then_some(Duration::from_secs(5));
        report("10:00:01", ReportKind::Attempt(crate::protocol::report::AttemptReport { budget, ..attempt(outcome) }))
    };
    outcomes.into_iter().map(told).collect()
}

pub(super) fn listened() -> ListenSummary {
    ListenSummary {
        requests: 16,
        valid: 12,
        unsigned: 0,
        invalid: 1,
        turned_away: 3,
        stored: 12,
        duplicates: 3,
        probable_retries: 1,
        not_stored: 0,
        filtered: 0,
        forwarded: 11,
        forward_failed: 1,
        forward_skipped: 0,
        distinct: 9,
        unforwarded: 0,
        published: None,
        published_before: None,
        unpublished: None,
    }
}

fn replayed() -> ReplayReport {
    ReplayReport {
        event: 41,
        event_type: Some("signup.created".into()),
        url: "http://localhost:3000/webhooks".into(),
        attempts: 1,
        outcome: AttemptOutcome::Answered(AttemptResponse {
            status: 302,
            location: Some("/new".into()),
            body: vec![0xff].into(),
            truncated: true,
            only_200: false,
        }),
        latency: Duration::from_millis(12),
        was: Some(answered_outcome(500, "database is down")),
    }
}
