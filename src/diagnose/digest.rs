//! The functions that make a value, counted: HMAC and plain hashes with MD5, SHA-1 and SHA-2.

use super::cause::{CauseFamily, MismatchCause};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_256};
use zeroize::Zeroizing;

const fn hmac(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Algorithm, words)
}

static HMAC_MD5: MismatchCause = hmac("hmac-md5", "HMAC-MD5");
pub(super) static HMAC_SHA1: MismatchCause = hmac("hmac-sha1", "HMAC-SHA1");
static HMAC_SHA384: MismatchCause = hmac("hmac-sha384", "HMAC-SHA384");
pub(super) static HMAC_SHA512: MismatchCause = hmac("hmac-sha512", "HMAC-SHA512");

static HMAC_SHA224: MismatchCause = hmac("hmac-sha224", "HMAC-SHA224");
static HMAC_SHA512_256: MismatchCause =
    hmac("hmac-sha512-256", "HMAC with SHA-512/256 or a longer SHA-2 that was cut to 32 bytes");

/// All causes of this file.
pub(super) static ALL: [&MismatchCause; 6] =
    [&HMAC_SHA1, &HMAC_MD5, &HMAC_SHA384, &HMAC_SHA512, &HMAC_SHA224, &HMAC_SHA512_256];

/// A hash function, told by the length of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum HashAlgorithm {
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 28 bytes.
    Sha224,
    /// 32 bytes.
    Sha256,
    /// 32 bytes, too.
    Sha512To256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// The one whose values have this length.
    pub(super) fn from_length(bytes: usize) -> Option<Self> {
        match bytes {
            16 => Some(Self::Md5),
            20 => Some(Self::Sha1),
            28 => Some(Self::Sha224),
            32 => Some(Self::Sha256),
            48 => Some(Self::Sha384),
            64 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// What it means that an HMAC was made with it; nothing where that is right.
    pub(super) fn hmac_cause(self) -> Option<&'static MismatchCause> {
        match self {
            Self::Md5 => Some(&HMAC_MD5),
            Self::Sha1 => Some(&HMAC_SHA1),
            Self::Sha224 => Some(&HMAC_SHA224),
            Self::Sha256 => None,
            Self::Sha512To256 => Some(&HMAC_SHA512_256),
            Self::Sha384 => Some(&HMAC_SHA384),
            Self::Sha512 => Some(&HMAC_SHA512),
        }
    }

    /// Other functions whose value, cut or not, is as long as that of this one.
    pub(super) fn alike(self) -> &'static [Self] {
        match self {
            Self::Sha256 => &[Self::Sha512To256, Self::Sha512, Self::Sha384],
            _ => &[],
        }
    }

    /// The hash of several pieces, one behind the other.
    pub(super) fn hash(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn fed<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            pieces.iter().for_each(|piece| digest.update(piece));
            digest.finalize().to_vec()
        }
        match self {
            Self::Md5 => fed::<Md5>(pieces),
            Self::Sha1 => fed::<Sha1>(pieces),
            Self::Sha224 => fed::<Sha224>(pieces),
            Self::Sha256 => fed::<Sha256>(pieces),
            Self::Sha512To256 => fed::<Sha512_256>(pieces),
            Self::Sha384 => fed::<Sha384>(pieces),
            Self::Sha512 => fed::<Sha512>(pieces),
        }
    }
}

/// Bytes used as a key, with the key schedule of one algorithm.
#[derive(Clone)]
pub(super) enum KeyedHmac {
    Md5(Box<Hmac<Md5>>),
    Sha1(Box<Hmac<Sha1>>),
    Sha224(Box<Hmac<Sha224>>),
    Sha256(Box<Hmac<Sha256>>),
    Sha512To256(Box<Hmac<Sha512_256>>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
}

impl KeyedHmac {
    /// Makes the schedule; HMAC takes keys of every length (RFC 2104, section 2), so there always is one.
    pub(super) fn new(algorithm: HashAlgorithm, key: &[u8]) -> Option<Self> {
        Some(match algorithm {
            HashAlgorithm::Md5 => Self::Md5(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha1 => Self::Sha1(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha224 => Self::Sha224(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha256 => Self::Sha256(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha512To256 => Self::Sha512To256(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha384 => Self::Sha384(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha512 => Self::Sha512(Box::new(Hmac::new_from_slice(key).ok()?)),
        })
    }

    /// The HMAC of several pieces, one behind the other. Wiped after use: it may be the expected signature.
    pub(super) fn sign(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        fn fed<M: Mac + Clone>(mac: &M, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
            let mut mac = mac.clone();
            pieces.iter().for_each(|piece| mac.update(piece));
            Zeroizing::new(mac.finalize().into_bytes().to_vec())
        }
        match self {
            Self::Md5(mac) => fed(mac.as_ref(), pieces),
            Self::Sha1(mac) => fed(mac.as_ref(), pieces),
            Self::Sha224(mac) => fed(mac.as_ref(), pieces),
            Self::Sha256(mac) => fed(mac.as_ref(), pieces),
            Self::Sha512To256(mac) => fed(mac.as_ref(), pieces),
            Self::Sha384(mac) => fed(mac.as_ref(), pieces),
            Self::Sha512(mac) => fed(mac.as_ref(), pieces),
        }
    }
}
