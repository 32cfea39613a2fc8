//! The schema: what `docs/records.md` promises is what is written, and the other way round.

use super::*;
use crate::output::fixtures::{
    answered_outcome, arrival_at, at, attempt, created_arrival, duplicate, exposure_lost, exposure_opened, repeat,
    report, with_body, with_facts,
};
use crate::output::sanitise::is_unsafe;
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
    ArrivalNumber, ArrivalReport, NearMissReport, PublishedReport, RefusalExplanation, ReplayReport, ReportKind,
    SendingReport, TurnedAwayReport,
};
use crate::protocol::signature::SignatureFault;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The part of the page about reports; records of single commands are held to the rest of it where the commands are
/// tested.
fn document() -> &'static str {
    include_str!("../../../docs/records.md").split("\n# ").next().unwrap()
}

/// One example of every type, several where fields exclude each other: the lines of the document, in its order.
fn examples() -> Vec<Vec<u8>> {
    let hints = ["did you mean `created`?".to_owned()];
    let mut lines: Vec<Vec<u8>> = reports().iter().map(written).collect();
    lines.push(encode_error(at("10:00:00"), "usage", "unknown event `creatd`", &hints));
    lines.push(encode_summary(at("11:00:00"), "listen", &serde_json::json!({"arrivals": 12, "duplicates": 3})));
    lines
}

