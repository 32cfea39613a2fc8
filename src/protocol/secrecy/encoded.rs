//! What stands in Base64, read for what is secret in it.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

/// Less holds no secret in another spelling.
const LEAST_DIGITS: usize = 20;

/// Up to here it may begin behind other digits, such as a slash.
const MOST_SHIFTED: usize = 4096;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where digits before a place hold what is found in the bytes that they mean.
pub(super) fn find_encoded(text: &[u8], before: usize, find: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < before {
        if read_digit(text[at]).is_none() {
            at += 1;
            continue;
        }
        let DigitRun { count, any_beyond_hex, end } = measure_digits(text, at);
        // Ids and digests of 20 digits and more stand in every record, and text in Base64 never looks like them.
        if count >= LEAST_DIGITS && any_beyond_hex {
            let digits = read_digits(text, at);
            let shifts = if digits.len() <= MOST_SHIFTED { 4 } else { 1 };
            let secret = (0..shifts).flat_map(|shift| find_in_digits(&digits, shift, &find));
            let mut places: Option<Vec<usize>> = None;
            found.extend(secret.map(|secret| {
                let places = places.get_or_insert_with(|| list_places(text, at));
                places[secret.start]..places[secret.end - 1] + 1
            }));
        }
        at = end;
    }
    found
}

/// The same as numbers of digits.
fn find_in_digits(digits: &[u8], shift: usize, find: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let digits = &digits[shift..];
    let usable = if digits.len() % 4 == 1 { digits.len() - 1 } else { digits.len() };
    let decoded = LENIENT.decode(&digits[..usable]).unwrap_or_default();
    let place = |secret: Range<usize>| shift + secret.start * 8 / 6..shift + (secret.end * 8).div_ceil(6);
    find(&decoded).into_iter().map(place).collect()
}

/// Digits that belong together.
struct DigitRun {
    count: usize,
    /// Whether one of them is no hexadecimal digit, nor a hyphen.
    any_beyond_hex: bool,
    end: usize,
}

/// The digits from here on: asked at every word of every message, so that nothing is copied.
fn measure_digits(text: &[u8], start: usize) -> DigitRun {
    let mut run = DigitRun { count: 0, any_beyond_hex: false, end: start };
    for (at, byte) in list_digits(text, start) {
        run.count += 1;
        run.any_beyond_hex |= !(byte.is_ascii_hexdigit() || byte == b'-');
        run.end = at + 1;
    }
    run
}

/// The same digits, of the usual alphabet.
fn read_digits(text: &[u8], start: usize) -> Vec<u8> {
    list_digits(text, start).filter_map(|(_, byte)| read_digit(byte)).collect()
}

/// Where each of these digits stands.
fn list_places(text: &[u8], start: usize) -> Vec<usize> {
    list_digits(text, start).map(|(at, _)| at).collect()
}

/// Places and bytes of the digits from here on.
fn list_digits(text: &[u8], start: usize) -> impl Iterator<Item = (usize, u8)> {
    let mut next = start;
    std::iter::from_fn(move || {
        loop {
            let byte = *text.get(next)?;
            if read_digit(byte).is_some() {
                next += 1;
                return Some((next - 1, byte));
            }
            match measure_separator(&text[next..]) {
                0 => return None,
                length => next += length,
            }
        }
    })
}

fn read_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => Some(byte),
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        _ => None,
    }
}

/// How long what stands between two digits is: the end of a line, as it is or escaped, and what some put before a slash.
fn measure_separator(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', next, ..] if read_digit(*next).is_some() => 2,
        [b'\n', next, ..] if read_digit(*next).is_some() => 1,
        [b'\\', b'r', b'\\', b'n', ..] => 4,
        [b'\\', b'n', ..] => 2,
        [b'\\', b'/', ..] => 1,
        _ => 0,
    }
}

/// In order, those that overlap as one.
pub(super) fn join(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|secret| (secret.start, secret.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for secret in found {
        match joined.last_mut() {
            Some(last) if secret.start < last.end => last.end = last.end.max(secret.end),
            _ => joined.push(secret),
        }
    }
    joined
}
