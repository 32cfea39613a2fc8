//! Whether this machine, this profile and the service are ready: one finding a check, each with what to do.
//!
//! Looks and changes nothing: no secret is made, no port is kept, no request reaches the user's app.

mod local;
mod relay;
mod remote;
mod secret;

use super::finding::{SetupCheck, SetupFinding};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::exchange::TlsTrust;
use crate::output::console::Console;
use crate::protocol::check::CheckSeverity;
use crate::relay::RelayAddress;
use crate::session::{self, relay as relay_options};
use url::Url;

const CONFIGURATION: SetupCheck = SetupCheck {
    id: "setup.configuration",
    severity: CheckSeverity::Critical,
    title: "the settings can be read",
    why: "no command works without them",
};

/// Runs every check in its order and hands over each finding as it is made.
pub(super) async fn run_checks(
    context: &Context,
    console: &Console,
    (app, trust): (Option<&Url>, &TlsTrust),
    (address, access): (Option<&RelayAddress>, &relay_options::Arguments),
    tell: &mut dyn FnMut(SetupFinding),
) {
    let settings = match session::load_settings_unchanged(context, console) {
        Ok(settings) => settings,
        Err(error) => return tell(CONFIGURATION.broken(error)),
    };
    tell(configuration(&settings));
    tell(local::check_private_files(&settings));
    tell(secret::check_secret(&settings, context));
    tell(local::check_store(&settings, context));
    tell(local::check_journal(&settings, context));
    tell(local::check_port(&settings, context).await);
    tell(local::check_app(&settings, app, trust).await);
    if let Some(finding) = relay::check_relay(address, access, context, &settings).await {
        tell(finding);
    }
    for finding in remote::check_service(&settings, context).await {
        tell(finding);
    }
}

fn configuration(settings: &ConfigSettings) -> SetupFinding {
    let mut parts = vec![format!("profile {}", settings.profile.value)];
    let files = settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists());
    parts.extend(files.map(|file| file.path.display().to_string()));
    CONFIGURATION.passed(parts.join(", "))
}
