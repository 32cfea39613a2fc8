//! The functions that make a value, counted: HMAC and plain hashes with MD5, SHA-1, SHA-2, SHA-3 and BLAKE2.

use super::cause::{CauseFamily, MismatchCause};
use blake2::digest::consts::{U32, U64};
use blake2::{Blake2b256, Blake2b512, Blake2bMac, Blake2s256, Blake2sMac};
use hmac::{Hmac, KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_256};
use sha3::{Keccak256, Keccak512, Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use std::sync::Arc;
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
static HMAC_SHA3: MismatchCause =
    hmac("hmac-sha3", "HMAC with SHA-3, or with its precursor Keccak, which CryptoJS calls SHA3");
static HMAC_BLAKE2: MismatchCause = hmac("hmac-blake2", "HMAC with BLAKE2");
static KEYED_BLAKE2: MismatchCause =
    hmac("blake2-keyed", "BLAKE2 with the secret as its own key, which is not an HMAC");

/// All causes of this file.
pub(super) static ALL: [&MismatchCause; 9] = [
    &HMAC_SHA1,
    &HMAC_MD5,
    &HMAC_SHA384,
    &HMAC_SHA512,
    &HMAC_SHA224,
    &HMAC_SHA512_256,
    &HMAC_SHA3,
    &HMAC_BLAKE2,
    &KEYED_BLAKE2,
];

/// A hash function. The seven usual ones are told by the length of their value.
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
    /// As long as the SHA-2 of its number, like the next three.
    Sha3To224,
    Sha3To256,
    Sha3To384,
    Sha3To512,
    /// SHA-3 before it was made the standard: 32 bytes.
    Keccak256,
    /// The same of 64 bytes.
    Keccak512,
    /// 32 bytes.
    Blake2s,
    /// 64 bytes.
    Blake2b,
    /// With a key of its own in the place of HMAC: 32 bytes, 32 bytes, 64 bytes.
    KeyedBlake2s,
    KeyedBlake2b256,
    KeyedBlake2b,
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
            Self::Blake2s | Self::Blake2b => Some(&HMAC_BLAKE2),
            Self::KeyedBlake2s | Self::KeyedBlake2b256 | Self::KeyedBlake2b => Some(&KEYED_BLAKE2),
            _ => Some(&HMAC_SHA3),
        }
    }

    /// Other functions whose value, cut or not, is as long as that of this one.
    pub(super) fn alike(self) -> &'static [Self] {
        match self {
            Self::Sha224 => &[Self::Sha3To224],
            Self::Sha256 => &[
                Self::Sha512To256,
                Self::Sha512,
                Self::Sha384,
                Self::Sha3To256,
                Self::Keccak256,
                Self::Blake2s,
                Self::KeyedBlake2s,
                Self::KeyedBlake2b256,
            ],
            Self::Sha384 => &[Self::Sha3To384],
            Self::Sha512 => &[Self::Sha3To512, Self::Keccak512, Self::Blake2b, Self::KeyedBlake2b],
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
            Self::Sha3To224 => fed::<Sha3_224>(pieces),
            Self::Sha3To256 => fed::<Sha3_256>(pieces),
            Self::Sha3To384 => fed::<Sha3_384>(pieces),
            Self::Sha3To512 => fed::<Sha3_512>(pieces),
            Self::Keccak256 => fed::<Keccak256>(pieces),
            Self::Keccak512 => fed::<Keccak512>(pieces),
            Self::Blake2s | Self::KeyedBlake2s => fed::<Blake2s256>(pieces),
            Self::Blake2b | Self::KeyedBlake2b => fed::<Blake2b512>(pieces),
            Self::KeyedBlake2b256 => fed::<Blake2b256>(pieces),
        }
    }
}

/// Bytes used as a key, with the key schedule of one algorithm.
#[derive(Clone)]
pub(super) struct KeyedHmac(Arc<dyn PieceSigner + Send + Sync>);

/// A schedule that signs as often as it is asked to.
trait PieceSigner {
    fn sign(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>>;
}

impl<M: Mac + Clone> PieceSigner for M {
    fn sign(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        let mut mac = self.clone();
        pieces.iter().for_each(|piece| mac.update(piece));
        Zeroizing::new(mac.finalize().into_bytes().to_vec())
    }
}

impl KeyedHmac {
    /// Makes the schedule. HMAC takes keys of every length (RFC 2104, section 2); BLAKE2's own takes 64 or 32 bytes at
    /// most (RFC 7693, section 2.1), and there is none for a longer key.
    pub(super) fn new(algorithm: HashAlgorithm, key: &[u8]) -> Option<Self> {
        fn made<M: Mac + KeyInit + Clone + Send + Sync + 'static>(key: &[u8]) -> Option<KeyedHmac> {
            M::new_from_slice(key).ok().map(|mac| KeyedHmac(Arc::new(mac)))
        }
        match algorithm {
            HashAlgorithm::Md5 => made::<Hmac<Md5>>(key),
            HashAlgorithm::Sha1 => made::<Hmac<Sha1>>(key),
            HashAlgorithm::Sha224 => made::<Hmac<Sha224>>(key),
            HashAlgorithm::Sha256 => made::<Hmac<Sha256>>(key),
            HashAlgorithm::Sha512To256 => made::<Hmac<Sha512_256>>(key),
            HashAlgorithm::Sha384 => made::<Hmac<Sha384>>(key),
            HashAlgorithm::Sha512 => made::<Hmac<Sha512>>(key),
            HashAlgorithm::Sha3To224 => made::<SimpleHmac<Sha3_224>>(key),
            HashAlgorithm::Sha3To256 => made::<SimpleHmac<Sha3_256>>(key),
            HashAlgorithm::Sha3To384 => made::<SimpleHmac<Sha3_384>>(key),
            HashAlgorithm::Sha3To512 => made::<SimpleHmac<Sha3_512>>(key),
            HashAlgorithm::Keccak256 => made::<SimpleHmac<Keccak256>>(key),
            HashAlgorithm::Keccak512 => made::<SimpleHmac<Keccak512>>(key),
            HashAlgorithm::Blake2s => made::<SimpleHmac<Blake2s256>>(key),
            HashAlgorithm::Blake2b => made::<SimpleHmac<Blake2b512>>(key),
            HashAlgorithm::KeyedBlake2s => made::<Blake2sMac<U32>>(key),
            HashAlgorithm::KeyedBlake2b256 => made::<Blake2bMac<U32>>(key),
            HashAlgorithm::KeyedBlake2b => made::<Blake2bMac<U64>>(key),
        }
    }

    /// The HMAC of several pieces, one behind the other. Wiped after use: it may be the expected signature.
    pub(super) fn sign(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        self.0.sign(pieces)
    }
}
