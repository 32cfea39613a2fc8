//! The raw body of an event: the one thing that may be signed, stored, forwarded or replayed.
//!
//! A body is never parsed and written again on its way through this program. Whoever needs to look inside reads a
//! borrowed slice; whoever passes it on passes these bytes.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::fmt;

#[cfg(test)]
mod tests;

/// The exact bytes of a request body. Cloning shares the bytes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawBody(Bytes);

impl RawBody {
    /// Wraps bytes as they were received or read.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, borrowed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, shared.
    pub fn bytes(&self) -> Bytes {
        self.0.clone()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The identity of the event that this body is: payloads carry no id of their own.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.0).into())
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}

/// SHA-256 of a raw body. Displays as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The first 16 bytes, which the store uses as its key: half the size, and still far beyond chance.
    pub fn key(&self) -> [u8; 16] {
        std::array::from_fn(|i| self.0[i])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 64];
        for (pair, &byte) in text.chunks_exact_mut(2).zip(&self.0) {
            pair.copy_from_slice(&hex_digits(byte).map(|digit| digit as u8));
        }
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// The two lower-case hexadecimal digits of a byte. The formatting machinery takes ten times as long for 32 of them.
pub(super) fn hex_digits(byte: u8) -> [char; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]].map(char::from)
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
