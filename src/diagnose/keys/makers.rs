//! How key forms are made: functions from a secret to what one program or another makes of it.

use crate::diagnose::digest::HashAlgorithm;
use crate::diagnose::html;
use crate::diagnose::lenient;
use crate::diagnose::percent;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// With each of these ends.
pub(super) fn ended(secret: &[u8], ends: &[&[u8]]) -> Vec<Vec<u8>> {
    ends.iter().map(|end| [secret, end].concat()).collect()
}

/// Between two quotes.
pub(super) fn around(secret: &[u8], quote: u8) -> Vec<u8> {
    [&[quote], secret, &[quote]].concat()
}

/// Without the quotes around it, or the one at one end.
pub(super) fn unquoted(secret: &[u8]) -> Vec<Vec<u8>> {
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let trimmed = secret.trim_ascii();
    match trimmed {
        [first, inner @ .., last] if quote(first) && first == last => vec![inner.to_vec()],
        [first, rest @ ..] if quote(first) => vec![rest.to_vec()],
        [rest @ .., last] if quote(last) => vec![rest.to_vec()],
        _ => Vec::new(),
    }
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// Up to the first such byte.
pub(super) fn cut_at(secret: &[u8], at: u8) -> Vec<Vec<u8>> {
    let end = secret.iter().position(|&byte| byte == at);
    end.map(|end| vec![secret[..end].to_vec(), secret[..end].trim_ascii().to_vec()]).unwrap_or_default()
}

/// In quotes, alone or with the line end of the file that they stand in.
pub(super) fn quoted(secret: &[u8]) -> Vec<Vec<u8>> {
    let quotes = [b'"', b'\'', b'`'].map(|quote| around(secret, quote));
    let files = quotes.iter().take(2).flat_map(|quoted| ended(quoted, &[b"\r", b"\n", b"\r\n"])).collect::<Vec<_>>();
    quotes.into_iter().chain(files).collect()
}

/// Without `whsec_`, `v1,` or whatever else ends in such a mark.
pub(super) fn stripped(secret: &[u8]) -> Vec<Vec<u8>> {
    let ends = secret.iter().take(24).enumerate().filter(|(_, byte)| matches!(byte, b'_' | b'-' | b':' | b','));
    let digits = secret.strip_prefix(b"0x").map(<[u8]>::to_vec);
    ends.map(|(at, _)| secret[at + 1..].to_vec()).take(3).chain(digits).collect()
}

/// Behind the prefix, decoded from Base64.
pub(super) fn prefix_decoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let read = |rest: &Vec<u8>| {
        let text = unpadded(rest);
        let strict = STANDARD_NO_PAD.decode(&text).or_else(|_| URL_SAFE_NO_PAD.decode(&text));
        strict.unwrap_or_else(|_| lenient::decode_as_node(rest))
    };
    stripped(secret).iter().map(read).collect()
}

fn unpadded(text: &[u8]) -> Vec<u8> {
    text.trim_ascii().iter().copied().filter(|byte| *byte != b'=').collect()
}

/// Decoded from Base64: strictly, with a line feed too many on either side, as Node and PHP do, who never fail, twice.
pub(super) fn base64_decoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    if let Ok(key) = STANDARD_NO_PAD.decode(unpadded(secret)) {
        keys.extend([key.clone(), key.trim_ascii().to_vec(), [key.as_slice(), b"\n"].concat()]);
    }
    let url = URL_SAFE_NO_PAD.decode(unpadded(secret)).ok();
    let twice = keys.first().and_then(|key| STANDARD_NO_PAD.decode(unpadded(key)).ok());
    let lenient = [lenient::decode_as_node(secret), lenient::decode_as_php(secret)];
    keys.extend(lenient.into_iter().chain(twice).filter(|key| Some(key) != url.as_ref()));
    keys
}

/// Decoded from base64url, strictly.
pub(super) fn base64url_decoded(secret: &[u8]) -> Vec<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(unpadded(secret)).into_iter().collect()
}

/// In Base64, with a line feed inside it or behind it, and broken into lines as `base64` does.
pub(super) fn base64_encoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = STANDARD.encode(secret);
    let with = |end: &[u8]| STANDARD.encode([secret, end].concat());
    let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
    let mut keys = vec![
        text.clone(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        with(b"\n"),
        format!("{text}\n"),
        with(b"\r\n"),
        format!("{}\n", with(b"\n")),
        STANDARD.encode(secret.trim_ascii()),
        // Once by hand and once by the tool, as with Kubernetes' secrets.
        STANDARD.encode(&text),
        STANDARD.encode(format!("{text}\n")),
    ];
    if lines.len() > 1 {
        keys.push(String::from_utf8_lossy(&lines.join(&b'\n')).into_owned());
    }
    keys.into_iter().map(String::into_bytes).collect()
}

