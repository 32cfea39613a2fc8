//! Reading a value: every digest that it may stand for, with what is odd about how it is written.

mod causes;
mod hidden;
mod unreadable;

use super::case::{DiagnosisCase, DiagnosisSubject};
use super::cause::MismatchCause;
use super::digest::HashAlgorithm;
use super::notation::{self, DigestNotation};
use crate::protocol::signature::SIGNATURE_HEADER;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
pub(super) use causes::*;
use unreadable::{binary, binary_as_text, written_lossily, written_otherwise};

/// The fewest bytes of a cut digest that still prove something: 128 bits.
const PROVING: usize = 16;

/// A digest that a value may stand for.
#[derive(Debug, Clone)]
pub(super) struct SignatureReading {
    /// Its bytes; fewer than the algorithm's where it was cut. The text itself where that cannot be read back.
    pub tag: Vec<u8>,
    /// How a digest is written to be compared with the text, where the text cannot be read back.
    pub notation: Option<DigestNotation>,
    /// The function whose value it is, by its length.
    pub algorithm: HashAlgorithm,
    /// What is odd about it, most telling first.
    pub faults: Vec<&'static MismatchCause>,
}

impl SignatureReading {
    fn of(tag: Vec<u8>, faults: &[&'static MismatchCause]) -> Option<Self> {
        let whole = HashAlgorithm::from_length(tag.len());
        let mut faults = faults.to_vec();
        let algorithm = match (whole, tag.len()) {
            (Some(algorithm), _) => algorithm,
            (None, PROVING..64) => {
                faults.push(&CUT);
                if tag.len() < 32 { HashAlgorithm::Sha256 } else { HashAlgorithm::Sha512 }
            }
            _ => return None,
        };
        Some(Self { tag, notation: None, algorithm, faults })
    }

    /// Whether a computed digest is this one.
    pub(super) fn matches(&self, digest: &[u8]) -> bool {
        if let Some(notation) = self.notation {
            return notation.matches(digest, &self.tag);
        }
        digest.get(..self.tag.len()) == Some(self.tag.as_slice())
    }
}

/// What the value in question may stand for.
pub(super) fn collect_readings(case: &DiagnosisCase) -> Vec<SignatureReading> {
    if let DiagnosisSubject::Code(got) = case.asks {
        return parse_value_for(case, got);
    }
    let mut readings: Vec<SignatureReading> =
        case.values.iter().flat_map(|value| parse_value_for(case, value)).collect();
    if case.values.len() > 1 {
        readings.iter_mut().for_each(|reading| reading.faults.insert(0, &REPEATED));
    }
    readings.extend(read_other_headers(case));
    readings.sort_by_key(|reading| reading.algorithm != HashAlgorithm::Sha256);
    readings.truncate(64);
    readings
}

/// Digests in header fields where nobody looks for them.
fn read_other_headers(case: &DiagnosisCase) -> Vec<SignatureReading> {
    let lines = case.headers.into_iter().flat_map(|headers| headers.iter());
    let telling = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        name != SIGNATURE_HEADER && ["sign", "hmac", "hash", "digest", "token"].iter().any(|part| name.contains(part))
    };
    let mut readings: Vec<SignatureReading> =
        lines.filter(|(name, _)| telling(name)).flat_map(|(_, value)| parse_signature_value(value)).collect();
    readings.iter_mut().for_each(|reading| reading.faults.insert(0, &OTHER_HEADER));
    readings
}

/// Every reading of a value that came with this body.
fn parse_value_for(case: &DiagnosisCase, value: &[u8]) -> Vec<SignatureReading> {
    let text = value.trim_ascii();
    let text = text.strip_prefix(b"sha256=").unwrap_or(text);
    if text.len() <= case.body.len() {
        return parse_signature_value(value);
    }
    let hex = std::str::from_utf8(text).ok().and_then(unhex);
    let decoded = hex.or_else(|| STANDARD_NO_PAD.decode(text.trim_ascii_end()).ok());
    let behind = decoded.as_deref().and_then(|bytes| bytes.strip_prefix(case.body)).filter(|_| !case.body.is_empty());
    let appended =
        behind.filter(|tag| tag.len() >= 32).and_then(|tag| SignatureReading::of(tag.to_vec(), &[&SUM_APPENDED]));
    appended.into_iter().chain(parse_signature_value(value)).collect()
}

