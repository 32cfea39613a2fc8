//! The hosted API as this profile reaches it: base and key, where each came from, and whether they belong together.

use super::keys::{KEY_VARIABLE, SettingKey};
use super::{ConfigError, ConfigSettings, SettingOrigin};
use crate::context::Environment;
use crate::protocol::api::{ApiBase, ApiKey};

/// Where calls go, and who says so.
#[derive(Debug, Clone)]
pub(crate) struct ApiLocation {
    /// The base of every call.
    pub base: ApiBase,
    /// Where it came from.
    pub origin: SettingOrigin,
}

/// A key, and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct ApiCredentials {
    pub key: ApiKey,
    /// Where it came from.
    pub origin: SettingOrigin,
}

/// Where the calls of this profile go.
pub(crate) fn resolve_location(settings: &ConfigSettings) -> Result<ApiLocation, ConfigError> {
    let found = settings.get(SettingKey::ApiUrl)?;
    // The setting has a built-in value, and every value has been through the same grammar.
    let missing = || ConfigError::Value {
        origin: SettingOrigin::Default.to_string(),
        name: SettingKey::ApiUrl.name().into(),
        message: "there is none".into(),
    };
    let found = found.ok_or_else(missing)?;
    let base = ApiBase::parse(&found.value).map_err(|_| missing())?;
    Ok(ApiLocation { base, origin: found.origin })
}

/// Where this profile's key comes from, looked at or not.
pub(crate) fn find_key_origin(settings: &ConfigSettings, environment: &Environment) -> Option<SettingOrigin> {
    if environment.is_set(KEY_VARIABLE) {
        return Some(SettingOrigin::Environment(KEY_VARIABLE));
    }
    settings.user.get(Some(&settings.profile.value), SettingKey::ApiKey)?;
    Some(SettingOrigin::User(settings.user.path.clone()))
}

/// The key of this profile.
///
/// A variable that is set to nothing is how a missing secret of a CI job looks, so it is no key, rather than a reason
/// to look elsewhere.
pub(crate) fn read_credentials(
    settings: &ConfigSettings,
    environment: &Environment,
) -> Result<ApiCredentials, ConfigError> {
    let profile = &settings.profile.value;
    let Some(origin) = find_key_origin(settings, environment) else {
        return Err(ConfigError::NoKey { profile: profile.clone() });
    };
    let bytes = match &origin {
        SettingOrigin::Environment(name) => {
            environment.get(name).map(std::ffi::OsStr::as_encoded_bytes).unwrap_or_default()
        }
        _ => settings.user.get(Some(profile), SettingKey::ApiKey).unwrap_or_default().as_bytes(),
    };
    let key = ApiKey::new(bytes).map_err(|fault| ConfigError::Key { origin: origin.to_string(), fault })?;
    Ok(ApiCredentials { key, origin })
}

/// The key that the environment holds, whose ever it is.
pub(crate) fn read_environment_key(environment: &Environment) -> Result<Option<ApiKey>, ConfigError> {
    if !environment.is_set(KEY_VARIABLE) {
        return Ok(None);
    }
    let bytes = environment.get(KEY_VARIABLE).map(std::ffi::OsStr::as_encoded_bytes).unwrap_or_default();
    ApiKey::new(bytes).map(Some).map_err(|fault| ConfigError::Key { origin: KEY_VARIABLE.into(), fault })
}

/// Keeps a live key from a place that nobody meant for it: a base left over in the environment, say, while the key
/// is from the configuration. Whoever names both in one place, or the base on the command line, means it.
pub(crate) fn check_key_location(place: &ApiLocation, credentials: &ApiCredentials) -> Result<(), ConfigError> {
    if credentials.key.is_live() && place.base.is_readable_on_the_way() {
        return Err(ConfigError::ClearText { key: credentials.origin.to_string(), url: place.base.to_string() });
    }
    let meant = match (&place.origin, &credentials.origin) {
        (SettingOrigin::Option(_), _) => true,
        (SettingOrigin::Environment(_), SettingOrigin::Environment(_)) => true,
        (SettingOrigin::User(_), SettingOrigin::User(_)) => true,
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
