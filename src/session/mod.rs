//! Floor 2: what several commands stand on. Here is what nearly every command begins with, settings, secrets and the
//! store of the profile; beside it is what they share: arguments, payloads, deliveries, the listener, the service.

pub(crate) mod arguments;
pub(crate) mod audit;
pub(crate) mod browser;
pub(crate) mod build;
pub(crate) mod delivery;
pub(crate) mod destination;
pub mod diagnosis;
pub(crate) mod editor;
pub(crate) mod errors;
pub(crate) mod event_view;
pub(crate) mod history;
mod homeless;
pub(crate) mod input;
mod intake;
pub(crate) mod listener;
pub(crate) mod live_terminal;
pub(crate) mod logging;
pub(crate) mod output_file;
pub(crate) mod own_refusal;
pub(crate) mod payload;
pub(crate) mod probing;
pub(crate) mod ready_file;
pub(crate) mod reference;
pub(crate) mod refusals;
pub(crate) mod registry;
pub(crate) mod relay;
pub(crate) mod relay_intake;
mod relay_told;
pub(crate) mod relay_transfer;
pub(crate) mod replay_request;
pub(crate) mod request;
pub(crate) mod runtime;
pub(crate) mod sandbox;
pub(crate) mod selection;
pub(crate) mod send_again;
pub(crate) mod service;
pub(crate) mod settings_view;
pub mod subscriptions;
pub(crate) mod transfer;
pub(crate) mod trust;
pub(crate) mod unforwarded;
pub(crate) mod waitlist;

use crate::config::secrets::{self, WebhookSecrets};
use crate::config::{CONFIG_VARIABLE, ConfigError, ConfigOptions, ConfigSettings};
use crate::context::Context;
use crate::database;
use crate::error::Error;
use crate::logging::{self as log, LogFact};
use crate::output::console::Console;
use crate::store::{self, Store, StoreReader};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Loads every layer of settings. Under `--verbose`, tells which they are.
///
/// # Errors
/// A file is broken, or the one that `--config` or the variable names is not there: its settings are wanted.
pub(crate) fn load_settings(context: &Context, console: &Console) -> Result<ConfigSettings, Error> {
    let settings = load_settings_unchanged(context, console)?;
    protect_secrets(&settings, context);
    Ok(settings)
}

/// The same for who only looks: a file of secrets that others can read stays as it is.
pub(crate) fn load_settings_unchanged(context: &Context, console: &Console) -> Result<ConfigSettings, Error> {
    let (option, variable) = (context.globals.config.clone(), context.environment.path(CONFIG_VARIABLE));
    let origin = if option.is_none() { " (REFERRALLOOP_CONFIG)" } else { "" };
    if let Some(path) = option.or(variable).map(|path| context.resolve(&path)).filter(|path| !path.exists()) {
        return Err(Error::configuration(format!("the configuration {}{origin} does not exist", path.display()))
            .hint("check the path; config set, login and secret new create a file that is not there yet"));
    }
    read_settings(context, console)
}

/// The same for commands that write the user configuration and make it where there is none.
pub(crate) fn load_settings_to_change(context: &Context, console: &Console) -> Result<ConfigSettings, Error> {
    let settings = read_settings(context, console)?;
    protect_secrets(&settings, context);
    Ok(settings)
}

fn protect_secrets(settings: &ConfigSettings, context: &Context) {
    if settings.user.holds_secrets() {
        tighten_permissions(&settings.user.path, "configuration", context);
    }
}

fn read_settings(context: &Context, console: &Console) -> Result<ConfigSettings, Error> {
    let settings = ConfigSettings::load(settings_options(context), &context.environment, &context.directory)?;
    // Before anything foreign can be printed; those of the environment are hidden from the start.
    context.hide_secrets(&secrets::list_hidden(&settings, &context.environment));
    for file in settings.project.iter().chain([&settings.user]) {
        let there = if file.path.exists() { "read" } else { "absent" };
        log::trace("settings", &[("file", LogFact::File(&file.path)), ("is", LogFact::Word(there))]);
    }
    console.print_detail(&format!("profile {} ({})", settings.profile.value, settings.profile.origin));
    for file in settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists()) {
        console.print_detail(&format!("settings from {}", file.path.display()));
    }
    if let Some((meant, all)) = settings.misspelt_profile() {
        let (given, all) = (&settings.profile.value, all.join(", "));
        console.print_notice(&format!("profile {given} is new; did you mean --profile {meant}? There are: {all}"));
    }
    if let Ok((path, origin)) = settings.store(&context.directory) {
        console.print_detail(&format!("store {} ({origin})", path.display()));
    }
    Ok(settings)
}

