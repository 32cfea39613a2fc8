//! Masking what identifies people, for events that are shown to somebody else: e-mail addresses, names and the values
//! of header lines.
//!
//! A masked body is not the event any more: its bytes, fingerprint and signature differ. The same address or name gets
//! the same mask throughout one [`Redactor`], so that what belongs together can still be seen. A mask is a number in
//! order of appearance and never computed from what it hides, since a digest of an address can be guessed.

use super::arrival::HeaderLines;
use super::body::RawBody;
use super::json::{JsonTokenKind, decode_literal, scan_tokens};
use std::collections::HashMap;

#[cfg(test)]
mod tests;

/// Members whose values are names, in the payloads of both services.
const NAMES: &[&str] = &["name", "first_name", "last_name"];

/// Header fields whose values say how to read the body and nothing about people.
const SHOWN: &[&[u8]] = &[b"content-type", b"content-length", b"content-encoding"];

/// What stands in place of a header's value.
pub(crate) const MASK: &str = "[redacted]";

/// Masks, and remembers which mask stands for what.
#[derive(Debug, Default)]
pub(crate) struct Redactor {
    addresses: HashMap<String, usize>,
    names: HashMap<String, usize>,
}

impl Redactor {
    /// A redactor that has seen nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A body without addresses and names. What is no JSON is searched for addresses; what is no text is left out.
    pub(crate) fn redact_body(&mut self, body: &RawBody) -> RawBody {
        let bytes = body.as_bytes();
        let mut out = Vec::with_capacity(bytes.len());
        let (mut done, mut named) = (0, false);
        for token in scan_tokens(bytes) {
            let Ok(token) = token else { return self.redact_non_json(bytes) };
            match token.kind {
                JsonTokenKind::Key => named = NAMES.contains(&&*decode_literal(token.bytes)),
                JsonTokenKind::String => {
                    if let Some(masked) = self.string(&decode_literal(token.bytes), named) {
                        out.extend_from_slice(&bytes[done..token.start]);
                        // Strings always serialise.
                        out.extend(serde_json::to_vec(&masked).unwrap_or_default());
                        done = token.end();
                    }
                    named = false;
                }
                JsonTokenKind::Colon => {}
                _ => named = false,
            }
        }
        out.extend_from_slice(&bytes[done..]);
        RawBody::new(out)
    }

    /// Header lines of which only those that describe the body keep their values.
    pub(crate) fn redact_headers(&self, headers: &HeaderLines) -> HeaderLines {
        let shown = |name: &[u8]| SHOWN.iter().any(|shown| name.eq_ignore_ascii_case(shown));
        let mut block = Vec::with_capacity(headers.as_block().len());
        for (name, value) in headers.iter() {
            block.extend_from_slice(name);
            block.extend_from_slice(b": ");
            block.extend_from_slice(if shown(name) { value } else { MASK.as_bytes() });
            block.extend_from_slice(b"\r\n");
        }
        HeaderLines::from_block(block)
    }

    /// Any text without the addresses in it, and without the names that were met before.
    pub(crate) fn redact_text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((start, end)) = address(rest) {
            out.push_str(&rest[..start]);
            out.push_str(&self.address(&rest[start..end]));
            rest = &rest[end..];
        }
        out.push_str(rest);
        for (name, number) in &self.names {
            // Shorter ones stand in too much else.
            if name.chars().count() > 2 && out.contains(name.as_str()) {
                out = out.replace(name.as_str(), &format!("Person {number}"));
            }
        }
        out
    }

    fn redact_non_json(&mut self, bytes: &[u8]) -> RawBody {
        match std::str::from_utf8(bytes) {
            Ok(text) => RawBody::new(self.redact_text(text)),
            Err(_) => RawBody::new(MASK),
        }
    }

    /// The mask of a string, where it needs one.
    fn string(&mut self, text: &str, named: bool) -> Option<String> {
        if named && !text.is_empty() {
            let next = self.names.len() + 1;
            return Some(format!("Person {}", self.names.entry(text.to_owned()).or_insert(next)));
        }
        text.contains('@').then(|| self.redact_text(text)).filter(|masked| masked != text)
    }

    fn address(&mut self, address: &str) -> String {
        let next = self.addresses.len() + 1;
        // A domain that nobody can have (RFC 2606, section 2).
        format!("person{}@redacted.invalid", self.addresses.entry(address.to_lowercase()).or_insert(next))
    }
}

/// Where the first address of a text stands.
fn address(text: &str) -> Option<(usize, usize)> {
    let part = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    text.match_indices('@').find_map(|(at, _)| {
        let local = text[..at].chars().rev().take_while(|c| part(*c)).map(char::len_utf8).sum::<usize>();
        let domain = text[at + 1..].chars().take_while(|c| part(*c)).map(char::len_utf8).sum::<usize>();
        (local > 0 && domain > 0).then_some((at - local, at + 1 + domain))
    })
}
