//! Webhook signatures: the secret, the header's grammar, signing and verifying.
//!
//! `X-Webhook-Signature: sha256=<64 hex digits>`, HMAC-SHA256 (RFC 2104) of the raw body under a shared secret.
//! Source: the "Security" section of the provider's webhook page, which announces it as "coming soon"; so *unsigned*
//! is a state of its own beside valid and invalid. Nothing here ever returns or prints the expected value of a
//! signature that was refused.

use super::body::hex_digits;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Name of the header, in lower case as HTTP libraries keep it.
pub const SIGNATURE_HEADER: &str = "x-webhook-signature";

/// Name of the second service's header (ReferralHero), in lower case.
pub const HERO_SIGNATURE_HEADER: &str = "x-referralhero-signature";

/// Whether a header field of this name, in lower case, holds a signature.
pub(crate) fn is_signature_header(name: &str) -> bool {
    matches!(name, SIGNATURE_HEADER | HERO_SIGNATURE_HEADER)
}

const PREFIX: &[u8] = b"sha256=";
const TAG_BYTES: usize = 32;

/// A webhook secret or API key: cannot be displayed or serialised, is wiped from memory, and prints as `Secret(…)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// An empty secret was refused: everybody can sign with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty")]
pub struct EmptySecret;

impl Secret {
    /// Takes the bytes as they are; nothing is trimmed.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, EmptySecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() { Err(EmptySecret) } else { Ok(Self(bytes)) }
    }

    /// Reads a secret file's contents: one final LF or CRLF is dropped, nothing else.
    pub fn from_file_contents(contents: &[u8]) -> Result<Self, EmptySecret> {
        let line = contents.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
        Self::new(line.unwrap_or(contents))
    }

    /// The bytes, for the few places that must write them: a 0600 file, a child's environment, `secret show`.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The key schedule computed once, for many signatures.
    pub fn key(&self) -> HmacKey {
        // HMAC takes keys of every length (RFC 2104, section 2), so this cannot fail.
        HmacKey(Hmac::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC takes keys of every length")))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret made ready for HMAC-SHA256. Cloning is cheap; the key schedule is not repeated.
#[derive(Clone)]
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// The header value for a body: `sha256=` and 64 lower-case hexadecimal digits.
    pub fn sign(&self, body: &[u8]) -> String {
        let tag = self.0.clone().chain_update(body).finalize().into_bytes();
        let mut value = String::with_capacity(PREFIX.len() + 2 * TAG_BYTES);
        value.push_str("sha256=");
        value.extend(tag.iter().flat_map(|&byte| hex_digits(byte)));
        value
    }

    /// Appends the header value for a body, without memory of its own: for signing by the hundred thousand.
    pub fn sign_into(&self, body: &[u8], out: &mut Vec<u8>) {
        let tag = self.0.clone().chain_update(body).finalize().into_bytes();
        out.extend_from_slice(PREFIX);
        // Both digits are ASCII.
        out.extend(tag.iter().flat_map(|&byte| hex_digits(byte)).map(|digit| digit as u8));
    }

    /// Compares in constant time.
    fn accepts(&self, body: &[u8], tag: &[u8; TAG_BYTES]) -> bool {
        self.0.clone().chain_update(body).verify_slice(tag).is_ok()
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureVerdict {
    /// One of the secrets signed exactly these bytes.
    Valid(SignatureProof),
    /// There is a signature header, and it does not hold.
    Invalid(SignatureFault),
    /// There is no signature header at all.
    Unsigned,
}

/// That a verification succeeded. Only [`verify_signature`] can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureProof {
    secret: usize,
}

impl SignatureProof {
    /// Which of the secrets matched: its position in the list given to [`verify_signature`].
    pub fn secret_index(self) -> usize {
        self.secret
    }
}

/// Why a signature header was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignatureFault {
    /// There is no header, where one is required.
    Missing,
    /// The header is there and says nothing.
    Empty,
    /// 64 hexadecimal digits without `sha256=` before them.
    NoPrefix,
    /// Something else than `sha256=` stands before the digits.
    WrongPrefix,
    /// Characters after the prefix that are not hexadecimal digits.
    NotHex,
    /// Not 64 digits.
    WrongLength,
    /// The header came more than once.
    DoubledHeader,
    /// Well formed, but no secret gives this value for these bytes.
    Mismatch,
}

impl SignatureFault {
    /// One clause that a developer understands.
    pub fn explain(self) -> &'static str {
        match self {
            Self::Missing => "there is no X-Webhook-Signature header",
            Self::Empty => "the header is empty",
            Self::NoPrefix => "the value lacks its sha256= prefix",
            Self::WrongPrefix => "the prefix is not sha256=",
            Self::NotHex => "the value is not hexadecimal",
            Self::WrongLength => "the value is not 64 hexadecimal digits long",
            Self::DoubledHeader => "the header was sent more than once",
            Self::Mismatch => "the signature does not match these bytes",
        }
    }
}

