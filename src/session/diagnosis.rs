//! The doctor at work: a case put together from what is stored or given, asked within a budget of time.

mod background;
mod fields;

pub(crate) use background::BackgroundDiagnosis;
pub use fields::diagnosis_fields;

use crate::clock::Clock;
use crate::config::ConfigSettings;
use crate::config::secrets::{self, WebhookSecrets};
use crate::context::Context;
use crate::diagnose::{Diagnosis, DiagnosisCase, KnownSecret, WebFramework, diagnose_case};
use crate::protocol::secrecy::SecretMask;
use std::time::Duration;

/// Time for a diagnosis that somebody waits for: what is under way when it ends is finished within two seconds.
pub const PATIENT: Duration = Duration::from_millis(1_500);

/// The secrets that deliveries are verified with, then every other one that is kept here.
pub(crate) fn collect_known_secrets(
    context: &Context,
    settings: &ConfigSettings,
    current: &WebhookSecrets,
) -> Vec<KnownSecret> {
    let origin = format!("known here ({})", current.origin.describe(&settings.profile.value));
    let own = current.all.iter();
    let mut known: Vec<KnownSecret> =
        own.map(|secret| KnownSecret { secret: secret.clone(), origin: origin.clone(), current: true }).collect();
    let others = secrets::list_known_secrets(settings, &context.environment);
    let others = others.into_iter().filter(|(_, secret)| !current.all.contains(secret));
    known.extend(others.map(|(origin, secret)| KnownSecret { secret, origin, current: false }));
    known
}

/// Diagnoses within so much time. What is quoted of both sides ends anywhere, so it loses what it has of a secret here.
pub(crate) fn diagnose_within(
    budget: Duration,
    clock: &dyn Clock,
    case: &DiagnosisCase,
    framework: Option<&WebFramework>,
) -> Diagnosis {
    let start = clock.monotonic();
    let mut found = diagnose_case(case, framework, &mut || clock.monotonic().saturating_sub(start) < budget);
    if let Some(place) = &mut found.difference {
        let mut mask = SecretMask::default();
        case.secrets.iter().for_each(|known| mask.add(&known.secret));
        mask.blot(&mut place.received);
        mask.blot(&mut place.hashed);
    }
    found
}
