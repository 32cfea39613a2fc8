//! The search: body form × key form × framing × function, until a value is reproduced.
//!
//! Commonest causes come first, single faults before pairs. It is bounded in hashes, in bytes and, through a function
//! that is asked before each hash and each form, in time. A hit is proof: nobody meets 128 bits by chance.

use super::case::{Asks, Case};
use super::cause::{Cause, Family};
use super::digest::{Algorithm, Keyed};
use super::forms::{FORMS, Form, Source};
use super::framing::{Frame, frames};
use super::keys::{self, KEY_FORMS, KeyBytes};
use super::reading::{self, Reading};
use crate::protocol::signature::SIGNATURE_HEADER;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::ControlFlow;

/// The most values that are computed for one case.
pub const HASHES: u32 = 20_000;

/// The largest body that is searched, in bytes.
pub const BODY_LIMIT: usize = 8 << 20;

/// What the forms that are kept for pairs may take together.
const KEPT_BYTES: usize = 16 << 20;

const fn function(id: &'static str, family: Family, words: &'static str) -> Cause {
    Cause::new(id, family, words)
}

static HMAC_SHA1: Cause = function("hmac-sha1", Family::Algorithm, "HMAC-SHA1");
static HMAC_SHA512: Cause = function("hmac-sha512", Family::Algorithm, "HMAC-SHA512");
static PLAIN: Cause = function("plain-hash", Family::Hole, "a plain hash of the body, without any secret");
static SECRET_FIRST: Cause =
    function("hash-secret-body", Family::Algorithm, "a plain hash over the secret and the body, which is no HMAC");
static SECRET_LAST: Cause =
    function("hash-body-secret", Family::Algorithm, "a plain hash over the body and the secret, which is no HMAC");
static SWAPPED: Cause =
    function("arguments-swapped", Family::Algorithm, "an HMAC with the body as key and the secret as message");

/// All causes of this file.
pub static ALL: [&Cause; 6] = [&HMAC_SHA1, &HMAC_SHA512, &PLAIN, &SECRET_FIRST, &SECRET_LAST, &SWAPPED];

/// Why a search ended without a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Everything was tried.
    Exhausted,
    /// The bound on hashes was reached.
    Hashes,
    /// There was no more time.
    Time,
}

/// What was signed, and how.
pub struct Hit {
    /// The value that was reproduced, as it was read.
    pub reading: Reading,
    /// The body form; `None` for the body itself.
    pub form: Option<(&'static Form, Vec<u8>)>,
    /// The key form, or another secret; `None` for the secret itself.
    pub key: Option<&'static Cause>,
    /// Which of the secrets the key was made of.
    pub secret: Option<usize>,
    /// What stood around the body.
    pub frame: Option<&'static Cause>,
    /// Another function than HMAC.
    pub function: Option<&'static Cause>,
}

impl Hit {
    /// Another hash function than SHA-256 under HMAC.
    pub fn algorithm(&self) -> Option<&'static Cause> {
        match (self.function, self.reading.algorithm) {
            (None, Algorithm::Sha1) => Some(&HMAC_SHA1),
            (None, Algorithm::Sha512) => Some(&HMAC_SHA512),
            _ => None,
        }
    }
}

/// How a search ended.
pub struct Searched {
    /// What was found, or why nothing was.
    pub found: Result<Box<Hit>, Stopped>,
    /// Values computed.
    pub hashes: u32,
    /// Whether there was a value to look for at all.
    pub readable: bool,
}

type Step = ControlFlow<Result<Box<Hit>, Stopped>>;

/// A key ready for use.
struct Key {
    cause: Option<&'static Cause>,
    secret: Option<usize>,
    bytes: KeyBytes,
    keyed: Vec<(Algorithm, Keyed)>,
}

struct Made {
    form: &'static Form,
    bytes: Vec<u8>,
}

struct Search<'a, 't, 's> {
    case: &'a Case<'a>,
    source: &'a Source<'t>,
    readings: Vec<Reading>,
    algorithms: Vec<Algorithm>,
    go_on: &'s mut dyn FnMut() -> bool,
    hashes: u32,
    seen: HashSet<u64>,
    hasher: BuildHasherDefault<DefaultHasher>,
    kept: Vec<Made>,
    kept_bytes: usize,
}

/// Searches; `go_on` is asked again and again whether there is still time.
pub fn search<'a>(case: &'a Case<'a>, source: &'a Source, go_on: &mut dyn FnMut() -> bool) -> Searched {
    let readings = readings(case);
    let mut algorithms: Vec<Algorithm> = Vec::new();
    for reading in &readings {
        if !algorithms.contains(&reading.algorithm) {
            algorithms.push(reading.algorithm);
        }
    }
    let readable = !readings.is_empty();
    let mut search = Search {
        case,
        source,
        readings,
        algorithms,
        go_on,
        hashes: 0,
        seen: HashSet::new(),
        hasher: BuildHasherDefault::default(),
        kept: Vec::new(),
        kept_bytes: 0,
    };
    let found = match readable && case.body.len() <= BODY_LIMIT {
        true => search.run().break_value().unwrap_or(Err(Stopped::Exhausted)),
        false => Err(Stopped::Exhausted),
    };
    Searched { found, hashes: search.hashes, readable }
}

