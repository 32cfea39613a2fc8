//! Key forms: what programs make of a secret before they use it, and what they use where they have none.

use super::cause::{CauseFamily, MismatchCause};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes that may have been the key.
pub type KeyBytes = Zeroizing<Vec<u8>>;

/// Something that is made of a secret.
pub struct KeyForm {
    /// What it means that it was the key.
    pub cause: MismatchCause,
    make: fn(&[u8]) -> Vec<Vec<u8>>,
}

impl KeyForm {
    /// Every variant; none where the secret has no such form.
    pub fn make(&self, secret: &[u8]) -> Vec<KeyBytes> {
        let made = (self.make)(secret).into_iter().filter(|key| !key.is_empty() && key != secret);
        made.map(Zeroizing::new).collect()
    }
}

const fn form(id: &'static str, words: &'static str, make: fn(&[u8]) -> Vec<Vec<u8>>) -> KeyForm {
    KeyForm { cause: MismatchCause::new(id, CauseFamily::Key, words), make }
}

/// Every key form, commonest first.
pub static KEY_FORMS: [KeyForm; 29] = [
    form("key-trimmed", "the secret without the white space around it", |s| vec![s.trim_ascii().to_vec()]),
    form("key-newline-added", "the secret with a line break after it", |s| ended(s, &[b"\n", b"\r\n", b"\r"])),
    form("key-blank-added", "the secret with a space before or after it", |s| {
        vec![[s, b" "].concat(), [b" ", s].concat(), [s, b"\t"].concat()]
    }),
    form("key-unquoted", "the secret without the quotes around it", unquoted),
    form("key-quoted", "the secret with quotes around it", |s| {
        vec![around(s, b'"'), around(s, b'\''), around(s, b'`')]
    }),
    form("key-prefix-decoded", "the secret without its prefix, decoded from Base64, as Standard Webhooks does", |s| {
        stripped(s).iter().flat_map(|rest| unbase64(rest)).collect()
    }),
    form("key-prefix-stripped", "the secret without its prefix", stripped),
    form("key-base64-decoded", "the secret decoded from Base64", |s| {
        decode(s, |text| STANDARD_NO_PAD.decode(text).ok())
    }),
    form("key-base64url-decoded", "the secret decoded from base64url", |s| {
        decode(s, |text| URL_SAFE_NO_PAD.decode(text).ok())
    }),
    form("key-hex-decoded", "the secret decoded from hexadecimal", |s| unhex(s).into_iter().collect()),
    form("key-base64-encoded", "the secret encoded in Base64", |s| {
        vec![STANDARD.encode(s).into(), STANDARD_NO_PAD.encode(s).into(), URL_SAFE_NO_PAD.encode(s).into()]
    }),
    form("key-hex-encoded", "the secret encoded in hexadecimal", |s| vec![hex(s), hex(s).to_ascii_uppercase()]),
    form("key-prefix-added", "the secret with whsec_ before it", |s| vec![[b"whsec_", s].concat()]),
    form("key-unescaped", "the secret with its escapes resolved", unescaped),
    form("key-escaped", "the secret with its special characters escaped", escaped),
    form("key-percent-decoded", "the secret percent-decoded", |s| {
        let field = [b"v=", s].concat();
        url::form_urlencoded::parse(&field).take(1).map(|(_, value)| value.into_owned().into_bytes()).collect()
    }),
    form("key-percent-encoded", "the secret percent-encoded", |s| {
        vec![url::form_urlencoded::byte_serialize(s).collect::<String>().into_bytes()]
    }),
    form("key-cut-at-hash", "the secret up to its #: the rest was read as a comment", |s| cut_at(s, b'#')),
    form("key-dollar-expanded", "the secret with its $… read as a variable", dollars),
    form("key-first-line", "the first line of the secret", |s| cut_at(s, b'\n')),
    form("key-behind-equals", "what follows the = in the secret: a whole NAME=value line was used", |s| {
        let at = s.iter().position(|&byte| byte == b'=').filter(|&at| at + 1 < s.len());
        at.map(|at| unquoted(&s[at + 1..]).into_iter().chain([s[at + 1..].to_vec()]).collect()).unwrap_or_default()
    }),
    form("key-upper-case", "the secret in upper case", |s| vec![s.to_ascii_uppercase()]),
    form("key-lower-case", "the secret in lower case", |s| vec![s.to_ascii_lowercase()]),
    form("key-utf-16", "the secret in UTF-16", |s| {
        let wide = |order: fn(u16) -> [u8; 2]| String::from_utf8_lossy(s).encode_utf16().flat_map(order).collect();
        vec![wide(u16::to_le_bytes), wide(u16::to_be_bytes)]
    }),
    form("key-bom-added", "the secret with a byte order mark before it", |s| vec![[b"\xef\xbb\xbf", s].concat()]),
    form("key-bom-removed", "the secret without its byte order mark", |s| {
        s.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).into_iter().collect()
    }),
    form("key-hashed", "the SHA-256 of the secret", |s| {
        let digest = Sha256::digest(s).to_vec();
        vec![hex(&digest), digest]
    }),
    form("key-bearer", "the secret with Bearer before it", |s| vec![[b"Bearer ", s].concat()]),
    form("key-cut", "the beginning of the secret", |s| {
        [16, 20, 24, 32, 40, 64, 72, 128]
            .iter()
            .filter(|&&length| length < s.len())
            .map(|&length| s[..length].to_vec())
            .collect()
    }),
];

