//! A body that went through hands: quotes added, lost or made typographic, a brace lost, one line or part of a file, an
//! astral character that a database dropped, twice what should be once.

use super::cleaned::resolve_escapes;
use super::coded::name_non_ascii;
use super::source::BodySource;
use super::writer::write_document;
use super::{copied, dialects as d, escape};

fn own(forms: impl IntoIterator<Item = String>) -> Vec<Vec<u8>> {
    forms.into_iter().map(String::into_bytes).collect()
}

/// Apostrophes for quotes, no quotes, quotes and backslashes doubled, quotes around the whole, typographic ones.
pub(super) fn change_quotes(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.utf8() else { return Vec::new() };
    let mut curly = String::new();
    for (at, part) in text.split('"').enumerate() {
        let quote = if at % 2 == 1 { "\u{201c}" } else { "\u{201d}" };
        curly += if at == 0 { "" } else { quote };
        curly += part;
    }
    let forms = [
        text.replace('"', "'"),
        text.replace('"', ""),
        format!("\"{text}\""),
        format!("'{text}'"),
        format!("`{text}`"),
        text.replace('"', "\"\""),
        format!("\"{}\"", text.replace('"', "\"\"")),
        text.replace('\\', "\\\\"),
        text.replace('\'', "''"),
        text.replace('"', "\\\""),
        curly,
        // repr of Python and var_export of PHP, whose text has quotes of its own.
        super::parts::text_repr(text),
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        // What xargs passes on.
        text.replace('"', "") + "\n",
    ];
    own(forms)
}

/// Without the quotes around the whole, also those of a shell line and of Python's bytes; CSV's doubled quotes undone.
pub(super) fn unquote(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text.trim();
    let inside = |quote: &&str| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).map(str::to_owned);
    let shell = text.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\'')).map(|(inner, _)| inner.to_owned());
    let cells: Vec<String> = ["\"", "'", "`"].iter().filter_map(inside).chain(shell).collect();
    let resolved = cells.iter().flat_map(|cell| [cell.replace("\"\"", "\""), resolve_escapes(cell)]);
    let bare = [text.replace("\"\"", "\"")];
    let forms: Vec<String> = cells.iter().cloned().chain(resolved).chain(bare).collect();
    let bytes = cells.iter().filter_map(|cell| resolve_python_bytes(cell)).collect::<Vec<_>>();
    own(forms).into_iter().chain(bytes).collect()
}

/// `\xc3`, `\n`, `\\`, `\'` of Python's notation of bytes.
fn resolve_python_bytes(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let escaped = rest[at + 1..].chars().next()?;
        let mut length = 1 + escaped.len_utf8();
        match escaped {
            'x' => {
                out.push(u8::from_str_radix(rest.get(at + 2..at + 4)?, 16).ok()?);
                length = 4;
            }
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = &rest[at + length..];
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

/// With plain quotes, hyphens and spaces in place of what a chat or word processor made of them.
pub(super) fn straighten(source: &BodySource) -> Vec<Vec<u8>> {
    let quotes = source.text.replace(['\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}'], "\"");
    let single = quotes.replace(['\u{2018}', '\u{2019}'], "'");
    let blanks =
        |text: &str| text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ").replace(['\u{200b}', '\u{feff}'], "");
    let all = blanks(&single).replace(['\u{2013}', '\u{2014}'], "-").replace('\u{2026}', "...");
    let some = single.replace(['\u{2013}', '\u{2014}'], "-");
    own([blanks(source.text), blanks(&quotes), quotes, blanks(&single), single, some, all])
}

/// What is lost at one end or both.
const ENDS: [(&str, &str); 7] = [("{", ""), ("", "}"), ("{", "}"), ("[", ""), ("", "]"), ("", "}}"), ("{\"", "")];

/// With the brace or bracket that was lost, and without its braces.
pub(super) fn add_braces(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    let bare = text.trim_start_matches('{').trim_end_matches('}').to_owned();
    own(ENDS.map(|(before, after)| format!("{before}{text}{after}")).into_iter().chain([bare]))
}

/// Each line of several, and each part of a form of several parts.
pub(super) fn take_parts(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    let lines = text.lines().filter(|line| line.len() > 8).take(32).map(str::to_owned);
    let mut forms: Vec<String> = if text.lines().count() > 1 { lines.collect() } else { Vec::new() };
    // Who reads a line gets the first, with its end or without.
    forms.extend(text.split_inclusive('\n').take(1).flat_map(|line| [line.to_owned(), line.trim_end().to_owned()]));
    if text.starts_with("--") {
        let parts = text.split("\r\n\r\n").skip(1).filter_map(|part| part.split("\r\n--").next());
        forms.extend(parts.map(str::to_owned));
    }
    own(forms).into_iter().chain(copied::find_documents(source)).chain(copied::take_half(source)).collect()
}

/// Decoded from hexadecimal, in groups or not.
pub(super) fn decode_hex(source: &BodySource) -> Vec<Vec<u8>> {
    let digits: Vec<u8> = source.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Vec::new();
    }
    let value = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0);
    vec![digits.chunks_exact(2).filter_map(|pair| u8::try_from(value(pair[0]) << 4 | value(pair[1])).ok()).collect()]
}

