//! From what the search found to what is told: causes in order, each with a sentence and its certainty.

use super::case::{DiagnosisCase, DiagnosisSubject, KnownSecret};
use super::cause::{CauseFamily, FindingCertainty, MismatchCause, unproved};
use super::difference::{ByteDifference, find_difference};
use super::forms::{BodyForm, BodySource, all_forms};
use super::framework::WebFramework;
use super::notation;
use super::reading;
use super::search::{BODY_LIMIT, CauseSearchOutcome, SearchStopReason, SignatureMatch};

/// A cause, how sure it is, and a sentence about it.
#[derive(Debug, Clone)]
pub struct CauseFinding {
    /// The cause.
    pub cause: &'static MismatchCause,
    /// How sure it is.
    pub certainty: FindingCertainty,
    /// One clause in lower case, without a full stop. May name what an endpoint answered.
    pub sentence: String,
    /// Causes that would have given the very same bytes.
    pub also: Vec<&'static MismatchCause>,
}

/// Everything that is told about a case.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// Causes, the most telling first; empty where the value is the one that it should be.
    pub findings: Vec<CauseFinding>,
    /// Where the received and the hashed bytes part.
    pub difference: Option<ByteDifference>,
    /// Values computed.
    pub hashes: u32,
    /// Why the search ended; `None` after a hit.
    pub stopped: Option<SearchStopReason>,
}

impl Diagnosis {
    /// Whether the first cause is proved.
    pub fn is_proved(&self) -> bool {
        self.findings.first().is_some_and(|finding| finding.certainty == FindingCertainty::Proof)
    }

    /// Whether there was no time to try everything.
    pub fn is_partial(&self) -> bool {
        self.stopped == Some(SearchStopReason::Time)
    }
}

/// Puts a search into words.
pub(super) fn build_diagnosis(
    case: &DiagnosisCase,
    source: &BodySource,
    searched: &CauseSearchOutcome,
    framework: Option<&WebFramework>,
) -> Diagnosis {
    let (findings, difference) = match &searched.found {
        Ok(hit) => (explain_match(case, source, hit, framework), locate_difference(case, hit)),
        Err(_) => (list_possible_causes(case, searched), None),
    };
    let stopped = searched.found.as_ref().err().copied();
    Diagnosis { findings, difference, hashes: searched.hashes, stopped }
}

/// Who did what is told.
fn actor(case: &DiagnosisCase) -> &'static str {
    if case.asks.is_code() { "your code" } else { "the sender" }
}

/// The clause about a cause.
fn clause(case: &DiagnosisCase, cause: &MismatchCause) -> String {
    let (actor, words) = (actor(case), cause.words);
    match cause.family {
        CauseFamily::Json | CauseFamily::Bytes if case.asks == DiagnosisSubject::File => describe_file(cause),
        CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent => format!("{actor} hashed {words}"),
        CauseFamily::Key | CauseFamily::Hole | CauseFamily::Algorithm => format!("{actor} used {words}"),
        CauseFamily::Framing => format!("{actor} signed {words}"),
        CauseFamily::Header if case.asks.is_code() => format!("your code's value {words}"),
        CauseFamily::Header => format!("the signature {words}"),
        CauseFamily::Unproved if case.asks.is_code() => words_for_code(cause).to_owned(),
        CauseFamily::Comparison | CauseFamily::Unproved => words.to_owned(),
    }
}

