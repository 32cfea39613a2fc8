//! What stands around a secret, or inside it, that does not belong to it: names, marks, padding, unseen characters; and
//! its bytes in another notation.

use super::makers::{ended, hex, hex_decoded};
use crate::diagnose::base32;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// What services put before their secrets, and what is taken for such a prefix.
const PREFIXES: [&str; 7] = ["whsec_", "sha256=", "v1,", "base64:", "sk_", "secret_", "0x"];

/// With a prefix, and behind `whsec_` in Base64.
pub(super) fn prefixed(secret: &[u8]) -> Vec<Vec<u8>> {
    let encoded = format!("whsec_{}", STANDARD.encode(secret)).into_bytes();
    PREFIXES.iter().map(|prefix| [prefix.as_bytes(), secret].concat()).chain([encoded]).collect()
}

/// With white space, zero bytes or `=` behind it, and with white space before it.
pub(super) fn padded(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = ended(
        secret,
        &[b"\n\n", b" \n", b"\0", b"  ", b"\r\n\r\n", b" \r\n", b"undefined", b"\\n", b"\\r\\n", b"=", b"=="],
    );
    keys.extend([b"\n".as_slice(), b"\t", b"  "].map(|start| [start, secret].concat()));
    keys.push([b" ", secret, b" "].concat());
    for length in [16, 24, 32, 64].into_iter().filter(|length| *length > secret.len()) {
        keys.extend([0, b' ', b'0'].map(|fill| [secret, &vec![fill; length - secret.len()]].concat()));
    }
    keys
}

const NAMES: [&str; 14] = [
    "STRIPE_WEBHOOK_SECRET",
    "APP_SECRET",
    "SECRET_KEY",
    "API_KEY",
    "webhookSecret",
    "WEBHOOK_SECRET",
    "REFERRALLOOP_WEBHOOK_SECRET",
    "REFERRALLOOP_SECRET",
    "SECRET",
    "SIGNING_SECRET",
    "secret",
    "webhook_secret",
    "key",
    "",
];

/// Behind the name of its variable, and as the value of a JSON member or list.
pub(super) fn named(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret);
    let one = |name: &&str| {
        let lines = [format!("{name}={text}"), format!("{name}: {text}"), format!("{name}=\"{text}\"")];
        let more = [
            format!("export {name}={text}"),
            format!("{{\"{name}\":\"{text}\"}}"),
            format!("{{\"{name}\": \"{text}\"}}"),
        ];
        // Of the command prompt, PowerShell, an ini file and YAML.
        let others = [
            format!("{name}='{text}'"),
            format!("{name} = {text}"),
            format!("{name}: \"{text}\""),
            format!("set {name}={text}"),
            format!("export {name}=\"{text}\""),
            format!("$env:{name}=\"{text}\""),
            format!("$env:{name} = \"{text}\""),
            format!("{name}={text}\n"),
        ];
        lines.into_iter().chain(more).chain(others).collect::<Vec<_>>()
    };
    let lists =
        [format!("[\"{text}\"]"), format!("['{text}']"), format!("{{'secret': '{text}'}}"), format!("['{text}',]")];
    NAMES.iter().flat_map(one).chain(lists).map(String::into_bytes).collect()
}