/// What the value in question may stand for.
fn readings(case: &Case) -> Vec<Reading> {
    if let Asks::Code(got) = case.asks {
        return reading::read(got);
    }
    let mut readings: Vec<Reading> = case.values.iter().flat_map(|value| reading::read(value)).collect();
    if case.values.len() > 1 {
        readings.iter_mut().for_each(|reading| reading.faults.insert(0, &reading::REPEATED));
    }
    readings.extend(elsewhere(case));
    readings.truncate(64);
    readings
}

/// Digests in header fields where nobody looks for them.
fn elsewhere(case: &Case) -> Vec<Reading> {
    let lines = case.headers.into_iter().flat_map(|headers| headers.iter());
    let telling = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        name != SIGNATURE_HEADER && ["sign", "hmac", "hash", "digest", "token"].iter().any(|part| name.contains(part))
    };
    let mut readings: Vec<Reading> =
        lines.filter(|(name, _)| telling(name)).flat_map(|(_, value)| reading::read(value)).collect();
    readings.iter_mut().for_each(|reading| reading.faults.insert(0, &reading::OTHER_HEADER));
    readings
}

impl Search<'_, '_, '_> {
    fn run(&mut self) -> Step {
        let own = self.keys_of(true, None);
        let others = self.keys_of(false, Some(&keys::OTHER_KNOWN));
        self.seen.insert(self.hasher.hash_one(self.case.body));
        self.body(&own)?;
        self.forms(1, &own)?;
        self.body(&others)?;
        let derived = self.derived();
        self.body(&derived)?;
        self.forms(2, &own)?;
        let frames = frames(self.case);
        self.framed(&frames, &own)?;
        self.functions(&own)?;
        self.functions(&others)?;
        self.forms(3, &own)?;
        let all: Vec<Key> = others.into_iter().chain(derived).collect();
        self.pairs(1, &all)?;
        self.framed_forms(&frames, &own)?;
        self.framed(&frames, &all)?;
        self.pairs(2, &all)
    }

    /// Before anything that costs time: is there any left?
    fn alive(&mut self) -> Step {
        if (self.go_on)() { ControlFlow::Continue(()) } else { ControlFlow::Break(Err(Stopped::Time)) }
    }

    fn charge(&mut self) -> Step {
        self.alive()?;
        if self.hashes == HASHES {
            return ControlFlow::Break(Err(Stopped::Hashes));
        }
        self.hashes += 1;
        ControlFlow::Continue(())
    }

    fn key(&self, cause: Option<&'static Cause>, secret: Option<usize>, bytes: KeyBytes) -> Key {
        let keyed = self.algorithms.iter().filter_map(|&algorithm| Some((algorithm, Keyed::new(algorithm, &bytes)?)));
        Key { cause, secret, keyed: keyed.collect(), bytes }
    }

    fn keys_of(&self, current: bool, cause: Option<&'static Cause>) -> Vec<Key> {
        let known = self.case.secrets.iter().enumerate().filter(|(_, known)| known.current == current);
        known.map(|(at, known)| self.key(cause, Some(at), KeyBytes::new(known.secret.expose().to_vec()))).collect()
    }

    /// Everything that may have been made of the secrets, then what everybody can guess.
    fn derived(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut seen: HashSet<u64> =
            self.case.secrets.iter().map(|known| self.hasher.hash_one(known.secret.expose())).collect();
        for current in [true, false] {
            for form in &KEY_FORMS {
                for (at, known) in self.case.secrets.iter().enumerate().filter(|(_, known)| known.current == current) {
                    let fresh = form.make(known.secret.expose());
                    let fresh = fresh.into_iter().filter(|key| seen.insert(self.hasher.hash_one(key.as_slice())));
                    keys.extend(fresh.map(|key| self.key(Some(&form.cause), Some(at), key)));
                }
            }
        }
        for (cause, text) in keys::guessable() {
            if seen.insert(self.hasher.hash_one(text.as_bytes())) {
                keys.push(self.key(Some(cause), None, KeyBytes::new(text.as_bytes().to_vec())));
            }
        }
        keys
    }

    /// One message under one key, in every function whose values are looked for.
    fn attempt(&mut self, key: &Key, pieces: &[&[u8]], form: Option<&Made>, frame: Option<&'static Cause>) -> Step {
        for (algorithm, keyed) in &key.keyed {
            self.charge()?;
            let digest = keyed.sign(pieces);
            if let Some(reading) = self.matching(*algorithm, &digest) {
                let form = form.map(|made| (made.form, made.bytes.clone()));
                let hit = Hit { reading, form, key: key.cause, secret: key.secret, frame, function: None };
                return ControlFlow::Break(Ok(Box::new(hit)));
            }
        }
        ControlFlow::Continue(())
    }

    fn matching(&self, algorithm: Algorithm, digest: &[u8]) -> Option<Reading> {
        self.readings.iter().find(|reading| reading.algorithm == algorithm && reading.matches(digest)).cloned()
    }

    fn body(&mut self, keys: &[Key]) -> Step {
        keys.iter().try_for_each(|key| self.attempt(key, &[self.case.body], None, None))
    }

    /// Makes the forms of a tier, tries each, and keeps it.
    fn forms(&mut self, tier: u8, keys: &[Key]) -> Step {
        for form in FORMS.iter().filter(|form| form.tier == tier) {
            self.alive()?;
            for bytes in form.make(self.source) {
                if !self.seen.insert(self.hasher.hash_one(bytes.as_slice())) {
                    continue;
                }
                let made = Made { form, bytes };
                keys.iter().try_for_each(|key| self.attempt(key, &[&made.bytes], Some(&made), None))?;
                if self.kept_bytes + made.bytes.len() <= KEPT_BYTES {
                    self.kept_bytes += made.bytes.len();
                    self.kept.push(made);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn framed(&mut self, frames: &[Frame], keys: &[Key]) -> Step {
        for frame in frames {
            let body = self.case.body;
            for key in keys {
                frame.apply(body, |pieces| self.attempt(key, pieces, None, Some(frame.cause)))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Forms that were kept are lent out for a while: trying them changes the counters.
    fn with_kept(&mut self, tier: u8, mut each: impl FnMut(&mut Self, &Made) -> Step) -> Step {
        let kept = std::mem::take(&mut self.kept);
        let step = kept.iter().filter(|made| made.form.tier == tier).try_for_each(|made| each(self, made));
        self.kept = kept;
        step
    }

    fn pairs(&mut self, tier: u8, keys: &[Key]) -> Step {
        self.with_kept(tier, |search, made| {
            keys.iter().try_for_each(|key| search.attempt(key, &[&made.bytes], Some(made), None))
        })
    }

    fn framed_forms(&mut self, frames: &[Frame], keys: &[Key]) -> Step {
        self.with_kept(1, |search, made| {
            for (frame, key) in frames.iter().flat_map(|frame| keys.iter().map(move |key| (frame, key))) {
                let tried = |pieces: &[&[u8]]| search.attempt(key, pieces, Some(made), Some(frame.cause));
                frame.apply(&made.bytes, tried)?;
            }
            ControlFlow::Continue(())
        })
    }

    /// What is no HMAC of the body: plain hashes, and the arguments the wrong way round.
    fn functions(&mut self, keys: &[Key]) -> Step {
        let body = self.case.body;
        self.plain(&PLAIN, None, None, &[body])?;
        for key in keys {
            for joint in [&b""[..], b".", b":", b"|"] {
                self.plain(&SECRET_FIRST, None, Some(key), &[&key.bytes, joint, body])?;
                self.plain(&SECRET_LAST, None, Some(key), &[body, joint, &key.bytes])?;
            }
            let swapped = self.key(key.cause, key.secret, KeyBytes::new(body.to_vec()));
            for (algorithm, keyed) in &swapped.keyed {
                self.charge()?;
                let digest = keyed.sign(&[&key.bytes]);
                self.told(&SWAPPED, None, Some(key), *algorithm, &digest)?;
            }
        }
        self.with_kept(1, |search, made| {
            search.plain(&PLAIN, Some(made), None, &[&made.bytes])?;
            for key in keys {
                search.plain(&SECRET_FIRST, Some(made), Some(key), &[&key.bytes, &made.bytes])?;
                search.plain(&SECRET_LAST, Some(made), Some(key), &[&made.bytes, &key.bytes])?;
            }
            ControlFlow::Continue(())
        })
    }

    fn plain(&mut self, cause: &'static Cause, form: Option<&Made>, key: Option<&Key>, pieces: &[&[u8]]) -> Step {
        for algorithm in self.algorithms.clone() {
            self.charge()?;
            let digest = algorithm.hash(pieces);
            self.told(cause, form, key, algorithm, &digest)?;
        }
        ControlFlow::Continue(())
    }

    fn told(
        &mut self,
        cause: &'static Cause,
        form: Option<&Made>,
        key: Option<&Key>,
        algorithm: Algorithm,
        digest: &[u8],
    ) -> Step {
        let Some(reading) = self.matching(algorithm, digest) else { return ControlFlow::Continue(()) };
        let form = form.map(|made| (made.form, made.bytes.clone()));
        let (key, secret) = key.map_or((None, None), |key| (key.cause, key.secret));
        ControlFlow::Break(Ok(Box::new(Hit { reading, form, key, secret, frame: None, function: Some(cause) })))
    }
}
