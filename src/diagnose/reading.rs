//! Reading a value: every digest that it may stand for, with what is odd about how it is written.

use super::cause::{CauseFamily, MismatchCause};
use super::digest::HashAlgorithm;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

const fn header(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Header, words)
}

pub(super) static PREFIX_MISSING: MismatchCause = header("prefix-missing", "lacks its sha256= prefix");
static PREFIX_DOUBLED: MismatchCause = header("prefix-doubled", "has its sha256= prefix twice");
static PREFIX_CASE: MismatchCause = header("prefix-case", "has its sha256= prefix in another case");
static PREFIX_COLON: MismatchCause = header("prefix-colon", "has a colon or space after sha256 instead of =");
static PREFIX_OTHER: MismatchCause = header("prefix-other", "has a prefix other than sha256=");
pub(super) static HEX_CASE: MismatchCause = header("hex-case", "is in upper-case hexadecimal");
static BASE64: MismatchCause = header("value-base64", "is Base64 instead of hexadecimal");
static BASE64_URL: MismatchCause = header("value-base64url", "is base64url instead of hexadecimal");
static BINARY: MismatchCause = header("value-binary", "is the raw bytes of the digest instead of hexadecimal");
static BASE64_OF_HEX: MismatchCause = header("value-base64-of-hex", "is Base64 of the hexadecimal digits");
static SEPARATED: MismatchCause = header("value-separated", "has separators between its digits");
static QUOTED: MismatchCause = header("value-quoted", "is in quotes");
static PYTHON_BYTES: MismatchCause = header("value-python-bytes", "is Python's notation of bytes, b'…'");
static PERCENT: MismatchCause = header("value-percent-encoded", "is percent-encoded");
static CUT: MismatchCause = header("value-cut", "is cut: it has only the beginning of the digest");
static SEVERAL: MismatchCause = header("several-values", "is a list of several signatures");
pub(super) static REPEATED: MismatchCause = header("header-repeated", "came in more than one header line");
pub(super) static OTHER_HEADER: MismatchCause = header("other-header", "is in a header other than X-Webhook-Signature");

/// All causes of this file.
pub static ALL: [&MismatchCause; 18] = [
    &PREFIX_MISSING,
    &PREFIX_DOUBLED,
    &PREFIX_CASE,
    &PREFIX_COLON,
    &PREFIX_OTHER,
    &HEX_CASE,
    &BASE64,
    &BASE64_URL,
    &BINARY,
    &BASE64_OF_HEX,
    &SEPARATED,
    &QUOTED,
    &PYTHON_BYTES,
    &PERCENT,
    &CUT,
    &SEVERAL,
    &REPEATED,
    &OTHER_HEADER,
];

/// The fewest bytes of a cut digest that still prove something: 128 bits.
const PROVING: usize = 16;

/// A digest that a value may stand for.
#[derive(Debug, Clone)]
pub struct SignatureReading {
    /// Its bytes; fewer than the algorithm's where it was cut.
    pub tag: Vec<u8>,
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
        Some(Self { tag, algorithm, faults })
    }

    /// Whether a computed digest is this one.
    pub fn matches(&self, digest: &[u8]) -> bool {
        digest.get(..self.tag.len()) == Some(self.tag.as_slice())
    }
}

/// Every reading of a value, the plainest first.
pub fn parse_signature_value(value: &[u8]) -> Vec<SignatureReading> {
    let mut readings = Vec::new();
    let trimmed = value.trim_ascii();
    if let Ok(text) = std::str::from_utf8(trimmed) {
        readings.extend(item(text, &[]));
        readings.extend(list(text));
        readings.extend(binary_as_text(text));
    }
    readings.extend(binary(value));
    // The first half and a bit of HMAC-SHA256 is as long as a SHA-1.
    let halves = readings.iter().filter(|reading| reading.algorithm == HashAlgorithm::Sha1);
    let halves = halves.map(|half| SignatureReading {
        algorithm: HashAlgorithm::Sha256,
        faults: [&[&CUT], half.faults.as_slice()].concat(),
        ..half.clone()
    });
    let halves: Vec<SignatureReading> = halves.collect();
    readings.extend(halves);
    readings
}

/// Raw bytes; printable text of the same length is no digest.
fn binary(value: &[u8]) -> Option<SignatureReading> {
    let rest = value.strip_prefix(b"sha256=");
    let faults: &[_] = if rest.is_some() { &[&BINARY] } else { &[&BINARY, &PREFIX_MISSING] };
    let tag = rest.unwrap_or(value);
    let digest = HashAlgorithm::from_length(tag.len()).is_some() && !tag.iter().all(u8::is_ascii_graphic);
    digest.then(|| SignatureReading::of(tag.to_vec(), faults)).flatten()
}

/// Raw bytes that went through UTF-8 one by one.
fn binary_as_text(text: &str) -> Option<SignatureReading> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    binary(&bytes?)
}

/// Several values in one line, as some services send while a secret is rotated.
fn list(text: &str) -> Vec<SignatureReading> {
    let parts: Vec<&str> = text.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 || parts.len() > 32 {
        return Vec::new();
    }
    let mut readings: Vec<SignatureReading> = parts.iter().flat_map(|part| item(part, &[])).collect();
    readings.iter_mut().for_each(|reading| reading.faults.insert(0, &SEVERAL));
    readings
}

/// One value: quotes off, prefix off, digits decoded.
fn item(text: &str, faults: &[&'static MismatchCause]) -> Vec<SignatureReading> {
    let mut faults = faults.to_vec();
    let (text, wrapped) = unwrapped(text);
    faults.extend(wrapped);
    let percent = text.contains('%').then(|| percent_decoded(text)).flatten();
    let text = percent.as_deref().unwrap_or(text);
    if percent.is_some() {
        faults.push(&PERCENT);
    }
    let (rest, prefix) = prefixed(text);
    let bare = decoded(rest, &[faults.as_slice(), prefix.as_slice()].concat());
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
    let quoted = inner("\"", '"').or_else(|| inner("'", '\'')).or_else(|| inner("<", '>')).or_else(|| inner("[", ']'));
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
    let end = text.bytes().take(20).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let (name, rest) = text.split_at(end);
    let value = rest.trim_start_matches(['=', ':', ',', ' ']);
    let separator = &rest[..rest.len() - value.len()];
    if name.is_empty() || separator.is_empty() || value.is_empty() {
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
    let plain = text.strip_prefix("0x").unwrap_or(text);
    if let Some(tag) = unhex(plain) {
        let faults = if plain.len() < text.len() { with(&SEPARATED) } else { faults.to_vec() };
        readings.extend(SignatureReading::of(tag, &faults));
        return readings;
    }
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | ' ' | '\\' | 'x')).collect();
    if let Some(tag) = unhex(&digits) {
        readings.extend(SignatureReading::of(tag, &with(&SEPARATED)));
    }
    let unpadded = text.trim_end_matches('=');
    if let Ok(tag) = STANDARD_NO_PAD.decode(unpadded) {
        match std::str::from_utf8(&tag).ok().and_then(unhex) {
            Some(inner) => readings.extend(SignatureReading::of(inner, &with(&BASE64_OF_HEX))),
            None => readings.extend(SignatureReading::of(tag, &with(&BASE64))),
        }
    } else if let Ok(tag) = URL_SAFE_NO_PAD.decode(unpadded) {
        readings.extend(SignatureReading::of(tag, &with(&BASE64_URL)));
    }
    readings
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