/// What is beyond the Basic Multilingual Plane dropped or replaced, as MySQL's utf8 does, or as two surrogates.
pub(super) fn replace_astral(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii().filter(|text| text.chars().any(|c| u32::from(c) > 0xffff)) else {
        return Vec::new();
    };
    let with = |put: &str| {
        text.chars().map(|c| if u32::from(c) > 0xffff { put.to_owned() } else { c.to_string() }).collect::<String>()
    };
    let surrogate =
        |unit: u16| [0xe0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8];
    let mut cesu = Vec::new();
    for c in text.chars() {
        match c.encode_utf16(&mut [0; 2]) {
            [high, low] => cesu.extend([surrogate(*high), surrogate(*low)].concat()),
            _ => cesu.extend(c.to_string().into_bytes()),
        }
    }
    let forms = ["", "?", "????", "\u{fffd}", "\u{fffd}\u{fffd}", "??"].map(with);
    own(forms).into_iter().chain([cesu]).collect()
}

/// What is beyond ASCII as `&#233;`, `\xe9` or `\u00e9`, byte by byte too, or cut to seven bits.
pub(super) fn escape_non_ascii(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let each = |text: &str, write: &dyn Fn(char) -> String| {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { write(c) }).collect::<String>()
    };
    let python = |c: char| match u32::from(c) {
        code @ 0..0x100 => format!("\\x{code:02x}"),
        code @ 0x100..0x10000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    let bytes = |c: char| c.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let forms = [
        each(text, &|c| format!("&#{};", u32::from(c))),
        each(text, &|c| format!("&#x{:x};", u32::from(c))),
        each(text, &python),
        each(text, &bytes),
        each(&text.replace('\\', "\\\\"), &python),
    ];
    let low = source.body.iter().map(|byte| byte & 0x7f).collect();
    own(forms).into_iter().chain([low]).chain(name_non_ascii(source)).collect()
}

/// The whole twice: what is fed to a hash two times.
pub(super) fn repeat(source: &BodySource) -> Vec<Vec<u8>> {
    let written = source.tree().and_then(|tree| write_document(tree, &d::STRINGIFY[0]));
    std::iter::once(source.body.repeat(2)).chain(written.map(|text| text.repeat(2).into_bytes())).collect()
}

const ENVELOPES: [&str; 10] =
    ["body", "data", "payload", "event", "message", "params", "json", "webhook", "content", "rawBody"];

/// Inside an object or list: as it is, as one text, and as JavaScript, Python, PHP and Go write it.
pub(super) fn wrap_json(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let written = [d::STRINGIFY[0], d::PHP[0], d::PHP_BOTH[0], d::GO[0]].map(|one| write_document(tree, &one));
    let mut compact: Vec<String> =
        std::iter::once(source.text.to_owned()).chain(written.into_iter().flatten()).collect();
    let mut spaced: Vec<String> = write_document(tree, &d::PYTHON[0]).into_iter().collect();
    for escapes in [escape::StringEscapes::PLAIN, escape::StringEscapes::PYTHON, escape::StringEscapes::PHP] {
        let mut literal = String::new();
        escape::write_string(&mut literal, source.text, &escapes);
        compact.push(literal.clone());
        spaced.extend([format!("{literal}, \"isBase64Encoded\": false"), literal]);
    }
    let base64 = super::wrap::encode_base64(source).into_iter().take(1);
    spaced.extend(base64.map(|text| format!("\"{}\", \"isBase64Encoded\": true", String::from_utf8_lossy(&text))));
    let mut forms: Vec<String> = compact.iter().chain(&spaced).map(|text| format!("[{text}]")).collect();
    for name in ENVELOPES {
        forms.extend(compact.iter().map(|text| format!("{{\"{name}\":{text}}}")));
        forms.extend(spaced.iter().map(|text| format!("{{\"{name}\": {text}}}")));
    }
    for text in &compact {
        forms.extend(
            [("", ",\"method\":\"POST\""), ("\"method\":\"POST\",", "")]
                .map(|(before, behind)| format!("{{{before}\"body\":{text}{behind}}}")),
        );
        // What Postman's pm.request.body holds.
        let raw = format!("{{\"mode\":\"raw\",\"raw\":{text}");
        forms.extend([format!("{raw}}}"), raw + ",\"options\":{\"raw\":{\"language\":\"json\"}}}"]);
    }
    own(forms)
}