/// Decoded from hexadecimal, as far as there are pairs of digits: Node stops at the first other character.
pub(super) fn hex_decoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = |text: &[u8]| -> Vec<u8> {
        text.chunks_exact(2).map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
    };
    // The digits of a UUID.
    let joined: Vec<u8> = secret.trim_ascii().iter().copied().filter(|byte| *byte != b'-').collect();
    vec![pairs(secret.trim_ascii()), pairs(secret), pairs(&joined)]
}

/// In hexadecimal, with a line feed inside it too, and of its Base64.
pub(super) fn hex_encoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let base64 = STANDARD.encode(secret).into_bytes();
    vec![hex(secret), hex(secret).to_ascii_uppercase(), hex(&[secret, b"\n"].concat()), hex(&base64)]
}

/// SHA-256 in hexadecimal, Base64 and raw, with a line feed hashed too; MD5, SHA-1 and SHA-512 in hexadecimal.
pub(super) fn hashed(secret: &[u8]) -> Vec<Vec<u8>> {
    let digest = HashAlgorithm::Sha256.hash(&[secret]);
    let others = [HashAlgorithm::Md5, HashAlgorithm::Sha1, HashAlgorithm::Sha512];
    let others = others.map(|algorithm| hex(&algorithm.hash(&[secret])));
    let keys = [hex(&digest), STANDARD.encode(&digest).into_bytes(), digest];
    keys.into_iter().chain([hex(&HashAlgorithm::Sha256.hash(&[secret, b"\n"]))]).chain(others).collect()
}

/// The same written otherwise: other functions raw and in Base64, capitals, cut, twice, of the decoded secret.
pub(super) fn hashed_otherwise(secret: &[u8]) -> Vec<Vec<u8>> {
    let digest = HashAlgorithm::Sha256.hash(&[secret]);
    let mut keys = vec![hex(&digest).to_ascii_uppercase(), hex(&digest)[..32].to_vec(), digest[..16].to_vec()];
    keys.push(URL_SAFE_NO_PAD.encode(&digest).into_bytes());
    keys.push(HashAlgorithm::Sha256.hash(&[&digest]));
    keys.extend(hex_decoded(secret).into_iter().take(1).map(|key| HashAlgorithm::Sha256.hash(&[&key])));
    for algorithm in [HashAlgorithm::Md5, HashAlgorithm::Sha1, HashAlgorithm::Sha512] {
        let other = algorithm.hash(&[secret]);
        keys.extend([STANDARD.encode(&other).into_bytes(), hex(&other).to_ascii_uppercase(), other]);
    }
    keys
}

/// As a form writes it, and as `encodeURIComponent`, PHP's `rawurlencode` and Python's `quote` do, which leave others alone.
pub(super) fn percent_encoded(secret: &[u8]) -> Vec<Vec<u8>> {
    let form = url::form_urlencoded::byte_serialize(secret).collect::<String>();
    let mut keys: Vec<Vec<u8>> = [form.into_bytes()].into_iter().chain(percent::encode_in_every_way(secret)).collect();
    let text = String::from_utf8_lossy(&keys[1]).into_owned();
    keys.push(text.replace('%', "%25").into_bytes());
    keys.push(text.split('%').enumerate().map(|(at, part)| lower_digits(at, part)).collect::<String>().into_bytes());
    keys
}

fn lower_digits(at: usize, part: &str) -> String {
    match part.get(..2).filter(|_| at > 0) {
        Some(digits) => format!("%{}{}", digits.to_ascii_lowercase(), &part[2..]),
        None => part.to_owned(),
    }
}

/// `b'…'` around it.
pub(super) fn python_bytes(secret: &[u8]) -> Vec<Vec<u8>> {
    vec![[b"b'", secret, b"'"].concat(), [b"b\"", secret, b"\""].concat()]
}

/// `\n`, `\t`, `\\`, `\"`, `\$` as shells and configuration files read them; `&amp;` as HTML does.
pub(super) fn unescaped(secret: &[u8]) -> Vec<Vec<u8>> {
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
    let text = String::from_utf8_lossy(secret);
    // The command prompt, batch files, YAML and SQL.
    let doubled = [text.replace('^', ""), text.replace("%%", "%"), text.replace("''", "'"), text.replace("\"\"", "\"")];
    [out, html::unescape(&text).into_bytes()].into_iter().chain(doubled.map(String::into_bytes)).collect()
}

