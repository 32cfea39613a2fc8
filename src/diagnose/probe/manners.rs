//! Manners in which an endpoint may want a signature: another key, another way to write the value, another header.

use crate::diagnose::cause::MismatchCause;
use crate::diagnose::digest::{HMAC_SHA1, HMAC_SHA512, HashAlgorithm, KeyedHmac};
use crate::diagnose::keys::{KEY_FORMS, KeyBytes, guessable_keys};
use crate::diagnose::reading;
use crate::protocol::signature::SIGNATURE_HEADER;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::fmt::Write;
use zeroize::Zeroizing;

/// A way to write a value.
pub(super) struct ValueForm {
    /// How common it is, as the weights of other guesses.
    weight: f64,
    /// What it means that it is accepted.
    pub cause: &'static MismatchCause,
    algorithm: HashAlgorithm,
    prefix: &'static str,
    encode: fn(&[u8]) -> String,
}

fn encode_hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn encode_upper(digest: &[u8]) -> String {
    encode_hex(digest).to_ascii_uppercase()
}

fn encode_base64(digest: &[u8]) -> String {
    STANDARD.encode(digest)
}

fn encode_url(digest: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest)
}

/// How a digest is written.
type DigestSpelling = fn(&[u8]) -> String;

/// As the service does.
const USUAL: (HashAlgorithm, &str, DigestSpelling) = (HashAlgorithm::Sha256, "sha256=", encode_hex);

const fn value(
    weight: f64,
    cause: &'static MismatchCause,
    algorithm: HashAlgorithm,
    prefix: &'static str,
    encode: fn(&[u8]) -> String,
) -> ValueForm {
    ValueForm { weight, cause, algorithm, prefix, encode }
}

/// Bare digits, which many compare with the whole header.
pub(super) static BARE_DIGITS: ValueForm = value(30.0, &super::causes::BARE, HashAlgorithm::Sha256, "", encode_hex);

/// Other ways to write a value, the commonest first.
pub(super) static VALUES: [ValueForm; 8] = [
    value(9.0, &reading::BASE64, HashAlgorithm::Sha256, "", encode_base64),
    value(7.0, &reading::HEX_CASE, HashAlgorithm::Sha256, "sha256=", encode_upper),
    value(7.0, &HMAC_SHA1, HashAlgorithm::Sha1, "sha1=", encode_hex),
    value(5.0, &reading::BASE64, HashAlgorithm::Sha256, "sha256=", encode_base64),
    value(5.0, &HMAC_SHA512, HashAlgorithm::Sha512, "sha512=", encode_hex),
    value(3.5, &reading::BASE64, HashAlgorithm::Sha256, "", encode_url),
    value(2.5, &HMAC_SHA1, HashAlgorithm::Sha1, "", encode_hex),
    value(2.0, &HMAC_SHA512, HashAlgorithm::Sha512, "", encode_hex),
];

/// How the value is usually written in a header field of somebody else's.
#[derive(Clone, Copy)]
pub(super) enum HeaderValue {
    Usual,
    Bare,
    Base64,
}

/// Header fields that others put signatures into, and how they are written there.
pub(super) static HEADERS: [(&str, HeaderValue); 12] = [
    ("x-hub-signature-256", HeaderValue::Usual),
    ("x-signature", HeaderValue::Bare),
    ("x-signature-256", HeaderValue::Usual),
    ("signature", HeaderValue::Bare),
    ("x-hub-signature", HeaderValue::Usual),
    ("webhook-signature", HeaderValue::Bare),
    ("x-webhook-signature-256", HeaderValue::Usual),
    ("x-referralloop-signature", HeaderValue::Usual),
    ("x-shopify-hmac-sha256", HeaderValue::Base64),
    ("x-webhook-hmac", HeaderValue::Bare),
    ("x-webhook-signature-sha256", HeaderValue::Usual),
    ("x-hmac-signature", HeaderValue::Bare),
];

/// How signatures are made and sent.
#[derive(Clone)]
pub(super) struct SigningManner {
    key: KeyBytes,
    keyed: Option<KeyedHmac>,
    algorithm: HashAlgorithm,
    prefix: &'static str,
    encode: fn(&[u8]) -> String,
    /// The header fields that carry the value.
    pub headers: Vec<&'static str>,
    /// What it means that an endpoint accepts this manner; none where it is the service's.
    pub causes: Vec<&'static MismatchCause>,
}

