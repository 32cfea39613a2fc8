//! The functions that make a value, counted: HMAC and plain hashes with SHA-1, SHA-256 and SHA-512.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

/// A hash function, told by the length of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// The one whose values have this length.
    pub fn from_length(bytes: usize) -> Option<Self> {
        match bytes {
            20 => Some(Self::Sha1),
            32 => Some(Self::Sha256),
            64 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of several pieces, one behind the other.
    pub fn hash(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn fed<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            pieces.iter().for_each(|piece| digest.update(piece));
            digest.finalize().to_vec()
        }
        match self {
            Self::Sha1 => fed::<Sha1>(pieces),
            Self::Sha256 => fed::<Sha256>(pieces),
            Self::Sha512 => fed::<Sha512>(pieces),
        }
    }
}

/// Bytes used as a key, with the key schedule of one algorithm.
#[derive(Clone)]
pub enum KeyedHmac {
    /// For SHA-1.
    Sha1(Box<Hmac<Sha1>>),
    /// For SHA-256.
    Sha256(Box<Hmac<Sha256>>),
    /// For SHA-512.
    Sha512(Box<Hmac<Sha512>>),
}

impl KeyedHmac {
    /// Makes the schedule; HMAC takes keys of every length (RFC 2104, section 2), so there always is one.
    pub fn new(algorithm: HashAlgorithm, key: &[u8]) -> Option<Self> {
        Some(match algorithm {
            HashAlgorithm::Sha1 => Self::Sha1(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha256 => Self::Sha256(Box::new(Hmac::new_from_slice(key).ok()?)),
            HashAlgorithm::Sha512 => Self::Sha512(Box::new(Hmac::new_from_slice(key).ok()?)),
        })
    }

    /// The HMAC of several pieces, one behind the other. Wiped after use: it may be the expected signature.
    pub fn sign(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        fn fed<M: Mac + Clone>(mac: &M, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
            let mut mac = mac.clone();
            pieces.iter().for_each(|piece| mac.update(piece));
            Zeroizing::new(mac.finalize().into_bytes().to_vec())
        }
        match self {
            Self::Sha1(mac) => fed(mac.as_ref(), pieces),
            Self::Sha256(mac) => fed(mac.as_ref(), pieces),
            Self::Sha512(mac) => fed(mac.as_ref(), pieces),
        }
    }
}