/// The other way round.
pub(super) fn escaped(secret: &[u8]) -> Vec<Vec<u8>> {
    let before = |special: &[u8]| {
        let put = |&byte: &u8| if special.contains(&byte) { vec![b'\\', byte] } else { vec![byte] };
        secret.iter().flat_map(put).collect::<Vec<u8>>()
    };
    let text = String::from_utf8_lossy(secret);
    let lines = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quotes = |double: &str, single: &str| html.replace('"', double).replace('\'', single).into_bytes();
    let marks: Vec<u8> = (b'!'..=b'~').filter(|byte| !byte.is_ascii_alphanumeric()).collect();
    vec![
        before(b"\\\"$`"),
        before(b"_"),
        before(&marks),
        before(b"$"),
        lines.into_bytes(),
        html.replace('"', "&quot;").into_bytes(),
        html.clone().into_bytes(),
        quotes("&quot;", "&#039;"),
        quotes("&#34;", "&#39;"),
        text.replace('&', "&amp;").into_bytes(),
        before(b"/"),
        before(b"&"),
        before(b"!"),
        before(b"&!()<>|;*?#~ $`\"'\\"),
        text.replace('%', "%%").into_bytes(),
        text.replace('\'', "''").into_bytes(),
        text.replace('^', "^^").replace('&', "^&").into_bytes(),
        text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e").into_bytes(),
        html.replace('/', "&#x2F;").into_bytes(),
        quotes("&quot;", "&#x27;"),
    ]
}

/// What a reader takes of the text behind a `$`, and what it puts there; `None` where it leaves the `$` alone.
type DollarReader = fn(&[u8]) -> Option<(usize, &[u8])>;

/// Every `$NAME` and `${NAME}` replaced by nothing, as Compose, a shell, dotenv-expand and Make do; `$$` by `$`, and
/// `$` by `$$`, which one side does for Compose and the other does not undo.
pub(super) fn dollars(secret: &[u8]) -> Vec<Vec<u8>> {
    if !secret.contains(&b'$') {
        // %NAME% of the command prompt.
        let text = String::from_utf8_lossy(secret);
        let outside: String = text.split('%').step_by(2).collect();
        return if text.matches('%').count() > 1 { vec![outside.into_bytes()] } else { Vec::new() };
    }
    let readers: [DollarReader; 4] = [read_compose, read_shell, read_words, read_make];
    let text = String::from_utf8_lossy(secret);
    let mut keys: Vec<Vec<u8>> = readers.map(|read| expand(secret, read)).into();
    keys.extend([text.replace("$$", "$").into_bytes(), text.replace('$', "$$").into_bytes()]);
    keys
}

fn expand(secret: &[u8], read: DollarReader) -> Vec<u8> {
    let mut out = Vec::with_capacity(secret.len());
    let mut rest = secret;
    while let Some((&byte, behind)) = rest.split_first() {
        match (byte == b'$').then(|| read(behind)).flatten() {
            Some((taken, put)) => {
                out.extend_from_slice(put);
                rest = &behind[taken..];
            }
            None => {
                out.push(byte);
                rest = behind;
            }
        }
    }
    out
}