/// What stands around what is quoted, on both sides or on one.
const PAIRS: [(&str, &str); 17] = [
    ("\"", ""),
    ("", "\""),
    ("'", ""),
    ("", "'"),
    ("`", ""),
    ("\\\"", "\\\""),
    ("\"\"", "\"\""),
    ("'\"", "\"'"),
    ("\"'", "'\""),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("<", ">"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
    ("**", "**"),
    ("```", "```"),
];

/// In each of them.
pub(super) fn wrapped(secret: &[u8]) -> Vec<Vec<u8>> {
    let put = PAIRS.iter().map(|(before, after)| [before.as_bytes(), secret, after.as_bytes()].concat());
    let text = String::from_utf8_lossy(secret);
    let inner = |(before, after): &(&str, &str)| {
        text.strip_prefix(before)?.strip_suffix(after).map(|key| key.as_bytes().to_vec())
    };
    put.chain(PAIRS.iter().filter_map(inner)).collect()
}

/// With stars in place of its letters, whole or but for some at an end, four of them alone, and with an ellipsis.
pub(super) fn masked(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    for mask in ["*", "x", "X", "\u{2022}"] {
        let stars = |count: usize| mask.repeat(count).into_bytes();
        keys.push(stars(secret.len()));
        for kept in [2, 3, 4, 6, 8].into_iter().filter(|kept| *kept < secret.len()) {
            let hidden = stars(secret.len() - kept);
            keys.push([hidden.as_slice(), &secret[secret.len() - kept..]].concat());
            keys.push([&secret[..kept], hidden.as_slice()].concat());
        }
    }
    keys.extend(dashboards(secret));
    keys.extend(secret.last_chunk::<4>().into_iter().chain(secret.first_chunk::<4>()).map(|shown| shown.to_vec()));
    for dots in ["...", "\u{2026}"].map(str::as_bytes) {
        for kept in [4, 6, 8, 10, 12].into_iter().filter(|kept| 2 * kept < secret.len()) {
            let end = &secret[secret.len() - kept..];
            keys.extend([
                [&secret[..kept], dots].concat(),
                [&secret[..kept], dots, end].concat(),
                [dots, end].concat(),
            ]);
        }
    }
    keys
}

/// Its beginning, a fixed number of stars and its end, as dashboards show it.
fn dashboards(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let shown = [0, 4, 6, 7, 8, 10].into_iter().flat_map(|first| [0, 4].map(|last| (first, last)));
    let shown = shown.filter(|(first, last)| *first + *last > 0 && first + last < secret.len());
    let hidden = [3, 4, 5, 8, 10, 12].into_iter().flat_map(|count| ["*", "\u{2022}"].map(|mask| mask.repeat(count)));
    let hidden: Vec<String> = hidden.collect();
    shown.flat_map(move |(first, last)| {
        let ends = (&secret[..first], &secret[secret.len() - last..]);
        hidden.iter().map(|mask| [ends.0, mask.as_bytes(), ends.1].concat()).collect::<Vec<_>>()
    })
}

/// Its bytes written otherwise: decoded from one notation and encoded in another.
pub(super) fn notated(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret);
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let is_hex =
        digits.len() >= 8 && digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let from_hex = is_hex.then(|| hex_decoded(digits.as_bytes()).swap_remove(0));
    let bare = text.trim_end_matches('=');
    let from_base64 = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare)).ok();
    let mut keys: Vec<Vec<u8>> = base32::decode(bare).into_iter().collect();
    keys.extend(from_hex.iter().filter(|_| digits.len() < text.len()).cloned());
    for bytes in from_hex.into_iter().chain(from_base64) {
        let written = [
            STANDARD.encode(&bytes),
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ];
        keys.extend(written.map(String::into_bytes));
        keys.extend([hex(&bytes), hex(&bytes).to_ascii_uppercase()]);
    }
    // The other alphabet of Base64, whatever else the secret is.
    keys.extend(
        [text.replace('+', "-").replace('/', "_"), text.replace('-', "+").replace('_', "/")].map(String::into_bytes),
    );
    let encoded = base32::encode(secret);
    keys.extend([encoded.trim_end_matches('=').to_owned(), encoded].map(String::into_bytes));
    keys.push(digits.as_bytes().to_vec());
    keys
}

/// What nobody sees: zero width, no break, soft hyphen, byte order mark, and what terminals take for colours and keys.
const UNSEEN: [&str; 5] = ["\u{200b}", "\u{a0}", "\u{ad}", "\u{feff}", "\u{16}"];
const COLOURS: [(&str, &str); 4] =
    [("\u{1b}[0m", ""), ("", "\u{1b}[0m"), ("\u{1b}[32m", "\u{1b}[0m"), ("\u{1b}[1m", "\u{1b}[0m")];

/// With one of them at an end or inside, broken into lines, and with other dashes.
pub(super) fn unseen(secret: &[u8]) -> Vec<Vec<u8>> {
    let with = |at: usize, put: &str| [&secret[..at], put.as_bytes(), &secret[at..]].concat();
    let ends = UNSEEN.iter().flat_map(|put| [with(0, put), with(secret.len(), put)]);
    let both = UNSEEN.iter().map(|put| [put.as_bytes(), secret, put.as_bytes()].concat());
    let ends = ends.chain(both);
    let coloured = COLOURS.iter().map(|(before, after)| [before.as_bytes(), secret, after.as_bytes()].concat());
    let inside = (1..secret.len().min(96)).flat_map(|at| ["\u{200b}", "\u{ad}", "\n", " "].map(|put| with(at, put)));
    let text = String::from_utf8_lossy(secret);
    let dashes = ["\u{2013}", "\u{2014}", "\u{2011}"].map(|dash| text.replace('-', dash).into_bytes());
    let double = [text.replace("--", "\u{2014}"), text.replace("--", "\u{2013}"), text.replace('\'', "\u{2019}")];
    ends.chain(coloured).chain(dashes).chain(double.map(String::into_bytes)).chain(inside).collect()
}
