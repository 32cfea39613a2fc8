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

/// Members whose values are names, in the payloads of both services and in what a form adds: letters alone, in lower case.
const NAMES: &[&str] = &[
    "name",
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "givenname",
    "familyname",
    "displayname",
    "nickname",
    "username",
];

/// Members whose values are addresses, whatever they look like: how their names end.
const ADDRESSES: &[&str] = &["email", "emailaddress", "mail"];

/// Members that hold something else about a person (`extra_field` of ReferralHero often is a telephone number).
const OTHERS: &[&str] = &["phone", "phonenumber", "telephone", "mobile", "extrafield"];

/// Header fields whose values say how to read the body and nothing about people.
const SHOWN: &[&[u8]] = &[b"content-type", b"content-length", b"content-encoding"];

/// Bytes of the longest quoted part and of the longest address of a machine in brackets, with room to spare (64 octets: RFC
/// 5321, section 4.5.3.1.1): what is searched for may never come.
const LONGEST_QUOTED: usize = 80;
const LONGEST_LITERAL: usize = 80;

/// What stands in place of a header's value.
pub(crate) const MASK: &str = "[redacted]";

/// What a member's value says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PersonalData {
    Name,
    Address,
    Other,
}

impl PersonalData {
    fn of_member(name: &str) -> Option<Self> {
        let letters: String = name.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
        let letters = letters.as_str();
        match () {
            () if NAMES.contains(&letters) => Some(Self::Name),
            () if ADDRESSES.iter().any(|end| letters.ends_with(end)) => Some(Self::Address),
            () if OTHERS.contains(&letters) => Some(Self::Other),
            () => None,
        }
    }
}

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
        let (mut done, mut personal) = (0, None);
        for token in scan_tokens(bytes) {
            let Ok(token) = token else { return self.redact_non_json(bytes) };
            let masked = match token.kind {
                JsonTokenKind::Key => {
                    personal = PersonalData::of_member(&decode_literal(token.bytes));
                    continue;
                }
                JsonTokenKind::Colon => continue,
                JsonTokenKind::String => self.string(&decode_literal(token.bytes), personal),
                JsonTokenKind::Number if personal == Some(PersonalData::Other) => Some(MASK.into()),
                _ => None,
            };
            personal = None;
            if let Some(masked) = masked {
                out.extend_from_slice(&bytes[done..token.start]);
                // Strings always serialise.
                out.extend(serde_json::to_vec(&masked).unwrap_or_default());
                done = token.end();
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
        while let Some((start, end)) = find_address(rest) {
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
    fn string(&mut self, text: &str, personal: Option<PersonalData>) -> Option<String> {
        match personal {
            _ if text.is_empty() => None,
            Some(PersonalData::Name) => {
                let next = self.names.len() + 1;
                Some(format!("Person {}", self.names.entry(text.to_owned()).or_insert(next)))
            }
            Some(PersonalData::Address) => Some(self.address(text)),
            Some(PersonalData::Other) => Some(MASK.into()),
            None => Some(self.redact_text(text)).filter(|masked| masked != text),
        }
    }

    fn address(&mut self, address: &str) -> String {
        let next = self.addresses.len() + 1;
        // A domain that nobody can have (RFC 2606, section 2).
        format!("person{}@redacted.invalid", self.addresses.entry(address.to_lowercase()).or_insert(next))
    }
}

/// Where the first address of a text stands. Too much is masked rather than too little: whatever an address may consist of
/// belongs to it (RFC 5322, section 3.4.1; RFC 6531, section 3.3, for all beyond ASCII), `%40` being how a URL or a form
/// writes its @.
fn find_address(text: &str) -> Option<(usize, usize)> {
    let beyond = |c: char| !c.is_ascii() && !c.is_whitespace() && !c.is_control();
    let in_local = |c: char| c.is_ascii_alphanumeric() || "!#$%'*+-^_`{|}~.".contains(c) || beyond(c);
    let in_domain = |c: char| c.is_ascii_alphanumeric() || "._-%".contains(c) || beyond(c);
    let length = |part: &mut dyn Iterator<Item = char>| part.map(char::len_utf8).sum::<usize>();
    let mut signs = text.as_bytes().iter().enumerate().filter_map(|(at, byte)| match byte {
        b'@' => Some((at, 1)),
        b'%' if text.as_bytes()[at..].starts_with(b"%40") => Some((at, 3)),
        _ => None,
    });
    signs.find_map(|(at, sign)| {
        let (before, after) = (&text[..at], &text[at + sign..]);
        let domain = match after
            .bytes()
            .take(LONGEST_LITERAL)
            .position(|byte| byte == b']')
            .filter(|_| after.starts_with('['))
        {
            Some(end) => end + 1,
            None => length(&mut after.chars().take_while(|c| in_domain(*c))),
        };
        if domain == 0 {
            return None;
        }
        let local = match before.strip_suffix('"').and_then(find_quote) {
            Some(start) => at - start,
            None => length(&mut before.chars().rev().take_while(|c| in_local(*c))),
        };
        (local > 0).then_some((at - local, at + sign + domain))
    })
}

/// Where a quoted part begins that ends with the text: at the last quote that no backslash takes its meaning from.
fn find_quote(text: &str) -> Option<usize> {
    let escaped = |at: usize| text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    let near = |at: &usize| text.len() - at <= LONGEST_QUOTED;
    text.rmatch_indices('"').map(|(at, _)| at).take_while(near).find(|at| !escaped(*at))
}
