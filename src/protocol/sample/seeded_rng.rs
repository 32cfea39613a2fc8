//! Random choices from a seed that the caller supplies.

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uuid::Uuid;

/// Dice that always fall the same way for the same seed.
#[derive(Debug, Clone)]
pub struct SeededRng(ChaCha8Rng);

impl SeededRng {
    /// Dice for a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Dice for one of several independent uses of a seed, numbered by the caller: the events of a load run and the
    /// faults played on them must not depend on each other's number of rolls.
    pub fn for_stream(seed: u64, number: u64) -> Self {
        let mut dice = Self::new(seed);
        dice.0.set_stream(number);
        dice
    }

    /// The same dice turned to one of their independent uses, whatever was rolled before.
    pub fn to_stream(&self, number: u64) -> Self {
        let mut dice = self.clone();
        dice.0.set_word_pos(0);
        dice.0.set_stream(number);
        dice
    }

    /// A number below `end`, each as likely; 0 for an `end` of 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of a 128-bit product: even to within one part in 2⁶⁴ / end.
        ((u128::from(self.0.next_u64()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `first` to `last`, both included; `first` if there is none.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = last.checked_sub(first).and_then(|span| u64::try_from(span).ok()).unwrap_or(0);
        first.saturating_add_unsigned(self.below(span.saturating_add(1)))
    }

    /// A fraction from 0 up to but not including 1.
    pub fn fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something of this probability, 0 to 1, happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// One of several things, each as likely; `otherwise` if there are none.
    pub fn pick<T: Copy>(&mut self, things: &[T], otherwise: T) -> T {
        let index = self.below(things.len() as u64) as usize;
        things.get(index).copied().unwrap_or(otherwise)
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// Keeps [`seeded_time`]'s rolls apart from those of the payloads.
const TIME: u64 = u64::MAX;

/// The time that stands for "now" where a seed must give the same bytes on every day: a second of the year 2024.
pub fn seeded_time(seed: u64) -> Timestamp {
    const YEAR_2024: i64 = 1_704_067_200;
    let second = YEAR_2024 + SeededRng::for_stream(seed, TIME).between(0, 366 * 86_400 - 1);
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}
