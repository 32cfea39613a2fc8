//! Rewriting tokens where they stand: the blanks of a document stay, its escapes or its numbers change.

use super::escape::{self, StringEscapes};
use super::number::{self, NumberStyle};
use crate::protocol::json::{JsonTokenKind, decode_literal, scan_tokens};
use crate::protocol::stringify::json_stringify;

/// Writes every string anew; `None` where the text is no JSON.
pub(super) fn rewrite_escapes(text: &str, escapes: &StringEscapes) -> Option<String> {
    replace(text, |kind, literal, out| {
        let string = matches!(kind, JsonTokenKind::Key | JsonTokenKind::String);
        if string {
            escape::write_string(out, &decode_literal(literal.as_bytes()), escapes);
        }
        Some(string)
    })
}

/// Resolves each `\uXXXX` and no other escape: `printf %b`, `native2ascii -reverse`.
pub(super) fn resolve_unicode(text: &str) -> String {
    let (mut units, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('\\') {
        units.extend(rest[..at].encode_utf16());
        let unit = rest[at + 1..].strip_prefix('u').and_then(|digits| u16::from_str_radix(digits.get(..4)?, 16).ok());
        let length = match unit {
            Some(unit) => {
                units.push(unit);
                6
            }
            None => {
                let length = 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8);
                units.extend(rest[at..at + length].encode_utf16());
                length
            }
        };
        rest = &rest[at + length..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

/// Writes every number anew; `None` where the text is no JSON or a number has no such form.
pub(super) fn rewrite_numbers(text: &str, numbers: NumberStyle) -> Option<String> {
    replace(text, |kind, literal, out| {
        if kind != JsonTokenKind::Number {
            return Some(false);
        }
        out.push_str(&number::write_number(literal, numbers)?);
        Some(true)
    })
}

/// Removes the blanks between tokens and changes none of them.
pub(super) fn minify_json(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for token in scan_tokens(text.as_bytes()) {
        out.push_str(text.get(token.ok()?.range())?);
    }
    Some(out)
}

/// Changes `\/` to `/` in every string, or back.
pub(super) fn rewrite_slashes(text: &str, escaped: bool) -> Option<String> {
    replace(text, |kind, literal, out| {
        let string = matches!(kind, JsonTokenKind::Key | JsonTokenKind::String);
        if string {
            let plain = literal.replace("\\/", "/");
            out.push_str(&if escaped { plain.replace('/', "\\/") } else { plain });
        }
        Some(string)
    })
}

/// Every `/` written as `\/`: of the body as it came, and of what JavaScript makes of it.
pub(super) fn escape_slashes(text: &str) -> Vec<Option<String>> {
    let stringified = json_stringify(text.as_bytes());
    vec![rewrite_slashes(text, true), stringified.and_then(|text| rewrite_slashes(&text, true))]
}

/// Changes the case of the digits of each `\uXXXX`.
pub(super) fn rewrite_escape_case(text: &str, upper: bool) -> Option<String> {
    replace(text, |kind, literal, out| {
        let string = matches!(kind, JsonTokenKind::Key | JsonTokenKind::String);
        if string {
            recase(literal, upper, out);
        }
        Some(string)
    })
}

fn recase(literal: &str, upper: bool, out: &mut String) {
    let mut rest = literal;
    while let Some(at) = rest.find('\\') {
        let digits = rest.get(at + 2..at + 6).filter(|_| rest[at + 1..].starts_with('u'));
        let end = at + if digits.is_some() { 6 } else { 2 };
        out.push_str(&rest[..at]);
        match digits {
            Some(digits) if upper => out.push_str(&format!("\\u{}", digits.to_ascii_uppercase())),
            Some(digits) => out.push_str(&format!("\\u{}", digits.to_ascii_lowercase())),
            None => out.push_str(&rest[at..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// Copies a text, asking of each token whether something else was written in its place.
fn replace(text: &str, mut put: impl FnMut(JsonTokenKind, &str, &mut String) -> Option<bool>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for token in scan_tokens(text.as_bytes()) {
        let token = token.ok()?;
        out.push_str(text.get(copied..token.start)?);
        if !put(token.kind, text.get(token.range())?, &mut out)? {
            out.push_str(text.get(token.range())?);
        }
        copied = token.end();
    }
    out.push_str(text.get(copied..)?);
    Some(out)
}