/// A file that is not what was signed is not always what was sent either: it is spoken of first, and the sender second.
fn describe_file(cause: &MismatchCause) -> String {
    let certain = match cause.id {
        "newline-removed" => "the file has a line break at its end that was not signed",
        "newline-added" => "the file lacks a line feed at its end that was signed",
        "crlf-added" => "the file lacks a CR and LF at its end that were signed",
        "bom-removed" => "the file begins with a byte order mark that was not signed",
        "body-trimmed" => "the file has white space around the body that was not signed",
        "lf-lines" => "the file has CRLF line breaks, as Windows writes them; LF was signed",
        "crlf-lines" => "the file has LF line breaks; CRLF was signed",
        "lines-joined" => "the file has line breaks that were not signed",
        "lines-added" => "the file lacks line breaks that were signed",
        "charset-from-utf-16" => "the file is in UTF-16; UTF-8 was signed",
        "charset-from-latin-1" => "the file is in Latin-1 or Windows-1252; UTF-8 was signed",
        "charset-undoubled" => "the file is encoded in UTF-8 twice; once was signed",
        "gzip-undone" => "the file is still compressed with gzip; the body inside it was signed",
        "deflate-undone" => "the file is still compressed with deflate; the body inside it was signed",
        "brotli-undone" => "the file is still compressed with Brotli; the body inside it was signed",
        "quotes-straightened" => {
            "the file has typographic quotes, dashes or spaces, as word processors make them; plain ones were signed"
        }
        "html-unescaped" => "the file has &quot; or other escapes of HTML; the characters themselves were signed",
        "slashes-removed" => "the file has backslashes before its quotes that were not signed",
        "lines-unmarked" => "the file has marks on its lines (numbers, >, +, $) that were not signed",
        "body-part" => "the file holds more than the body: only one line or part of it was signed",
        _ => "",
    };
    if !certain.is_empty() {
        return certain.to_owned();
    }
    let words = cause.words;
    if cause.family == CauseFamily::Bytes {
        return format!("the file may not be what was sent: the signature is that of {words}");
    }
    let words = words.replace("re-serialised JSON", "the same JSON");
    format!(
        "the file may not be what was sent: the signature is that of {words}; an editor, jq, a formatter or curl -d may \
         have changed the file, or else the sender serialised the JSON again before signing"
    )
}

/// What is not proved of the sender is said in other words of the user's own code.
fn words_for_code(cause: &MismatchCause) -> &'static str {
    match cause.id {
        "other-secret" => "your code used a secret that is not known here",
        "body-changed" => {
            "your code hashed other bytes than these: of another delivery, or changed before it hashed them"
        }
        "body-rebuilt" => "your code hashed a body rebuilt from data: fields renamed, added or left out",
        "body-preceded" => {
            "your code hashed something before the body that is not known here: a timestamp, an id or the URL, as for \
             Stripe, Slack, Svix and Twilio"
        }
        "other-digest" => "your code's value is not as long as an HMAC-SHA256",
        "no-digest" => "your code's value is not a digest in any known encoding",
        "value-empty" => "your code's value is empty",
        _ => cause.words,
    }
}

fn explain_match(
    case: &DiagnosisCase,
    source: &BodySource,
    hit: &SignatureMatch,
    framework: Option<&WebFramework>,
) -> Vec<CauseFinding> {
    let (form, also) = match &hit.form {
        Some((form, _)) if hit.inner.is_some() => (Some(&form.cause), Vec::new()),
        Some((form, bytes)) => find_twins(source, &form.cause, bytes, framework),
        None => (None, Vec::new()),
    };
    let causes = [hit.inner, form, hit.key, hit.frame, hit.function, hit.algorithm_cause()];
    let mut findings: Vec<CauseFinding> = causes
        .into_iter()
        .flatten()
        .map(|cause| CauseFinding {
            cause,
            certainty: FindingCertainty::Proof,
            sentence: clause(case, cause),
            also: Vec::new(),
        })
        .collect();
    if let Some(first) = findings.first_mut().filter(|_| form.is_some()) {
        first.also = also;
    }
    let known = hit.secret.and_then(|at| case.secrets.get(at));
    if let (Some(cause), Some(known)) = (hit.key, known) {
        name_secret(&mut findings, cause, known, case);
    }
    findings.extend(describe_encoding(case, hit, findings.is_empty()));
    findings
}

/// Other causes that give the same bytes. Among those that read JSON and write it again, the one that the framework
/// suggests comes first; a smaller edit of the bytes stays first whatever the framework.
fn find_twins(
    source: &BodySource,
    cause: &'static MismatchCause,
    bytes: &[u8],
    framework: Option<&WebFramework>,
) -> (Option<&'static MismatchCause>, Vec<&'static MismatchCause>) {
    let like = |form: &&BodyForm| match (cause.family, form.cause.family) {
        (CauseFamily::Json, CauseFamily::Json) => true,
        (CauseFamily::Bytes, CauseFamily::Bytes | CauseFamily::Json) => form.tier < 3,
        _ => false,
    };
    let same =
        all_forms().filter(like).filter(|form| source.is_small() && form.make(source).iter().any(|made| made == bytes));
    let mut causes: Vec<&'static MismatchCause> =
        same.map(|form| &form.cause).filter(|other| other.id != cause.id).collect();
    let suggested = framework.filter(|framework| cause.family == CauseFamily::Json && !framework.suggests(cause.id));
    let better = suggested.and_then(|framework| causes.iter().position(|other| framework.suggests(other.id)));
    match better {
        Some(at) => {
            let first = std::mem::replace(&mut causes[at], cause);
            (Some(first), causes)
        }
        None => (Some(cause), causes),
    }
}

