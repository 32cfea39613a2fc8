//! Key forms: what programs make of a secret before they use it, and what they use where they have none.

mod examples;
mod makers;
mod marks;
mod slips;
mod texts;

use super::cause::{CauseFamily, MismatchCause};
use examples::{EXAMPLES, MISSING, RARE_EXAMPLES};
use makers as m;
use zeroize::Zeroizing;

/// Bytes that may have been the key.
pub(super) type KeyBytes = Zeroizing<Vec<u8>>;

/// Something that is made of a secret.
pub(super) struct KeyForm {
    /// What it means that it was the key.
    pub cause: MismatchCause,
    make: fn(&[u8]) -> Vec<Vec<u8>>,
}

impl KeyForm {
    /// Every variant; none where the secret has no such form.
    pub(super) fn make(&self, secret: &[u8]) -> Vec<KeyBytes> {
        let made = (self.make)(secret).into_iter().filter(|key| !key.is_empty() && key != secret);
        made.map(Zeroizing::new).collect()
    }
}

const fn form(id: &'static str, words: &'static str, make: fn(&[u8]) -> Vec<Vec<u8>>) -> KeyForm {
    KeyForm { cause: MismatchCause::new(id, CauseFamily::Key, words), make }
}

/// Every key form that is combined with other faults, commonest first.
pub(super) static KEY_FORMS: [KeyForm; 33] = [
    form("key-trimmed", "the secret without the white space around it", |s| vec![s.trim_ascii().to_vec()]),
    form("key-newline-added", "the secret with a line break after it", |s| m::ended(s, &[b"\n", b"\r\n", b"\r"])),
    form("key-blank-added", "the secret with a space before or after it", |s| {
        vec![[s, b" "].concat(), [b" ", s].concat(), [s, b"\t"].concat()]
    }),
    form("key-unquoted", "the secret without the quotes around it", m::unquoted),
    form("key-quoted", "the secret with quotes around it", m::quoted),
    form("key-json-member", "one member of the JSON that the secret is: the whole JSON was used", m::json_members),
    form("key-yaml-value", "what follows the colon in the secret: a whole YAML line was used", m::yaml_values),
    form(
        "key-prefix-decoded",
        "the secret without its prefix, decoded from Base64, as Standard Webhooks does",
        m::prefix_decoded,
    ),
    form("key-prefix-stripped", "the secret without its prefix", m::stripped),
    form("key-base64-decoded", "the secret decoded from Base64", m::base64_decoded),
    form("key-base64url-decoded", "the secret decoded from base64url", m::base64url_decoded),
    form("key-hex-decoded", "the secret decoded from hexadecimal", m::hex_decoded),
    form("key-base64-encoded", "the secret encoded in Base64", m::base64_encoded),
    form("key-hex-encoded", "the secret encoded in hexadecimal", m::hex_encoded),
    form("key-prefix-added", "the secret with whsec_ or another prefix before it", marks::prefixed),
    form("key-unescaped", "the secret with its escapes resolved", m::unescaped),
    form("key-escaped", "the secret with its special characters escaped", m::escaped),
    form("key-percent-decoded", "the secret percent-decoded", |s| {
        // What stands behind & belongs to the secret, not to a second field.
        let whole = String::from_utf8_lossy(s).replace('&', "%26");
        url::form_urlencoded::parse(format!("v={whole}").as_bytes())
            .take(1)
            .map(|(_, value)| value.into_owned().into_bytes())
            .collect()
    }),
    form("key-percent-encoded", "the secret percent-encoded", m::percent_encoded),
    form("key-cut-at-hash", "the secret up to its #: the rest was read as a comment", |s| m::cut_at(s, b'#')),
    form("key-dollar-expanded", "the secret with its $… read as a variable, or with $$ in place of $", m::dollars),
    form("key-first-line", "the first line of the secret", |s| m::cut_at(s, b'\n')),
    form("key-behind-equals", "what follows the = in the secret: a whole NAME=value line was used", m::behind_equals),
    form("key-upper-case", "the secret in upper case", |s| vec![s.to_ascii_uppercase()]),
    form("key-lower-case", "the secret in lower case", |s| vec![s.to_ascii_lowercase()]),
    form("key-utf-16", "the secret in UTF-16", m::utf_16),
    form("key-from-utf-16", "the secret in UTF-8; it is kept in UTF-16", m::from_utf_16),
    form("key-bom-added", "the secret with a byte order mark before it", m::marked),
    form("key-bom-removed", "the secret without its byte order mark", m::unmarked),
    form("key-hashed", "a hash of the secret", m::hashed),
    form("key-bearer", "the secret with Bearer before it", |s| m::ended(&[b"Bearer ", s].concat(), &[b"", b"\n"])),
    form("key-doubled", "the secret pasted twice, or one half of a secret that was", slips::doubled),
    form("key-cut", "the secret cut short: one or more letters are missing at its end or its beginning", slips::cut),
];