fn word(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// `{NAME}`, or `{NAME:-default}`, which leaves the default.
fn read_braces(rest: &[u8]) -> Option<(usize, &[u8])> {
    let end = rest.first().filter(|byte| **byte == b'{').and_then(|_| rest.iter().position(|&byte| byte == b'}'))?;
    let inner = &rest[1..end];
    let default = inner.windows(2).position(|pair| pair == b":-").map_or(&b""[..], |at| &inner[at + 2..]);
    Some((end + 1, default))
}

fn read_name(rest: &[u8]) -> Option<(usize, &[u8])> {
    let begins = rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    read_braces(rest).or_else(|| begins.then(|| (word(rest), &b""[..])))
}

fn read_compose(rest: &[u8]) -> Option<(usize, &[u8])> {
    if rest.first() == Some(&b'$') { Some((1, b"$")) } else { read_name(rest) }
}

fn read_shell(rest: &[u8]) -> Option<(usize, &[u8])> {
    let special = rest.first().is_some_and(|byte| byte.is_ascii_digit() || b"?#!*@-".contains(byte));
    if special { Some((1, b"")) } else { read_name(rest) }
}

fn read_words(rest: &[u8]) -> Option<(usize, &[u8])> {
    read_braces(rest).or_else(|| Some((word(rest), &b""[..])).filter(|(length, _)| *length > 0))
}

fn read_make(rest: &[u8]) -> Option<(usize, &[u8])> {
    match rest.first()? {
        b'$' => Some((1, b"$")),
        b'(' => rest.iter().position(|&byte| byte == b')').map(|end| (end + 1, &b""[..])),
        b'{' => read_braces(rest),
        _ => Some((1, b"")),
    }
}

/// What stands behind `NAME=`, in every line that has one.
pub(super) fn behind_equals(secret: &[u8]) -> Vec<Vec<u8>> {
    let lines = secret.split(|&byte| byte == b'\n').take(16);
    let values = lines.filter_map(|line| {
        let at = line.iter().position(|&byte| byte == b'=').filter(|&at| at + 1 < line.len())?;
        Some(&line[at + 1..])
    });
    // A comment behind the value.
    let values = values.flat_map(|value| {
        let comment = value.windows(2).position(|pair| pair == b" #");
        std::iter::once(value).chain(comment.map(|at| &value[..at]))
    });
    values.flat_map(|value| unquoted(value).into_iter().chain([value.to_vec(), value.trim_ascii().to_vec()])).collect()
}

/// What stands behind `name:`, in every line that has one.
pub(super) fn yaml_values(secret: &[u8]) -> Vec<Vec<u8>> {
    let lines = secret.split(|&byte| byte == b'\n').take(16);
    let values = lines.filter_map(|line| {
        let at = line.windows(2).position(|pair| pair == b": ")?;
        Some(line[at + 2..].trim_ascii())
    });
    let values: Vec<&[u8]> = values.collect();
    let plain = values.iter().flat_map(|value| unquoted(value).into_iter().chain([value.to_vec()]));
    // A Secret of Kubernetes.
    let decoded = values.iter().filter_map(|value| STANDARD_NO_PAD.decode(unpadded(value)).ok());
    plain.chain(decoded.filter(|key| key.len() > 3)).collect()
}

/// Every text in the JSON document that the secret is.
pub(super) fn json_members(secret: &[u8]) -> Vec<Vec<u8>> {
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(secret) else { return Vec::new() };
    let (mut open, mut keys) = (vec![&document], Vec::new());
    while let Some(value) = open.pop().filter(|_| keys.len() < 16) {
        match value {
            serde_json::Value::Object(members) => open.extend(members.values().rev()),
            serde_json::Value::String(text) => keys.push(text.clone().into_bytes()),
            _ => {}
        }
    }
    keys
}

fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// In UTF-16 of either order, and as PowerShell's `>` writes it: with a mark and CR LF.
pub(super) fn utf_16(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret);
    let marked = format!("\u{feff}{text}");
    vec![
        wide(&text, u16::to_le_bytes),
        wide(&text, u16::to_be_bytes),
        wide(&marked, u16::to_le_bytes),
        wide(&format!("{marked}\r\n"), u16::to_le_bytes),
        wide(&format!("{text}\n"), u16::to_le_bytes),
        wide(&marked, u16::to_be_bytes),
    ]
}

/// In UTF-8, where the secret is kept in UTF-16.
pub(super) fn from_utf_16(secret: &[u8]) -> Vec<Vec<u8>> {
    if !secret.contains(&0) {
        return Vec::new();
    }
    let read = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = secret.chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).ok()?;
        Some(text.trim_start_matches('\u{feff}').trim().as_bytes().to_vec())
    };
    [read(u16::from_le_bytes), read(u16::from_be_bytes)].into_iter().flatten().collect()
}

const MARK: &[u8] = b"\xef\xbb\xbf";

/// With a byte order mark before it, alone or with the line end of the file.
pub(super) fn marked(secret: &[u8]) -> Vec<Vec<u8>> {
    [b"".as_slice(), b"\r\n", b"\n", b"\r"].map(|end| [MARK, secret, end].concat()).into()
}

/// Without its byte order mark, and without the line end that came with it.
pub(super) fn unmarked(secret: &[u8]) -> Vec<Vec<u8>> {
    let Some(rest) = secret.strip_prefix(MARK) else { return Vec::new() };
    vec![rest.to_vec(), rest.trim_ascii().to_vec()]
}