/// Every reading of a value, the plainest first.
fn parse_signature_value(value: &[u8]) -> Vec<SignatureReading> {
    let mut readings = Vec::new();
    let trimmed = value.trim_ascii();
    if notation::is_object_text(trimmed) {
        return readings;
    }
    if let Ok(text) = std::str::from_utf8(trimmed) {
        match (strip_printed(text), strip_inspected(text)) {
            (Some(digits), _) => readings.extend(item(digits, &[&PRINTED])),
            (_, Some(digits)) => readings.extend(item(&digits, &[&INSPECTED])),
            _ => {
                readings.extend(item(text, &[]));
                readings.extend(list(text));
            }
        }
        readings.extend(hidden::read_hidden(text));
        readings.extend(binary_as_text(text));
        readings.extend(written_lossily(text));
    }
    readings.extend(binary(value));
    // What was cut off a longer digest may be as long as a shorter one.
    let shorter = |reading: &SignatureReading| match reading.algorithm {
        HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Sha224 => Some(HashAlgorithm::Sha256),
        HashAlgorithm::Sha384 => Some(HashAlgorithm::Sha512),
        _ => None,
    };
    let halves = readings.iter().filter_map(|half| {
        let faults = [&[&CUT], half.faults.as_slice()].concat();
        Some(SignatureReading { algorithm: shorter(half)?, faults, ..half.clone() })
    });
    let halves: Vec<SignatureReading> = halves.collect();
    readings.extend(halves);
    // Whoever sends the right function beside another is looked at for the right one.
    readings.sort_by_key(|reading| reading.algorithm != HashAlgorithm::Sha256);
    readings
}

/// The digits in `SHA2-256(stdin)= …` of `openssl dgst` and `… *-` of `sha256sum`.
fn strip_printed(text: &str) -> Option<&str> {
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    if let Some((words, digits)) = text.split_once(")= ").or_else(|| text.split_once(") = ")) {
        return (words.contains('(') && words.len() <= 200).then(|| digits.trim());
    }
    let (digits, file) = text.split_once(' ')?;
    let names = file.strip_prefix(' ').or_else(|| file.strip_prefix('*'))?;
    (unhex(digits).is_some() && !names.is_empty() && unhex(names).is_none()).then_some(digits)
}

/// The digits in `<Buffer a3 …>` of Node's `util.inspect`.
fn strip_inspected(text: &str) -> Option<String> {
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    Some(text.strip_prefix("<Buffer ")?.strip_suffix('>')?.replace(' ', ""))
}

/// Several values in one line, as some services send while a secret is rotated.
fn list(text: &str) -> Vec<SignatureReading> {
    let parts: Vec<&str> = text.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 || parts.len() > 32 {
        return Vec::new();
    }
    let mut readings: Vec<SignatureReading> = parts.iter().flat_map(|part| item(part, &[])).collect();
    // A single value beside a word is no list.
    let valued = |part: &&&str| part.contains('=') || !item(part, &[]).is_empty();
    if parts.iter().filter(valued).count() < 2 {
        return Vec::new();
    }
    // A digest with a parameter behind it (; v=1) is one value among other text.
    let digests = parts.iter().filter(|part| !item(part, &[]).is_empty()).count();
    if digests == 1 && text.contains(';') && !parts.iter().any(|part| is_time(part)) {
        return Vec::new();
    }
    // A timestamp and one signature are no list.
    if parts.iter().filter(|part| !is_time(part)).count() == 1 {
        readings.iter_mut().for_each(|reading| reading.faults.retain(|fault| *fault != &PREFIX_OTHER));
        readings.iter_mut().for_each(|reading| reading.faults.insert(0, &TIMESTAMPED));
    } else {
        readings.iter_mut().for_each(|reading| reading.faults.insert(0, &SEVERAL));
    }
    readings
}