/// Verifies a body against every value of the signature header and every secret that may have signed it.
///
/// Surrounding spaces and tabs are dropped and hexadecimal digits may have either case (RFC 9110, section 5.5, lets
/// intermediaries do the first); anything else about the header is strict.
pub fn verify_signature<'a>(
    values: impl IntoIterator<Item = &'a [u8]>,
    body: &[u8],
    keys: &[HmacKey],
) -> SignatureVerdict {
    judge_header(values, body, keys, parse_signature)
}

/// Verifies a delivery of the second service: HMAC-SHA256 of the raw body, in hexadecimal or in Base64, since its pages
/// do not say which; with or without `sha256=` before it.
pub fn verify_referralhero<'a>(
    values: impl IntoIterator<Item = &'a [u8]>,
    body: &[u8],
    keys: &[HmacKey],
) -> SignatureVerdict {
    judge_header(values, body, keys, parse_referralhero)
}

/// Judges the header's single value, which a function reads, by every secret.
fn judge_header<'a>(
    values: impl IntoIterator<Item = &'a [u8]>,
    body: &[u8],
    keys: &[HmacKey],
    parse: fn(&[u8]) -> Result<[u8; TAG_BYTES], SignatureFault>,
) -> SignatureVerdict {
    let mut values = values.into_iter();
    let Some(value) = values.next() else { return SignatureVerdict::Unsigned };
    if values.next().is_some() {
        return SignatureVerdict::Invalid(SignatureFault::DoubledHeader);
    }
    let tag = match parse(value) {
        Ok(tag) => tag,
        Err(reason) => return SignatureVerdict::Invalid(reason),
    };
    match keys.iter().position(|key| key.accepts(body, &tag)) {
        Some(secret) => SignatureVerdict::Valid(SignatureProof { secret }),
        None => SignatureVerdict::Invalid(SignatureFault::Mismatch),
    }
}

fn parse_referralhero(value: &[u8]) -> Result<[u8; TAG_BYTES], SignatureFault> {
    let value = trim(value);
    let value = value.strip_prefix(PREFIX).unwrap_or(value);
    match value.len() {
        0 => Err(SignatureFault::Empty),
        length if length == 2 * TAG_BYTES && digits_fault(value).is_none() => Ok(digits(value)),
        _ => STANDARD.decode(value).ok().and_then(|tag| tag.try_into().ok()).ok_or(SignatureFault::WrongLength),
    }
}

fn digits(digits: &[u8]) -> [u8; TAG_BYTES] {
    std::array::from_fn(|i| nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]))
}

/// Reads the header's grammar: `sha256=` and 64 hexadecimal digits, spaces around them allowed.
///
/// # Errors
/// What is wrong first, read from the left: nothing there, the prefix, the digits, their number.
pub fn parse_signature(value: &[u8]) -> Result<[u8; TAG_BYTES], SignatureFault> {
    let value = trim(value);
    if value.is_empty() {
        return Err(SignatureFault::Empty);
    }
    let Some(digits) = value.strip_prefix(PREFIX) else {
        return Err(prefix_fault(value));
    };
    if let Some(fault) = digits_fault(digits) {
        return Err(fault);
    }
    Ok(self::digits(digits))
}

/// What a value without the prefix should be told: that another prefix stands there, that one is missing before the
/// digits, or that what is there was never hexadecimal (a Base64 signature, say, whose padding is no prefix).
fn prefix_fault(value: &[u8]) -> SignatureFault {
    let name = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)).count();
    match &value[name..] {
        [b'=' | b':', rest @ ..] if name > 0 && !matches!(rest, [] | [b'=']) => SignatureFault::WrongPrefix,
        _ => digits_fault(value).unwrap_or(SignatureFault::NoPrefix),
    }
}

fn digits_fault(digits: &[u8]) -> Option<SignatureFault> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        Some(SignatureFault::NotHex)
    } else if digits.len() != 2 * TAG_BYTES {
        Some(SignatureFault::WrongLength)
    } else {
        None
    }
}

fn trim(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|b| !blank(b)).unwrap_or(value.len());
    let end = value.iter().rposition(|b| !blank(b)).map_or(start, |last| last + 1);
    &value[start..end]
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A') + 10,
    }
}
