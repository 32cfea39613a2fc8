//! A body in encodings that are rare today: UTF-32, UTF-7, quoted-printable, Unicode's compatibility forms, HTML's names of
//! characters; and what is left of UTF-8 that was read as UTF-16.

use super::source::BodySource;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// In UTF-32, either order, with and without a mark.
pub(super) fn encode_utf_32(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.utf8() else { return Vec::new() };
    let units = |order: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| order(u32::from(c))).collect::<Vec<u8>>();
    let (little, big) = (units(u32::to_le_bytes), units(u32::to_be_bytes));
    let marked = [[b"\xff\xfe\0\0".as_slice(), &little].concat(), [b"\0\0\xfe\xff".as_slice(), &big].concat()];
    [little, big].into_iter().chain(marked).collect()
}

/// In UTF-7 (RFC 2152): Python writes the optional characters as they are, PHP and iconv encode them.
pub(super) fn encode_utf_7(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.utf8() else { return Vec::new() };
    let direct = |c: char| c.is_ascii_alphanumeric() || "'(),-./:? \t\r\n".contains(c);
    let optional = |c: char| direct(c) || c.is_ascii_graphic() && !"\\~+".contains(c);
    vec![write_utf_7(text, optional), write_utf_7(text, direct)]
}

fn write_utf_7(text: &str, is_direct: impl Fn(char) -> bool) -> Vec<u8> {
    let (mut out, mut run) = (String::with_capacity(text.len() * 2), Vec::new());
    let shift = |out: &mut String, run: &mut Vec<u8>, next: Option<char>| {
        if !run.is_empty() {
            *out += &format!("+{}", STANDARD_NO_PAD.encode(&*run));
            run.clear();
            // What could be read as one more digit is parted from them.
            let parted = next.is_none_or(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-'));
            out.push_str(if parted { "-" } else { "" });
        }
    };
    for c in text.chars() {
        if is_direct(c) {
            shift(&mut out, &mut run, Some(c));
            out.push(c);
        } else if c == '+' && run.is_empty() {
            out.push_str("+-");
        } else {
            run.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    shift(&mut out, &mut run, None);
    out.into_bytes()
}

/// How a program folds the lines of quoted-printable (RFC 2045, section 6.7).
struct QuotedManner {
    joint: &'static str,
    /// Control characters that are written as they are.
    kept: &'static [u8],
    /// Whether a byte finds no room behind so many characters of a line.
    is_full: fn(usize, u8, usize) -> bool,
    end: &'static str,
}

const QUOTED: [QuotedManner; 3] = [
    // Python's quopri.
    QuotedManner { joint: "=\n", kept: b"\t\r\n", is_full: |at, _, width| at + width > 75, end: "" },
    // PHP, which keeps the bytes of most characters together.
    QuotedManner {
        joint: "=\r\n",
        kept: b"",
        is_full: |at, byte, width| {
            let rest = match byte {
                0x80..=0xdf => 3,
                0xe0..=0xef => 6,
                0xf0..=0xf4 => 9,
                _ => 0,
            };
            at + width + rest > 75
        },
        end: "",
    },
    // Ruby's pack('M').
    QuotedManner { joint: "=\n", kept: b"\t\n", is_full: |at, _, _| at > 72, end: "=\n" },
];

/// In quoted-printable, as Python, PHP and Ruby write it.
pub(super) fn encode_quoted_printable(source: &BodySource) -> Vec<Vec<u8>> {
    let write = |manner: &QuotedManner| {
        let (mut out, mut at) = (String::with_capacity(source.body.len() * 2), 0);
        for &byte in source.body {
            let kept = matches!(byte, b' '..=b'~') && byte != b'=' || manner.kept.contains(&byte);
            let piece = if kept { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if byte != b'\n' && (manner.is_full)(at, byte, piece.len()) {
                out += manner.joint;
                at = 0;
            }
            at = if byte == b'\n' && kept { 0 } else { at + piece.len() };
            out += &piece;
        }
        out += if at > 0 { manner.end } else { "" };
        out.into_bytes()
    };
    QUOTED.iter().map(write).collect()
}

/// In Unicode's forms for search, NFKC and NFKD, which take one character for another that looks like it.
pub(super) fn normalise_compatible(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(text) = source.non_ascii() else { return Vec::new() };
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned();
    let parted = DecomposingNormalizerBorrowed::new_nfkd().normalize(text).into_owned();
    [composed, parted].map(String::into_bytes).into()
}

/// UTF-8 taken for UTF-16, in either order. Node drops half a unit at the end, Python and Java mark it.
pub(super) fn read_as_utf_16(source: &BodySource) -> Vec<Vec<u8>> {
    let odd = !source.body.len().is_multiple_of(2);
    let read = |order: fn([u8; 2]) -> u16| {
        let units = source.body.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let marked = odd.then(|| format!("{text}{}", char::REPLACEMENT_CHARACTER));
        std::iter::once(text).chain(marked).map(String::into_bytes)
    };
    [u16::from_le_bytes as fn([u8; 2]) -> u16, u16::from_be_bytes].into_iter().flat_map(read).collect()
}

/// HTML's names of U+00A0 and what follows it.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
    acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig \
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
    Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave \
    iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// Its names of the rest of Windows-1252.
const OTHERS: &str = "OElig\u{152} oelig\u{153} Scaron\u{160} scaron\u{161} Yuml\u{178} fnof\u{192} circ\u{2c6} tilde\u{2dc} \
    ndash\u{2013} mdash\u{2014} lsquo\u{2018} rsquo\u{2019} sbquo\u{201a} ldquo\u{201c} rdquo\u{201d} bdquo\u{201e} \
    dagger\u{2020} Dagger\u{2021} bull\u{2022} hellip\u{2026} permil\u{2030} lsaquo\u{2039} rsaquo\u{203a} euro\u{20ac} \
    trade\u{2122}";

fn entity_name(c: char) -> Option<&'static str> {
    let at = u32::from(c).checked_sub(0xa0).and_then(|at| usize::try_from(at).ok());
    let other = || OTHERS.split_whitespace().find_map(|pair| pair.strip_suffix(c));
    at.and_then(|at| LATIN.split_whitespace().nth(at)).or_else(other)
}

fn with_names(text: &str, unnamed: fn(char) -> String) -> String {
    let named = |c: char| entity_name(c).map_or_else(|| unnamed(c), |name| format!("&{name};"));
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { named(c) }).collect()
}

/// PHP's `htmlentities` with and without apostrophes, the `he` of npm, PHP's `nl2br`.
pub(super) fn escape_all_html(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    let quoted = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let hexadecimal = |c: char| match c {
        '&' | '<' | '>' | '"' | '\'' | '`' | '\u{80}'.. => format!("&#x{:X};", u32::from(c)),
        _ => c.to_string(),
    };
    let named = with_names(&quoted, String::from);
    let forms =
        [named.replace('\'', "&#039;"), named, text.chars().map(hexadecimal).collect(), text.replace('\n', "<br />\n")];
    forms.map(String::into_bytes).into_iter().filter(|form| form != source.body).collect()
}

/// What is beyond ASCII by its name, else by its number: PHP's charset HTML-ENTITIES.
pub(super) fn name_non_ascii(source: &BodySource) -> Option<Vec<u8>> {
    source.non_ascii().map(|text| with_names(text, |c| format!("&#{};", u32::from(c))).into_bytes())
}
