//! Values that are raw bytes, or from which a digest can no longer be read back.

use super::super::notation::{self, DigestNotation};
use super::{
    BINARY, BYTE_LIST, CUT_START, DECIMAL, LEADING_ZERO, PREFIX_MISSING, READ_AS_TEXT, SIGNED_BYTES, SignatureReading,
    UNPADDED,
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
        };
        let (tag, algorithm) = (lower.clone().into_bytes(), HashAlgorithm::Sha256);
        SignatureReading { tag, notation: Some(notation), algorithm, faults: with(cause) }
    });
    let listed = notation::parse_byte_list(text).and_then(|tag| SignatureReading::of(tag, &with(&BYTE_LIST)));
    let escaped = notation::parse_escaped_bytes(text).and_then(|tag| SignatureReading::of(tag, &with(&BINARY)));
    notated.chain(listed).chain(escaped).collect()
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
