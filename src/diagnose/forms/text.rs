//! Forms that a text takes when line ends, byte order marks, charsets and normalisation touch it.

use super::source::BodySource;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

const BOM: &[u8] = b"\xef\xbb\xbf";

fn some(form: Option<Vec<u8>>) -> Vec<Vec<u8>> {
    form.into_iter().collect()
}

/// One, two or all line ends at the end taken away.
pub(super) fn remove_newline(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    let end_off = |text: &'_ [u8]| text.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest).len());
    let one = end_off(body).map(|end| &body[..end]);
    let two = one.and_then(|rest| end_off(rest).map(|end| &body[..end]));
    let all = body.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    let lf = body.strip_suffix(b"\n");
    [one, lf, Some(&body[..all]), two].into_iter().flatten().map(<[u8]>::to_vec).collect()
}

fn with_end(body: &[u8], end: &[u8]) -> Vec<u8> {
    [body, end].concat()
}

/// A line feed put at the end.
pub(super) fn add_newline(source: &BodySource) -> Vec<Vec<u8>> {
    vec![with_end(source.body, b"\n")]
}

/// White space put at either end.
pub(super) fn add_blanks(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    let behind = [b" ".as_slice(), b"\n\n", b"\r", b"\t"].map(|end| with_end(body, end));
    let before = [b" ".as_slice(), b"\n"].map(|start| with_end(start, body));
    behind.into_iter().chain(before).collect()
}

/// CR and LF put at the end.
pub(super) fn add_crlf(source: &BodySource) -> Vec<Vec<u8>> {
    vec![with_end(source.body, b"\r\n")]
}

/// A zero byte put at the end.
pub(super) fn add_zero_byte(source: &BodySource) -> Vec<Vec<u8>> {
    vec![with_end(source.body, b"\0")]
}

/// Blanks at both ends taken away.
pub(super) fn trim_blanks(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    // A line break that belongs to the body stands before blanks that do not.
    let blanks = body.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(body.len(), |last| last + 1);
    [body.trim_ascii(), body.trim_ascii_end(), body.trim_ascii_start(), &body[..blanks]].map(<[u8]>::to_vec).into()
}

/// Every lone LF made CRLF.
pub(super) fn convert_to_crlf(source: &BodySource) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(source.body.len() + 64);
    let mut last = 0;
    for &byte in source.body {
        if byte == b'\n' && last != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        last = byte;
    }
    vec![out]
}

/// Every CR before an LF taken away, and every CR.
pub(super) fn convert_from_crlf(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    if !body.contains(&b'\r') {
        return Vec::new();
    }
    let paired = |at: usize| body[at] == b'\r' && body.get(at + 1) == Some(&b'\n');
    let lf: Vec<u8> = (0..body.len()).filter(|&at| !paired(at)).map(|at| body[at]).collect();
    let ended = lf.trim_ascii_end().to_vec();
    vec![lf, body.iter().copied().filter(|&byte| byte != b'\r').collect(), ended]
}

/// Every line end taken away.
pub(super) fn join_lines(source: &BodySource) -> Vec<Vec<u8>> {
    vec![source.body.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()]
}

/// Blanks taken away everywhere, inside strings too.
pub(super) fn remove_blanks(source: &BodySource) -> Vec<Vec<u8>> {
    vec![source.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()]
}

/// A byte order mark put in front.
pub(super) fn add_bom(source: &BodySource) -> Vec<Vec<u8>> {
    [b"".as_slice(), b"\n", b"\r\n"].map(|end| [BOM, source.body, end].concat()).into()
}

/// The byte order mark taken away.
pub(super) fn remove_bom(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(rest) = source.body.strip_prefix(BOM) else { return Vec::new() };
    vec![rest.to_vec()]
}

/// What Windows-1252 has in place of the C1 controls.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The bytes that Windows-1252 does not have.
const UNASSIGNED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

pub(crate) fn cp1252_char(byte: u8) -> char {
    if (0x80..0xa0).contains(&byte) { CP1252[usize::from(byte) - 0x80] } else { char::from(byte) }
}

pub(crate) fn cp1252_byte(c: char) -> Option<u8> {
    let special = || CP1252.iter().position(|&known| known == c).and_then(|at| u8::try_from(at + 0x80).ok());
    u8::try_from(u32::from(c)).ok().filter(|byte| !(0x80..0xa0).contains(byte)).or_else(special)
}

/// In ISO 8859-1 or Windows-1252, `?` for what they lack.
pub(super) fn encode_latin_1(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let plain = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    // Node's latin1 keeps the low byte of each unit of UTF-16.
    let low = text.encode_utf16().map(|unit| (unit & 0xff) as u8).collect();
    vec![plain, text.chars().map(|c| cp1252_byte(c).unwrap_or(b'?')).collect(), low]
}

