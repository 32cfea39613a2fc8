//! Fabricated payloads that look real, from a seed.
//!
//! The same seed, event and time give the same bytes, on every machine: names and domains are small lists of our own,
//! and the dice are ChaCha8, whose stream is specified. What the user gave replaces what was rolled without changing
//! what else is rolled. Nothing here knows the time or a source of randomness; both are handed in. Addresses lie under
//! the example domains of RFC 2606, so that a payload which escapes can reach nobody.

mod hero;
mod names;
mod seeded_rng;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use hero::{generate_hero_payload, generate_unreferred_payload};
pub use seeded_rng::{SeededRng, seeded_time};
pub use stream::{PayloadPattern, PayloadStream};

use super::event::EventType;
use super::payload::{CreatedDetails, PayloadSubject, truncate_to_seconds};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// What the user wants in a payload in place of what would be rolled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampleOverrides {
    /// The waitlist's id.
    pub waitlist: Option<String>,
    /// The sign-up's e-mail address.
    pub email: Option<String>,
    /// The sign-up's name; without an e-mail address given, the address is made from it.
    pub name: Option<String>,
}

/// A fabricated payload of an event that happened now, its members in the documented order.
pub fn generate_payload(event: EventType, dice: &mut SeededRng, now: Timestamp, given: &SampleOverrides) -> Value {
    let signup = SampleSignup::generate(dice, now, given);
    match event {
        EventType::SignupCreated => signup.build_created(),
        EventType::SignupPositionChanged => {
            let from = dice.between(2, 500);
            signup.build_moved(from, elsewhere(dice, from), now)
        }
        EventType::SignupDeleted => signup.build_deleted(now),
    }
}

/// A position that is not `from`: mostly nearer to the front, as referrals move people up.
fn elsewhere(dice: &mut SeededRng, from: i64) -> i64 {
    if dice.chance(0.8) { dice.between(1, from - 1) } else { from + dice.between(1, 50) }
}

/// A fabricated sign-up, for several events about the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSignup {
    /// The id of its waitlist.
    pub waitlist: String,
    /// Its id.
    pub id: Uuid,
    /// Its e-mail address.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Where it stood when it was made: the end of the waitlist.
    pub position: i64,
    /// Six characters of `A`–`Z` and `0`–`9`.
    pub referral_code: String,
    /// When it was made, in whole seconds.
    pub created_at: Timestamp,
    /// When that was told, in whole seconds: the same, or a second later.
    pub told_at: Timestamp,
}

impl SampleSignup {
    /// Rolls a sign-up that is made now.
    pub fn generate(dice: &mut SeededRng, now: Timestamp, given: &SampleOverrides) -> Self {
        let waitlist = dice.uuid().to_string();
        let id = dice.uuid();
        let (rolled_name, ascii) = names::generate_name(dice);
        let ascii = given.name.as_deref().map_or(ascii, names::to_ascii);
        let email = names::generate_email(dice, &ascii);
        let told_at = truncate_to_seconds(now);
        let lag = SignedDuration::from_secs(i64::from(dice.chance(0.25)));
        Self {
            waitlist: given.waitlist.clone().unwrap_or(waitlist),
            id,
            email: given.email.clone().unwrap_or(email),
            name: given.name.clone().unwrap_or(rolled_name),
            position: dice.between(1, 5000),
            referral_code: generate_referral_code(dice),
            created_at: told_at.saturating_sub(lag).unwrap_or(told_at),
            told_at,
        }
    }

    /// The payload that tells of its making.
    pub fn build_created(&self) -> Value {
        let made = CreatedDetails {
            name: Some(&self.name),
            position: self.position,
            referral_code: &self.referral_code,
            created_at: self.created_at,
        };
        self.about(&self.id.to_string()).build_created(&made, self.told_at)
    }

    /// The payload that tells of a move from one position to another.
    pub fn build_moved(&self, from: i64, to: i64, now: Timestamp) -> Value {
        self.about(&self.id.to_string()).build_moved(from, to, now)
    }

    /// The payload that tells of its removal.
    pub fn build_deleted(&self, now: Timestamp) -> Value {
        self.about(&self.id.to_string()).build_deleted(now)
    }

    fn about<'a>(&'a self, id: &'a str) -> PayloadSubject<'a> {
        PayloadSubject { waitlist: &self.waitlist, id, email: &self.email }
    }
}

/// Six characters of `A`–`Z` and `0`–`9`.
pub fn generate_referral_code(dice: &mut SeededRng) -> String {
    const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..6).map(|_| char::from(dice.pick(CHARACTERS, b'A'))).collect()
}
