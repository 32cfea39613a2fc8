//! Forms that are less than the body: cut at a limit, one member alone, a language's own notation of its data.

use super::dialects;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer;
use crate::protocol::json::{JsonTokenKind, scan_tokens};
use crate::protocol::stringify::json_stringify;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// Where programs cut: columns of databases, buffers, limits of body parsers.
const LIMITS: [usize; 30] = [
    64, 100, 128, 200, 250, 255, 256, 500, 511, 512, 1_000, 1_023, 1_024, 1_500, 2_000, 2_048, 4_000, 4_095, 4_096,
    8_000, 8_192, 10_000, 16_384, 32_768, 65_535, 65_536, 100_000, 102_400, 131_072, 262_144,
];

/// Larger limits, of body parsers and proxies.
const LARGE_LIMITS: [usize; 6] = [500_000, 512_000, 524_288, 1_000_000, 1_048_576, 2_097_152];

/// Cut at a usual limit.
pub(super) fn cut_at_limits(source: &BodySource) -> Vec<Vec<u8>> {
    let limits = LIMITS.iter().chain(&LARGE_LIMITS).filter(|&&limit| limit < source.body.len());
    limits.map(|&limit| source.body[..limit].to_vec()).collect()
}

/// Cut to as many bytes as the text has characters, or UTF-16 units: a length counted in the wrong unit.
pub(super) fn cut_to_character_count(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    [text.encode_utf16().count(), text.chars().count()].map(|length| source.body[..length].to_vec()).into()
}

/// Without its last byte, or its first; without two to four at an end.
pub(super) fn drop_one_byte(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    let lost = [(0, 1), (1, 0), (0, 2), (2, 0), (0, 3), (3, 0), (0, 4), (4, 0)];
    let kept = lost.into_iter().filter(|(start, end)| start + end < body.len());
    kept.map(|(start, end)| body[start..body.len() - end].to_vec()).collect()
}

/// How a member alone is written.
static MEMBER_DIALECTS: [writer::JsonDialect; 6] = [
    dialects::PYTHON[0],
    dialects::PYTHON_SORTED[0],
    dialects::PYTHON_COMPACT[0],
    dialects::PHP[0],
    dialects::RUBY[0],
    dialects::GO[0],
];

/// Each member of the top-level object alone: as it stands, re-serialised, and the text of a string.
pub(super) fn extract_members(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(JsonNode::Object(members)) = source.tree() else { return Vec::new() };
    let mut forms: Vec<Vec<u8>> =
        spans(source.text).into_iter().map(|span| source.text[span].into()).take(32).collect();
    forms.extend(forms.clone().iter().filter_map(|form| json_stringify(form)).map(String::into_bytes));
    for (_, value) in members.iter().take(32) {
        match value {
            JsonNode::Text(text) => forms.push(text.says.as_bytes().to_vec()),
            _ => {
                let written = MEMBER_DIALECTS.iter().filter_map(|one| writer::write_document(value, one));
                let printed = python_text(value).into_iter().chain(super::maps::ruby_text(value));
                forms.extend(written.chain(printed).map(String::into_bytes));
            }
        }
    }
    forms.retain(|form| !form.is_empty() && form != b"{}" && form != b"null");
    forms
}

/// Every text below the top level, such as the sign-up's id; the first 64.
pub(super) fn extract_inner_texts(source: &BodySource) -> Vec<Vec<u8>> {
    let (mut texts, mut open) = (Vec::new(), Vec::from_iter(source.tree()));
    while let Some(node) = open.pop().filter(|_| texts.len() < 64) {
        match node {
            JsonNode::Object(members) => open.extend(members.iter().rev().map(|(_, value)| value)),
            JsonNode::Array(elements) => open.extend(elements.iter().rev()),
            JsonNode::Text(text) if !text.says.is_empty() => texts.push(text.says.as_bytes().to_vec()),
            _ => {}
        }
    }
    texts
}