fn ended(secret: &[u8], ends: &[&[u8]]) -> Vec<Vec<u8>> {
    ends.iter().map(|end| [secret, end].concat()).collect()
}

fn around(secret: &[u8], quote: u8) -> Vec<u8> {
    [&[quote], secret, &[quote]].concat()
}

fn unquoted(secret: &[u8]) -> Vec<Vec<u8>> {
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let trimmed = secret.trim_ascii();
    match trimmed {
        [first, inner @ .., last] if quote(first) && first == last => vec![inner.to_vec()],
        [first, rest @ ..] if quote(first) => vec![rest.to_vec()],
        [rest @ .., last] if quote(last) => vec![rest.to_vec()],
        _ => Vec::new(),
    }
}

/// Without `whsec_` or whatever else ends in an underscore.
fn stripped(secret: &[u8]) -> Vec<Vec<u8>> {
    let ends = secret.iter().take(24).enumerate().filter(|(_, byte)| matches!(byte, b'_' | b'-' | b':'));
    ends.map(|(at, _)| secret[at + 1..].to_vec()).take(3).collect()
}

fn unbase64(text: &[u8]) -> Vec<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'=').collect();
    STANDARD_NO_PAD.decode(&text).or_else(|_| URL_SAFE_NO_PAD.decode(&text)).into_iter().collect()
}

fn decode(secret: &[u8], decode: fn(&[u8]) -> Option<Vec<u8>>) -> Vec<Vec<u8>> {
    let text: Vec<u8> = secret.trim_ascii().iter().copied().filter(|byte| *byte != b'=').collect();
    decode(&text).into_iter().collect()
}

fn unhex(secret: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let text = secret.trim_ascii();
    let even = text.len() >= 2 && text.len().is_multiple_of(2);
    even.then(|| text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()).flatten()
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// `\n`, `\t`, `\\`, `\"`, `\$` as shells and configuration files read them.
fn unescaped(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(secret.len());
    let mut bytes = secret.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.as_slice().first()) {
            (b'\\', Some(&next)) => {
                bytes.next();
                out.push(match next {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => other,
                });
            }
            _ => out.push(byte),
        }
    }
    vec![out]
}

fn escaped(secret: &[u8]) -> Vec<Vec<u8>> {
    let before = |special: &[u8]| {
        let put = |&byte: &u8| if special.contains(&byte) { vec![b'\\', byte] } else { vec![byte] };
        secret.iter().flat_map(put).collect::<Vec<u8>>()
    };
    let text = String::from_utf8_lossy(secret);
    let lines = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    vec![
        before(b"\\\"$`"),
        before(b"$"),
        lines.into_bytes(),
        html.replace('"', "&quot;").into_bytes(),
        html.into_bytes(),
    ]
}

