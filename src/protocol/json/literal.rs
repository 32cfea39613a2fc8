//! What a string literal says: its escapes read, its content given piece by piece.
//!
//! JavaScript's strings may hold halves of surrogate pairs, which no Rust string can. So the pieces tell them apart
//! ([`JsonLiteralPiece::Lone`]) and leave it to the caller what to make of one; [`decode_literal`] makes U+FFFD of it.

use std::borrow::Cow;

/// A stretch of a string literal's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLiteralPiece<'a> {
    /// Bytes that stand for themselves; not always UTF-8.
    Plain(&'a [u8]),
    /// An escape, or two that form a surrogate pair.
    Char(char),
    /// An escaped half of a surrogate pair without its other half.
    Lone(u16),
}

/// Reads the content of a literal that a scanner gave, quotes included. What is not such a literal is read as far as
/// it makes sense.
pub fn read_pieces(literal: &[u8]) -> impl Iterator<Item = JsonLiteralPiece<'_>> {
    let mut rest = content(literal);
    std::iter::from_fn(move || {
        let (piece, after) = if rest.first() == Some(&b'\\') { escape(rest) } else { plain(rest)? };
        rest = after;
        Some(piece)
    })
}

/// The text of a literal. Lone surrogates and bytes that are not UTF-8 become U+FFFD.
pub fn decode_literal(literal: &[u8]) -> Cow<'_, str> {
    let plain = content(literal);
    if !plain.contains(&b'\\') {
        return lossy(plain);
    }
    let mut text = String::with_capacity(plain.len());
    for piece in read_pieces(literal) {
        match piece {
            JsonLiteralPiece::Plain(bytes) => text.push_str(&lossy(bytes)),
            JsonLiteralPiece::Char(c) => text.push(c),
            JsonLiteralPiece::Lone(_) => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    Cow::Owned(text)
}

/// The strict check is several times faster than the lossy one, and nearly always enough.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn content(literal: &[u8]) -> &[u8] {
    let inner = literal.strip_prefix(b"\"").unwrap_or(literal);
    inner.strip_suffix(b"\"").unwrap_or(inner)
}

fn plain(rest: &[u8]) -> Option<(JsonLiteralPiece<'_>, &[u8])> {
    let end = rest.iter().position(|&byte| byte == b'\\').unwrap_or(rest.len());
    let (run, after) = rest.split_at(end);
    (!run.is_empty()).then_some((JsonLiteralPiece::Plain(run), after))
}

fn escape(rest: &[u8]) -> (JsonLiteralPiece<'_>, &[u8]) {
    if let Some(unit) = unit(rest) {
        return unicode(unit, &rest[6..]);
    }
    let c = match rest.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(&other) if other.is_ascii() => char::from(other),
        _ => char::REPLACEMENT_CHARACTER,
    };
    (JsonLiteralPiece::Char(c), rest.get(2..).unwrap_or_default())
}

/// A `\uXXXX`, with the second half of a surrogate pair where it stands right behind.
fn unicode(first: u16, rest: &[u8]) -> (JsonLiteralPiece<'_>, &[u8]) {
    if let Some(c) = char::from_u32(first.into()) {
        return (JsonLiteralPiece::Char(c), rest);
    }
    let pair = unit(rest).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match pair {
        Some(c) => (JsonLiteralPiece::Char(c), &rest[6..]),
        None => (JsonLiteralPiece::Lone(first), rest),
    }
}

/// The UTF-16 unit of a `\uXXXX` at the beginning of `rest`.
fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)? as u16))
}
