//! The doctor: why a signature does not match.
//!
//! A pure search. Given a body, the headers it came with and the secrets that may have signed it, it tries what
//! programs are known to hash, key and write until the value in question is reproduced: a hit is proof, and names
//! what the other side did. Where nothing is reproduced, it tells what the case shows marks of, and what is possible.
//!
//! May know `protocol`. Has no clock: the caller hands in the question whether there is still time. Never returns an
//! expected signature or a secret; of a secret it tells the length and the class of an odd character at its edge.
//!
//! `case` is what is asked, `reading` what the value may stand for, `forms`, `keys`, `framing` and `digest` what is
//! tried, `search` the order in which, `verdict` and `difference` what is told, `advice` and `framework` what to do
//! about it, `probe` how an endpoint is found out from outside.

mod advice;
mod base32;
mod case;
mod cause;
mod difference;
mod digest;
mod findings;
mod forms;
mod framework;
mod framing;
mod html;
mod keys;
mod lenient;
mod notation;
mod percent;
mod probe;
mod reading;
mod search;
#[cfg(test)]
mod tests;

pub use advice::{CauseAdvice, advise_on_cause};
pub use case::{DiagnosisCase, DiagnosisSubject, KnownSecret};
pub use cause::{CauseFamily, FindingCertainty, MismatchCause};
pub use difference::ByteDifference;
pub use findings::{CauseFinding, Diagnosis};
pub use framework::{FRAMEWORKS, WebFramework};
pub(crate) use probe::{
    ProbeReport, ProbeRequest, ProbeResponse, ProbedServer, REQUESTS, ServerLanguage, guess_rewriting, probe_endpoint,
};
pub use search::{BODY_LIMIT, HASHES, SearchStopReason};

use forms::BodySource;

/// Finds out why a value does not match. `go_on` is asked before every step that costs time.
pub fn diagnose_case(
    case: &DiagnosisCase,
    framework: Option<&WebFramework>,
    go_on: &mut dyn FnMut() -> bool,
) -> Diagnosis {
    let text = forms::decode_text(case.body);
    let source = BodySource::new(case.body, &text);
    let searched = search::search_causes(case, &source, go_on);
    findings::build_diagnosis(case, &source, &searched, framework)
}

/// What a program makes of a body that does what the cause with this id says: every variant, none where the body has
/// no such form.
pub fn make_forms(id: &str, body: &[u8]) -> Vec<Vec<u8>> {
    let text = forms::decode_text(body);
    forms::find_form(id).map(|form| form.make(&BodySource::new(body, &text))).unwrap_or_default()
}

/// Every cause that there is.
pub fn all_causes() -> impl Iterator<Item = &'static MismatchCause> {
    let forms = forms::all_forms().map(|form| &form.cause);
    let keys = keys::KEY_FORMS.iter().chain(&keys::LONE_KEY_FORMS).map(|form| &form.cause);
    let probed = probe::ALL;
    let lists = [
        &keys::MORE[..],
        &framing::ALL,
        &digest::ALL,
        &search::ALL,
        &reading::ALL,
        &findings::ALL,
        &cause::unproved::ALL,
        &probed,
    ];
    let lists = lists.map(<[&'static MismatchCause]>::to_vec);
    forms.chain(keys).chain(lists.into_iter().flatten())
}