impl SigningManner {
    /// As the service signs with this secret.
    pub(super) fn new(secret: &[u8]) -> Self {
        let (algorithm, prefix, encode) = USUAL;
        let key = Zeroizing::new(secret.to_vec());
        let keyed = KeyedHmac::new(algorithm, &key);
        Self { key, keyed, algorithm, prefix, encode, headers: vec![SIGNATURE_HEADER], causes: Vec::new() }
    }

    /// The same with the value written otherwise.
    pub(super) fn with_value(&self, form: &ValueForm) -> Self {
        let (keyed, algorithm) = (KeyedHmac::new(form.algorithm, &self.key), form.algorithm);
        let causes = [self.causes.as_slice(), &[form.cause]].concat();
        Self { keyed, algorithm, prefix: form.prefix, encode: form.encode, causes, ..self.clone() }
    }

    /// The same with another key.
    pub(super) fn with_key(&self, key: KeyBytes, cause: &'static MismatchCause) -> Self {
        let causes = [self.causes.as_slice(), &[cause]].concat();
        Self { keyed: KeyedHmac::new(self.algorithm, &key), key, causes, ..self.clone() }
    }

    /// The same in other header fields.
    pub(super) fn with_headers(&self, headers: &[&'static str]) -> Self {
        Self { headers: headers.to_vec(), ..self.clone() }
    }

    /// The value for a message.
    pub(super) fn sign(&self, message: &[u8]) -> String {
        let digest = self.keyed.as_ref().map(|keyed| keyed.sign(&[message])).unwrap_or_default();
        format!("{}{}", self.prefix, (self.encode)(&digest))
    }

    /// The value of a plain hash of these pieces, or of an HMAC under the message.
    pub(super) fn write(&self, digest: &[u8]) -> String {
        format!("{}{}", self.prefix, (self.encode)(digest))
    }

    /// What stands before the digits.
    pub(super) fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The key's bytes.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

/// Key forms that are tried, with the number of the variant and how common it is.
const KEYS: [(&str, usize, f64); 13] = [
    ("key-newline-added", 0, 8.0),
    ("key-trimmed", 0, 8.0),
    ("key-unquoted", 0, 8.0),
    ("key-prefix-stripped", 0, 8.0),
    ("key-prefix-decoded", 0, 8.0),
    ("key-quoted", 0, 8.0),
    ("key-base64-decoded", 0, 7.0),
    ("key-hex-decoded", 0, 5.0),
    ("key-base64-encoded", 0, 5.5),
    ("key-hashed", 0, 7.0),
    ("key-hashed", 2, 6.5),
    // Its MD5.
    ("key-hashed", 4, 3.0),
    ("key-upper-case", 0, 1.5),
];

/// Keys that everybody can guess, of which these are tried.
const GUESSES: [(&str, f64); 5] = [("", 9.0), ("undefined", 6.0), ("secret", 7.5), ("None", 2.0), ("null", 1.0)];

/// Every manner that differs from the usual one in its value or its key alone, and how common it is.
pub(super) fn list_manners(usual: &SigningManner) -> Vec<(f64, SigningManner)> {
    let values = std::iter::once(&BARE_DIGITS).chain(&VALUES);
    let mut manners: Vec<_> = values.map(|form| (form.weight, usual.with_value(form))).collect();
    let mut seen = vec![usual.key().to_vec()];
    // What looks like a prefix need not be one: a word before a hyphen is part of the secret.
    let is_prefixed = usual.key().starts_with(b"whsec_") || usual.key().starts_with(b"v1,");
    let wanted = KEYS.iter().filter(|(id, ..)| is_prefixed || !id.starts_with("key-prefix"));
    let forms = wanted.filter_map(|(id, at, weight)| {
        let form = KEY_FORMS.iter().find(|form| form.cause.id == *id)?;
        Some((*weight, form.make(usual.key()).into_iter().nth(*at)?, &form.cause))
    });
    let guessed = guessable_keys().filter_map(|(cause, text)| {
        let (_, weight) = GUESSES.iter().find(|(known, _)| *known == text)?;
        Some((*weight, Zeroizing::new(text.as_bytes().to_vec()), cause))
    });
    for (weight, key, cause) in guessed.chain(forms) {
        if !seen.contains(&key) {
            seen.push(key.to_vec());
            manners.push((weight, usual.with_key(key, cause)));
        }
    }
    manners
}
