//! The shape of the webhook secret: what it looks like when it was copied wrongly. It is never shown.

use super::super::finding::{SetupCheck, SetupFinding};
use crate::config::ConfigSettings;
use crate::config::secrets::{self, WebhookSecrets};
use crate::context::Context;
use crate::error::Error;
use crate::protocol::check::CheckSeverity;

const SECRET: SetupCheck = SetupCheck {
    id: "setup.secret",
    severity: CheckSeverity::High,
    title: "the webhook secret looks right",
    why: "a secret that was copied wrongly verifies nothing, and a short one can be guessed",
};

/// Bytes below which a secret can be guessed.
const SHORT: usize = 16;

/// Looks at the secret that the user set. The development secret is this program's own business, and is not made here.
pub(super) fn check_secret(settings: &ConfigSettings, context: &Context) -> SetupFinding {
    match secrets::find_user_secret(settings, &context.environment) {
        Err(error) => SECRET.broken(Error::from(error)),
        Ok(None) => SECRET.skipped("none of your own is set; the development secret of this profile is used"),
        Ok(Some(secrets)) => judge(&secrets, &settings.profile.value),
    }
}

fn judge(secrets: &WebhookSecrets, profile: &str) -> SetupFinding {
    let origin = secrets.origin.describe(profile);
    match fault(secrets.signing().expose()) {
        None => SECRET.passed(format!("from {origin}")),
        Some((what, fix)) => SECRET.failed(format!("from {origin}: {what}"), fix),
    }
}

/// What is odd about it, and what to do.
fn fault(secret: &[u8]) -> Option<(&'static str, &'static str)> {
    let again = "set it again, exactly as the service shows it: referralloop secret set";
    let quoted = secret.len() > 1
        && matches!((secret.first(), secret.last()), (Some(b'"'), Some(b'"')) | (Some(b'\''), Some(b'\'')));
    if secret.ends_with(b"\n") || secret.ends_with(b"\r") {
        return Some(("it ends with a line break, which counts as part of the secret", again));
    }
    if secret.trim_ascii().len() != secret.len() {
        return Some(("it begins or ends with a space", again));
    }
    if quoted {
        return Some(("it is in quotation marks, which count as part of the secret", again));
    }
    if secret.starts_with(b"pk_live_") || secret.starts_with(b"pk_test_") {
        return Some(("it is an API key; webhooks are signed with another secret", again));
    }
    if secret.starts_with(b"sha256=") {
        return Some(("it is a signature, not a secret", again));
    }
    if std::str::from_utf8(secret).is_ok_and(|text| text.contains('…') || text.contains("...")) {
        return Some(("it is abbreviated with dots, as web pages show secrets", again));
    }
    (secret.len() < SHORT)
        .then_some(("it is shorter than 16 bytes and can be guessed", "create a long one: referralloop secret new"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_were_copied_wrongly_are_recognised() {
        for (secret, part) in [
            ("0123456789abcdef\n", "line break"),
            (" 0123456789abcdef", "space"),
            ("\"0123456789abcdef\"", "quotation"),
            ("'0123456789abcdef'", "quotation"),
            ("pk_live_0123456789abcdef", "API key"),
            ("sha256=0123456789abcdef", "signature"),
            ("whsec_0123456789…", "dots"),
            ("short", "guessed"),
        ] {
            assert!(fault(secret.as_bytes()).unwrap().0.contains(part), "{secret:?}");
        }
        assert_eq!(fault(b"0123456789abcdef"), None);
        assert_eq!(fault(&[0xff; 32]), None);
    }
}