fn cut_at(secret: &[u8], at: u8) -> Vec<Vec<u8>> {
    let end = secret.iter().position(|&byte| byte == at);
    end.map(|end| vec![secret[..end].to_vec(), secret[..end].trim_ascii().to_vec()]).unwrap_or_default()
}

/// `$name` and `${name}` replaced by nothing, `$$` by `$`.
fn dollars(secret: &[u8]) -> Vec<Vec<u8>> {
    let Some(start) = secret.iter().position(|&byte| byte == b'$') else { return Vec::new() };
    let rest = &secret[start + 1..];
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let digit = usize::from(rest.first().is_some_and(u8::is_ascii_digit));
    let without = |length: usize| [&secret[..start], &rest[length..]].concat();
    vec![without(name), without(digit), String::from_utf8_lossy(secret).replace("$$", "$").into_bytes()]
}

const fn hole(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Hole, words)
}

static EMPTY: MismatchCause = hole("key-empty", "an empty key: the secret was not set");
static UNDEFINED: MismatchCause =
    hole("key-undefined", "the name of a missing value (undefined, null, None …) as key: the secret was not set");
static PLACEHOLDER: MismatchCause = hole("key-placeholder", "a placeholder from an example as key");

/// What stands for a missing value, in one language or another.
static MISSING: [&str; 11] =
    ["undefined", "null", "None", "nil", "NULL", "NaN", "false", "true", "0", "[object Object]", "[object Promise]"];

/// What stands for a secret in examples and templates.
static EXAMPLES: [&str; 50] = [
    "secret",
    "your_webhook_secret",
    "your-webhook-secret",
    "YOUR_WEBHOOK_SECRET",
    "your_secret",
    "your-secret",
    "YOUR_SECRET",
    "your-secret-key",
    "your_secret_key",
    "your_secret_here",
    "your-secret-here",
    "<your-secret>",
    "<secret>",
    "webhook_secret",
    "webhook-secret",
    "WEBHOOK_SECRET",
    "whsec_...",
    "whsec_secret",
    "whsec_test",
    "whsec_your_secret",
    "my-secret",
    "my_secret",
    "mysecret",
    "my-webhook-secret",
    "supersecret",
    "super-secret",
    "topsecret",
    "s3cr3t",
    "test",
    "test-secret",
    "test_secret",
    "testing",
    "changeme",
    "change-me",
    "change_me",
    "password",
    "key",
    "development",
    "dev",
    "dev-secret",
    "xxx",
    "TODO",
    "process.env.WEBHOOK_SECRET",
    "process.env.REFERRALLOOP_WEBHOOK_SECRET",
    "REFERRALLOOP_WEBHOOK_SECRET",
    "$WEBHOOK_SECRET",
    "${WEBHOOK_SECRET}",
    "$REFERRALLOOP_WEBHOOK_SECRET",
    "${REFERRALLOOP_WEBHOOK_SECRET}",
    "pk_live_YOUR_API_KEY",
];

/// Keys that everybody can guess, with what each means.
pub fn guessable_keys() -> impl Iterator<Item = (&'static MismatchCause, &'static str)> {
    let missing = MISSING.iter().map(|text| (&UNDEFINED, *text));
    let examples = EXAMPLES.iter().map(|text| (&PLACEHOLDER, *text));
    std::iter::once((&EMPTY, "")).chain(missing).chain(examples)
}

/// Another secret that is known here.
pub(super) static OTHER_KNOWN: MismatchCause =
    MismatchCause::new("key-other-known", CauseFamily::Key, "another secret that is known here");

/// Causes of this file that are no form of a secret.
pub static MORE: [&MismatchCause; 4] = [&EMPTY, &UNDEFINED, &PLACEHOLDER, &OTHER_KNOWN];
