//! `logout`: forgets the API key of the profile.

use crate::config::keys::{KEY_VARIABLE, SettingKey};
use crate::config::{file, locate_user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::LogoutRecord;
use crate::session;

/// Remove the stored API key of this profile
#[derive(Debug, clap::Args)]
#[command(after_help = "The key stays valid at the service; revoke it there if somebody else may have it.

Examples:
  referralloop logout
  referralloop logout --profile staging")]
pub(crate) struct Arguments {}

/// Forgets.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let profile = &settings.profile.value;
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    let own = settings.user.has_own(profile, SettingKey::ApiKey);
    let kept = settings.user.get(Some(profile), SettingKey::ApiKey).is_some();
    if own {
        // The place was kept with the key.
        file::write_settings(&path, Some(profile), &[(SettingKey::ApiKey, None), (SettingKey::ApiUrl, None)])?;
    } else if kept {
        file::write_setting(&path, None, SettingKey::ApiKey, None)?;
    }
    if console.is_json() {
        console.write_record(&LogoutRecord { profile, had_key: kept })?;
    } else if own {
        console.print_notice(&format!("Removed the key of profile {profile}."));
    } else if kept {
        console.print_notice("Removed the key. It was at the top of the configuration, for every profile.");
    } else {
        console.print_notice(&format!("Profile {profile} has no key."));
    }
    if context.environment.is_set(KEY_VARIABLE) {
        console.print_hint("REFERRALLOOP_API_KEY is set and still used");
    }
    Ok(Exit::Done)
}
