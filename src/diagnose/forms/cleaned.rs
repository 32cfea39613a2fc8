//! A body that was cleaned, or decoded once more, before it was hashed: what filters against injections do.

use super::source::BodySource;
use crate::diagnose::html;

/// PHP's `stripslashes`.
pub(super) fn remove_slashes(source: &BodySource) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(source.body.len());
    let mut bytes = source.body.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next().map(|next| if *next == b'0' { 0 } else { *next })),
            _ => out.push(byte),
        }
    }
    // Whoever put the backslashes before the quotes with sed or echo has put a line feed behind the whole.
    let quotes = source.text.replace("\\\"", "\"");
    let bare = quotes.trim_end_matches('\n').to_owned();
    let quotes = [quotes, bare].map(String::into_bytes).into_iter().filter(|made| made != source.body);
    let quotes: Vec<Vec<u8>> = if source.text.contains("\\\"") { quotes.collect() } else { Vec::new() };
    changed(source, out).into_iter().chain(quotes).collect()
}

/// What is written as an escape outside of any literal.
const ESCAPES: [(&str, &str); 5] = [("\\\"", "\""), ("\\/", "/"), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t")];

/// `\n`, `\t`, `\"`, `\/` and `\uXXXX` resolved once.
pub(super) fn resolve_escapes(text: &str) -> String {
    resolve(text, &ESCAPES)
}

/// The same but for `\/`, which neither Python nor a shell's printf takes for an escape.
pub(super) fn resolve_string_escapes(text: &str) -> String {
    resolve(text, &ESCAPES.map(|(escape, put)| if put == "/" { (escape, escape) } else { (escape, put) }))
}

fn resolve(text: &str, escapes: &[(&str, &str)]) -> String {
    // A backslash that is escaped begins no other escape.
    let parts = text.split("\\\\").map(|part| {
        let part = escapes.iter().fold(part.to_owned(), |part, (escape, put)| part.replace(escape, put));
        super::rewrite::resolve_unicode(&part)
    });
    parts.collect::<Vec<_>>().join("\\")
}

/// PHP's `strip_tags`, and every `<…>` taken away.
pub(super) fn remove_tags(source: &BodySource) -> Vec<Vec<u8>> {
    let (mut out, mut rest) = (String::with_capacity(source.text.len()), source.text);
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let is_tag = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        match tag.find('>').filter(|_| is_tag) {
            Some(end) => rest = &tag[end + 1..],
            None => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    changed(source, out.into_bytes())
}

/// `&amp;` and its like resolved.
pub(super) fn unescape_html(source: &BodySource) -> Vec<Vec<u8>> {
    changed(source, html::unescape(source.text).into_bytes())
}

/// Percent-decoded, with `+` for a space and without.
pub(super) fn decode_percents(source: &BodySource) -> Vec<Vec<u8>> {
    let decode = |plus: bool| {
        let mut out = Vec::with_capacity(source.body.len());
        let mut rest = source.body;
        while let Some((&byte, behind)) = rest.split_first() {
            let digit = |at: usize| behind.get(at).and_then(|&byte| char::from(byte).to_digit(16));
            rest = behind;
            match (byte, digit(0), digit(1)) {
                (b'%', Some(high), Some(low)) => {
                    out.extend(u8::try_from(high << 4 | low));
                    rest = &behind[2..];
                }
                (b'+', ..) if plus => out.push(b' '),
                _ => out.push(byte),
            }
        }
        changed(source, out)
    };
    [decode(true), decode(false)].concat()
}

/// Each run of white space made one space, inside texts too.
pub(super) fn collapse_blanks(source: &BodySource) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(source.body.len());
    for &byte in source.body {
        match byte.is_ascii_whitespace() {
            true if out.last() == Some(&b' ') => {}
            true => out.push(b' '),
            false => out.push(byte),
        }
    }
    let trimmed = out.trim_ascii().to_vec();
    // A shell's echo of an unquoted variable.
    let echoed = [trimmed.as_slice(), b"\n"].concat();
    [changed(source, out), changed(source, trimmed), changed(source, echoed)].concat()
}

/// In lower case, and in upper case.
pub(super) fn change_case(source: &BodySource) -> Vec<Vec<u8>> {
    let text = [source.body.to_ascii_lowercase(), source.body.to_ascii_uppercase()];
    let wide = [source.text.to_lowercase(), source.text.to_uppercase()].map(String::into_bytes);
    text.into_iter().chain(wide).collect()
}

fn changed(source: &BodySource, made: Vec<u8>) -> Vec<Vec<u8>> {
    if made == source.body { Vec::new() } else { vec![made] }
}
