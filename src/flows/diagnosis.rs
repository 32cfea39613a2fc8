//! The doctor at work: a case put together from what is stored or given, asked within a budget of time, and its
//! answer as lines for people and fields for programs.

mod attendant;
mod story;

pub use attendant::Attendant;
pub use story::{fields, lines};

use crate::clock::Clock;
use crate::config::Settings;
use crate::config::secrets::{self, Secrets};
use crate::context::Context;
use crate::diagnose::{Case, Diagnosis, Framework, Known, diagnose};
use std::time::Duration;

/// Time for a diagnosis that somebody waits for: what is under way when it ends is finished within two seconds.
pub const PATIENT: Duration = Duration::from_millis(1_500);

/// The secrets that deliveries are verified with, then every other one that is kept here.
pub fn known(context: &Context, settings: &Settings, current: &Secrets) -> Vec<Known> {
    let origin = format!("known here ({})", current.origin.describe(&settings.profile.value));
    let own = current.all.iter();
    let mut known: Vec<Known> =
        own.map(|secret| Known { secret: secret.clone(), origin: origin.clone(), current: true }).collect();
    let others = secrets::kept(settings, &context.environment);
    let others = others.into_iter().filter(|(_, secret)| !current.all.contains(secret));
    known.extend(others.map(|(origin, secret)| Known { secret, origin, current: false }));
    known
}

/// Diagnoses within so much time.
pub fn within(budget: Duration, clock: &dyn Clock, case: &Case, framework: Option<&Framework>) -> Diagnosis {
    let start = clock.monotonic();
    diagnose(case, framework, &mut || clock.monotonic().saturating_sub(start) < budget)
}