/// In ASCII, `?` for a character, a UTF-16 unit or a byte beyond it.
pub(super) fn encode_ascii(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let each = |times: fn(char) -> usize| -> Vec<u8> {
        text.chars().flat_map(|c| if c.is_ascii() { vec![c as u8] } else { vec![b'?'; times(c)] }).collect()
    };
    vec![each(|_| 1), each(char::len_utf16), each(char::len_utf8)]
}

/// What is beyond ASCII left out.
pub(super) fn drop_non_ascii(source: &BodySource) -> Vec<Vec<u8>> {
    vec![source.body.iter().copied().filter(u8::is_ascii).collect()]
}

/// In UTF-16, either order, with and without a mark.
pub(super) fn encode_utf_16(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.utf8() else { return Vec::new() };
    let units = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
    let marked = [
        [b"\xff\xfe", little.as_slice()].concat(),
        [b"\xfe\xff", big.as_slice()].concat(),
        // PowerShell's > ends the file with CR LF.
        [b"\xff\xfe", little.as_slice(), b"\r\0\n\0"].concat(),
    ];
    [little, big].into_iter().chain(marked).collect()
}

/// UTF-16 read and written as UTF-8.
pub(super) fn decode_utf_16(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    if !body.len().is_multiple_of(2) || !body.contains(&0) {
        return Vec::new();
    }
    let read = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = body.chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).ok()?;
        let text = text.trim_start_matches('\u{feff}');
        Some(text.to_owned())
    };
    let texts = [read(u16::from_le_bytes), read(u16::from_be_bytes)].into_iter().flatten();
    texts.map(String::into_bytes).collect()
}

/// Bytes that are no UTF-8 replaced by U+FFFD, by `?`, or left out.
pub(super) fn replace_invalid_utf8(source: &BodySource) -> Vec<Vec<u8>> {
    if source.utf8().is_some() {
        return Vec::new();
    }
    let mut forms = [Vec::new(), Vec::new(), Vec::new()];
    for chunk in source.body.utf8_chunks() {
        for (form, fill) in forms.iter_mut().zip(["\u{fffd}", "?", ""]) {
            form.extend_from_slice(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                form.extend_from_slice(fill.as_bytes());
            }
        }
    }
    forms.into()
}

fn each_byte_a_char(source: &BodySource) -> Vec<Vec<u8>> {
    let read = |char_of: fn(u8) -> char| source.body.iter().map(|&byte| char_of(byte)).collect::<String>().into_bytes();
    // Java and WHATWG's decoders differ in the five bytes that Windows-1252 does not have: U+FFFD, or a control.
    let java = |byte: u8| if UNASSIGNED.contains(&byte) { '\u{fffd}' } else { cp1252_char(byte) };
    let marked = source.body.iter().map(|&byte| java(byte)).collect::<String>().into_bytes();
    // Read and written in the same charset, those five alone are lost.
    let lost = source.body.iter().map(|byte| if UNASSIGNED.contains(byte) { b'?' } else { *byte }).collect();
    vec![read(char::from), read(cp1252_char), marked, lost]
}

/// UTF-8 taken for Latin-1 and encoded once more.
pub(super) fn encode_twice(source: &BodySource) -> Vec<Vec<u8>> {
    if source.non_ascii().is_some() { each_byte_a_char(source) } else { Vec::new() }
}

/// Latin-1 read and written as UTF-8.
pub(super) fn decode_latin_1(source: &BodySource) -> Vec<Vec<u8>> {
    if source.utf8().is_none() { each_byte_a_char(source) } else { Vec::new() }
}

/// One encoding too many taken away.
pub(super) fn undo_double_encoding(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let read = |byte_of: fn(char) -> Option<u8>| text.chars().map(byte_of).collect::<Option<Vec<u8>>>();
    let forms = [read(|c| u8::try_from(u32::from(c)).ok()), read(cp1252_byte)];
    forms.into_iter().flatten().filter(|form| std::str::from_utf8(form).is_ok()).collect()
}

/// Unicode normalisation form C.
pub(super) fn normalise_nfc(source: &BodySource) -> Vec<Vec<u8>> {
    let form = |text: &str| ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned().into_bytes();
    some(source.non_ascii().map(form))
}

/// Unicode normalisation form D.
pub(super) fn normalise_nfd(source: &BodySource) -> Vec<Vec<u8>> {
    let form = |text: &str| DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned().into_bytes();
    some(source.non_ascii().map(form))
}
