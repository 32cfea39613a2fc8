//! Everything that may be hashed, and how, where nothing is accepted that is signed as the service signs: each guess with
//! how common it is, and what it signs of each body that may be sent.

use super::bodies::ProbeBody;
use super::manners::{SigningManner, list_manners};
use crate::diagnose::case::DiagnosisCase;
use crate::diagnose::cause::MismatchCause;
use crate::diagnose::digest::{HashAlgorithm, KeyedHmac};
use crate::diagnose::forms::{BodySource, all_forms, decode_text, find_form};
use crate::diagnose::framing::build_framings;
use crate::diagnose::reading::OTHER_HEADER;
use crate::diagnose::search::{HASHED_AGAIN, PLAIN, SECRET_FIRST, SECRET_LAST, SWAPPED};
use crate::protocol::arrival::HeaderLines;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use url::Url;

/// A body that may be sent.
pub(super) struct GuessBody {
    /// What is special about it.
    pub what: &'static str,
    pub bytes: Vec<u8>,
    /// How likely a handler that takes its signature for right accepts it, from 0 to 1.
    pub trust: f64,
}

/// What a guess signs.
pub(super) enum GuessedWay {
    /// The form of the body with this number.
    Form(usize),
    /// The event, in the second shape, with something around it.
    Framed(Vec<u8>),
    /// A function that is no HMAC of the body, over the base with this number.
    Digest(DigestOf, usize),
    /// The base with this number, in another manner.
    Manner(Box<SigningManner>, usize),
    /// The body, in other header fields.
    Headers,
}

/// The event's name and nothing else.
const EVENT_ALONE: &[u8] = br#"{"event_type":"signup.created"}"#;

/// No JSON: who answers otherwise than to a forgery reads JSON before he verifies.
pub(super) const MALFORMED: &[u8] = b"{";

/// A function of the key and a message.
type DigestOf = fn(&[u8], &[u8]) -> Vec<u8>;

/// Something that an endpoint may do.
pub(super) struct ProbeGuess {
    /// What it means.
    pub cause: &'static MismatchCause,
    pub way: GuessedWay,
    /// How common it is; sinks with what speaks against it.
    pub weight: f64,
    /// What it may sign of each body, as numbers that are the same for the same value; several where nobody knows which of
    /// them, nothing where it has none.
    pub signs: Vec<Vec<u64>>,
}

/// Texts that programs make of a body before they do something else wrong: none, JavaScript's, Python's, PHP's; and how
/// common each is.
const BASES: [(Option<&str>, f64); 4] =
    [(None, 0.6), (Some("json-stringify"), 0.2), (Some("json-python"), 0.12), (Some("json-php"), 0.08)];

/// How common forms are that are commoner than others of their tier.
const COMMON: [(&str, f64); 37] = [
    ("object-object", 25.0),
    ("body-empty", 12.0),
    ("newline-added", 10.0),
    ("json-pretty-2", 12.0),
    ("json-pretty-4", 8.0),
    ("json-pretty-tab", 5.0),
    ("json-member", 15.0),
    ("json-string", 10.0),
    ("json-string-of-json", 5.0),
    ("json-wrapped", 80.0),
    ("json-sorted", 8.0),
    ("json-php-sorted", 4.0),
    ("json-ruby-pretty", 9.0),
    ("body-base64", 10.0),
    ("body-hex", 6.0),
    ("buffer-json", 6.0),
    ("python-bytes", 6.0),
    ("python-repr", 12.0),
    ("ruby-inspect", 6.0),
    ("empty-object", 8.0),
    ("body-undefined", 6.0),
    ("empty-text", 14.0),
    ("query-string", 14.0),
    ("values-joined", 25.0),
    ("envelope-added", 6.0),
    ("quotes-changed", 5.0),
    ("php-serialize", 9.0),
    ("php-print-r", 4.0),
    ("yaml", 20.0),
    ("form-key", 6.0),
    ("form-field", 5.0),
    ("case-changed", 8.0),
    ("node-inspect", 4.0),
    ("byte-list", 16.0),
    ("go-map", 4.0),
    ("charset-utf-16", 6.0),
    ("quoted-base64", 6.0),
];

/// Too costly to make, or found out in a way of their own.
const LEFT_OUT: [&str; 14] = [
    "lines-unmarked",
    "printed-undone",
    "json-texts-cleaned",
    "envelope-opened",
    "envelope-opened-deeply",
    "body-part",
    "json-empty-dropped",
    "gzip-done",
    "deflate-done",
    "brotli-done",
    "json-members-dropped",
    "json-reordered",
    "json-times",
    "chunks-decoded",
];

