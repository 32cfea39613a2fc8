//! Credentials that a target was sent and that come back in its answer, as they do from whatever echoes a request: taken out
//! before the answer is stored or shown.

use crate::protocol::arrival::carries_credentials;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::field::FieldName;
use crate::protocol::secrecy::SecretMask;
use crate::protocol::signature::Secret;
use http::HeaderValue;
use std::borrow::Cow;

/// Leaves out of an answer what the request's header fields had of keys and passwords.
pub(super) fn leave_credentials_out(outcome: &mut AttemptOutcome, sent: &[(FieldName, HeaderValue)]) {
    let AttemptOutcome::Answered(answer) = outcome else { return };
    let mut mask = None;
    for (_, value) in sent.iter().filter(|(name, _)| carries_credentials(name.as_str())) {
        // The whole, and without the name of the scheme before it (RFC 9110, section 11.4).
        let last = value.as_bytes().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        for secret in [value.as_bytes(), last].into_iter().filter_map(|part| Secret::new(part).ok()) {
            mask.get_or_insert_with(SecretMask::default).add(&secret);
        }
    }
    let Some(mask) = mask else { return };
    if let Cow::Owned(masked) = mask.apply(&answer.body) {
        answer.body = masked.into();
    }
    if let Some(location) = &mut answer.location
        && let Cow::Owned(masked) = mask.apply(location.as_bytes())
    {
        *location = String::from_utf8_lossy(&masked).into_owned();
    }
}
