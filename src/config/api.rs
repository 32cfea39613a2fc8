//! The hosted API as this profile reaches it: base and key, where each came from, and whether they belong together.

use super::keys::{KEY_VARIABLE, Key};
use super::{ConfigError, Origin, Settings};
use crate::context::Environment;
use crate::protocol::api::{ApiKey, Base};
use std::os::unix::ffi::OsStrExt;

/// Where calls go, and who says so.
#[derive(Debug, Clone)]
pub struct Place {
    /// The base of every call.
    pub base: Base,
    /// Where it came from.
    pub origin: Origin,
}

/// A key, and where it came from.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The key.
    pub key: ApiKey,
    /// Where it came from.
    pub origin: Origin,
}

/// Where the calls of this profile go.
pub fn place(settings: &Settings) -> Result<Place, ConfigError> {
    let found = settings.get(Key::ApiUrl)?;
    // The setting has a built-in value, and every value has been through the same grammar.
    let missing = || ConfigError::Value {
        origin: Origin::Default.to_string(),
        name: Key::ApiUrl.name().into(),
        message: "there is none".into(),
    };
    let found = found.ok_or_else(missing)?;
    let base = Base::parse(&found.value).map_err(|_| missing())?;
    Ok(Place { base, origin: found.origin })
}

/// Where this profile's key comes from, looked at or not.
pub fn origin(settings: &Settings, environment: &Environment) -> Option<Origin> {
    if environment.is_set(KEY_VARIABLE) {
        return Some(Origin::Environment(KEY_VARIABLE));
    }
    settings.user.get(Some(&settings.profile.value), Key::ApiKey)?;
    Some(Origin::User(settings.user.path.clone()))
}

/// The key of this profile.
///
/// A variable that is set to nothing is how a missing secret of a CI job looks, so it is no key, rather than a reason
/// to look elsewhere.
pub fn credentials(settings: &Settings, environment: &Environment) -> Result<Credentials, ConfigError> {
    let profile = &settings.profile.value;
    let Some(origin) = origin(settings, environment) else {
        return Err(ConfigError::NoKey { profile: profile.clone() });
    };
    let bytes = match &origin {
        Origin::Environment(name) => environment.get(name).map(OsStrExt::as_bytes).unwrap_or_default(),
        _ => settings.user.get(Some(profile), Key::ApiKey).unwrap_or_default().as_bytes(),
    };
    let key = ApiKey::new(bytes).map_err(|fault| ConfigError::Key { origin: origin.to_string(), fault })?;
    Ok(Credentials { key, origin })
}

/// Keeps a live key from a place that nobody meant for it: a base left over in the environment, say, while the key
/// is from the configuration. Whoever names both in one place, or the base on the command line, means it.
pub fn check_together(place: &Place, credentials: &Credentials) -> Result<(), ConfigError> {
    let meant = match (&place.origin, &credentials.origin) {
        (Origin::Option(_), _) => true,
        (Origin::Environment(_), Origin::Environment(_)) => true,
        (Origin::User(_), Origin::User(_)) => true,
        _ => place.base.is_service(),
    };
    if meant || !credentials.key.is_live() {
        return Ok(());
    }
    Err(ConfigError::Astray {
        key: credentials.origin.to_string(),
        url: place.base.to_string(),
        origin: place.origin.to_string(),
    })
}