/// Forms whose variants depend on what members a body has.
const DEPENDENT: [&str; 6] = [
    "json-member",
    "json-inner-member",
    "envelope-opened",
    "envelope-opened-deeply",
    "body-part",
    "json-empty-dropped",
];

/// Variants of a form beyond these are not tried.
const VARIANTS: usize = 120;

/// Functions that are no HMAC of the body, and how common they are.
const DIGESTS: [(&MismatchCause, f64, DigestOf); 6] = [
    (&PLAIN, 8.0, |_, body| HashAlgorithm::Sha256.hash(&[body])),
    (&SECRET_FIRST, 8.0, |key, body| HashAlgorithm::Sha256.hash(&[key, body])),
    (&SECRET_LAST, 7.0, |key, body| HashAlgorithm::Sha256.hash(&[body, key])),
    (&SWAPPED, 9.0, |key, body| sign(body, key)),
    (&HASHED_AGAIN, 2.0, |key, body| HashAlgorithm::Sha256.hash(&[&sign(key, body)])),
    (&HASHED_AGAIN, 1.0, |key, body| sign(key, &sign(key, body))),
];

fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    KeyedHmac::new(HashAlgorithm::Sha256, key).map(|keyed| keyed.sign(&[message]).to_vec()).unwrap_or_default()
}

/// The base with this number.
fn base(number: usize, body: &[u8]) -> Option<Vec<u8>> {
    let Some(id) = BASES[number].0 else { return Some(body.to_vec()) };
    find_form(id)?.make(&BodySource::new(body, &decode_text(body))).into_iter().next()
}

/// A body and what programs commonly make of it, each with the form that makes it.
pub(super) fn list_bases(body: &[u8]) -> impl Iterator<Item = (Option<&'static MismatchCause>, Vec<u8>)> {
    let cause = |id: Option<&str>| find_form(id?).map(|form| &form.cause);
    BASES.iter().enumerate().filter_map(move |(number, (id, _))| Some((cause(*id), base(number, body)?)))
}

impl ProbeGuess {
    /// The message with this number that is signed of a body with HMAC and the usual key, where that is what it does.
    pub(super) fn message(&self, body: &[u8], sign: u64) -> Option<Vec<u8>> {
        match &self.way {
            GuessedWay::Form(form) => {
                let made = all_forms().nth(*form)?.make(&BodySource::new(body, &decode_text(body)));
                made.into_iter().find(|made| number_of(made) == sign)
            }
            GuessedWay::Framed(message) => Some(message.clone()),
            _ => None,
        }
    }

    /// The value that it takes for right.
    pub(super) fn value(&self, usual: &SigningManner, body: &[u8], sign: u64) -> Option<String> {
        match &self.way {
            GuessedWay::Digest(digest, number) => Some(usual.write(&digest(usual.key(), &base(*number, body)?))),
            GuessedWay::Manner(manner, number) => Some(manner.sign(&base(*number, body)?)),
            _ => Some(usual.sign(&self.message(body, sign)?)),
        }
    }
}

/// Numbers for what is signed: over a message, or a value as it stands.
pub(super) fn number_of(message: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(message)
}

fn number_of_value(value: &str) -> u64 {
    number_of(value.as_bytes()) ^ 1
}

