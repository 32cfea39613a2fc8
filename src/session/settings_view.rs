//! Settings as they are shown: with where each came from, and secrets by their presence only.

use crate::config::keys::SettingKey;
use crate::config::secrets::SECRET_VARIABLE;
use crate::config::{ConfigError, ConfigSettings, SettingOrigin, api};
use crate::context::Context;
use crate::error::Error;

/// A setting as shown: secrets by their presence only.
pub(crate) fn show_value(
    settings: &ConfigSettings,
    context: &Context,
    key: SettingKey,
) -> Result<(Option<String>, SettingOrigin), Error> {
    if key == SettingKey::Store {
        return Ok(match settings.store(&context.directory) {
            Ok((path, origin)) => (Some(path.display().to_string()), origin),
            // Without a home there is none; only what needs one complains.
            Err(ConfigError::NoHome) => (None, SettingOrigin::Default),
            Err(error) => return Err(error.into()),
        });
    }
    if key == SettingKey::ApiKey {
        return Ok(match api::find_key_origin(settings, &context.environment) {
            Some(origin) => (Some("set, not shown".into()), origin),
            None => (None, SettingOrigin::Default),
        });
    }
    if key.is_secret() {
        let user = settings.user.get(Some(&settings.profile.value), key);
        return Ok(match (context.environment.get(SECRET_VARIABLE), user) {
            (Some(_), _) => (Some("set, not shown".into()), SettingOrigin::Environment(SECRET_VARIABLE)),
            (None, Some(_)) => (Some("set, not shown".into()), SettingOrigin::User(settings.user.path.clone())),
            (None, None) => (Some("development secret".into()), SettingOrigin::Default),
        });
    }
    Ok(match settings.get(key)? {
        Some(found) => (Some(found.value), found.origin),
        None => (None, SettingOrigin::Default),
    })
}
