//! `config`: which settings are in force and where each came from; changing them.

use crate::config::file::{self, ConfigFileKind};
use crate::config::keys::{KEYS, SettingKey};
use crate::config::{PROJECT_FILE, locate_user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::{ConfigPathRecord, SettingChangedRecord, SettingRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, render_columns};
use crate::session::{self, settings_view};
use std::path::PathBuf;

/// Show and change settings
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A value is looked up in this order: option, environment, referralloop.toml (found upward from the
current folder), user configuration, built-in value. A project file can set port, path, forward_to,
to, events and waitlist; never a secret or an address that exposes the listener.

Examples:
  referralloop config show
  referralloop config path
  referralloop config set port 4300
  referralloop config set --project forward_to 3000/webhooks
  referralloop config unset port"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: ConfigAction,
}

#[derive(Debug, clap::Subcommand)]
enum ConfigAction {
    /// Show every setting and where its value came from
    #[command(after_help = "Examples:
  referralloop config show
  referralloop config show --profile staging --json")]
    Show,
    /// Print where the user configuration is, whether or not it exists
    #[command(after_help = "Examples:
  referralloop config path")]
    Path,
    /// Store a value in the user configuration
    #[command(after_help = "Examples:
  referralloop config set port 4300
  referralloop config set --project forward_to 3000/webhooks")]
    Set {
        /// The setting, such as port
        #[arg(value_name = "NAME")]
        name: String,
        /// Its value
        #[arg(value_name = "VALUE")]
        value: String,
        /// Write to the project's referralloop.toml instead
        #[arg(long)]
        project: bool,
    },
    /// Remove a value from the user configuration
    #[command(after_help = "Examples:
  referralloop config unset port
  referralloop config unset --project forward_to")]
    Unset {
        /// The setting, such as port
        #[arg(value_name = "NAME")]
        name: String,
        /// Remove it from the project's referralloop.toml instead
        #[arg(long)]
        project: bool,
    },
}

/// Shows or changes.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    match &arguments.action {
        ConfigAction::Show => print_settings(&console, context)?,
        ConfigAction::Path => path(&console, context)?,
        ConfigAction::Set { name, value, project } => change(&console, context, name, Some(value), *project)?,
        ConfigAction::Unset { name, project } => change(&console, context, name, None, *project)?,
    }
    Ok(Exit::Done)
}

fn path(console: &Console, context: &Context) -> Result<(), Error> {
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    if console.is_json() {
        console.write_record(&ConfigPathRecord { path: path.display().to_string(), exists: path.exists() })?;
    } else {
        console.write_line(&path.display().to_string())?;
    }
    Ok(())
}

fn print_settings(console: &Console, context: &Context) -> Result<(), Error> {
    let settings = session::load_settings(context, console)?;
    let mut rows = Vec::new();
    for spec in &KEYS {
        let (value, origin) = settings_view::show_value(&settings, context, spec.key)?;
        let origin = value.is_some().then(|| origin.to_string());
        if console.is_json() {
            console.write_record(&SettingRecord {
                name: spec.name,
                value: value.as_deref(),
                origin: origin.as_deref(),
                help: spec.help,
            })?;
        } else {
            let value = value.unwrap_or_else(|| "–".into());
            let text = |text: &str| Sanitised::text(&shorten_home(text, console, context));
            rows.push(vec![
                TableCell::new(TextRole::Strong, Sanitised::own(spec.name)),
                TableCell::from(text(&value)),
                TableCell::new(TextRole::Faint, text(&origin.unwrap_or_default())),
            ]);
        }
    }
    if !rows.is_empty() {
        console.write_text(&render_columns(&["=SETTING", "VALUE", "=FROM"], &rows, &console.out))?;
    }
    Ok(())
}

/// On a terminal a path in the home folder begins with `~`, which a shell understands and which leaves it room.
fn shorten_home(text: &str, console: &Console, context: &Context) -> String {
    let home = context.environment.text("HOME").filter(|home| home.len() > 1 && console.out.is_terminal());
    match home.and_then(|home| text.strip_prefix(home.trim_end_matches('/'))) {
        Some(rest) if rest.starts_with('/') => format!("~{rest}"),
        _ => text.to_owned(),
    }
}

fn change(console: &Console, context: &Context, name: &str, value: Option<&str>, project: bool) -> Result<(), Error> {
    let key = SettingKey::parse(name).ok_or_else(|| {
        let error = Error::usage(format!("unknown setting '{name}'"));
        match SettingKey::nearest(name) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint("list the settings with: referralloop config show"),
        }
    })?;
    match (key, value) {
        // A key leaves with the place that it was kept with.
        (SettingKey::ApiKey, None) => {
            return Err(Error::usage("an API key is not removed here").hint("remove it with: referralloop logout"));
        }
        (secret, Some(_)) if secret.is_secret() => {
            let way = if key == SettingKey::ApiKey { "referralloop login" } else { "referralloop secret set" };
            return Err(Error::usage("other processes could read a secret on the command line")
                .hint(format!("store it with: {way}")));
        }
        _ => {}
    }
    if project && !key.spec().in_project {
        return Err(Error::usage(format!("a project file cannot set {name}")).hint("leave out --project"));
    }
    if let Some(value) = value {
        key.check_new(value).map_err(|message| Error::usage(format!("{name}: {message}")))?;
    }
    let (path, profile) = place(console, context, project)?;
    file::write_setting(&path, profile.as_deref(), key, value)?;
    let done = if value.is_some() { "set" } else { "removed" };
    if console.is_json() {
        console.write_record(&SettingChangedRecord { name, value, file: path.display().to_string() })?;
    } else {
        console.print_notice(&format!("{name} {done} in {}.", path.display()));
    }
    Ok(())
}

/// The file to change, and the profile within it.
fn place(console: &Console, context: &Context, project: bool) -> Result<(PathBuf, Option<String>), Error> {
    if project {
        let path = context.directory.join(PROJECT_FILE);
        file::ConfigFile::read(&path, ConfigFileKind::Project)?;
        return Ok((path, None));
    }
    let settings = session::load_settings_to_change(context, console)?;
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    Ok((path, Some(settings.profile.value)))
}