/// The bodies: the event in each shape, one that every rewriting changes, and small ones that many leave alone alike.
pub(super) fn list_bodies(shapes: Vec<ProbeBody>, distinctive: Vec<u8>) -> Vec<GuessBody> {
    let small: [(&[u8], f64); 9] = [
        (MALFORMED, 0.0),
        (b"{}", 0.95),
        (b"[]", 0.95),
        (b"", 0.85),
        (EVENT_ALONE, 0.92),
        (br#"{"data":[]}"#, 0.88),
        (br#"{"a":1}"#, 0.9),
        (br#"["a"]"#, 0.85),
        (br#"{"data":{"id":"1","email":"a@b.c"},"event_type":"signup.created","timestamp":"1"}"#, 0.9),
    ];
    let shaped = shapes.into_iter().map(|shape| GuessBody { what: shape.what, bytes: shape.bytes, trust: 1.0 });
    let all = GuessBody { what: "what every rewriting changes", bytes: distinctive, trust: 0.8 };
    let small = small.map(|(bytes, trust)| GuessBody {
        what: "a small body that many rewritings leave alone",
        bytes: bytes.to_vec(),
        trust,
    });
    shaped.chain([all]).chain(small).collect()
}

/// Every guess, over these bodies.
pub(super) fn list_guesses(usual: &SigningManner, bodies: &[GuessBody], url: &Url) -> Vec<ProbeGuess> {
    let mut guesses = guess_forms(bodies);
    guesses.extend(guess_framings(bodies, url));
    for (cause, weight, digest) in DIGESTS {
        guesses.extend(over_bases(cause, weight, |number| GuessedWay::Digest(digest, number)));
    }
    for (weight, manner) in list_manners(usual) {
        let Some(cause) = manner.causes.first() else { continue };
        guesses.extend(over_bases(cause, weight, |number| GuessedWay::Manner(Box::new(manner.clone()), number)));
    }
    for guess in guesses.iter_mut().filter(|guess| guess.signs.is_empty()) {
        guess.signs = bodies
            .iter()
            .map(|body| guess.value(usual, &body.bytes, 0).map(|value| number_of_value(&value)).into_iter().collect())
            .collect();
    }
    // All of them in one request, over what nobody writes otherwise.
    let signs = bodies.iter().map(|body| Vec::from_iter((body.bytes == b"[]").then_some(0))).collect();
    guesses.push(ProbeGuess { cause: &OTHER_HEADER, way: GuessedWay::Headers, weight: 25.0, signs });
    guesses
}

fn over_bases(cause: &'static MismatchCause, weight: f64, way: impl Fn(usize) -> GuessedWay) -> Vec<ProbeGuess> {
    let one = |(number, (_, share)): (usize, &(Option<&str>, f64))| ProbeGuess {
        cause,
        way: way(number),
        weight: weight * share,
        signs: Vec::new(),
    };
    BASES.iter().enumerate().map(one).collect()
}

fn guess_forms(bodies: &[GuessBody]) -> Vec<ProbeGuess> {
    let texts: Vec<_> = bodies.iter().map(|body| decode_text(&body.bytes)).collect();
    let sources: Vec<_> = bodies.iter().zip(&texts).map(|(body, text)| BodySource::new(&body.bytes, text)).collect();
    let mut guesses = Vec::new();
    for (number, form) in all_forms().enumerate().filter(|(_, form)| !LEFT_OUT.contains(&form.cause.id)) {
        let numbers = |source| form.variants(source).take(VARIANTS).map(|made| number_of(&made)).collect::<Vec<_>>();
        let made: Vec<Vec<u64>> = sources.iter().map(numbers).collect();
        let known = COMMON.iter().find(|(id, _)| *id == form.cause.id).map(|(_, weight)| *weight);
        let weight = known.unwrap_or([4.0, 4.0, 2.0, 1.0][usize::from(form.tier).min(3)]);
        let (cause, way) = (&form.cause, || GuessedWay::Form(number));
        if DEPENDENT.contains(&form.cause.id) {
            guesses.push(ProbeGuess { cause, way: way(), weight, signs: made });
            continue;
        }
        let count = made.iter().map(Vec::len).max().unwrap_or(0);
        let share = |at: usize| 1.0 / (1.0 + at as f64 / 30.0);
        let all: f64 = (0..count).map(share).sum();
        guesses.extend((0..count).map(|at| {
            let pick = |(body, made): (&GuessBody, &Vec<u64>)| match form.cause.id {
                // Its variants follow the members: the data comes first in what is sorted.
                "json-member" if body.bytes == EVENT_ALONE && at > 0 => made.clone(),
                "json-member" if !body.bytes.starts_with(b"{\"data\"") => Vec::new(),
                _ => made.get(at).copied().into_iter().collect(),
            };
            let signs = bodies.iter().zip(&made).map(pick).collect();
            ProbeGuess { cause, way: way(), weight: weight * share(at) / all, signs }
        }));
    }
    guesses
}

/// The path and the times are those of the request.
fn guess_framings(bodies: &[GuessBody], url: &Url) -> Vec<ProbeGuess> {
    let body = &bodies[1].bytes;
    let mut case = DiagnosisCase::from_value(body, b"", &[]);
    let host = url[url::Position::BeforeHost..url::Position::AfterPort].as_bytes();
    let headers = HeaderLines::collect([("host", host)]);
    case.target = Some(&url[url::Position::BeforePath..url::Position::AfterQuery]);
    case.headers = Some(&headers);
    let mut count: HashMap<&str, f64> = HashMap::new();
    let mut guesses = Vec::new();
    for frame in build_framings(&case) {
        let message = frame.apply(body, |pieces| pieces.concat());
        let weight = count.entry(frame.cause.id).or_insert(match frame.cause.id {
            "framing-stripe" => 8.0,
            "framing-method-url" | "framing-url" | "framing-digest" => 6.0,
            _ => 3.0,
        });
        let signs = (0..bodies.len()).map(|at| Vec::from_iter((at == 1).then(|| number_of(&message)))).collect();
        guesses.push(ProbeGuess { cause: frame.cause, way: GuessedWay::Framed(message), weight: *weight, signs });
        *weight /= 2.0;
    }
    guesses
}
