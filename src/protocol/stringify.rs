//! What JavaScript's `JSON.stringify(JSON.parse(text))` gives.
//!
//! The documentation's Node sample signs the re-built JSON instead of the received bytes. To recognise a signature
//! made that way, and to make one on purpose, this module repeats the round trip to the byte: ECMAScript's
//! `JSON.parse` (ECMA-262, section 25.5.1), its property order (section 10.1.11.1) and its `JSON.stringify` (section
//! 25.5.2). It keeps nothing but the text and never recurses; the work grows with the text, times a logarithm for
//! objects with many members.

use super::json::{JsonLiteralPiece, JsonTokenKind, read_pieces, scan_tokens};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// The re-built document, or `None` where `JSON.parse` would throw. Bytes that are not UTF-8 become U+FFFD first, as
/// in Node's `buffer.toString()`, which also keeps a byte order mark: `JSON.parse` throws at it.
pub fn json_stringify(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let document = JsDocument::parse(text.as_bytes())?;
    Some(document.write(text.len()))
}

/// A parsed document. Every key and every value without members is in `canon`, in the form in which it will be
/// written: two keys are the same exactly if these forms are.
#[derive(Default)]
struct JsDocument {
    canon: String,
    /// Members of finished objects and elements of finished arrays, each container's own in one run.
    members: Vec<JsMember>,
    /// Members of containers that are still open, outermost first.
    pending: Vec<JsMember>,
    /// For each open container: where its members begin in `pending`.
    open: Vec<usize>,
}

#[derive(Clone)]
struct JsMember {
    /// Its written key in `canon`; empty in arrays and for the document itself.
    key: Range<usize>,
    value: JsValue,
}

#[derive(Clone)]
enum JsValue {
    /// Written already: its place in `canon`.
    Scalar(Range<usize>),
    /// Its elements in `members`.
    Array(Range<usize>),
    /// Its members in `members`, in the order in which they are written.
    Object(Range<usize>),
}

impl JsDocument {
    fn parse(text: &[u8]) -> Option<Self> {
        let mut document = Self::default();
        let mut key = 0..0;
        for token in scan_tokens(text) {
            let token = token.ok()?;
            match token.kind {
                JsonTokenKind::Comma | JsonTokenKind::Colon => {}
                JsonTokenKind::Key => key = document.string(token.bytes),
                JsonTokenKind::ObjectOpen | JsonTokenKind::ArrayOpen => document.enter(std::mem::take(&mut key)),
                JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose => {
                    document.leave(token.kind == JsonTokenKind::ObjectClose)
                }
                kind => {
                    let value = JsValue::Scalar(document.scalar(kind, token.bytes));
                    document.pending.push(JsMember { key: std::mem::take(&mut key), value });
                }
            }
        }
        Some(document)
    }

    fn enter(&mut self, key: Range<usize>) {
        // The value is put right when the container ends.
        self.pending.push(JsMember { key, value: JsValue::Array(0..0) });
        self.open.push(self.pending.len());
    }

    fn leave(&mut self, object: bool) {
        let Some(from) = self.open.pop() else { return };
        let start = self.members.len();
        if object {
            let ordered = self.ordered(from);
            self.pending.truncate(from);
            self.members.extend(ordered);
        } else {
            self.members.extend(self.pending.drain(from..));
        }
        let range = start..self.members.len();
        if let Some(owner) = self.pending.last_mut() {
            owner.value = if object { JsValue::Object(range) } else { JsValue::Array(range) };
        }
    }

    /// The members from `from` on as a JavaScript object keeps them: the last value of a repeated key at the place of
    /// its first, array indices first and ascending.
    fn ordered(&self, from: usize) -> Vec<JsMember> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut kept: Vec<JsMember> = Vec::with_capacity(self.pending.len() - from);
        for member in &self.pending[from..] {
            match places.entry(&self.canon[member.key.clone()]) {
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(member.clone());
                }
                Entry::Occupied(place) => kept[*place.get()].value = member.value.clone(),
            }
        }
        kept.sort_by_key(|member| array_index(&self.canon[member.key.clone()]).unwrap_or(u32::MAX));
        kept
    }

    fn scalar(&mut self, kind: JsonTokenKind, bytes: &[u8]) -> Range<usize> {
        match kind {
            JsonTokenKind::String => self.string(bytes),
            JsonTokenKind::Number => self.number(bytes),
            _ => self.plain(bytes),
        }
    }

    fn string(&mut self, literal: &[u8]) -> Range<usize> {
        // Without an escape nothing in a valid literal needs one.
        if !literal.contains(&b'\\') {
            return self.plain(literal);
        }
        let start = self.canon.len();
        self.canon.push('"');
        for piece in read_pieces(literal) {
            match piece {
                JsonLiteralPiece::Plain(bytes) => self.canon.push_str(&String::from_utf8_lossy(bytes)),
                JsonLiteralPiece::Char(c) => push_quoted(&mut self.canon, c),
                JsonLiteralPiece::Lone(unit) => self.canon.push_str(&format!("\\u{unit:04x}")),
            }
        }
        self.canon.push('"');
        start..self.canon.len()
    }

    fn number(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.canon.len();
        let number: Option<f64> = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
        match number.filter(|number| number.is_finite()) {
            Some(0.0) => self.canon.push('0'),
            Some(number) => self.canon.push_str(ryu_js::Buffer::new().format_finite(number)),
            None => self.canon.push_str("null"),
        }
        start..self.canon.len()
    }

    fn plain(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.canon.len();
        self.canon.push_str(&String::from_utf8_lossy(bytes));
        start..self.canon.len()
    }

    fn write(&self, hint: usize) -> String {
        let mut out = String::with_capacity(hint);
        let mut open: Vec<JsContainerCursor> = Vec::new();
        let mut next = self.pending.first();
        while let Some(member) = next {
            out.push_str(&self.canon[member.key.clone()]);
            if !member.key.is_empty() {
                out.push(':');
            }
            match &member.value {
                JsValue::Scalar(place) => out.push_str(&self.canon[place.clone()]),
                JsValue::Array(range) => open.push(JsContainerCursor::begin(&mut out, range, '[', ']')),
                JsValue::Object(range) => open.push(JsContainerCursor::begin(&mut out, range, '{', '}')),
            }
            next = advance(&mut open, &mut out).and_then(|index| self.members.get(index));
        }
        out
    }
}

/// How far the writing of a container has come.
struct JsContainerCursor {
    left: Range<usize>,
    first: bool,
    close: char,
}

impl JsContainerCursor {
    fn begin(out: &mut String, range: &Range<usize>, open: char, close: char) -> Self {
        out.push(open);
        Self { left: range.clone(), first: true, close }
    }
}

/// Closes the containers that are complete and names the member that is written next.
fn advance(open: &mut Vec<JsContainerCursor>, out: &mut String) -> Option<usize> {
    while let Some(cursor) = open.last_mut() {
        if let Some(index) = cursor.left.next() {
            if !std::mem::take(&mut cursor.first) {
                out.push(',');
            }
            return Some(index);
        }
        out.push(cursor.close);
        open.pop();
    }
    None
}

/// ECMA-262, section 25.5.2.3: the short escapes, `\u00xx` for the other control characters, and all else as it is.
fn push_quoted(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        c => out.push(c),
    }
}

/// The number that a written key stands for, if it is an array index: canonical digits, at most 2³² − 2.
fn array_index(key: &str) -> Option<u32> {
    let digits = key.strip_prefix('"')?.strip_suffix('"')?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|&index| canonical && index != u32::MAX)
}