/// Says which secret it was, and what is odd about it.
fn name_secret(
    findings: &mut [CauseFinding],
    cause: &'static MismatchCause,
    known: &KnownSecret,
    case: &DiagnosisCase,
) {
    let Some(finding) = findings.iter_mut().find(|finding| finding.cause == cause) else { return };
    if cause == &super::keys::OTHER_KNOWN {
        finding.sentence = format!("{} used another secret: the one {}", actor(case), known.origin);
    } else if !known.current {
        finding.sentence = format!("{}, made of the secret {}", finding.sentence, known.origin);
    }
    if let Some(odd) = odd_edges(known) {
        finding.sentence = format!("{} ({odd})", finding.sentence);
    }
}

/// What is odd about how the value was written.
fn describe_encoding(case: &DiagnosisCase, hit: &SignatureMatch, alone: bool) -> Vec<CauseFinding> {
    let finding = |cause: &'static MismatchCause, certainty, sentence| CauseFinding {
        cause,
        certainty,
        sentence,
        also: Vec::new(),
    };
    let DiagnosisSubject::Code(got) = case.asks else {
        let faults = hit.reading.faults.iter();
        return faults.map(|cause| finding(cause, FindingCertainty::Proof, clause(case, cause))).collect();
    };
    let prefixed = case.values.is_empty() || case.values.iter().any(|value| value.trim_ascii().starts_with(b"sha256="));
    let mut findings = Vec::new();
    for &cause in &hit.reading.faults {
        let bare_digits = got.trim_ascii().len() == 64 && got.trim_ascii().iter().all(u8::is_ascii_hexdigit);
        if cause != &reading::PREFIX_MISSING {
            findings.push(finding(cause, FindingCertainty::Proof, clause(case, cause)));
        } else if prefixed && !bare_digits {
            findings.push(finding(cause, FindingCertainty::Consistent, clause(case, cause)));
        } else if prefixed {
            let sure = alone && hit.reading.faults.len() == 1;
            let certainty = if sure { FindingCertainty::Proof } else { FindingCertainty::Consistent };
            findings.push(finding(&BARE_COMPARISON, certainty, clause(case, &BARE_COMPARISON)));
        }
    }
    if got.trim_ascii().len() < got.len() && !hit.reading.faults.contains(&&reading::BINARY) {
        findings.push(finding(&reading::PADDED, FindingCertainty::Proof, clause(case, &reading::PADDED)));
    }
    let digits = &got[got.iter().position(|&byte| byte == b'=').map_or(0, |at| at + 1)..];
    let hexadecimal = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    if hexadecimal && digits.iter().any(u8::is_ascii_uppercase) {
        findings.push(finding(&reading::HEX_CASE, FindingCertainty::Proof, clause(case, &reading::HEX_CASE)));
    }
    findings
}

/// The first fault of the documentation's sample.
static BARE_COMPARISON: MismatchCause = MismatchCause::new(
    "bare-comparison",
    CauseFamily::Comparison,
    "your code's value lacks the sha256= with which the header begins: 64 characters against 71, which never match and \
     make Node's timingSafeEqual throw (the sample in the service's documentation has this fault)",
);

/// All causes of this file.
pub(super) static ALL: [&MismatchCause; 1] = [&BARE_COMPARISON];

/// Only where the body alone was hashed in another form can the place be shown.
fn locate_difference(case: &DiagnosisCase, hit: &SignatureMatch) -> Option<ByteDifference> {
    let (form, bytes) = hit.form.as_ref()?;
    let shown = matches!(form.cause.family, CauseFamily::Json | CauseFamily::Bytes);
    shown.then(|| find_difference(case.body, bytes)).flatten()
}

