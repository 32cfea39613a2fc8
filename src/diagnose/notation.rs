//! Notations of a digest from which it cannot be read back, or only with some care: numbers without their zeros, bytes
//! in decimal, bytes taken for text. What cannot be read back is compared as it is written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A way of writing a digest that loses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DigestNotation {
    /// Each byte in hexadecimal without its leading zero.
    Unpadded,
    /// The whole as one number in hexadecimal.
    Number,
    /// The whole as one number in two's complement: Java's `new BigInteger(bytes)`.
    SignedNumber,
    /// Each byte as a signed 32-bit number in hexadecimal: Java's `Integer.toHexString`.
    SignedBytes,
    /// Decoded as UTF-8.
    Lossy,
    /// The whole as one number in decimal.
    Decimal,
    /// In Base64, in lower case and without padding.
    LowerBase64,
    /// In hexadecimal, with one or two wrong characters.
    Mistyped,
    /// The last so many hexadecimal digits.
    End(usize),
}

/// The fewest characters that tell a value from chance: more than 64 bits of it.
const TELLING: usize = 10;

impl DigestNotation {
    /// Whether a text is what this notation makes of a digest.
    pub(super) fn matches(self, digest: &[u8], text: &[u8]) -> bool {
        let written = self.write(digest);
        match self {
            Self::Mistyped => {
                written.len() == text.len() && written.iter().zip(text).filter(|(one, other)| one != other).count() <= 2
            }
            _ => written == text,
        }
    }

    /// How this notation writes a digest.
    pub(super) fn write(self, digest: &[u8]) -> Vec<u8> {
        let joined = |write: fn(u8) -> String| digest.iter().map(|&byte| write(byte)).collect::<String>();
        match self {
            Self::Unpadded => joined(|byte| format!("{byte:x}")).into_bytes(),
            Self::SignedBytes => joined(|byte| format!("{:x}", i32::from(byte.cast_signed()))).into_bytes(),
            Self::Number => write_number(digest, ""),
            Self::SignedNumber if digest.first().is_some_and(|byte| *byte >= 0x80) => {
                write_number(&negate(digest), "-")
            }
            Self::SignedNumber => write_number(digest, ""),
            Self::Lossy => Self::trim_text(&String::from_utf8_lossy(digest)),
            Self::Decimal => write_decimal(digest),
            Self::LowerBase64 => STANDARD_NO_PAD.encode(digest).to_ascii_lowercase().into_bytes(),
            Self::Mistyped => joined(|byte| format!("{byte:02x}")).into_bytes(),
            Self::End(length) => {
                let digits = joined(|byte| format!("{byte:02x}"));
                digits.get(digits.len().saturating_sub(length)..).unwrap_or_default().into()
            }
        }
    }

    /// Header fields lose the white space at their ends.
    pub(super) fn trim_text(text: &str) -> Vec<u8> {
        text.as_bytes().trim_ascii().to_vec()
    }
}

fn write_number(digest: &[u8], sign: &str) -> Vec<u8> {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{sign}{}", digits.trim_start_matches('0')).into_bytes()
}

fn write_decimal(digest: &[u8]) -> Vec<u8> {
    let mut digits = vec![0u8];
    for &byte in digest {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            let sum = u32::from(*digit) * 256 + carry;
            (*digit, carry) = ((sum % 10) as u8, sum / 10);
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| b'0' + digit).collect()
}

fn negate(digest: &[u8]) -> Vec<u8> {
    let mut carry = true;
    let mut out: Vec<u8> = digest.iter().map(|byte| !byte).collect();
    for byte in out.iter_mut().rev() {
        let (sum, over) = byte.overflowing_add(u8::from(carry));
        (*byte, carry) = (sum, over);
    }
    out
}

/// Which notations a text in lower case may be in.
pub(super) fn guess_notations(text: &str) -> Vec<DigestNotation> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Half of a digest, the second one.
    if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return vec![DigestNotation::End(32)];
    }
    if digits.len() < 40 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Vec::new();
    }
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        60..=78 if is_decimal => vec![DigestNotation::Decimal],
        _ if digits.len() < text.len() => vec![DigestNotation::SignedNumber],
        length @ 40..=63 => vec![DigestNotation::Unpadded, DigestNotation::Number, DigestNotation::End(length)],
        65..=256 if digits.contains("ffffff") => vec![DigestNotation::SignedBytes],
        _ => Vec::new(),
    }
}

