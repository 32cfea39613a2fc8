//! The schema: what `docs/records.md` promises is what is written, and the other way round.

use self::reports::{listened, reports};
use super::*;
use crate::output::fixtures::{arrival_at, at, created_arrival};
use crate::output::sanitise::is_unsafe;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::body::RawBody;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

mod reports;
mod schema;

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
    lines.push(encode_summary(at("11:00:00"), &listened()));
    lines
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
    seen.entry("ready".into())
        .or_default()
        .extend(["api_key", "api_key_from", "webhook_secret", "secret_from"].map(String::from));
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

#[derive(Serialize)]
struct Odd([u8; 2]);

named! {
    Odd => "odd",
}

#[test]
fn what_cannot_be_serialised_becomes_an_error_record() {
    // JSON objects have string keys; a record's fields must be an object.
    let record = parsed(&encode_record(at("10:00:00"), &Odd([1, 2])));
    assert_eq!(record["type"], "error");
    assert_eq!(record["kind"], "internal");
}

#[test]
fn a_bare_line_is_escaped_too() {
    assert_eq!(encode_line(&"\u{9b}\u{e0041}").unwrap(), b"\"\\u009b\\udb40\\udc41\"\n");
}
