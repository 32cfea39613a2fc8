//! Canaries: secrets and expected signatures that must not be found in anything that is told.

use super::table::{BODIES, Trial, known};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use referralloop::commands::verify::diagnosis;
use referralloop::diagnose::{Diagnosis, DiagnosisSubject, FRAMEWORKS, KnownSecret};
use referralloop::output::style::OutputStyle;
use referralloop::session::diagnosis::diagnosis_fields;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// Dice that fall the same way every time (xorshift64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.roll() as u8).collect()
    }
}

/// A body, a secret and a value that have nothing to do with each other.
pub fn mismatch(dice: &mut Dice) -> Trial {
    let mut body = BODIES[dice.below(3)].to_vec();
    let length = dice.below(40);
    match dice.below(4) {
        0 => body = dice.bytes(length),
        1 => body.truncate(dice.below(BODIES[0].len()).min(body.len())),
        _ => {}
    }
    let length = [32, 32, 32, 20, 64][dice.below(5)];
    let tag = dice.bytes(length);
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    let value = match dice.below(6) {
        0 => hex,
        1 => format!("sha256={}", STANDARD.encode(&tag)),
        2 => URL_SAFE_NO_PAD.encode(&tag),
        _ => format!("sha256={hex}"),
    };
    let secret = format!("whsec_{}", STANDARD.encode(dice.bytes(24)));
    Trial {
        cause: "",
        got: (dice.below(4) == 0).then(|| value.clone().into_bytes()),
        body,
        headers: vec![("X-Webhook-Signature".into(), value.into_bytes())],
        target: Some("/hook".into()),
        secrets: vec![known(&secret, true)],
    }
}

/// The same trial with one more secret, which nobody has seen before.
pub fn with_canary(trial: &Trial, dice: &mut Dice) -> Trial {
    let mut secrets = trial.secrets.clone();
    secrets.push(known(&format!("canary-{:016x}", dice.roll()), false));
    Trial {
        cause: trial.cause,
        body: trial.body.clone(),
        headers: trial.headers.clone(),
        target: trial.target.clone(),
        secrets,
        got: trial.got.clone(),
    }
}

/// Everything secret that is found in what people and programs are told, or in the debug output of the values.
pub fn leaks(trial: &Trial, found: &Diagnosis) -> Vec<String> {
    let told = told(trial, found);
    let secret = trial.secrets.iter().flat_map(|known| secret_texts(known, &trial.body));
    secret.filter(|text| told.contains(text.as_str())).collect()
}

fn told(trial: &Trial, found: &Diagnosis) -> String {
    let asks = trial.got.as_deref().map_or(DiagnosisSubject::Sender, DiagnosisSubject::Code);
    let style = OutputStyle::new(false, 100, TimeZone::UTC);
    let mut told = format!("{found:?}{:?}", trial.secrets);
    for framework in [None, FRAMEWORKS.first()] {
        let lines = diagnosis::render_diagnosis(found, asks, framework, &style);
        lines.iter().for_each(|line| told.push_str(line.as_str()));
        told += &serde_json::to_string(&diagnosis_fields(found, asks, framework)).unwrap();
    }
    told
}

/// A secret and what it signs, in every notation.
fn secret_texts(known: &KnownSecret, body: &[u8]) -> Vec<String> {
    let secret = known.secret.expose();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let tags = [
        Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(body).finalize().into_bytes().to_vec(),
        Hmac::<Sha1>::new_from_slice(secret).unwrap().chain_update(body).finalize().into_bytes().to_vec(),
        Hmac::<Sha512>::new_from_slice(secret).unwrap().chain_update(body).finalize().into_bytes().to_vec(),
    ];
    let mut texts = vec![String::from_utf8_lossy(secret).into_owned(), hex(secret), STANDARD.encode(secret)];
    // Debug output of bytes, as lists of numbers.
    texts.push(format!("{secret:?}"));
    for tag in tags {
        texts.extend([hex(&tag), hex(&tag).to_uppercase(), STANDARD.encode(&tag), format!("{tag:?}")]);
    }
    texts
}
