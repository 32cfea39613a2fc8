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
        let (digits, end) = read_digits(text, at);
        if digits.len() >= LEAST_DIGITS {
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

/// The digits from here on, of the usual alphabet, and where they end.
fn read_digits(text: &[u8], start: usize) -> (Vec<u8>, usize) {
    let (mut digits, mut at) = (Vec::new(), start);
    while let Some(byte) = text.get(at) {
        match read_digit(*byte) {
            Some(digit) => {
                digits.push(digit);
                at += 1;
            }
            None => match measure_separator(&text[at..]) {
                0 => break,
                length => at += length,
            },
        }
    }
    (digits, at)
}

/// Where each of these digits stands.
fn list_places(text: &[u8], start: usize) -> Vec<usize> {
    let (mut places, mut at) = (Vec::new(), start);
    while let Some(byte) = text.get(at) {
        match read_digit(*byte) {
            Some(_) => {
                places.push(at);
                at += 1;
            }
            None => match measure_separator(&text[at..]) {
                0 => break,
                length => at += length,
            },
        }
    }
    places
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
