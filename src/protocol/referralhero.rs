//! The second service, ReferralHero: its events, what its deliveries carry, how they are signed and delivered. From its
//! public help pages; what these leave open is decided here and marked.

use super::signature::HmacKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::time::Duration;

/// The names that its help pages give.
pub(crate) const NAMES: [&str; 7] = [
    "new_registration",
    "subscriber_promoted",
    "subscriber_updated",
    "subscriber_deleted",
    "reward_unlocked",
    "reward_sent",
    "bonus_unlocked",
];

/// Bad answers in a row after which it switches a webhook off.
pub(crate) const BAD_ANSWERS: u32 = 10;

/// When it tries: three times over five minutes. Decided: evenly.
pub(crate) const ATTEMPTS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(150), Duration::from_secs(300)];

/// One of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeroEvent(usize);

impl HeroEvent {
    /// The event with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES[self.0]
    }
}

impl fmt::Display for HeroEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the signature is written; its pages do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum HeroEncoding {
    /// 64 hexadecimal digits.
    #[default]
    Hex,
    /// RFC 4648, padded.
    Base64,
}

impl HeroEncoding {
    /// The header's value: HMAC-SHA256 of the raw body.
    pub(crate) fn sign(self, key: &HmacKey, body: &[u8]) -> String {
        self.write_digest(key.sign(body).trim_start_matches("sha256="))
    }

    /// A digest that is given in hexadecimal, as the header has it.
    pub(crate) fn write_digest(self, hex: &str) -> String {
        match self {
            Self::Hex => hex.to_owned(),
            Self::Base64 => {
                let digit = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
                STANDARD.encode((0..hex.len()).step_by(2).filter_map(digit).collect::<Vec<u8>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::signature::{Secret, SignatureVerdict, verify_referralhero};

    #[test]
    fn both_encodings_verify() {
        let key = Secret::new("s").unwrap().key();
        for encoding in [HeroEncoding::Hex, HeroEncoding::Base64] {
            let value = encoding.sign(&key, b"{}");
            let verdict = verify_referralhero([value.as_bytes()], b"{}", std::slice::from_ref(&key));
            assert!(matches!(verdict, SignatureVerdict::Valid(_)), "{value}");
        }
    }
}