/// Whether a text is what remains of a digest that was decoded as UTF-8, with enough left to tell.
pub(super) fn is_lossy_text(text: &str) -> bool {
    let kept = text.chars().filter(|c| *c != '\u{fffd}').count();
    kept < text.chars().count() && kept >= TELLING && text.chars().count() <= 64
}

/// The digest that a list of decimal bytes is: Node's Buffer as JSON, a typed array, lists of Python, Go and Java.
pub(super) fn parse_byte_list(text: &str) -> Option<Vec<u8>> {
    // What JSON makes of CryptoJS's words of 32 bits.
    if let Some((words, _)) = text.split_once("\"words\":[").and_then(|(_, rest)| rest.split_once(']')) {
        let words: Option<Vec<i32>> = words.split(',').map(|word| word.trim().parse().ok()).collect();
        return words.map(|words| words.iter().flat_map(|word| word.to_be_bytes()).collect());
    }
    let plain = |c: char| c.is_ascii_digit() || " ,[](){}:\"-".contains(c);
    let list = match text.split_once("\"data\":") {
        Some((head, data)) if head.contains("Buffer") => data,
        _ => text,
    };
    if !list.chars().all(plain) {
        return None;
    }
    let numbers: Vec<i32> = list
        .split(|c: char| !c.is_ascii_digit() && c != '-')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let keyed = list.contains(':');
    let values = numbers.iter().skip(usize::from(keyed)).step_by(if keyed { 2 } else { 1 });
    let bytes: Option<Vec<u8>> =
        values.map(|&number| (-128..256).contains(&number).then_some((number & 0xff) as u8)).collect();
    bytes.filter(|bytes| bytes.len() >= 16)
}

/// The digest that `\xa3…` escapes of Python or a shell stand for.
pub(super) fn parse_escaped_bytes(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.contains("\\x").then_some(text)?;
    let mut bytes = Vec::new();
    while let Some(c) = rest.chars().next() {
        let (byte, length) = match rest.strip_prefix('\\') {
            None => (u8::try_from(u32::from(c)).ok().filter(u8::is_ascii)?, 1),
            Some(behind) => match behind.chars().next()? {
                'x' => (u8::from_str_radix(behind.get(1..3)?, 16).ok()?, 4),
                'n' => (b'\n', 2),
                'r' => (b'\r', 2),
                't' => (b'\t', 2),
                other => (u8::try_from(u32::from(other)).ok().filter(u8::is_ascii)?, 2),
            },
        };
        bytes.push(byte);
        rest = rest.get(length..)?;
    }
    Some(bytes)
}

/// Texts that programs write for an object in place of what is in it, without an encoding or before it was there.
const OBJECTS: [&str; 9] = [
    "[object ",
    "<built-in method ",
    "<bound method ",
    "#<OpenSSL::",
    "[B@",
    "<_hashlib",
    "<hmac.HMAC",
    "undefined",
    "NaN",
];

/// Whether a value is the text of an object, a function or nothing.
pub(super) fn is_object_text(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"sha256=").unwrap_or(value);
    let text = String::from_utf8_lossy(value);
    let nothing = matches!(text.as_ref(), "null" | "None" | "nil" | "false" | "true" | "Array" | "()");
    nothing || OBJECTS.iter().any(|start| text.starts_with(start))
}

/// What a value is that is no digest; nothing where it may be one.
pub(super) fn name_other(value: &[u8]) -> Option<&'static str> {
    if is_object_text(value) {
        return Some("the text of an object or of nothing, not of a digest");
    }
    let text = std::str::from_utf8(value).ok()?;
    let bare = text.strip_prefix("sha256=").unwrap_or(text);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = bare.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    match bare.len() {
        _ if ["${", "{{", "$(", "%(", "<%="].iter().any(|mark| bare.contains(mark)) => {
            Some("the text of a template: its value was not put in its place")
        }
        36 if lengths == [8, 4, 4, 4, 12] && groups.iter().all(is_hex) => Some("a UUID: an id, not a signature"),
        10 | 13 if digits(bare) => Some("a timestamp, not a signature"),
        _ if matches!(bare, "sha256" | "SHA256" | "v1") => {
            Some("only the name before the =: the value was split there, and the wrong half taken")
        }
        _ => None,
    }
}