/// What the global options say about settings.
pub(crate) fn settings_options(context: &Context) -> ConfigOptions {
    let globals = &context.globals;
    ConfigOptions {
        profile: globals.profile.clone(),
        config: globals.config.clone(),
        store: globals.store.clone(),
        api_url: globals.api_url.clone(),
    }
}

/// The secrets: the files named on the command line, else those of the profile.
pub(crate) fn load_secrets(
    context: &Context,
    settings: &ConfigSettings,
    files: &[PathBuf],
) -> Result<WebhookSecrets, Error> {
    let loaded = match files {
        [] => secrets::load_profile_secrets(settings, &context.environment, &context.entropy)
            .map_err(|error| homeless::explain_secret(error, context, settings))?,
        files => secrets::parse_secret_files(input::read_secret_files(context, files)?)?,
    };
    context.hide_secrets(&loaded.all);
    Ok(loaded)
}

/// The same for what is only shown: where the development secret can be kept nowhere, one of the moment will do.
pub(crate) fn load_preview_secrets(
    context: &Context,
    settings: &ConfigSettings,
    files: &[PathBuf],
) -> Result<WebhookSecrets, Error> {
    if !files.is_empty() {
        return load_secrets(context, settings, files);
    }
    match secrets::load_profile_secrets(settings, &context.environment, &context.entropy) {
        Err(ConfigError::NoHome | ConfigError::Unwritable { .. }) => {
            Console::new(context).print_notice("no development secret can be kept here, so this one is made up");
            Ok(secrets::generate_run_secret(&context.entropy))
        }
        loaded => Ok(loaded?),
    }
}

/// The secrets that the user named or set, where there are any. Nothing is made.
pub(crate) fn load_chosen_secrets(
    context: &Context,
    settings: &ConfigSettings,
    files: &[PathBuf],
) -> Result<Option<WebhookSecrets>, Error> {
    if files.is_empty() {
        return Ok(secrets::find_user_secret(settings, &context.environment)?);
    }
    let loaded = secrets::parse_secret_files(input::read_secret_files(context, files)?)?;
    context.hide_secrets(&loaded.all);
    Ok(Some(loaded))
}

/// The file that keeps this profile's events.
pub(crate) fn store_path(context: &Context, settings: &ConfigSettings) -> Result<PathBuf, Error> {
    Ok(settings.store(&context.directory).map_err(homeless::explain_store)?.0)
}

/// Opens the store for writing, making it where there is none.
pub(crate) fn open_store(context: &Context, settings: &ConfigSettings) -> Result<Store, Error> {
    open_store_with(context, settings, None)
}

/// The same; where it is said what is kept, the oldest events go as new ones come.
pub(crate) fn open_store_with(
    context: &Context,
    settings: &ConfigSettings,
    retention: Option<store::StoreRetention>,
) -> Result<Store, Error> {
    let path = store_path(context, settings)?;
    let mut options = store::StoreOptions::default();
    options.quota_bytes = retention.as_ref().and_then(|kept| kept.bytes).unwrap_or(options.quota_bytes);
    let store = match retention {
        Some(retention) => Store::open_retaining(&path, options, retention)?,
        None => Store::open(&path, options)?,
    };
    // Only once it is known to be one: another program's file is none of ours.
    tighten_permissions(&path, "store", context);
    Ok(store)
}

/// Takes a file with other people's data away from everybody but its owner, and says so.
pub(crate) fn tighten_permissions(path: &Path, noun: &str, context: &Context) {
    // What may not be changed is somebody else's to protect.
    if let Ok(Some(mode)) = database::tighten_permissions(path) {
        let shown = path.display();
        let words = format!("Others could access the {noun} {shown} (mode {mode:o}); now only you can.");
        Console::new(context).print_notice(&words);
    }
}

/// Opens the store for reading.
pub(crate) fn open_reader(context: &Context, settings: &ConfigSettings) -> Result<StoreReader, Error> {
    Ok(StoreReader::open(store_path(context, settings)?)?)
}

/// Whoever can reach a server of ours can fill the store or look into it, and everybody who has read this program knows
/// how the development secret is kept; beyond this machine a secret of the user's own is asked for.
pub(crate) fn refuse_open_address(address: IpAddr, secrets: &WebhookSecrets) -> Result<(), Error> {
    if address.is_loopback() || secrets.origin.is_user_chosen() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{address} can be reached from other machines, but you have not set a secret of your own"
    ))
    .hint("set one first: referralloop secret set, or --secret-file"))
}
