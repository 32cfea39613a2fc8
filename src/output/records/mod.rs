//! Records for programs: one JSON object a line, each with `type`, `at` and `v`. The schema is `docs/records.md`.
//!
//! What is unsafe on a terminal is escaped inside the strings, where `\uXXXX` means the same character: a record parses
//! to exactly what it was made from. Nothing here knows a terminal, a width or a colour.

mod account;
mod events;
mod inspector;
mod replay;
mod report;
mod sandbox;
mod setup;
mod signing;
mod signups;
mod stored;
mod summaries;
mod verdicts;

pub(crate) use account::{LoginRecord, LogoutRecord, WaitlistRecord, WhoamiRecord};
pub(crate) use events::{BodyFields, PayloadFactFields, header_fields};
pub(crate) use inspector::{
    CatalogueFieldRecord, HelloRecord, LatencyFields, PageRecord, PayloadRecord, PendingForwardFields, PlaceRecord,
    RefusalRecord, ResetRecord, StatusRecord, TimelineRecord,
};
pub(crate) use sandbox::{DeliveryPageFields, DeliveryRecord, ReadyRecord, WorkspaceRecord, WorkspaceSignupRecord};
pub(crate) use setup::{
    AssumptionRecord, CheckListedRecord, ConfigPathRecord, ProfileRecord, SettingChangedRecord, SettingRecord,
    SetupCheckRecord,
};
pub use signing::{CauseFields, DiagnosisFields, DifferenceFields};
pub(crate) use signing::{
    CodeFields, ProbeRecord, ProbeRequestFields, RequestRecord, SecretKeptRecord, SecretRecord, SignatureRecord,
    VerificationRecord,
};
pub(crate) use signups::{
    ForgottenRecord, MissedRecord, SignupDeletedRecord, SignupRecord, SubscriptionRecord, UnsubscribedRecord,
};
pub(crate) use stored::{
    DifferenceRecord, EventRecord, RefusedRecord, StoredArrivalFields, StoredAttemptFields, TextHeaderField,
};
pub(crate) use summaries::{
    AuditSummary, CommandSummary, DemoSummary, DoctorSummary, ExpectSummary, ImportSummary, ListenSummary, LoadSummary,
    NumberMap, PrunedSummary, ReconcileSummary, RehearsalRecord, RehearsalSummary, ReplaySummary, SandboxRunSummary,
    StateFields,
};

use super::sanitise::{EscapeNotation, find_unsafe, push_escaped};
use crate::protocol::report::{Report, SCHEMA_VERSION};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// The fields of a record of one type, in the order in which they are written.
pub(crate) trait NamedRecord: Serialize {
    /// The record's `type`.
    const TYPE: &'static str;
}

/// Says which record's fields a struct holds.
macro_rules! named {
    ($($name:ty => $kind:literal,)*) => {
        $(impl $crate::output::records::NamedRecord for $name {
            const TYPE: &'static str = $kind;
        })*
    };
}
use named;

/// One line of JSON, line feed included: `type`, `at`, `v`, and the record's fields. What cannot be serialised (no type
/// of this program) becomes an `error` record that says so.
pub(crate) fn encode_record<R: NamedRecord>(at: Timestamp, fields: &R) -> Vec<u8> {
    let mut line = Vec::with_capacity(512);
    write_record(&mut line, R::TYPE, at, fields);
    line
}

/// Appends a record to a buffer.
fn write_record(out: &mut Vec<u8>, kind: &str, at: Timestamp, fields: &impl Serialize) {
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
    encode_record(at, &ErrorRecord { kind, message, hints })
}

/// The `summary` record that ends a long command: its name, and its counts.
pub(crate) fn encode_summary<S: CommandSummary>(at: Timestamp, counts: &S) -> Vec<u8> {
    encode_record(at, &SummaryRecord { command: S::COMMAND, counts })
}

/// The fields of a `summary` record as a text to be kept.
pub(crate) fn encode_summary_fields<S: CommandSummary>(counts: &S) -> String {
    // Made of numbers and strings alone: it cannot fail.
    serde_json::to_string(&SummaryRecord { command: S::COMMAND, counts }).unwrap_or_default()
}

/// A point in time as every record writes it: RFC 3339 in UTC, to the millisecond.
pub(crate) fn format_instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

named! {
    ErrorRecord<'_> => "error",
}

impl<T: Serialize> NamedRecord for SummaryRecord<'_, T> {
    const TYPE: &'static str = "summary";
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
