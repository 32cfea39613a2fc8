//! Values that are raw bytes, or from which a digest can no longer be read back.

use super::super::notation::{self, DigestNotation};
use super::{
    BINARY, BYTE_LIST, CUT, CUT_START, DECIMAL, LEADING_ZERO, LOWERED, PREFIX_MISSING, READ_AS_TEXT, SIGNED_BYTES,
    SignatureReading, UNPADDED,
};
use crate::diagnose::cause::MismatchCause;
use crate::diagnose::digest::HashAlgorithm;

/// Raw bytes; printable text of the same length is no digest.
pub(super) fn binary(value: &[u8]) -> Option<SignatureReading> {
    let rest = value.strip_prefix(b"sha256=");
    let faults: &[_] = if rest.is_some() { &[&BINARY] } else { &[&BINARY, &PREFIX_MISSING] };
    let tag = rest.unwrap_or(value);
    let digest = HashAlgorithm::from_length(tag.len()).is_some() && !tag.iter().all(|byte| matches!(byte, b' '..=b'~'));
    digest.then(|| SignatureReading::of(tag.to_vec(), faults)).flatten()
}

/// A digest that no longer can be read back from its text, and lists of its bytes.
pub(super) fn written_otherwise(text: &str, faults: &[&'static MismatchCause]) -> Vec<SignatureReading> {
    let with = |cause: &'static MismatchCause| [&[cause], faults].concat();
    let lower = text.to_ascii_lowercase();
    let notated = notation::guess_notations(&lower).into_iter().map(|notation| {
        let cause = match notation {
            DigestNotation::Unpadded => &UNPADDED,
            DigestNotation::Number | DigestNotation::SignedNumber => &LEADING_ZERO,
            DigestNotation::SignedBytes => &SIGNED_BYTES,
            DigestNotation::Lossy => &READ_AS_TEXT,
            DigestNotation::Decimal => &DECIMAL,
            DigestNotation::End(_) => &CUT_START,
            DigestNotation::LowerBase64 => &LOWERED,
            DigestNotation::Mistyped => &super::MISTYPED,
        };
        let (tag, algorithm) = (lower.clone().into_bytes(), HashAlgorithm::Sha256);
        SignatureReading { tag, notation: Some(notation), algorithm, faults: with(cause) }
    });
    let listed = notation::parse_byte_list(text).and_then(|tag| SignatureReading::of(tag, &with(&BYTE_LIST)));
    let escaped = notation::parse_escaped_bytes(text).and_then(|tag| SignatureReading::of(tag, &with(&BINARY)));
    let is_base64 = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'/');
    let unpadded = text.trim_end_matches('=');
    let lowered = (unpadded.len() == 43 && unpadded.bytes().all(is_base64))
        .then(|| unreadable(unpadded.into(), DigestNotation::LowerBase64, with(&LOWERED)));
    let lossy = hex_of_text(&lower).map(|tag| unreadable(tag, DigestNotation::Lossy, with(&READ_AS_TEXT)));
    notated.chain(listed).chain(escaped).chain(lowered).chain(lossy).chain(shortened(text, &with(&CUT))).collect()
}

fn unreadable(tag: Vec<u8>, notation: DigestNotation, faults: Vec<&'static MismatchCause>) -> SignatureReading {
    SignatureReading { tag, notation: Some(notation), algorithm: HashAlgorithm::Sha256, faults }
}

/// Hexadecimal digits of a digest that had been decoded as UTF-8: `digest().toString()`, then hexadecimal.
fn hex_of_text(lower: &str) -> Option<Vec<u8>> {
    let bytes = lower.contains("efbfbd").then(|| super::unhex(lower)).flatten()?;
    let text = String::from_utf8(bytes).ok().filter(|text| notation::is_lossy_text(text))?;
    Some(DigestNotation::trim_text(&text))
}

/// The fewest digits before an ellipsis that prove something: 64 bits, of which a search meets none by chance.
const BEFORE_ELLIPSIS: usize = 16;

/// A beginning with an ellipsis behind it.
fn shortened(text: &str, faults: &[&'static MismatchCause]) -> Option<SignatureReading> {
    let (start, end) = text.split_once("...").or_else(|| text.split_once('\u{2026}'))?;
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if start.len() < BEFORE_ELLIPSIS && (BEFORE_ELLIPSIS..64).contains(&end.len()) && is_hex(start) && is_hex(end) {
        let notation = DigestNotation::End(end.len());
        return Some(unreadable(end.to_ascii_lowercase().into(), notation, faults.to_vec()));
    }
    let digits = Some(start).filter(|_| is_hex(end))?;
    let told = digits.len() >= BEFORE_ELLIPSIS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0);
    let pairs = digits.as_bytes().chunks_exact(2);
    let tag = pairs.filter_map(|pair| u8::try_from(value(pair[0]) << 4 | value(pair[1])).ok()).collect();
    told.then(|| SignatureReading { tag, notation: None, algorithm: HashAlgorithm::Sha256, faults: faults.to_vec() })
}

/// As many characters as digits, of which one or two may be wrong.
pub(super) fn mistyped(text: &str, faults: &[&'static MismatchCause]) -> Option<SignatureReading> {
    // Letters for the digits that look like them, however many.
    let read = text.replace(['O', 'o'], "0").replace(['l', 'I', 'i'], "1").replace('S', "5");
    if text.len() == 64 && read != text && read.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(unreadable(read.to_ascii_lowercase().into(), DigestNotation::Mistyped, faults.to_vec()));
    }
    let wrong = text.bytes().filter(|byte| !byte.is_ascii_hexdigit()).count();
    let fits = text.len() == 64 && wrong <= 2 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| unreadable(text.to_ascii_lowercase().into(), DigestNotation::Mistyped, faults.to_vec()))
}

/// The digest decoded as UTF-8 by somebody who took it for text.
pub(super) fn written_lossily(text: &str) -> Option<SignatureReading> {
    let rest = text.strip_prefix("sha256=");
    let faults: &[_] = if rest.is_some() { &[&READ_AS_TEXT] } else { &[&READ_AS_TEXT, &PREFIX_MISSING] };
    let tag = rest.unwrap_or(text);
    notation::is_lossy_text(tag).then(|| SignatureReading {
        tag: DigestNotation::trim_text(tag),
        notation: Some(DigestNotation::Lossy),
        algorithm: HashAlgorithm::Sha256,
        faults: faults.to_vec(),
    })
}

/// Raw bytes that went through UTF-8 one by one.
pub(super) fn binary_as_text(text: &str) -> Option<SignatureReading> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    binary(&bytes?)
}
