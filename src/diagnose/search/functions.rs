//! Functions that are no HMAC-SHA256 of a message.

use super::super::digest::{HashAlgorithm, KeyedHmac};
use super::{
    BodyVariant, CandidateKey, CauseSearch, CauseSearchStep, HASHED_AGAIN, KeyBytes, MismatchCause, PLAIN,
    SECRET_FIRST, SECRET_LAST, SWAPPED, SignatureMatch, framing,
};
use std::ops::ControlFlow;

impl CauseSearch<'_, '_, '_> {
    /// What is no HMAC of the body: plain hashes, and the arguments the wrong way round.
    pub(super) fn try_functions(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        let body = self.case.body;
        self.try_plain_hash(&PLAIN, None, None, &[body])?;
        for key in keys {
            for joint in [&b""[..], b".", b":", b"|", b"\n", b"&"] {
                self.try_plain_hash(&SECRET_FIRST, None, Some(key), &[&key.bytes, joint, body])?;
                self.try_plain_hash(&SECRET_LAST, None, Some(key), &[body, joint, &key.bytes])?;
                self.try_message(key, &[&key.bytes, joint, body], None, Some(&framing::SECRET))?;
                self.try_message(key, &[body, joint, &key.bytes], None, Some(&framing::SECRET))?;
            }
            self.try_swapped(key, body, None)?;
        }
        self.try_each_kept(1, |search, made| {
            search.try_plain_hash(&PLAIN, Some(made), None, &[&made.bytes])?;
            for key in keys {
                search.try_plain_hash(&SECRET_FIRST, Some(made), Some(key), &[&key.bytes, &made.bytes])?;
                search.try_plain_hash(&SECRET_LAST, Some(made), Some(key), &[&made.bytes, &key.bytes])?;
                search.try_swapped(key, &made.bytes, Some(made))?;
            }
            ControlFlow::Continue(())
        })
    }

    fn try_plain_hash(
        &mut self,
        cause: &'static MismatchCause,
        form: Option<&BodyVariant>,
        key: Option<&CandidateKey>,
        pieces: &[&[u8]],
    ) -> CauseSearchStep {
        for algorithm in self.algorithms.clone() {
            self.charge()?;
            let digest = algorithm.hash(pieces);
            self.match_digest(cause, form, key, algorithm, &digest)?;
        }
        ControlFlow::Continue(())
    }

    fn match_digest(
        &mut self,
        cause: &'static MismatchCause,
        form: Option<&BodyVariant>,
        key: Option<&CandidateKey>,
        algorithm: HashAlgorithm,
        digest: &[u8],
    ) -> CauseSearchStep {
        let Some(reading) = self.find_matching(algorithm, digest) else { return ControlFlow::Continue(()) };
        let form = form.map(|made| (made.form, made.bytes.clone()));
        let (key, secret) = key.map_or((None, None), |key| (key.cause, key.secret));
        ControlFlow::Break(Ok(Box::new(SignatureMatch {
            reading,
            form,
            key,
            secret,
            frame: None,
            function: Some(cause),
            inner: None,
        })))
    }

    /// An HMAC with the message as key and the secret as message.
    fn try_swapped(&mut self, key: &CandidateKey, message: &[u8], form: Option<&BodyVariant>) -> CauseSearchStep {
        let swapped = self.make_key(key.cause, key.secret, KeyBytes::new(message.to_vec()));
        for (algorithm, keyed) in &swapped.keyed {
            self.charge()?;
            let digest = keyed.sign(&[&key.bytes]);
            self.match_digest(&SWAPPED, form, Some(key), *algorithm, &digest)?;
        }
        ControlFlow::Continue(())
    }

    /// Other functions of the same length, and a step too many: a hash or an HMAC of the value.
    pub(super) fn try_other_functions(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        let body = self.case.body;
        for algorithm in self.algorithms.clone() {
            for key in keys {
                let Some(keyed) = KeyedHmac::new(algorithm, &key.bytes) else { continue };
                let value = keyed.sign(&[body]);
                let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
                for again in [value.as_slice(), digits.as_bytes()] {
                    self.try_plain_hash(&HASHED_AGAIN, None, Some(key), &[again])?;
                    self.charge()?;
                    self.match_digest(&HASHED_AGAIN, None, Some(key), algorithm, &keyed.sign(&[again]))?;
                }
                self.try_plain_hash(&SECRET_FIRST, None, Some(key), &[&key.bytes, body, &key.bytes])?;
                self.try_alike(algorithm, key)?;
            }
            let once = algorithm.hash(&[body]);
            let digits: String = once.iter().map(|byte| format!("{byte:02x}")).collect();
            self.try_plain_hash(&PLAIN, None, None, &[&once])?;
            self.try_plain_hash(&PLAIN, None, None, &[digits.as_bytes()])?;
        }
        ControlFlow::Continue(())
    }

    /// Values of other functions, cut to the length of the usual one's: HMACs and plain hashes.
    fn try_alike(&mut self, usual: HashAlgorithm, key: &CandidateKey) -> CauseSearchStep {
        let body = self.case.body;
        let length = usual.hash(&[]).len();
        for other in usual.alike() {
            if let (Some(keyed), Some(cause)) = (KeyedHmac::new(*other, &key.bytes), other.hmac_cause()) {
                self.charge()?;
                let digest = keyed.sign(&[body]);
                self.match_digest(cause, None, Some(key), usual, &digest[..length.min(digest.len())])?;
            }
            let plain: [(_, &[&[u8]]); 3] =
                [(&PLAIN, &[body]), (&SECRET_FIRST, &[&key.bytes, body]), (&SECRET_LAST, &[body, &key.bytes])];
            for (cause, pieces) in plain {
                self.charge()?;
                let digest = other.hash(pieces);
                let key = (cause != &PLAIN).then_some(key);
                self.match_digest(cause, None, key, usual, &digest[..length.min(digest.len())])?;
            }
        }
        ControlFlow::Continue(())
    }
}
