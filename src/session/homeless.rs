//! What helps where there is no home folder, or one that cannot be written, as under systemd, cron and in containers:
//! naming what a command really needs.

use crate::config::{ConfigError, ConfigSettings, SettingOrigin};
use crate::context::Context;
use crate::error::Error;

const SECRET: &str = "give a secret of your own: REFERRALLOOP_WEBHOOK_SECRET, or --secret-file FILE";

/// There is no place for the development secret.
pub(super) fn explain_secret(error: ConfigError, context: &Context, settings: &ConfigSettings) -> Error {
    let placeless = matches!(error, ConfigError::NoHome | ConfigError::Unwritable { .. });
    let unnamed = settings.store(&context.directory).map_or(true, |(_, origin)| origin == SettingOrigin::Default);
    let mut told = Error::from(error);
    if placeless {
        told.hints = vec![SECRET.to_owned()];
        if unnamed {
            told = told
                .hint("a command that keeps a history needs a place for it, too: --store FILE, or REFERRALLOOP_STORE");
        }
    }
    told
}

/// There is no place for the store.
pub(super) fn explain_store(error: ConfigError) -> Error {
    let homeless = error == ConfigError::NoHome;
    let mut told = Error::from(error);
    if homeless {
        told.hints = vec!["name the store: --store FILE, or REFERRALLOOP_STORE".to_owned()];
    }
    told
}