fn reports() -> Vec<Report> {
    let url = || "http://localhost:3000/webhooks".to_owned();
    let mut reports = vec![report(
        "10:00:00",
        ReportKind::Ready {
            url: "http://127.0.0.1:4242".into(),
            pid: 4711,
            inspect_url: Some("http://127.0.0.1:4243/#token=0123".into()),
        },
    )];
    reports.extend(arrivals());
    reports.extend([
        report("10:00:01.140", ReportKind::Forward(attempt(answered_outcome(200, "{\"received\":true}")))),
        report(
            "10:00:01.141",
            ReportKind::ForwardSkipped { event: 41, url: url(), why: "it was acknowledged before".into() },
        ),
        report("10:00:04", ReportKind::TurnedAway(turned_away("POST", "/webhooks", 404, 0))),
        report("10:00:05", ReportKind::TurnedAway(turned_away("", "", 400, 3))),
    ]);
    reports.extend(sending());
    reports.extend(attempts());
    reports.extend([
        report("10:00:01", ReportKind::Replayed(Box::new(replayed()))),
        report("10:00:01", ReportKind::Wait { attempt: 2, due_at: at("10:01:01"), delay: Duration::from_secs(60) }),
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
    let moved = EventFacts { position: Some(WaitlistPosition::Moved { from: 10, to: 5 }), ..EventFacts::default() };
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

fn written(report: &Report) -> Vec<u8> {
    let mut line = Vec::new();
    write_report_record(&mut line, report);
    line
}

fn parsed(line: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(line).unwrap()
}

/// The document's example lines, in order.
fn documented_lines() -> Vec<&'static str> {
    document().lines().filter(|line| line.starts_with("{\"type\"")).collect()
}

/// Type to field to whether it is always there, from the document's tables.
fn documented_fields() -> BTreeMap<&'static str, BTreeMap<&'static str, bool>> {
    let mut types = BTreeMap::new();
    for section in document().split("\n## ").skip(1) {
        let Some(names) = section.lines().next().filter(|title| title.starts_with('`')) else { continue };
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let fields: BTreeMap<_, _> = rows
            .map(|row| {
                let mut cells = row.split('|').map(str::trim).skip(1);
                let name = cells.next().unwrap().trim_matches('`');
                (name, cells.nth(1).unwrap() == "always")
            })
            .collect();
        types.extend(names.split(", ").map(|name| (name.trim_matches('`'), fields.clone())));
    }
    let arrival: BTreeMap<&str, bool> = types.get("arrival").cloned().unwrap_or_default();
    types.entry("instead").or_default().extend(arrival);
    types
}

#[test]
fn the_documents_examples_are_what_is_written() {
    let written = examples();
    for (documented, written) in documented_lines().iter().zip(&written) {
        assert_eq!(format!("{documented}\n").as_bytes(), written, "{}", String::from_utf8_lossy(written));
    }
    assert_eq!(documented_lines().len(), written.len());
}

#[test]
fn every_written_field_is_documented() {
    let document = documented_fields();
    for line in examples() {
        let record = parsed(&line);
        let kind = record["type"].as_str().unwrap();
        let fields = document.get(kind).unwrap_or_else(|| panic!("{kind} is not documented"));
        let named: BTreeSet<&str> = record.keys().map(String::as_str).collect();
        let common = BTreeSet::from(["type", "at", "v"]);
        let free = kind == "summary";
        let unknown: Vec<_> = named.difference(&common).filter(|name| !free && !fields.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "{kind}: {unknown:?}");
        let missing: Vec<_> = fields.iter().filter(|(name, always)| **always && !named.contains(*name)).collect();
        assert!(missing.is_empty(), "{kind}: {missing:?}");
    }
}

#[test]
fn every_documented_field_is_written() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in examples().iter().map(|line| parsed(line)) {
        let kind = record["type"].as_str().unwrap().to_owned();
        seen.entry(kind).or_default().extend(record.keys().cloned());
    }
    let document = documented_fields();
    assert_eq!(document.keys().copied().collect::<Vec<_>>(), seen.keys().map(String::as_str).collect::<Vec<_>>());
    // A forward has the fields of an attempt; its examples need not show all of them.
    let (attempt, arrival) = (seen["attempt"].clone(), seen["arrival"].clone());
    seen.entry("instead".into()).or_default().extend(arrival);
    seen.entry("forward".into()).or_default().extend(attempt.clone());
    seen.entry("delivery_attempt".into()).or_default().extend(attempt.clone());
    seen.entry("replayed".into()).or_default().extend(attempt);
    // Written by the sandbox alone.
    seen.entry("ready".into()).or_default().insert("api_key".into());
    for (kind, fields) in document {
        let unseen: Vec<_> = fields.keys().filter(|name| !seen[kind].contains(**name)).collect();
        assert!(unseen.is_empty(), "{kind}: {unseen:?}");
    }
}

#[test]
fn every_record_is_one_line_with_its_envelope() {
    for line in examples() {
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        let record = parsed(&line);
        assert_eq!(record.keys().take(3).collect::<Vec<_>>(), ["type", "at", "v"]);
        assert_eq!(record["v"], 1);
        let at = record["at"].as_str().unwrap();
        assert_eq!((at.len(), &at[19..20], &at[23..]), (24, ".", "Z"));
        assert!(at.parse::<Timestamp>().is_ok());
        assert!(!record.values().any(Value::is_null));
    }
}

#[test]
fn times_are_cut_to_the_millisecond() {
    let instant = |text: &str| super::format_instant(text.parse().unwrap());
    assert_eq!(instant("2024-01-15T10:00:00Z"), "2024-01-15T10:00:00.000Z");
    assert_eq!(instant("2024-01-15T10:00:00.1239999Z"), "2024-01-15T10:00:00.123Z");
    assert_eq!(instant("2024-01-15T12:00:00+02:00"), "2024-01-15T10:00:00.000Z");
}

#[test]
fn unsafe_characters_are_escaped_and_mean_the_same() {
    let hostile: String = ('\0'..=char::MAX).filter(|c| is_unsafe(*c)).collect();
    let mut arrival = created_arrival(41);
    arrival.arrival.target = hostile.clone();
    arrival.arrival.facts.email = Some(hostile.clone());
    arrival.arrival.facts.event_type = Some(hostile.clone());
    arrival.arrival.content.headers = HeaderLines::collect([("x", hostile.replace(['\r', '\n'], "").as_bytes())]);
    let document = serde_json::json!({"data": {hostile.as_str(): hostile.as_str()}});
    arrival.arrival.content.body = RawBody::new(serde_json::to_vec(&document).unwrap());
    let line = written(&arrival_at("10:00:00", arrival.clone()));
    let text = String::from_utf8(line.clone()).unwrap();
    assert!(text.trim_end_matches('\n').chars().all(|c| !is_unsafe(c)));
    let record = parsed(&line);
    assert_eq!(record["email"], hostile.as_str());
    assert_eq!(record["data"], document["data"]);
    assert_eq!(record["body"].as_str().unwrap().as_bytes(), arrival.arrival.content.body.as_bytes());
    assert_eq!(record["headers"][0]["value"], hostile.replace(['\r', '\n'], "").as_str());
}

#[test]
fn what_cannot_be_serialised_becomes_an_error_record() {
    // JSON objects have string keys; a record's fields must be an object.
    let record = parsed(&encode_record("odd", at("10:00:00"), &[1, 2]));
    assert_eq!(record["type"], "error");
    assert_eq!(record["kind"], "internal");
}

#[test]
fn a_bare_line_is_escaped_too() {
    assert_eq!(encode_line(&"\u{9b}\u{e0041}").unwrap(), b"\"\\u009b\\udb40\\udc41\"\n");
}
