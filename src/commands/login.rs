//! `login`: keeps the API key of the profile, once the service has taken it.

use crate::config::api::{self, ApiCredentials};
use crate::config::keys::{KEY_VARIABLE, SettingKey};
use crate::config::{ConfigSettings, SettingOrigin, file, locate_user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::LoginRecord;
use crate::output::{phrases, prompt};
use crate::protocol::api::ApiKey;
use crate::session::service::{self, HostedService};
use crate::session::{self, input, runtime};
use std::path::Path;

/// Largest input that may be a key, in bytes.
const KEY_LIMIT: u64 = 4096;

/// Check an API key against the service and store it for this profile
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The key is typed at a hidden prompt or read from standard input. It is kept in the user configuration,
which only you can read, together with --api-url if that is given. To keep several keys, give each
one a profile of its own.

Examples:
  referralloop login < key.txt
  referralloop login --profile staging < key.txt"
)]
pub(crate) struct Arguments {}

/// Checks, then keeps.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings_to_change(context, &console)?;
    let place = api::resolve_location(&settings)?;
    let (key, origin) = read(context, &console)?;
    let service =
        service::open_service_with(context, place, ApiCredentials { key, origin: SettingOrigin::Option(origin) })?;
    let waitlists = runtime::block_on(async {
        service.client.list_waitlists().await.map_err(|failure| service.explain(&failure, context))
    })?;
    store_key(&service, context, &settings)?;
    show_login(&console, context, &settings, &service, waitlists.len())?;
    Ok(Exit::Done)
}

/// How often a person may type a key that cannot be one.
const TRIES: usize = 3;

fn read(context: &Context, console: &Console) -> Result<(ApiKey, &'static str), Error> {
    for _ in 1..TRIES {
        if !context.may_prompt() {
            break;
        }
        match ApiKey::new(prompt::prompt_hidden("API key (not shown)")?.as_bytes()) {
            Ok(key) => return Ok((key, "the prompt")),
            Err(fault) => console.print_notice(&format!("{fault}; try again, or leave with Ctrl-C")),
        }
    }
    let (bytes, origin) = if context.may_prompt() {
        (prompt::prompt_hidden("API key (not shown)")?.into_bytes(), "the prompt")
    } else if context.stdin.is_terminal {
        return Err(Error::usage("no key given, and --no-input turns off the prompt")
            .hint("referralloop login < key.txt   reads it from a file"));
    } else {
        (input::read_input(context, Path::new("-"), KEY_LIMIT, "key")?, "standard input")
    };
    let key = ApiKey::new(&bytes).map_err(|fault| {
        Error::usage(fault.to_string()).hint("create a key in the ReferralLoop dashboard; a sandbox prints its own")
    })?;
    Ok((key, origin))
}

/// Where the key was taken is kept with it, so that it goes nowhere else later.
fn store_key(service: &HostedService, context: &Context, settings: &ConfigSettings) -> Result<(), Error> {
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    let key = std::str::from_utf8(service.credentials.key.expose())
        .map_err(|_| Error::usage("the key is not valid UTF-8"))?;
    let url = service.place.base.to_string();
    let named = matches!(service.place.origin, SettingOrigin::Option(_) | SettingOrigin::Environment(_));
    let mut changes = vec![(SettingKey::ApiKey, Some(key))];
    changes.extend(named.then_some((SettingKey::ApiUrl, Some(url.as_str()))));
    Ok(file::write_settings(&path, Some(&settings.profile.value), &changes)?)
}

fn show_login(
    console: &Console,
    context: &Context,
    settings: &ConfigSettings,
    service: &HostedService,
    waitlists: usize,
) -> Result<(), Error> {
    let (profile, sort) = (&settings.profile.value, service.credentials.key.mode());
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    if console.is_json() {
        console.write_record(&LoginRecord {
            profile,
            api_url: service.place.base.to_string(),
            key: sort,
            file: path.display().to_string(),
            waitlists,
        })?;
    } else {
        let seen = phrases::format_quantity(waitlists as u64, "waitlist", "waitlists");
        console.print_notice(&format!("The {sort} key works for {} at {}.", seen.as_str(), service.place.base));
        console.print_notice(&format!("Stored in {} (profile {profile}).", path.display()));
    }
    if context.environment.is_set(KEY_VARIABLE) {
        console.print_hint("REFERRALLOOP_API_KEY is set and takes precedence over it");
    }
    Ok(())
}
