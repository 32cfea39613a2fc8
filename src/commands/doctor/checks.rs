//! Whether this machine, this profile and the service are ready, and the documentation's troubleshooting from top to
//! bottom: one finding a check, each with what to do.
//!
//! Looks and changes nothing: no secret is made, no port is kept, and only with consent does a request go to a URL that
//! is subscribed.

mod arriving;
mod duplicates;
mod failures;
mod history;
mod local;
mod relay;
mod remote;
mod secret;

use super::finding::{SetupCheck, SetupFinding};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::exchange::TlsTrust;
use crate::protocol::check::CheckSeverity;
use crate::relay::RelayAddress;
use crate::session::{relay as relay_options, service, subscriptions};
use std::collections::BTreeSet;
use url::Url;

pub(super) use arriving::ask_consent;
pub(super) use history::{RecentHistory, read_history};

const CONFIGURATION: SetupCheck = SetupCheck {
    id: "setup.configuration",
    severity: CheckSeverity::Critical,
    title: "the settings can be read",
    why: "no command works without them",
};

/// What is looked at beside the settings.
pub(super) struct CheckSubjects<'a> {
    pub app: Option<&'a Url>,
    pub trust: &'a TlsTrust,
    /// The relay that was named, and how it is reached.
    pub relay: (Option<&'a RelayAddress>, &'a relay_options::Arguments),
    pub history: &'a RecentHistory,
    /// Subscribed URLs, where they may be called.
    pub endpoints: Option<&'a [Url]>,
}

/// Runs every check in its order and hands over each finding as it is made.
pub(super) async fn run_checks(
    context: &Context,
    settings: Result<&ConfigSettings, &Error>,
    subjects: &CheckSubjects<'_>,
    tell: &mut dyn FnMut(SetupFinding),
) {
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return tell(CONFIGURATION.failed_with(&*error.message, error.hints.clone())),
    };
    let CheckSubjects { app, trust, relay: (address, access), history, endpoints } = *subjects;
    tell(configuration(settings));
    tell(local::check_private_files(settings));
    tell(secret::check_secret(settings, context));
    tell(local::check_store(settings, context));
    tell(local::check_journal(settings, context));
    tell(local::check_port(settings, context).await);
    tell(local::check_app(settings, app, (history, context), trust).await);
    if let Some(finding) = relay::check_relay(address, access, context, settings).await {
        tell(finding);
    }
    for finding in remote::check_service(settings, context).await {
        tell(finding);
    }
    let gone = match service::open_service(context, settings) {
        Ok(service) => subscriptions::list_gone(&service.client, &history.subscriptions).await,
        Err(_) => BTreeSet::new(),
    };
    tell(arriving::check_active(history, &gone));
    tell(arriving::check_https(history));
    tell(arriving::check_endpoints(endpoints, trust).await);
    tell(arriving::check_last_answer(history));
    tell(arriving::check_by_hand(history));
    tell(duplicates::check_several(history));
    tell(duplicates::check_slow(history));
    tell(duplicates::check_repeats(history));
    tell(failures::check_answers(history));
    tell(failures::check_slowest(history));
    tell(failures::check_causes(history, context));
}

fn configuration(settings: &ConfigSettings) -> SetupFinding {
    let mut parts = vec![format!("profile {}", settings.profile.value)];
    let files = settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists());
    parts.extend(files.map(|file| file.path.display().to_string()));
    CONFIGURATION.passed(parts.join(", "))
}
