//! A diagnosis as the fields of a record.

use crate::diagnose::{
    CauseAdvice, CauseFinding, Diagnosis, DiagnosisSubject, SearchStopReason, WebFramework, advise_on_cause,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The fields that a diagnosis adds to a record: `causes`, `difference`, `hashes`, `searched`.
pub fn diagnosis_fields(
    diagnosis: &Diagnosis,
    asks: DiagnosisSubject,
    framework: Option<&WebFramework>,
) -> Map<String, Value> {
    let mut fields = Map::new();
    let causes: Vec<Value> = diagnosis.findings.iter().map(|finding| cause_fields(finding, asks, framework)).collect();
    fields.insert("causes".into(), Value::from(causes));
    if let Some(place) = &diagnosis.difference {
        let mut difference = Map::new();
        difference.insert("byte".into(), json!(place.at));
        difference.insert("excerpt_from".into(), json!(place.from));
        difference.extend([side("received", &place.received), side("hashed", &place.hashed)]);
        fields.insert("difference".into(), Value::Object(difference));
    }
    let searched = match diagnosis.stopped {
        None => "found",
        Some(SearchStopReason::Exhausted) => "exhausted",
        Some(SearchStopReason::Hashes) => "bounded",
        Some(SearchStopReason::Time) => "timed_out",
    };
    fields.insert("searched".into(), json!(searched));
    fields.insert("hashes".into(), json!(diagnosis.hashes));
    fields
}

fn cause_fields(finding: &CauseFinding, asks: DiagnosisSubject, framework: Option<&WebFramework>) -> Value {
    let CauseAdvice { fix, code, check } = advise_on_cause(finding.cause, asks, framework);
    let also: Vec<&str> = finding.also.iter().map(|cause| cause.id).collect();
    json!({
        "id": finding.cause.id,
        "family": finding.cause.family,
        "certainty": finding.certainty,
        "message": finding.sentence,
        "also": also,
        "fix": fix,
        "code": code,
        "check": check,
    })
}

/// Bytes as text, or in Base64 where they are none.
fn side(name: &str, bytes: &[u8]) -> (String, Value) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (name.to_owned(), json!(text)),
        Err(_) => (format!("{name}_base64"), json!(STANDARD.encode(bytes))),
    }
}