/// Where the values of the outermost object stand.
fn spans(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut start = None;
    let mut scan = scan_tokens(text.as_bytes());
    while let Some(Ok(token)) = scan.next() {
        match (token.kind, scan.depth()) {
            (JsonTokenKind::Colon, 1) => start = Some(token.end()),
            (JsonTokenKind::Comma, 1) | (JsonTokenKind::ObjectClose, 0) => {
                spans.extend(start.take().map(|from| from..token.start))
            }
            _ => {}
        }
    }
    let trimmed = |span: std::ops::Range<usize>| {
        let from = span.end - text[span.clone()].trim_start().len();
        from..from + text[from..span.end].trim_end().len()
    };
    spans.into_iter().map(trimmed).collect()
}

/// Every object and list inside the outermost value as it stands, and every text inside, decoded from Base64 too.
pub(super) fn open_deeply(source: &BodySource) -> Vec<Vec<u8>> {
    let (mut open, mut forms) = (Vec::new(), Vec::new());
    for token in scan_tokens(source.text.as_bytes()) {
        let Ok(token) = token else { break };
        match token.kind {
            JsonTokenKind::ObjectOpen | JsonTokenKind::ArrayOpen => open.push(token.start),
            JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose => {
                let inner = open.pop().filter(|from| *from > 0).and_then(|from| source.text.get(from..token.end()));
                forms.extend(inner.map(|inner| inner.as_bytes().to_vec()));
            }
            _ => {}
        }
    }
    forms.truncate(64);
    let texts = extract_inner_texts(source);
    let decoded: Vec<Vec<u8>> = texts.iter().filter_map(|text| STANDARD.decode(text).ok()).collect();
    forms.into_iter().chain(texts).chain(decoded).filter(|form| form.len() > 16).collect()
}

/// Python's `str()` of the decoded body.
pub(super) fn write_python_repr(source: &BodySource) -> Vec<Vec<u8>> {
    source.tree().and_then(python_text).map(String::into_bytes).into_iter().collect()
}

/// Python's `str()` of a value inside it.
pub(super) fn python_text(node: &JsonNode) -> Option<String> {
    let mut out = String::new();
    repr(&mut out, node).map(|()| out)
}

/// Python's `repr` of a text.
pub(super) fn text_repr(text: &str) -> String {
    let mut out = String::new();
    repr_text(&mut out, text);
    out
}

fn repr(out: &mut String, node: &JsonNode) -> Option<()> {
    match node {
        JsonNode::Null => out.push_str("None"),
        JsonNode::Flag(flag) => out.push_str(if *flag { "True" } else { "False" }),
        JsonNode::Number(spelled) => {
            out.push_str(&super::number::write_number(spelled, super::number::NumberStyle::Python)?)
        }
        JsonNode::Text(text) => repr_text(out, &text.says),
        JsonNode::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                repr(out, element)?;
            }
            out.push(']');
        }
        JsonNode::Object(members) => repr_object(out, members)?,
    }
    Some(())
}

fn repr_object(out: &mut String, members: &[(NodeText, JsonNode)]) -> Option<()> {
    out.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        repr_text(out, &name.says);
        out.push_str(": ");
        repr(out, value)?;
    }
    out.push('}');
    Some(())
}

/// Python quotes with apostrophes unless only they are inside, and escapes what it does not hold printable.
fn repr_text(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        // Writing to a String cannot fail.
        let _ = match c {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\\' => out.write_str("\\\\"),
            c if c == quote => write!(out, "\\{c}"),
            '\0'..=' ' if c != ' ' => write!(out, "\\x{:02x}", u32::from(c)),
            '\u{7f}'..='\u{a0}' | '\u{ad}' => write!(out, "\\x{:02x}", u32::from(c)),
            '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' => {
                write!(out, "\\u{:04x}", u32::from(c))
            }
            c => out.write_char(c),
        };
    }
    out.push(quote);
}

/// Python's `str()` of the received bytes.
pub(super) fn write_python_bytes(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    let quote = if body.contains(&b'\'') && !body.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = format!("b{}", char::from(quote));
    for &byte in body {
        // Writing to a String cannot fail.
        let _ = match byte {
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            b'\t' => out.write_str("\\t"),
            b'\\' => out.write_str("\\\\"),
            b if b == quote => write!(out, "\\{}", char::from(b)),
            0x20..0x7f => out.write_char(char::from(byte)),
            _ => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push(char::from(quote));
    vec![out.into_bytes()]
}
