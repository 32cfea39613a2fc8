//! `config`: which settings are in force and where each came from; changing them.

use crate::config::file::{self, ConfigFileKind};
use crate::config::keys::{KEYS, SettingKey};
use crate::config::{PROJECT_FILE, SettingOrigin, locate_user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::{ConfigPathRecord, ProfileRecord, SettingChangedRecord, SettingRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, is_too_wide, render_columns, render_pairs};
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
  referralloop config get port
  referralloop config path
  referralloop config profiles
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
    /// Print one value, as commands see it; exit code 1 where there is none
    #[command(after_help = "Examples:
  referralloop config get port
  referralloop config get store --profile staging")]
    Get {
        /// The setting, such as port
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Print where the user configuration is, whether or not it exists
    #[command(after_help = "Examples:
  referralloop config path")]
    Path,
    /// List the profiles that there are, one a line; * marks the one in use
    #[command(after_help = "Examples:
  referralloop config profiles
  referralloop config profiles --json")]
    Profiles,
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
        ConfigAction::Get { name } => return print_value(&console, context, name),
        ConfigAction::Show => print_settings(&console, context)?,
        ConfigAction::Path => path(&console, context)?,
        ConfigAction::Profiles => list_profiles(&console, context)?,
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

/// The profiles by their names, of whichever something is kept for.
fn list_profiles(console: &Console, context: &Context) -> Result<(), Error> {
    let settings = session::load_settings(context, console)?;
    for name in settings.list_profiles() {
        let current = name == settings.profile.value;
        match console.is_json() {
            true => console.write_record(&ProfileRecord { name: &name, current })?,
            false => console.write_line(&format!("{} {name}", if current { "*" } else { " " }))?,
        }
    }
    Ok(())
}

/// One value alone, for scripts.
fn print_value(console: &Console, context: &Context, name: &str) -> Result<Exit, Error> {
    let key = find_setting(name)?;
    if key.is_secret() {
        let error = Error::usage(format!("{name} is secret, and not shown here"));
        return Err(match key {
            SettingKey::WebhookSecret => error.hint("print it with: referralloop secret show"),
            _ => error.hint("whether there is one: referralloop config show"),
        });
    }
    let settings = session::load_settings(context, console)?;
    let (value, origin) = settings_view::show_value(&settings, context, key)?;
    if console.is_json() {
        console.write_record(&SettingRecord {
            name: key.name(),
            value: value.as_deref(),
            origin: value.is_some().then(|| origin.to_string()).as_deref(),
            help: key.spec().help,
        })?;
    } else if let Some(value) = &value {
        console.write_line(value)?;
    } else {
        console.print_notice(&format!("{name} is not set"));
    }
    Ok(if value.is_some() { Exit::Done } else { Exit::No })
}

fn print_settings(console: &Console, context: &Context) -> Result<(), Error> {
    let settings = session::load_settings(context, console)?;
    let mut shown = Vec::new();
    for spec in &KEYS {
        let (value, origin) = settings_view::show_value(&settings, context, spec.key)?;
        if console.is_json() {
            console.write_record(&SettingRecord {
                name: spec.name,
                value: value.as_deref(),
                origin: value.is_some().then(|| origin.to_string()).as_deref(),
                help: spec.help,
            })?;
        } else {
            shown.push((spec.name, value, origin));
        }
    }
    if shown.is_empty() {
        return Ok(());
    }
    let rows = |brief: bool| shown.iter().map(|row| cells(row, brief, console, context)).collect::<Vec<_>>();
    let brief = is_too_wide(&HEADINGS, &rows(false), &console.out);
    console.write_text(&render_columns(&HEADINGS, &rows(brief), &console.out))?;
    // Where the files are told by what they are, it is said once where they are.
    let mut files: Vec<&SettingOrigin> = shown.iter().map(|(.., origin)| origin).filter(|_| brief).collect();
    files.retain(|origin| name_file(origin).is_some());
    files.dedup();
    files.sort_by_key(|origin| name_file(origin));
    files.dedup();
    let places: Vec<(&'static str, TableCell)> = files
        .into_iter()
        .filter_map(|origin| {
            let path = Sanitised::text(&shorten_home(&origin.to_string(), console, context));
            Some((name_file(origin)?, TableCell::from(path)))
        })
        .collect();
    Ok(console.write_text(&render_pairs(&places, &console.out))?)
}

const HEADINGS: [&str; 3] = ["=SETTING", "+VALUE", "=FROM"];

/// What a file of settings is called where its path has no room.
fn name_file(origin: &SettingOrigin) -> Option<&'static str> {
    match origin {
        SettingOrigin::User(_) => Some("user configuration"),
        SettingOrigin::Project(_) => Some("project file"),
        _ => None,
    }
}

fn cells(
    (name, value, origin): &(&'static str, Option<String>, SettingOrigin),
    brief: bool,
    console: &Console,
    context: &Context,
) -> Vec<TableCell> {
    let text = |text: &str| Sanitised::text(&shorten_home(text, console, context));
    let from = match name_file(origin).filter(|_| brief) {
        _ if value.is_none() => Sanitised::default(),
        Some(name) => Sanitised::own(name),
        None => text(&origin.to_string()),
    };
    vec![
        TableCell::new(TextRole::Strong, Sanitised::own(name)),
        TableCell::from(text(value.as_deref().unwrap_or("–"))),
        TableCell::new(TextRole::Faint, from),
    ]
}

/// On a terminal a path in the home folder begins with `~`, which a shell understands and which leaves it room.
fn shorten_home(text: &str, console: &Console, context: &Context) -> String {
    let home = context.environment.text("HOME").filter(|home| home.len() > 1 && console.out.is_terminal());
    match home.and_then(|home| text.strip_prefix(home.trim_end_matches('/'))) {
        Some(rest) if rest.starts_with('/') => format!("~{rest}"),
        _ => text.to_owned(),
    }
}

fn find_setting(name: &str) -> Result<SettingKey, Error> {
    SettingKey::parse(name).ok_or_else(|| {
        let error = Error::usage(format!("unknown setting '{name}'"));
        match SettingKey::nearest(name) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint("list the settings with: referralloop config show"),
        }
    })
}

fn change(console: &Console, context: &Context, name: &str, value: Option<&str>, project: bool) -> Result<(), Error> {
    let key = find_setting(name)?;
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
        key.check_new(value).map_err(|message| refuse(key, &message))?;
    }
    let (path, profile) = place(console, context, project)?;
    let kind = if project { ConfigFileKind::Project } else { ConfigFileKind::User };
    let was_set = file::ConfigFile::read(&path, kind)?.get(profile.as_deref(), key).is_some();
    file::write_setting(&path, profile.as_deref(), key, value)?;
    let done = match value {
        Some(_) => "set",
        None if was_set => "removed",
        None => "was not set",
    };
    let elsewhere = if value.is_none() && !was_set { find_elsewhere(console, context, key, project)? } else { None };
    if console.is_json() {
        console.write_record(&SettingChangedRecord { name, value, file: path.display().to_string() })?;
    } else {
        let elsewhere = elsewhere.map(|place| format!("; it is set in {place}")).unwrap_or_default();
        console.print_notice(&format!("{name} {done} in {}{elsewhere}.", path.display()));
        tell_effect(console, context, key, value)?;
    }
    Ok(())
}

/// Where a setting has its value, if not where it was to be removed.
fn find_elsewhere(
    console: &Console,
    context: &Context,
    key: SettingKey,
    project: bool,
) -> Result<Option<String>, Error> {
    if key == SettingKey::Profile {
        return Ok(None);
    }
    let origin = session::load_settings(context, console)?.get(key)?.map(|found| found.origin);
    Ok(match origin {
        Some(SettingOrigin::Project(path)) if !project => Some(format!("{} (config unset --project)", path.display())),
        Some(SettingOrigin::Project(path)) => Some(format!("{}, which lies above", path.display())),
        Some(SettingOrigin::User(path)) => Some(format!("{} (config unset)", path.display())),
        Some(SettingOrigin::Environment(name)) => Some(format!("the environment: unset {name}")),
        _ => None,
    })
}

fn refuse(key: SettingKey, message: &str) -> Error {
    let error = Error::usage(format!("{}: {message}", key.name()));
    match key {
        SettingKey::Waitlist => error.hint("list the waitlists with: referralloop waitlists"),
        _ => error,
    }
}

/// What a change leads to where it would surprise: another value that goes first, an id unlike the service's, and a
/// question that is not asked any more.
fn tell_effect(console: &Console, context: &Context, key: SettingKey, value: Option<&str>) -> Result<(), Error> {
    let Some(value) = value else { return Ok(()) };
    let settings = session::load_settings(context, console)?;
    let found = if key == SettingKey::Profile { None } else { settings.get(key)? };
    if let Some(first) = found.filter(|found| found.value != value) {
        console.print_notice(&format!("but {} has another value, and goes first", first.origin));
    } else if key == SettingKey::Waitlist && !is_like_an_id(value) {
        console.print_notice(
            "it is kept as it stands, for no form of ids is promised; but an id of the service looks like \
            123e4567-e89b-12d3-a456-426614174000",
        );
        console.print_hint("list the waitlists with: referralloop waitlists");
    } else if key == SettingKey::Waitlist {
        console.print_notice(
            "commands that need a waitlist take it, and do not ask any more; listen shows and forwards only what is of it",
        );
    }
    Ok(())
}

/// Whether an id has the form of those that the service documents, which promises none.
fn is_like_an_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
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
