//! Forged events in the making: signed with another key, another hash, a part of the right value.

use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use crate::protocol::signature::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

pub(super) fn header<'a>(stage: &CheckContext<'a>) -> &'a http::HeaderName {
    &stage.plan().signature_header
}

pub(super) fn forged(stage: &CheckContext<'_>, value: impl AsRef<[u8]>) -> RequestDraft {
    stage.draft_signup_created().with_header(header(stage), value)
}

/// The value that a draft is signed with.
pub(super) fn value(draft: &RequestDraft, stage: &CheckContext<'_>) -> String {
    stage.plan().sign(draft.request.body.as_bytes()).unwrap_or_default()
}

pub(super) fn wrong(stage: &CheckContext<'_>) -> String {
    stage.plan().write_digest(&"0".repeat(64))
}

/// How much of a signature is left.
#[derive(Clone, Copy)]
pub(super) enum Cut {
    One,
    Half,
    AllButOne,
    /// As long as it should be, and right in one half.
    First,
    Second,
    /// All of it wrong, and all but the last digit right.
    Nothing,
    ButLast,
    /// The whole behind something else.
    Behind,
}

pub(super) fn cut(stage: &CheckContext<'_>, part: Cut) -> RequestDraft {
    let draft = stage.draft_signup_created();
    let right = value(&draft, stage);
    // Base64 without its padding is complete.
    let (from, to) = (right.find('=').filter(|at| *at < 8).map_or(0, |at| at + 1), right.trim_end_matches('=').len());
    let middle = from + (to - from) / 2;
    // Hexadecimal digits, which Base64 has as well; none stays what it was.
    let wrong = |text: &str| text.chars().map(|c| if c == '0' { '1' } else { '0' }).collect::<String>();
    let parts = |a: usize, b: usize| right.get(a..b).unwrap_or_default().to_owned();
    let value = match part {
        Cut::One => parts(0, from + 1),
        Cut::Half => parts(0, middle),
        Cut::AllButOne => parts(0, to.saturating_sub(1)),
        Cut::First => parts(0, middle) + &wrong(&parts(middle, to)) + &parts(to, right.len()),
        Cut::Nothing => parts(0, from) + &wrong(&parts(from, to)) + &parts(to, right.len()),
        Cut::ButLast => parts(0, to - 1) + &wrong(&parts(to - 1, to)) + &parts(to, right.len()),
        Cut::Behind => parts(0, from) + "00" + &parts(from, right.len()),
        Cut::Second => parts(0, from) + &wrong(&parts(from, middle)) + &parts(middle, right.len()),
    };
    draft.with_header(header(stage), value)
}

pub(super) fn after(stage: &CheckContext<'_>, more: &str) -> RequestDraft {
    let draft = stage.draft_signup_created();
    let right = value(&draft, stage);
    draft.with_header(header(stage), right + more)
}

pub(super) fn signed_with(stage: &CheckContext<'_>, key: &[u8]) -> RequestDraft {
    sign_with(stage, stage.draft_signup_created(), key)
}

pub(super) fn sign_with(stage: &CheckContext<'_>, draft: RequestDraft, key: &[u8]) -> RequestDraft {
    // HMAC takes keys of every length, and no key at all is what one of the checks is about.
    let value = match Secret::new(key) {
        Ok(secret) => secret.key().sign(draft.request.body.as_bytes()).trim_start_matches("sha256=").to_owned(),
        Err(_) => hex(&mac::<Hmac<Sha256>>(key, draft.request.body.as_bytes())),
    };
    draft.with_header(header(stage), stage.plan().write_digest(&value))
}

/// What a handler that lets the sender choose the hash would take.
pub(super) fn sha1(stage: &CheckContext<'_>) -> RequestDraft {
    let draft = stage.draft_signup_created();
    let key = stage.plan().secret.as_ref().map(Secret::expose).unwrap_or_default();
    let tag = mac::<Hmac<Sha1>>(key, draft.request.body.as_bytes());
    draft.with_header(header(stage), format!("sha1={}", hex(&tag)))
}

fn mac<M: Mac + KeyInit>(key: &[u8], body: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
