//! A body whose escapes or blanks a shell resolved, that was escaped once more, or that a form parser read.

use super::escape::{self, StringEscapes};
use super::query::percent_each;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer::write_document;
use super::{cleaned, dialects as d};
use std::borrow::Cow;

/// What `echo` of dash resolves, and what it leaves: `\"`, `\/` and `\u`.
fn resolve_as_echo(text: &str, unicode: bool) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let Some(escaped) = rest[at + 1..].chars().next() else { break };
        let put = match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '\\' => '\\',
            other => {
                out.push('\\');
                other
            }
        };
        out.push(put);
        rest = &rest[at + 1 + escaped.len_utf8()..];
    }
    out.push_str(rest);
    if unicode { super::rewrite::resolve_unicode(&out) } else { out }
}

/// `\xf6` and `\u00f6` of what is beyond ASCII, as Python's `backslashreplace` and log writers put them.
fn resolve_code_points(text: &str) -> String {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|code| *code > 0x7f);
        match code {
            Some(code) => out.extend(std::iter::once(char::from(code)).chain(part[2..].chars())),
            None => out += &format!("\\x{part}"),
        }
    }
    super::rewrite::resolve_unicode(&out)
}

/// With the escapes inside its strings resolved: `echo` of dash, `echo -e` of bash, printf, Python's `unicode_escape`.
pub(super) fn resolve_escapes(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    if !text.contains('\\') {
        return Vec::new();
    }
    let bare = text.trim_end_matches('\n');
    let echoed = [false, true].map(|unicode| resolve_as_echo(bare, unicode));
    let lines = echoed.clone().map(|text| text + "\n");
    let forms = [cleaned::resolve_escapes(text), cleaned::resolve_string_escapes(text), resolve_code_points(text)];
    echoed.into_iter().chain(lines).chain(forms).map(String::into_bytes).filter(|made| made != source.body).collect()
}

/// Each line without the blanks at its ends, or at its start alone; `read` without -r eats backslashes, too.
pub(super) fn trim_lines(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    let several = text.trim_end().contains('\n');
    let read = |trim: fn(&str) -> &str| text.lines().map(trim).collect::<Vec<_>>().join("\n");
    let mut forms = Vec::new();
    forms.extend(several.then(|| text.lines().map(str::trim).collect::<String>()));
    for joined in [read(str::trim), read(str::trim_start), read(str::trim_end)] {
        let eaten = joined.replace("\\\\", "\u{0}").replace('\\', "").replace('\u{0}', "\\");
        let kept = [joined.clone() + "\n", joined.clone()].into_iter().filter(|_| several);
        let eaten = [eaten.clone() + "\n", eaten].into_iter().filter(|_| joined.contains('\\'));
        forms.extend(kept.chain(eaten));
    }
    forms.into_iter().map(String::into_bytes).filter(|made| made != source.body).collect()
}

/// As it stands inside a JSON string: `JSON.stringify(text).slice(1, -1)`, templates.
pub(super) fn escape_as_json(source: &BodySource) -> Vec<Vec<u8>> {
    let escaped = [StringEscapes::PLAIN, StringEscapes::PYTHON, StringEscapes::PHP].map(|escapes| {
        let mut literal = String::new();
        escape::write_string(&mut literal, source.text, &escapes);
        literal.as_bytes()[1..literal.len() - 1].to_vec()
    });
    escaped.into_iter().filter(|made| made != source.body).collect()
}

/// The fields of a body that is a form and no JSON.
fn form_fields<'s>(source: &'s BodySource) -> Vec<(Cow<'s, str>, Cow<'s, str>)> {
    let is_form = source.tree().is_none() && source.body.contains(&b'=') && !source.text.contains(['{', '\n', ' ']);
    if is_form { url::form_urlencoded::parse(source.body).take(256).collect() } else { Vec::new() }
}

/// The fields of a form as JSON.
pub(super) fn write_form_json(source: &BodySource) -> Vec<Vec<u8>> {
    let fields = form_fields(source);
    if fields.is_empty() {
        return Vec::new();
    }
    let text = |says: Cow<'_, str>| NodeText { says: Cow::Owned(says.into_owned()), literal: "" };
    let members = fields.into_iter().map(|(name, value)| (text(name), JsonNode::Text(text(value))));
    let tree = JsonNode::Object(members.collect());
    let dialects = [&d::STRINGIFY[0], &d::PYTHON[0], &d::PHP[0], &d::PHP_BOTH[0], &d::RAILS[0], &d::GO[0]];
    dialects.into_iter().filter_map(|one| write_document(&tree, one).map(String::into_bytes)).collect()
}

/// A form read and encoded again, by another program's rules.
pub(super) fn reencode_form(source: &BodySource) -> Vec<Vec<u8>> {
    let fields = form_fields(source);
    let ways: [(&[u8], &str); 5] =
        [(b"-._~", "%20"), (b"-._~", "+"), (b"-._~!'()*", "%20"), (b"-._*", "+"), (b"-._", "+")];
    let write = |(untouched, blank): (&[u8], &str)| {
        let one = |text: &str| percent_each(text, untouched, blank);
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", one(name), one(value))).collect();
        pairs.join("&").into_bytes()
    };
    if fields.is_empty() {
        Vec::new()
    } else {
        ways.map(write).into_iter().filter(|made| made != source.body).collect()
    }
}

/// Decoded as ASCII: each byte beyond it became U+FFFD, as with Python's `decode("ascii", "replace")`.
pub(super) fn replace_beyond_ascii(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let each = |c: char| if c.is_ascii() { c.to_string() } else { "\u{fffd}".repeat(c.len_utf8()) };
    vec![text.chars().map(each).collect::<String>().into_bytes()]
}
