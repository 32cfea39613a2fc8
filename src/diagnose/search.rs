//! The search: body form × key form × framing × function, until a value is reproduced.
//!
//! Commonest causes come first, single faults before pairs. It is bounded in hashes, in bytes and, through a function
//! that is asked before each hash and each form, in time. A hit is proof: nobody meets 128 bits by chance.

mod composed;
mod functions;

use super::case::DiagnosisCase;
use super::cause::{CauseFamily, MismatchCause};
use super::digest::{HashAlgorithm, KeyedHmac};
use super::forms::{BodyForm, BodySource, all_forms};
use super::framing::{self, BodyFraming, build_framings};
use super::keys::{self, KEY_FORMS, KeyBytes, KeyForm, LONE_KEY_FORMS};
use super::reading::{self, SignatureReading};
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::ControlFlow;

/// The most values that are computed for one case.
pub const HASHES: u32 = 20_000;

/// The largest body that is searched, in bytes.
pub const BODY_LIMIT: usize = 8 << 20;

/// Keys that everybody can guess and that are tried together with other faults.
const GUESSES: usize = 24;

/// What the forms that are kept for pairs may take together.
const KEPT_BYTES: usize = 16 << 20;

const fn function(id: &'static str, family: CauseFamily, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, family, words)
}

pub(super) static PLAIN: MismatchCause =
    function("plain-hash", CauseFamily::Hole, "a plain hash of the body, without any secret");
pub(super) static SECRET_FIRST: MismatchCause =
    function("hash-secret-body", CauseFamily::Algorithm, "a plain hash over secret and body, which is not an HMAC");
pub(super) static SECRET_LAST: MismatchCause =
    function("hash-body-secret", CauseFamily::Algorithm, "a plain hash over body and secret, which is not an HMAC");
pub(super) static SWAPPED: MismatchCause =
    function("arguments-swapped", CauseFamily::Algorithm, "an HMAC with the body as key and the secret as message");

pub(super) static HASHED_AGAIN: MismatchCause =
    function("hash-of-hmac", CauseFamily::Algorithm, "a hash or HMAC of the HMAC's value: one step too many");

/// All causes of this file.
pub(super) static ALL: [&MismatchCause; 5] = [&PLAIN, &SECRET_FIRST, &SECRET_LAST, &SWAPPED, &HASHED_AGAIN];

/// Why a search ended without a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchStopReason {
    /// Everything was tried.
    Exhausted,
    /// The bound on hashes was reached.
    Hashes,
    /// There was no more time.
    Time,
}

/// What was signed, and how.
pub(super) struct SignatureMatch {
    /// The value that was reproduced, as it was read.
    pub reading: SignatureReading,
    /// The body form; `None` for the body itself.
    pub form: Option<(&'static BodyForm, Vec<u8>)>,
    /// The body form of which that one was made.
    pub inner: Option<&'static MismatchCause>,
    /// The key form, or another secret; `None` for the secret itself.
    pub key: Option<&'static MismatchCause>,
    /// Which of the secrets the key was made of.
    pub secret: Option<usize>,
    /// What stood around the body.
    pub frame: Option<&'static MismatchCause>,
    /// Another function than HMAC.
    pub function: Option<&'static MismatchCause>,
}

impl SignatureMatch {
    /// Another hash function than SHA-256 under HMAC.
    pub(super) fn algorithm_cause(&self) -> Option<&'static MismatchCause> {
        if self.function.is_none() { self.reading.algorithm.hmac_cause() } else { None }
    }
}

/// How a search ended.
pub(super) struct CauseSearchOutcome {
    /// What was found, or why nothing was.
    pub found: Result<Box<SignatureMatch>, SearchStopReason>,
    /// Values computed.
    pub hashes: u32,
    /// Whether there was a value to look for at all.
    pub readable: bool,
}

type CauseSearchStep = ControlFlow<Result<Box<SignatureMatch>, SearchStopReason>>;

/// A key ready for use.
struct CandidateKey {
    cause: Option<&'static MismatchCause>,
    secret: Option<usize>,
    bytes: KeyBytes,
    keyed: Vec<(HashAlgorithm, KeyedHmac)>,
}

struct BodyVariant {
    form: &'static BodyForm,
    inner: Option<&'static MismatchCause>,
    bytes: Vec<u8>,
}

struct CauseSearch<'a, 't, 's> {
    case: &'a DiagnosisCase<'a>,
    source: &'a BodySource<'t>,
    readings: Vec<SignatureReading>,
    algorithms: Vec<HashAlgorithm>,
    go_on: &'s mut dyn FnMut() -> bool,
    hashes: u32,
    seen: HashSet<u64>,
    hasher: BuildHasherDefault<DefaultHasher>,
    kept: Vec<BodyVariant>,
    kept_bytes: usize,
}

