//! Digests inside other text, and what is longer than a digest: looked for where the whole is none.

use super::super::{base32, html};
use super::{BASE32, BROKEN, LONGER, SEPARATED, SignatureReading, WRAPPED, item, unhex};
use crate::diagnose::cause::MismatchCause;
use crate::diagnose::digest::HashAlgorithm;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What an HMAC-SHA256 is written in: hexadecimal digits, Base64.
const DIGITS: usize = 64;
const LETTERS: usize = 43;

/// The digest that stands somewhere in the text, or at the beginning of too many digits, or is Base32.
pub(super) fn read_hidden(text: &str) -> Vec<SignatureReading> {
    let resolved = html::unescape(text).replace("&#x2F;", "/").replace("&#x3D;", "=").replace("\\/", "/");
    let unbroken: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let behind = text.rsplit('=').next().unwrap_or(text);
    let grouped = Some(behind.replace([':', ' ', '-'], "")).filter(|digits| digits.len() == DIGITS);
    let grouped = grouped.filter(|digits| digits.len() < behind.len());
    let separated = grouped.and_then(|digits| reading(unhex(&digits)?, &SEPARATED));
    let broken = text.contains('\n').then(|| item(&unbroken, &[&BROKEN])).into_iter().flatten();
    let hidden = among(text).into_iter().chain(among(&resolved)).take(8).chain(broken);
    let hidden = hidden.chain(among(&unbroken).into_iter().take(2));
    longer(text).into_iter().chain(separated).chain(base32_value(text)).chain(hidden).collect()
}

fn reading(tag: Vec<u8>, cause: &'static MismatchCause) -> Option<SignatureReading> {
    HashAlgorithm::from_length(tag.len())?;
    SignatureReading::of(tag, &[cause])
}

/// More digits than a digest has, beginning with one.
fn longer(text: &str) -> Option<SignatureReading> {
    let digits = text.rsplit('=').next().filter(|digits| digits.len() > DIGITS && digits.len() <= 2 * DIGITS)?;
    let tag = unhex(digits.get(..DIGITS)?).filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    reading(tag, &LONGER)
}

fn base32_value(text: &str) -> Option<SignatureReading> {
    let letters = text.strip_prefix("sha256=").unwrap_or(text).trim_end_matches('=');
    base32::decode(letters).filter(|tag| tag.len() == 32).and_then(|tag| reading(tag, &BASE32))
}

/// Runs of digits, then of Base64's letters, that are as long as a digest.
fn among(text: &str) -> Vec<SignatureReading> {
    let hex = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() == DIGITS);
    let of_hex = hex.filter_map(|run| reading(unhex(run)?, &WRAPPED));
    let letters = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let base64 = text.split(|c| !letters(c)).filter(|run| run.len() == LETTERS);
    let of_base64 = base64.filter_map(|run| {
        let tag = STANDARD_NO_PAD.decode(run).or_else(|_| URL_SAFE_NO_PAD.decode(run)).ok()?;
        reading(tag, &WRAPPED)
    });
    of_hex.chain(of_base64).collect()
}
