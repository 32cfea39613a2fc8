//! Who gets in and who signs: the key and the secret of a sandbox, given or made.

use super::DeliveryArguments;
use crate::config::keys::KEY_VARIABLE;
use crate::config::secrets::{self, WebhookSecrets};
use crate::config::{ConfigError, ConfigSettings, api};
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::protocol::api::ApiKey;
use crate::session::sandbox::{GivenSandboxKey, SandboxSigning};
use crate::session::{self, input};
use std::path::Path;

/// Largest file that may hold a key, in bytes.
const KEY_LIMIT: u64 = 4096;

/// What signs deliveries. Nothing is kept for a sandbox in memory where there is no place to keep it: its secret is then
/// made for the run, and told.
pub(super) fn resolve_signing(
    arguments: &DeliveryArguments,
    in_memory: bool,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<SandboxSigning, Error> {
    if arguments.unsigned {
        return Ok(SandboxSigning::default());
    }
    let secrets = match &arguments.secret_file {
        Some(file) => session::load_secrets(context, settings, std::slice::from_ref(file))?,
        None => load_profile_secrets(in_memory, context, settings)?,
    };
    let made = matches!(secrets.origin, secrets::SecretOrigin::Fresh).then(|| secrets.signing().clone());
    let origin = secrets.origin.describe(&settings.profile.value);
    Ok(SandboxSigning { key: Some(secrets.signing().key()), origin: Some(origin), made })
}

fn load_profile_secrets(
    in_memory: bool,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<WebhookSecrets, ConfigError> {
    match secrets::load_profile_secrets(settings, &context.environment, &context.entropy) {
        Err(ConfigError::NoHome | ConfigError::Unwritable { .. }) if in_memory => {
            Ok(secrets::generate_run_secret(&context.entropy))
        }
        loaded => loaded,
    }
}

/// The key that was given by a file or the environment. A live key opens the real service and never a sandbox, so it is
/// neither taken nor shown.
pub(super) fn read_given_key(
    file: Option<&Path>,
    context: &Context,
    console: &Console,
) -> Result<Option<GivenSandboxKey>, Error> {
    let Some(path) = file else {
        let found = api::read_environment_key(&context.environment)?;
        if found.as_ref().is_some_and(ApiKey::is_live) {
            console.print_notice(&format!(
                "{KEY_VARIABLE} holds a live key, which a sandbox does not accept; this one has its own."
            ));
        }
        let test = found.filter(|key| !key.is_live());
        return Ok(test.map(|key| GivenSandboxKey { key, origin: KEY_VARIABLE.into() }));
    };
    let bytes = input::read_input(context, path, KEY_LIMIT, "key")?;
    let key = ApiKey::new(&bytes).map_err(|fault| Error::usage(format!("{fault} ({})", path.display())))?;
    if key.is_live() {
        return Err(Error::usage(format!("{} holds a live key, which a sandbox does not accept", path.display()))
            .hint("set it to a test key: pk_test_ followed by letters and digits"));
    }
    Ok(Some(GivenSandboxKey { key, origin: path.display().to_string() }))
}