/// Key forms of which there are many and each is rare: tried on the body as it is, and with nothing else.
pub(super) static LONE_KEY_FORMS: [KeyForm; 19] = [
    form(
        "key-cleaned",
        "the secret without blanks and unseen characters inside it, with plain hyphens and quotes",
        texts::cleaned,
    ),
    form(
        "key-cut-at-blank",
        "the secret up to its first blank: the rest was cut off, as a shell does without quotes",
        |s| m::cut_at(s, b' '),
    ),
    form(
        "key-one-of-several",
        "one part of the secret: what stands before, between or behind its = @ , ; : | blanks or line breaks",
        texts::one_of_several,
    ),
    form(
        "key-cut-at-mark",
        "the secret up to a character that a shell, split() or a double click stops at, or its first letter alone",
        slips::cut_at_marks,
    ),
    form(
        "key-punctuated",
        "the secret with ; , . : or % at its end, $ or another sign of a prompt before it or brackets around it, or \
         without those it has",
        texts::punctuated,
    ),
    form("key-recoded", "the secret in another charset or normalisation of Unicode", texts::recoded),
    form(
        "key-renumbered",
        "the secret read as a number and written again, as YAML and JSON do without quotes",
        texts::renumbered,
    ),
    form("key-joined", "the secret without the hyphens, colons or blanks between its parts", texts::joined),
    form("key-buffer-json", "the secret as a list of its bytes, as JSON.stringify writes a Buffer", texts::buffer_json),
    form("key-python-bytes", "Python's str() of the secret's bytes: b'…'", m::python_bytes),
    form(
        "key-hashed-otherwise",
        "a hash of the secret by another function or in another notation",
        m::hashed_otherwise,
    ),
    form("key-padded", "the secret with more white space, zero bytes or = at its ends", marks::padded),
    form("key-named", "the secret with its name before it, or in JSON: the whole line was used", marks::named),
    form("key-wrapped", "the secret in brackets, typographic or doubled quotes, or marks of Markdown", marks::wrapped),
    form("key-masked", "the secret as a screen shows it: masked, or shortened", marks::masked),
    form(
        "key-notated",
        "the bytes of the secret in another notation: hexadecimal, Base64, base64url, Base32",
        marks::notated,
    ),
    form("key-unseen", "the secret with an unseen character, a line break or a typographic dash in it", marks::unseen),
    form(
        "key-mistyped",
        "the secret with one letter missing, doubled, in the other case, swapped with its neighbour or taken for one \
         that looks like it (0 and O, 1, l and I)",
        slips::mistyped,
    ),
    // By far the most, so it comes last.
    form("key-letter-changed", "the secret with one letter changed, or one letter added at an end", slips::changed),
];

const fn hole(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Hole, words)
}

static EMPTY: MismatchCause = hole("key-empty", "an empty key: the secret was not set");
static UNDEFINED: MismatchCause =
    hole("key-undefined", "the name of a missing value (undefined, null, None …) as key: the secret was not set");
static PLACEHOLDER: MismatchCause = hole("key-placeholder", "a placeholder from an example as key");
static VARIABLE_NAME: MismatchCause =
    hole("key-variable-name", "the name of a variable as key: its value was not put in its place");

static REFERENCE: MismatchCause = hole(
    "key-reference",
    "the path of a file, or the name of a secret in a store, as key: what is kept there was not read",
);

/// What an example's text is: a variable or a file that nobody looked up, or words that nobody replaced.
fn classify_example(text: &'static str) -> (&'static MismatchCause, &'static str) {
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if text.starts_with('/') || text.starts_with("./") || has(&["://", "secrets/"]) && !has(&["$"]) {
        return (&REFERENCE, text);
    }
    let written = text.starts_with(['$', '%'])
        || text.starts_with("{{")
        || has(&["process.env", "os.environ", "ENV[", "env(", "getenv"]);
    let named = text.ends_with("_SECRET") && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let replaced = has(&["YOUR", "MY_", "your", "TODO", "TEST"]);
    (if (written || named) && !replaced { &VARIABLE_NAME } else { &PLACEHOLDER }, text)
}

/// Keys that everybody can guess, with what each means.
pub(super) fn guessable_keys() -> impl Iterator<Item = (&'static MismatchCause, &'static str)> {
    let missing = MISSING.iter().map(|text| (&UNDEFINED, *text));
    let examples = EXAMPLES.iter().map(|text| classify_example(text));
    std::iter::once((&EMPTY, "")).chain(missing).chain(examples)
}

/// The same of rarer ones.
pub(super) fn rare_keys() -> impl Iterator<Item = (&'static MismatchCause, &'static str)> {
    RARE_EXAMPLES.iter().map(|text| classify_example(text))
}

/// Another secret that is known here.
pub(super) static OTHER_KNOWN: MismatchCause =
    MismatchCause::new("key-other-known", CauseFamily::Key, "another secret that is known here");

/// Causes of this file that are no form of a secret.
pub(super) static MORE: [&MismatchCause; 6] =
    [&EMPTY, &UNDEFINED, &PLACEHOLDER, &VARIABLE_NAME, &REFERENCE, &OTHER_KNOWN];