/// `t=1700000000`.
fn is_time(part: &str) -> bool {
    let Some((name, digits)) = part.split_once('=') else { return false };
    matches!(name, "t" | "ts" | "time" | "timestamp") && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// One value: quotes off, prefix off, digits decoded.
fn item(text: &str, faults: &[&'static MismatchCause]) -> Vec<SignatureReading> {
    let mut faults = faults.to_vec();
    let (text, wrapped) = unwrapped(text);
    faults.extend(wrapped);
    // An escaped byte may be the sign of percent.
    let percent = (text.contains('%') && !text.contains('\\')).then(|| percent_decoded(text)).flatten();
    let text = percent.as_deref().unwrap_or(text);
    if percent.is_some() {
        faults.push(&PERCENT);
    }
    let (rest, prefix) = prefixed(text);
    let (rest, inside) = if rest.len() < text.len() { unwrapped(rest) } else { (rest, None) };
    let around = [faults.as_slice(), prefix.as_slice()].concat();
    let within: Vec<_> = inside.into_iter().chain(around.iter().copied()).collect();
    let mut bare = decoded(rest, &within);
    // Brackets and quotes belong to a list of bytes, and to Python's bytes.
    let python = within.iter().filter(|fault| **fault == &PYTHON_BYTES).copied();
    bare.extend(written_otherwise(rest, &python.chain(around).collect::<Vec<_>>()));
    // Whoever writes b'…' has one fault, whatever stands inside.
    bare.iter_mut().for_each(|reading| reading.faults.sort_by_key(|fault| *fault != &PYTHON_BYTES));
    if !bare.is_empty() || rest.len() == text.len() {
        return bare;
    }
    // What looked like a prefix may be part of a Base64 value.
    decoded(text, &[faults.as_slice(), &[&PREFIX_MISSING]].concat())
}

fn unwrapped(text: &str) -> (&str, Option<&'static MismatchCause>) {
    let inner = |open: &str, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(inner) = inner("b'", '\'').or_else(|| inner("b\"", '"')) {
        return (inner, Some(&PYTHON_BYTES));
    }
    if let Some(inner) = inner("[", ']') {
        return (inner.trim_matches(['"', '\'']), Some(&LISTED));
    }
    let quoted = inner("\"", '"').or_else(|| inner("'", '\'')).or_else(|| inner("<", '>'));
    quoted.map_or((text, None), |inner| (inner.trim_matches(['"', '\'']), Some(&QUOTED)))
}

fn percent_decoded(text: &str) -> Option<String> {
    let field = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(field.as_bytes()).next().map(|(_, value)| value.into_owned())
}

/// Takes prefixes off, and says what is wrong with them.
fn prefixed(text: &str) -> (&str, Vec<&'static MismatchCause>) {
    if let Some(rest) = text.strip_prefix("sha256=") {
        let again = prefixed(rest);
        return match again.1.as_slice() {
            [only] if *only == &PREFIX_MISSING => (rest, Vec::new()),
            _ => (again.0, vec![&PREFIX_DOUBLED]),
        };
    }
    // sha256- and sha256/, as browsers write digests.
    let dashed = text.get(..6).filter(|name| name.eq_ignore_ascii_case("sha256")).map(|_| &text[6..]);
    if let Some(value) = dashed.and_then(|rest| rest.strip_prefix(['-', '/', '_', '.'])) {
        return (value, vec![&PREFIX_COLON]);
    }
    let end = text.bytes().take(20).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let (name, rest) = text.split_at(end);
    let value = rest.trim_start_matches(['=', ':', ',', ' ']);
    let separator = &rest[..rest.len() - value.len()];
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !named || separator.is_empty() || value.is_empty() {
        return (text, vec![&PREFIX_MISSING]);
    }
    let fault = match (name.eq_ignore_ascii_case("sha256"), separator) {
        (true, "=") if name == "sha256" => return (value, vec![&PREFIX_DOUBLED]),
        (true, "=") => &PREFIX_CASE,
        (true, _) => &PREFIX_COLON,
        (false, _) => &PREFIX_OTHER,
    };
    (value, vec![fault])
}

/// What digits or Base64 stand for.
fn decoded(text: &str, faults: &[&'static MismatchCause]) -> Vec<SignatureReading> {
    let with = |cause: &'static MismatchCause| [&[cause], faults].concat();
    let mut readings = Vec::new();
    if text.trim().len() < text.len() {
        let cause = if text.starts_with(' ') { &SPACED } else { &WRAPPED };
        return decoded(text.trim(), &with(cause));
    }
    let plain = text.strip_prefix("0x").unwrap_or(text);
    if let Some(tag) = unhex(plain) {
        let inner = std::str::from_utf8(&tag).ok();
        let prefixless = inner.map(|inner| inner.strip_prefix("sha256=").unwrap_or(inner));
        let twice = prefixless.and_then(unhex);
        let thrice = twice.as_deref().and_then(|twice| unhex(std::str::from_utf8(twice).ok()?));
        let again = [twice, thrice].into_iter().flatten();
        readings.extend(again.filter_map(|again| SignatureReading::of(again, &with(&HEX_OF_HEX))));
        let base64 = inner.and_then(decode_whole).map(|twice| SignatureReading::of(twice, &with(&HEX_OF_BASE64)));
        readings.extend(base64.flatten());
        let faults = match plain.len() {
            // Whole, and one digit more.
            65 => with(&LONGER),
            length if length < text.len() => with(&HEX_PREFIX),
            _ => faults.to_vec(),
        };
        readings.extend(SignatureReading::of(tag, &faults));
        readings.extend(unreadable::mistyped(plain, &with(&MISTYPED)));
        return readings;
    }
    readings.extend(unreadable::mistyped(plain, &with(&MISTYPED)));
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | ' ' | '\\' | 'x')).collect();
    if let Some(tag) = unhex(&digits) {
        readings.extend(SignatureReading::of(tag, &with(&SEPARATED)));
    }
    let unpadded = text.trim_end_matches('=');
    if let Ok(tag) = STANDARD_NO_PAD.decode(unpadded) {
        let inner = std::str::from_utf8(&tag).ok().map(|inner| inner.strip_prefix("sha256=").unwrap_or(inner));
        match (inner.and_then(unhex), inner.and_then(decode_whole)) {
            (Some(inner), _) => readings.extend(SignatureReading::of(inner, &with(&BASE64_OF_HEX))),
            (None, Some(inner)) => readings.extend(SignatureReading::of(inner, &with(&BASE64_TWICE))),
            _ => readings.extend(SignatureReading::of(tag, &with(&BASE64))),
        }
    } else if let Ok(tag) = URL_SAFE_NO_PAD.decode(unpadded) {
        readings.extend(SignatureReading::of(tag, &with(&BASE64_URL)));
    }
    readings
}

/// Base64 of a whole digest.
fn decode_whole(text: &str) -> Option<Vec<u8>> {
    let tag = STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')).ok()?;
    HashAlgorithm::from_length(tag.len()).map(|_| tag)
}

/// Hexadecimal digits; a lone last one is dropped, since what lost one digit is still told from chance.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let whole = text.len() >= 2 * PROVING && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !whole {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}
