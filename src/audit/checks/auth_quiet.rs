//! Whether refusals keep to themselves what a forger needs: the secret, the right value, the code.

use super::super::catalogue::CheckJudgement;
use super::super::check_context::CheckContext;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::CheckExchange;
use crate::protocol::signature::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::sync::Arc;

/// Secrets that are shorter stand in many a text by chance.
const TELLING: usize = 6;

/// A beginning that no text has by chance: of a digest, and of a secret that may be words.
const DIGITS: usize = 8;
const LETTERS: usize = 12;

/// Looks through every refusal, head and body.
pub(super) fn judge_refusals(stage: &CheckContext<'_>, refusals: &[Arc<CheckExchange>]) -> CheckJudgement {
    let Some(secret) = stage.plan().secret.clone() else { return CheckJudgement::Pass };
    for one in refusals.iter().filter(|one| !one.outcome.is_acknowledged()) {
        if let Some(what) = find_disclosure(one, &secret) {
            stage.show_exchanges([one.clone()]);
            return CheckJudgement::Fail(format!("the refusal {what}"));
        }
        if matches!(&one.outcome, AttemptOutcome::Answered(answer) if answer.truncated) {
            stage.show_exchanges([one.clone()]);
            return CheckJudgement::Fail("a refusal has more than 16 KiB".to_owned());
        }
    }
    CheckJudgement::Pass
}

/// Where an answer may show something.
fn places(one: &CheckExchange) -> impl Iterator<Item = (&str, &[u8])> {
    let fields = one.answer_headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    std::iter::once(("body", one.response_body())).chain(fields)
}

/// How an answer shows the secret, whatever it answers.
pub(super) fn find_secret(one: &CheckExchange, secret: &Secret) -> Option<String> {
    let bytes = secret.expose();
    for (place, said) in places(one) {
        // What was sent may come back.
        let shows = |form: &[u8]| contains(said, form) && !was_sent(one, form);
        if bytes.len() >= TELLING
            && (contains(said, bytes) || written_forms(bytes).chain(quoted_forms(bytes)).any(|form| shows(&form)))
        {
            return Some(format!("shows the secret ({place})"));
        }
        if begins(bytes, LETTERS.max(bytes.len() / 2)).is_some_and(shows) {
            return Some(format!("shows a part of the secret ({place})"));
        }
    }
    None
}

/// What a refusal gives away.
fn find_disclosure(one: &CheckExchange, secret: &Secret) -> Option<String> {
    let found = find_secret(one, secret);
    if found.is_some() {
        return found;
    }
    let key = secret.key().sign(one.body.as_bytes());
    let digest = decode_hex(key.trim_start_matches("sha256="));
    for (place, said) in places(one) {
        // What was sent may come back; what was not is the answer to the riddle.
        let shows = |form: &[u8]| contains(said, form) && !was_sent(one, form);
        // Of the digest, and of the text that stands in the header.
        let texts = [key.as_bytes(), key.trim_start_matches("sha256=").as_bytes()];
        if std::iter::once(digest.as_slice()).chain(texts).flat_map(written_forms).any(|form| shows(&form)) {
            return Some(format!("shows the signature that would have been right ({place})"));
        }
        if written_forms(&digest).any(|form| begins(&form, DIGITS).is_some_and(&shows)) {
            return Some(format!("shows a part of the signature that would have been right ({place})"));
        }
    }
    find_stack_trace(one.response_body()).map(|trace| format!("shows code: {trace}"))
}

/// What stack traces and paths look like, in lower case.
const TRACES: [&str; 18] = [
    "traceback (most recent call last)",
    "    at ",
    "&nbsp;at ",
    "node:internal",
    "node_modules/",
    "site-packages/",
    ".js:",
    ".ts:",
    ".py\", line",
    ".rb:",
    ".php on line",
    ".go:",
    "goroutine ",
    "stack trace",
    "sqlstate",
    "werkzeug debugger",
    "backtrace",
    "seeing this error because you have",
];

/// The part of a body that looks like a stack trace.
pub(super) fn find_stack_trace(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let at = TRACES.iter().filter_map(|mark| lower.find(mark)).min()?;
    Some(text[at..].trim_start().chars().take(60).collect())
}

/// Hexadecimal digits of either case, Base64 and its alphabet for URLs; padding is what may follow.
fn written_forms(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let upper = hex.to_uppercase();
    [hex, upper, STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)].into_iter().map(String::into_bytes)
}

/// As a text is quoted in an address, a form, HTML and JSON, where that makes it another one.
fn quoted_forms(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let address: String = url::form_urlencoded::byte_serialize(bytes).collect();
    let text = String::from_utf8_lossy(bytes);
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let json = serde_json::Value::from(text.as_ref()).to_string();
    let json = json.trim_matches('"').to_owned();
    let percent = address.replace('+', "%20");
    // JavaScript leaves these as they are.
    let script = [("%21", "!"), ("%27", "'"), ("%28", "("), ("%29", ")"), ("%7E", "~")];
    let script = script.iter().fold(percent.clone(), |text, (from, to)| text.replace(from, to));
    [percent, script, address, html.replace('\'', "&#39;"), html.replace('\'', "&#x27;"), html, json]
        .into_iter()
        .map(String::into_bytes)
}

/// The first so many bytes, where there are more.
fn begins(bytes: &[u8], length: usize) -> Option<&[u8]> {
    bytes.get(..length).filter(|_| length < bytes.len())
}

fn decode_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

fn was_sent(one: &CheckExchange, form: &[u8]) -> bool {
    one.headers.iter().any(|(_, value)| contains(&value.as_bytes().to_ascii_lowercase(), &form.to_ascii_lowercase()))
}
