//! A diagnosis as the fields of a record.

use crate::diagnose::{
    CauseAdvice, CauseFinding, Diagnosis, DiagnosisSubject, FindingCertainty, SearchStopReason, WebFramework,
    advise_on_cause,
};
use crate::output::records::{CauseFields, DiagnosisFields, DifferenceFields};

/// The fields that a diagnosis adds to a record: `causes`, `difference`, `hashes`, `searched`.
pub fn diagnosis_fields(
    diagnosis: &Diagnosis,
    asks: DiagnosisSubject,
    framework: Option<&WebFramework>,
) -> DiagnosisFields {
    let searched = match diagnosis.stopped {
        None => "found",
        Some(SearchStopReason::Exhausted) => "exhausted",
        Some(SearchStopReason::Hashes) => "bounded",
        Some(SearchStopReason::Time) => "timed_out",
    };
    let difference = diagnosis.difference.as_ref();
    DiagnosisFields {
        causes: diagnosis.findings.iter().map(|finding| cause_fields(finding, asks, framework)).collect(),
        difference: difference
            .map(|place| DifferenceFields::of((place.at, place.from), &place.received, &place.hashed)),
        searched,
        hashes: u64::from(diagnosis.hashes),
    }
}

fn cause_fields(finding: &CauseFinding, asks: DiagnosisSubject, framework: Option<&WebFramework>) -> CauseFields {
    let CauseAdvice { fix, code, check } = advise_on_cause(finding.cause, asks, framework);
    CauseFields {
        id: finding.cause.id,
        family: finding.cause.family.name(),
        certainty: certainty(finding.certainty),
        message: finding.sentence.clone(),
        also: finding.also.iter().map(|cause| cause.id).collect(),
        fix,
        code,
        check,
    }
}

/// How sure it is, for programs.
fn certainty(certainty: FindingCertainty) -> &'static str {
    match certainty {
        FindingCertainty::Proof => "proof",
        FindingCertainty::Consistent => "consistent",
        FindingCertainty::Possible => "possible",
    }
}