/// What may be said where nothing was reproduced.
fn list_possible_causes(case: &DiagnosisCase, searched: &CauseSearchOutcome) -> Vec<CauseFinding> {
    let consistent = find_marks(case, searched);
    let mut findings: Vec<CauseFinding> = consistent
        .into_iter()
        .map(|(cause, sentence)| CauseFinding {
            cause,
            certainty: FindingCertainty::Consistent,
            sentence,
            also: Vec::new(),
        })
        .collect();
    if searched.readable && asked_value(case).and_then(notation::name_other).is_none() {
        let other = (!case.asks.is_code()).then_some(&unproved::OTHER_DELIVERY);
        let possible =
            [&unproved::OTHER_SECRET, &unproved::BODY_CHANGED, &unproved::BODY_REBUILT, &unproved::BODY_PRECEDED];
        findings.extend(possible.into_iter().chain(other).map(|cause| CauseFinding {
            cause,
            certainty: FindingCertainty::Possible,
            sentence: clause(case, cause),
            also: Vec::new(),
        }));
    }
    findings
}

/// Marks that a cause leaves without being proved.
fn find_marks(case: &DiagnosisCase, searched: &CauseSearchOutcome) -> Vec<(&'static MismatchCause, String)> {
    let mut marks = Vec::new();
    let mut put =
        |cause: &'static MismatchCause, detail: String| marks.push((cause, format!("{}{detail}", clause(case, cause))));
    let length = case
        .header_values("content-length")
        .next()
        .and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok());
    if let Some(announced) = length.filter(|&announced: &usize| announced > case.body.len()) {
        put(&unproved::BODY_CUT, format!(" ({} of {announced} bytes)", case.body.len()));
    }
    let encoded =
        case.header_values("content-encoding").any(|value| !value.trim_ascii().eq_ignore_ascii_case(b"identity"));
    if encoded && std::str::from_utf8(case.body).is_ok() {
        put(&unproved::BODY_DECODED, String::new());
    }
    if case.body.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes()) {
        put(&unproved::BODY_LOSSY, String::new());
    }
    if let Some(odd) = case.secrets.iter().filter(|known| known.current).find_map(odd_edges) {
        put(&unproved::SECRET_EDGES, format!(": {odd}"));
    }
    match asked_value(case) {
        Some(b"" | b"sha256=") => put(&unproved::VALUE_EMPTY, String::new()),
        Some(value) if notation::name_other(value).is_some() => {
            let what = notation::name_other(value).unwrap_or_default();
            put(&unproved::NO_DIGEST, format!(": it is {what}"));
        }
        Some(_) if !searched.readable => put(&unproved::NO_DIGEST, String::new()),
        Some(value) if other_length(value) => put(&unproved::OTHER_DIGEST, String::new()),
        _ => {}
    }
    if case.body.len() > BODY_LIMIT {
        put(&unproved::TOO_LARGE, format!(" ({} bytes, {BODY_LIMIT} at most)", case.body.len()));
    }
    marks
}

/// The value that is explained, or the first of several.
fn asked_value<'a>(case: &DiagnosisCase<'a>) -> Option<&'a [u8]> {
    let asked = match case.asks {
        DiagnosisSubject::Code(got) => Some(got),
        _ => case.values.first().copied(),
    };
    asked.map(<[u8]>::trim_ascii)
}

fn other_length(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"sha256=").unwrap_or(value);
    digits.iter().all(u8::is_ascii_hexdigit) && digits.len() != 64
}

/// The length of a secret and the class of an odd character at its edge: all that may be said of one.
fn odd_edges(known: &KnownSecret) -> Option<String> {
    let secret = known.secret.expose();
    let class = |byte: &u8| match byte {
        b'\n' => Some("a line feed"),
        b'\r' => Some("a carriage return"),
        b' ' | b'\t' => Some("a space"),
        b'"' | b'\'' | b'`' => Some("a quote"),
        0..=0x1f | 0x7f => Some("a control character"),
        0x80.. => Some("a non-ASCII character"),
        _ => None,
    };
    let (first, last) = (secret.first().and_then(class), secret.last().and_then(class));
    let what = match (first, last) {
        (Some(first), Some(last)) => format!("begins with {first} and ends with {last}"),
        (Some(first), None) => format!("begins with {first}"),
        (None, Some(last)) => format!("ends with {last}"),
        (None, None) => return None,
    };
    Some(format!("the secret {}, {} bytes long, {what}", known.origin, secret.len()))
}
