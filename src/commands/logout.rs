//! `logout`: forgets the API key of the profile.

use crate::config::keys::{KEY_VARIABLE, Key};
use crate::config::{file, user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::workspace;
use crate::output::console::Console;
use serde_json::json;

/// Forget the API key of this profile
#[derive(Debug, clap::Args)]
#[command(after_help = "The key stays valid at the service; revoke it there where somebody else may have it.

Examples:
  referralloop logout
  referralloop logout --profile staging")]
pub struct Arguments {}

/// Forgets.
pub fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let profile = &settings.profile.value;
    let path = user_file(&workspace::options(context), &context.environment, &context.directory)?;
    let own = settings.user.has_own(profile, Key::ApiKey);
    let kept = settings.user.get(Some(profile), Key::ApiKey).is_some();
    if own {
        // The place was kept with the key.
        file::change_all(&path, Some(profile), &[(Key::ApiKey, None), (Key::ApiUrl, None)])?;
    } else if kept {
        file::change(&path, None, Key::ApiKey, None)?;
    }
    if console.is_json() {
        console.record("logged_out", &json!({ "profile": profile, "had_key": kept }))?;
    } else if own {
        console.note(&format!("The key of profile {profile} is forgotten."));
    } else if kept {
        console.note("The key is forgotten. It stood at the top of the configuration, for every profile.");
    } else {
        console.note(&format!("Profile {profile} has no key."));
    }
    if context.environment.is_set(KEY_VARIABLE) {
        console.hint("REFERRALLOOP_API_KEY is set and still in force");
    }
    Ok(Exit::Done)
}
