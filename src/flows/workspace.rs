//! What nearly every command begins with: settings, secrets and the store of the profile.

use super::input;
use crate::config::secrets::{self, Secrets};
use crate::config::{Options, Settings};
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::store::{self, Reader, Store};
use std::path::PathBuf;

/// Loads every layer of settings. Under `--verbose`, tells which they are.
pub fn settings(context: &Context, console: &Console) -> Result<Settings, Error> {
    let settings = Settings::load(options(context), &context.environment, &context.directory)?;
    console.detail(&format!("profile {} ({})", settings.profile.value, settings.profile.origin));
    for file in settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists()) {
        console.detail(&format!("settings from {}", file.path.display()));
    }
    if let Ok((path, origin)) = settings.store(&context.directory) {
        console.detail(&format!("store {} ({origin})", path.display()));
    }
    Ok(settings)
}

/// What the global options say about settings.
pub fn options(context: &Context) -> Options {
    let globals = &context.globals;
    Options {
        profile: globals.profile.clone(),
        config: globals.config.clone(),
        store: globals.store.clone(),
        api_url: globals.api_url.clone(),
    }
}

/// The secrets: the files named on the command line, else those of the profile.
pub fn secrets(context: &Context, settings: &Settings, files: &[PathBuf]) -> Result<Secrets, Error> {
    if files.is_empty() {
        return Ok(secrets::of_profile(settings, &context.environment, &context.entropy)?);
    }
    Ok(secrets::from_files(input::read_secret_files(context, files)?)?)
}

/// The secrets that the user named or set, where there are any. Nothing is made.
pub fn chosen_secrets(context: &Context, settings: &Settings, files: &[PathBuf]) -> Result<Option<Secrets>, Error> {
    if files.is_empty() {
        return Ok(secrets::chosen(settings, &context.environment)?);
    }
    Ok(Some(secrets::from_files(input::read_secret_files(context, files)?)?))
}

/// The file that keeps this profile's events.
pub fn store_path(context: &Context, settings: &Settings) -> Result<PathBuf, Error> {
    Ok(settings.store(&context.directory)?.0)
}

/// Opens the store for writing, making it where there is none.
pub fn open_store(context: &Context, settings: &Settings) -> Result<Store, Error> {
    Ok(Store::open(store_path(context, settings)?, store::Options::default())?)
}

/// Opens the store for reading.
pub fn open_reader(context: &Context, settings: &Settings) -> Result<Reader, Error> {
    Ok(Reader::open(store_path(context, settings)?)?)
}