/// Searches; `go_on` is asked again and again whether there is still time.
pub(super) fn search_causes<'a>(
    case: &'a DiagnosisCase<'a>,
    source: &'a BodySource,
    go_on: &mut dyn FnMut() -> bool,
) -> CauseSearchOutcome {
    let readings = reading::collect_readings(case);
    let mut algorithms: Vec<HashAlgorithm> = Vec::new();
    for reading in &readings {
        if !algorithms.contains(&reading.algorithm) {
            algorithms.push(reading.algorithm);
        }
    }
    let readable = !readings.is_empty();
    let mut search = CauseSearch {
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
        true => search.run().break_value().unwrap_or(Err(SearchStopReason::Exhausted)),
        false => Err(SearchStopReason::Exhausted),
    };
    CauseSearchOutcome { found, hashes: search.hashes, readable }
}

impl CauseSearch<'_, '_, '_> {
    fn run(&mut self) -> CauseSearchStep {
        let own = self.secret_keys(true, None);
        let others = self.secret_keys(false, Some(&keys::OTHER_KNOWN));
        self.seen.insert(self.hasher.hash_one(self.case.body));
        self.try_body(&own)?;
        self.try_forms(0, &own)?;
        self.try_small_edits(&own)?;
        self.try_forms(1, &own)?;
        self.try_body(&others)?;
        let derived = self.derive_keys();
        self.try_body(&derived)?;
        let (last, lone) =
            LONE_KEY_FORMS.split_last().map_or((&[][..], &[][..]), |(last, rest)| (std::slice::from_ref(last), rest));
        let lone = self.derive_forms(lone, &mut HashSet::new());
        self.try_body(&lone)?;
        let rare = keys::rare_keys().map(|(cause, text)| self.make_key(Some(cause), None, KeyBytes::new(text.into())));
        let rare: Vec<CandidateKey> = rare.collect();
        self.try_body(&rare)?;
        self.try_forms(2, &own)?;
        let frames = build_framings(self.case);
        self.try_framings(&frames, &own)?;
        self.try_framings(&framing::build_rare_framings(self.case), &own)?;
        self.try_functions(&own)?;
        self.try_functions(&others)?;
        self.try_other_functions(&own)?;
        self.try_forms(3, &own)?;
        self.try_composed_forms(&own)?;
        self.try_wide_forms(&derived)?;
        let mut guesses = 0..GUESSES;
        let paired = derived.into_iter().filter(|key| key.secret.is_some() || guesses.next().is_some());
        let all: Vec<CandidateKey> = others.into_iter().chain(paired).collect();
        let (usual, frames): (Vec<_>, Vec<_>) = frames.into_iter().partition(BodyFraming::is_usual);
        self.try_framings(&usual, &all)?;
        self.try_framed_forms(&usual, &own)?;
        self.try_kept_forms(1, &all)?;
        let changed = self.derive_forms(last, &mut HashSet::new());
        self.try_body(&changed)?;
        self.try_framed_forms(&frames, &own)?;
        self.try_framings(&frames, &all)?;
        self.try_kept_forms(2, &all)
    }

    /// Before anything that costs time: is there any left?
    fn check_time(&mut self) -> CauseSearchStep {
        if (self.go_on)() { ControlFlow::Continue(()) } else { ControlFlow::Break(Err(SearchStopReason::Time)) }
    }

    fn charge(&mut self) -> CauseSearchStep {
        self.check_time()?;
        if self.hashes == HASHES {
            return ControlFlow::Break(Err(SearchStopReason::Hashes));
        }
        self.hashes += 1;
        ControlFlow::Continue(())
    }

    fn make_key(&self, cause: Option<&'static MismatchCause>, secret: Option<usize>, bytes: KeyBytes) -> CandidateKey {
        let keyed =
            self.algorithms.iter().filter_map(|&algorithm| Some((algorithm, KeyedHmac::new(algorithm, &bytes)?)));
        CandidateKey { cause, secret, keyed: keyed.collect(), bytes }
    }

    fn secret_keys(&self, current: bool, cause: Option<&'static MismatchCause>) -> Vec<CandidateKey> {
        let known = self.case.secrets.iter().enumerate().filter(|(_, known)| known.current == current);
        known.map(|(at, known)| self.make_key(cause, Some(at), KeyBytes::new(known.secret.expose().to_vec()))).collect()
    }

    /// Everything that may have been made of the secrets, then what everybody can guess.
    fn derive_keys(&self) -> Vec<CandidateKey> {
        let mut seen: HashSet<u64> =
            self.case.secrets.iter().map(|known| self.hasher.hash_one(known.secret.expose())).collect();
        let mut keys = self.derive_forms(&KEY_FORMS, &mut seen);
        for (cause, text) in keys::guessable_keys() {
            if seen.insert(self.hasher.hash_one(text.as_bytes())) {
                keys.push(self.make_key(Some(cause), None, KeyBytes::new(text.as_bytes().to_vec())));
            }
        }
        keys
    }

    /// What these forms make of the secrets, each key once; of the current secrets first.
    fn derive_forms(&self, forms: &'static [KeyForm], seen: &mut HashSet<u64>) -> Vec<CandidateKey> {
        let secrets = |current: bool| {
            let all = self.case.secrets.iter().enumerate();
            all.filter(move |(_, known)| known.current == current)
        };
        let mut keys = Vec::new();
        for form in forms {
            for (at, known) in secrets(true).chain(secrets(false)) {
                let fresh = form.make(known.secret.expose());
                let fresh = fresh.into_iter().filter(|key| seen.insert(self.hasher.hash_one(key.as_slice())));
                keys.extend(fresh.map(|key| self.make_key(Some(&form.cause), Some(at), key)));
            }
        }
        keys.sort_by_key(|key| key.secret.is_none_or(|at| !self.case.secrets[at].current));
        keys
    }

    /// One message under one key, in every function whose values are looked for.
    fn try_message(
        &mut self,
        key: &CandidateKey,
        pieces: &[&[u8]],
        form: Option<&BodyVariant>,
        frame: Option<&'static MismatchCause>,
    ) -> CauseSearchStep {
        for (algorithm, keyed) in &key.keyed {
            self.charge()?;
            let digest = keyed.sign(pieces);
            if let Some(reading) = self.find_matching(*algorithm, &digest) {
                let inner = form.and_then(|made| made.inner);
                let form = form.map(|made| (made.form, made.bytes.clone()));
                let (key, secret) = (key.cause, key.secret);
                let hit = SignatureMatch { reading, form, inner, key, secret, frame, function: None };
                return ControlFlow::Break(Ok(Box::new(hit)));
            }
        }
        ControlFlow::Continue(())
    }

    fn find_matching(&self, algorithm: HashAlgorithm, digest: &[u8]) -> Option<SignatureReading> {
        self.readings.iter().find(|reading| reading.algorithm == algorithm && reading.matches(digest)).cloned()
    }

    fn try_body(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        keys.iter().try_for_each(|key| self.try_message(key, &[self.case.body], None, None))
    }

    /// Makes the forms of a tier, tries each, and keeps it.
    fn try_forms(&mut self, tier: u8, keys: &[CandidateKey]) -> CauseSearchStep {
        for form in all_forms().filter(|form| form.tier == tier) {
            self.check_time()?;
            let source = self.source;
            for bytes in form.variants(source) {
                if !self.seen.insert(self.hasher.hash_one(bytes.as_slice())) {
                    continue;
                }
                let made = BodyVariant { form, inner: None, bytes };
                keys.iter().try_for_each(|key| self.try_message(key, &[&made.bytes], Some(&made), None))?;
                // What is tried last is not tried in pairs.
                if tier < 3 && self.kept_bytes + made.bytes.len() <= KEPT_BYTES {
                    self.kept_bytes += made.bytes.len();
                    self.kept.push(made);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn try_framings(&mut self, frames: &[BodyFraming], keys: &[CandidateKey]) -> CauseSearchStep {
        for frame in frames {
            let body = self.case.body;
            for key in keys {
                frame.apply(body, |pieces| self.try_message(key, pieces, None, Some(frame.cause)))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Forms that were kept are lent out for a while: trying them changes the counters.
    fn try_each_kept(
        &mut self,
        tier: u8,
        mut each: impl FnMut(&mut Self, &BodyVariant) -> CauseSearchStep,
    ) -> CauseSearchStep {
        let kept = std::mem::take(&mut self.kept);
        let step = kept.iter().filter(|made| made.form.tier.max(1) == tier).try_for_each(|made| each(self, made));
        self.kept = kept;
        step
    }

    fn try_kept_forms(&mut self, tier: u8, keys: &[CandidateKey]) -> CauseSearchStep {
        self.try_each_kept(tier, |search, made| {
            keys.iter().try_for_each(|key| search.try_message(key, &[&made.bytes], Some(made), None))
        })
    }

    /// Whoever takes UTF-16 for the bytes of a text does so with body and secret: .NET's Encoding.Unicode.
    fn try_wide_forms(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        let is_wide = |key: &&CandidateKey| key.cause.is_some_and(|cause| cause.id == "key-utf-16");
        self.try_each_kept(2, |search, made| {
            let mut keys = keys.iter().filter(|key| made.form.cause.id == "charset-utf-16" && is_wide(key));
            keys.try_for_each(|key| search.try_message(key, &[&made.bytes], Some(made), None))
        })
    }

    fn try_framed_forms(&mut self, frames: &[BodyFraming], keys: &[CandidateKey]) -> CauseSearchStep {
        self.try_each_kept(1, |search, made| {
            for (frame, key) in frames.iter().flat_map(|frame| keys.iter().map(move |key| (frame, key))) {
                let tried = |pieces: &[&[u8]]| search.try_message(key, pieces, Some(made), Some(frame.cause));
                frame.apply(&made.bytes, tried)?;
            }
            ControlFlow::Continue(())
        })
    }
}
