//! Payloads by the hundred thousand: each another sign-up, all from one seed, any of them by its number.
//!
//! What [`super::generate_payload`] builds as a document is written here as text, a tenth of the time, since a load run measures
//! the endpoint and not this program. The members, their order and their form are the same; what differs between two
//! payloads of a stream is what differs between two sign-ups: id, address, name, position, referral code.

use super::{SampleOverrides, SeededRng, names, truncate_to_seconds};
use crate::protocol::event::EventType;
use crate::protocol::referralhero::HeroEvent;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// People that are rolled beforehand; ids and numbers in addresses make them different ones.
const PEOPLE: usize = 512;

/// What a stream consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadPattern {
    /// One event, of another sign-up each time.
    One(EventType),
    /// One event of the second service, of another subscriber each time.
    Hero(HeroEvent),
    /// The life of one sign-up after the other: created, moved, deleted.
    Lives,
}

/// Payloads by their number.
#[derive(Debug, Clone)]
pub struct PayloadStream {
    dice: SeededRng,
    flow: PayloadPattern,
    waitlist: String,
    now: Timestamp,
    time: String,
    people: Vec<PayloadPerson>,
    given: SampleOverrides,
}

/// A name as a JSON string, and the parts of an address on both sides of its number.
#[derive(Debug, Clone)]
struct PayloadPerson {
    name: String,
    local: String,
    domain: String,
}

impl PayloadStream {
    /// A stream whose events happen now.
    pub fn new(flow: PayloadPattern, seed: u64, now: Timestamp, given: &SampleOverrides) -> Self {
        // The last of the independent uses; the payloads take the first ones.
        let mut dice = SeededRng::for_stream(seed, u64::MAX - 1);
        let waitlist = given.waitlist.clone().unwrap_or_else(|| dice.uuid().to_string());
        let people = (0..PEOPLE).map(|_| person(&mut dice, given)).collect();
        let now = truncate_to_seconds(now);
        let time = now.to_string();
        Self {
            dice: SeededRng::new(seed),
            flow,
            waitlist: Value::from(waitlist).to_string(),
            now,
            time,
            people,
            given: given.clone(),
        }
    }

    /// Whether these are events of the second service.
    pub(crate) fn is_hero(&self) -> bool {
        matches!(self.flow, PayloadPattern::Hero(_))
    }

    /// The stream as it is so many seconds later.
    #[must_use]
    pub fn after_seconds(&self, seconds: u64) -> Self {
        let later = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        Self { time: self.now.saturating_add(later).unwrap_or(self.now).to_string(), ..self.clone() }
    }

    /// Writes the payload with this number into an empty buffer.
    pub fn write_payload(&self, number: u64, out: &mut Vec<u8>) {
        let (event, signup) = match self.flow {
            PayloadPattern::Hero(event) => {
                let mut dice = self.dice.to_stream(number);
                let now = self.time.parse().unwrap_or(self.now);
                let body = super::generate_hero_payload(event, &mut dice, now, &self.given).to_string();
                return out.extend_from_slice(body.as_bytes());
            }
            PayloadPattern::One(event) => (event, number),
            PayloadPattern::Lives => (EventType::ALL[(number % 3) as usize], number / 3),
        };
        let mut dice = self.dice.to_stream(signup);
        put(out, &[r#"{"event_type":""#, event.name(), r#"","waitlist_id":"#, &self.waitlist, r#","data":{"id":""#]);
        uuid(&mut dice, out);
        let person = &self.people[dice.below(PEOPLE as u64) as usize];
        put(out, &[r#"","email":""#, &person.local]);
        if !person.domain.is_empty() {
            decimal(dice.below(1_000_000) as i64, out);
        }
        put(out, &[&person.domain, "\""]);
        match event {
            EventType::SignupCreated => self.created(&mut dice, person, out),
            EventType::SignupPositionChanged => moved(&mut dice, out),
            EventType::SignupDeleted => {}
        }
        put(out, &[r#"},"timestamp":""#, &self.time, "\"}"]);
    }

    fn created(&self, dice: &mut SeededRng, person: &PayloadPerson, out: &mut Vec<u8>) {
        const CHARACTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        put(out, &[r#","name":"#, &person.name, r#","position":"#]);
        decimal(dice.between(1, 5000), out);
        put(out, &[r#","referral_code":""#]);
        let roll = dice.below(1 << 30);
        out.extend((0..6).map(|at| CHARACTERS[(roll >> (5 * at) & 31) as usize]));
        put(out, &[r#"","created_at":""#, &self.time, "\""]);
    }
}

fn moved(dice: &mut SeededRng, out: &mut Vec<u8>) {
    let (from, up) = (dice.between(2, 5000), dice.between(1, 100));
    let to = (from - up).max(1);
    for (name, value) in
        [(r#","old_position":"#, from), (r#","new_position":"#, to), (r#","position_change":"#, to - from)]
    {
        put(out, &[name]);
        decimal(value, out);
    }
}

/// Rolls a person, with what was given in place of what was rolled. A given address stands as it is.
fn person(dice: &mut SeededRng, given: &SampleOverrides) -> PayloadPerson {
    let (name, ascii) = names::generate_name(dice);
    let ascii = given.name.as_deref().map_or(ascii, names::to_ascii);
    let name = Value::from(given.name.clone().unwrap_or(name)).to_string();
    match &given.email {
        Some(email) => {
            let quoted = Value::from(email.as_str()).to_string();
            PayloadPerson { name, local: quoted[1..quoted.len() - 1].to_owned(), domain: String::new() }
        }
        None => {
            let domain = names::generate_email(dice, "x")
                .rsplit_once('@')
                .map_or("example.com".into(), |(_, domain)| domain.to_owned());
            PayloadPerson { name, local: ascii, domain: format!("@{domain}") }
        }
    }
}

fn put(out: &mut Vec<u8>, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
}

fn decimal(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn uuid(dice: &mut SeededRng, out: &mut Vec<u8>) {
    let mut text = [0u8; 36];
    out.extend_from_slice(dice.uuid().hyphenated().encode_lower(&mut text).as_bytes());
}
