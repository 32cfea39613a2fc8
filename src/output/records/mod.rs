//! Records for programs: one JSON object a line, each with `type`, `at` and `v`. The schema is `docs/records.md`.
//!
//! What is unsafe on a terminal is escaped inside the strings, where `\uXXXX` means the same character: a record parses
//! to exactly what it was made from. Nothing here knows a terminal, a width or a colour.

mod events;
mod inspector;
mod replay;
mod report;
mod sandbox;
mod verdicts;

pub(crate) use events::{BodyFields, OutcomeFields, PayloadFactFields, header_fields};
pub(crate) use inspector::{
    CatalogueFieldRecord, PageRecord, PayloadRecord, PendingForwardRecord, PlaceRecord, RefusalRecord, ServedRecord,
    StatusRecord,
};
pub(crate) use sandbox::DeliveryRecord;

use super::sanitise::{EscapeNotation, find_unsafe, push_escaped};
use crate::protocol::report::{Report, SCHEMA_VERSION};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// One line of JSON, line feed included: `type`, `at`, `v`, and the fields of `fields`, which must serialise as an
/// object. What cannot be serialised (no type of this program) becomes an `error` record that says so.
pub(crate) fn encode_record(kind: &str, at: Timestamp, fields: &impl Serialize) -> Vec<u8> {
    let mut line = Vec::with_capacity(512);
    write_record(&mut line, kind, at, fields);
    line
}

/// Appends a record to a buffer.
pub(crate) fn write_record(out: &mut Vec<u8>, kind: &str, at: Timestamp, fields: &impl Serialize) {
    let start = out.len();
    if let Err(fault) = append(out, kind, at, fields) {
        out.truncate(start);
        let message = format!("a {kind} record could not be written: {fault}");
        // This one is made of strings alone, so it cannot fail in turn.
        let _ = append(out, "error", at, &ErrorRecord { kind: "internal", message: &message, hints: &[] });
    }
}

/// A whole value as one line of JSON with the same escaping, without `type`, `at` and `v`.
pub(crate) fn encode_line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut out, EscapingFormatter(CompactFormatter)))?;
    out.push(b'\n');
    Ok(out)
}

/// Appends the record of a report.
pub(crate) fn write_report_record(out: &mut Vec<u8>, report: &Report) {
    write_record(out, report::record_type(&report.what), report.at, &report::ReportRecord::of(&report.what));
}

/// The `error` record.
pub(crate) fn encode_error(at: Timestamp, kind: &str, message: &str, hints: &[String]) -> Vec<u8> {
    encode_record("error", at, &ErrorRecord { kind, message, hints })
}

/// The `summary` record that ends a long command: its name, and its counts.
pub(crate) fn encode_summary(at: Timestamp, command: &str, counts: &impl Serialize) -> Vec<u8> {
    encode_record("summary", at, &SummaryRecord { command, counts })
}

/// A point in time as every record writes it: RFC 3339 in UTC, to the millisecond.
pub(crate) fn format_instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[derive(Serialize)]
struct ErrorRecord<'a> {
    kind: &'a str,
    message: &'a str,
    hints: &'a [String],
}

#[derive(Serialize)]
struct SummaryRecord<'a, T> {
    command: &'a str,
    #[serde(flatten)]
    counts: &'a T,
}

#[derive(Serialize)]
struct RecordEnvelope<'a, T> {
    r#type: &'a str,
    at: String,
    v: u32,
    #[serde(flatten)]
    fields: &'a T,
}

fn append(out: &mut Vec<u8>, kind: &str, at: Timestamp, fields: &impl Serialize) -> serde_json::Result<()> {
    let envelope = RecordEnvelope { r#type: kind, at: format_instant(at), v: SCHEMA_VERSION, fields };
    envelope.serialize(&mut Serializer::with_formatter(&mut *out, EscapingFormatter(CompactFormatter)))?;
    out.push(b'\n');
    Ok(())
}

/// Compact JSON whose strings hold no unsafe character.
struct EscapingFormatter(CompactFormatter);

impl Formatter for EscapingFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = find_unsafe(rest) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut characters = rest[at..].chars();
            if let Some(character) = characters.next() {
                let mut escape = String::with_capacity(12);
                push_escaped(&mut escape, character, EscapeNotation::Json);
                writer.write_all(escape.as_bytes())?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests;
