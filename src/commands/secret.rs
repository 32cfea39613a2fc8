//! `secret`: the webhook secret of the profile.

use crate::config::file;
use crate::config::keys::SettingKey;
use crate::config::secrets::{self, SECRET_FILE_LIMIT, SecretOrigin};
use crate::config::{ConfigSettings, locate_user_file};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::phrases;
use crate::output::prompt;
use crate::output::records::{SecretKeptRecord, SecretRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::signature::Secret;
use crate::session::{self, input, registry};
use std::path::{Path, PathBuf};

/// Show, create or set the webhook secret of this profile
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a secret of your own, a development secret is created once for each profile, so that listen
and trigger agree without any setup; config unset webhook_secret goes back to it.

Examples:
  referralloop secret show
  referralloop secret new
  referralloop secret set < secret.txt
  referralloop secret set --secret-file secret.txt --profile staging"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: SecretAction,
}

#[derive(Debug, clap::Subcommand)]
enum SecretAction {
    /// Print the secret that signs and verifies now
    #[command(after_help = "Examples:
  referralloop secret show
  referralloop secret show --profile staging")]
    Show,
    /// Create a random secret and store it in the user configuration
    #[command(after_help = "Examples:
  referralloop secret new
  referralloop secret new --yes")]
    New,
    /// Store a secret of your own: typed at a hidden prompt, or read from standard input or a file
    #[command(after_help = "Examples:
  referralloop secret set < secret.txt
  referralloop secret set --secret-file secret.txt --yes")]
    Set {
        /// Read it from this file; one final newline is dropped, nothing else
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
}

/// Shows, makes or sets.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings_to_change(context, &console)?;
    match &arguments.action {
        SecretAction::Show => print_secret(&console, context, &settings)?,
        SecretAction::New => {
            confirm_replacement(context, &settings)?;
            keep(&console, context, &settings, &secrets::generate_secret(&context.entropy))?;
        }
        SecretAction::Set { secret_file } => {
            confirm_replacement(context, &settings)?;
            let secret = read_new(context, secret_file.as_deref())?;
            keep(&console, context, &settings, &secret)?;
        }
    }
    Ok(Exit::Done)
}

fn print_secret(console: &Console, context: &Context, settings: &ConfigSettings) -> Result<(), Error> {
    let found = session::load_secrets(context, settings, &[])?;
    context.show_secret(found.signing());
    let origin = found.origin.describe(&settings.profile.value);
    if console.is_json() {
        let secret = found.signing().expose();
        console.write_record(&SecretRecord::of(secret, &origin, &settings.profile.value))?;
    } else {
        // Into a pipe the secret itself, for whoever pipes it on; on a terminal nothing that it might act upon.
        match console.is_terminal() {
            true => console.write_lines(&[
                StyledLine::new(&console.out).put(TextRole::Plain, Sanitised::bytes(found.signing().expose()))
            ])?,
            false => console.write_bytes(&[found.signing().expose(), b"\n"].concat())?,
        }
        console.print_notice(&format!("secret: {origin}"));
    }
    Ok(())
}

/// A secret that the user chose is replaced only on purpose: deliveries signed with it stop verifying.
fn confirm_replacement(context: &Context, settings: &ConfigSettings) -> Result<(), Error> {
    let profile = &settings.profile.value;
    if settings.user.get(Some(profile), SettingKey::WebhookSecret).is_none() {
        return Ok(());
    }
    let question = format!("Profile {profile} already has a secret. Replace it?");
    if prompt::confirm(context, &question)? {
        return Ok(());
    }
    Err(Error::usage(format!("profile {profile} already has a secret, which was kept")).hint("--yes replaces it"))
}

fn read_new(context: &Context, file: Option<&Path>) -> Result<Secret, Error> {
    let contents = match file {
        Some(path) => input::read_input(context, path, SECRET_FILE_LIMIT, "secret file")?,
        None if context.may_prompt() => prompt::prompt_hidden("Webhook secret (not shown)")?.into_bytes(),
        None if context.stdin.is_terminal => {
            return Err(Error::usage("no secret given, and --no-input turns off the prompt")
                .hint("give a file with --secret-file"));
        }
        None => input::read_input(context, Path::new("-"), SECRET_FILE_LIMIT, "secret")?,
    };
    Secret::from_file_contents(&contents)
        .map_err(|_| Error::usage("the secret is empty").hint("anyone can sign with an empty secret"))
}

fn keep(console: &Console, context: &Context, settings: &ConfigSettings, secret: &Secret) -> Result<(), Error> {
    let text = std::str::from_utf8(secret.expose()).map_err(|_| {
        Error::usage("the secret is not valid UTF-8, and the configuration can hold only text")
            .hint("pass it to each command with --secret-file")
    })?;
    let path = locate_user_file(&session::settings_options(context), &context.environment, &context.directory)?;
    let profile = &settings.profile.value;
    file::write_setting(&path, Some(profile), SettingKey::WebhookSecret, Some(text))?;
    let origin = SecretOrigin::User(path.clone()).describe(profile);
    if console.is_json() {
        console.write_record(&SecretKeptRecord { origin: &origin, profile, file: path.display().to_string() })?;
    } else {
        console.print_notice(&format!("Secret stored in {} (profile {profile}).", path.display()));
    }
    if !console.is_json()
        && session::store_path(context, settings).is_ok_and(|store| registry::find_listener(&store).is_some())
    {
        console.print_notice("The running listener keeps the secret that it started with; restart it.");
    }
    if let Some(doubt) = doubt_secret(secret.expose()).filter(|_| !console.is_json()) {
        console.print_notice(&doubt);
    }
    if context.environment.is_set(secrets::SECRET_VARIABLE) {
        console.print_hint("REFERRALLOOP_WEBHOOK_SECRET is set and takes precedence over it");
    }
    Ok(())
}

/// Bytes below which a secret can be guessed.
const FEW: usize = 16;

/// What looks like a slip about a secret that is stored as it was given.
fn doubt_secret(secret: &[u8]) -> Option<String> {
    let is_quoted = secret.len() > 1
        && [b'"', b'\''].iter().any(|quote| secret.starts_with(&[*quote]) && secret.ends_with(&[*quote]));
    if is_quoted {
        return Some("The secret begins and ends with a quotation mark, which is taken for part of it.".to_owned());
    }
    if secret.trim_ascii().len() < secret.len() {
        return Some("The secret begins or ends with white space, which is taken for part of it.".to_owned());
    }
    (secret.len() < FEW).then(|| {
        let size = phrases::format_quantity(secret.len() as u64, "character", "characters");
        format!(
            "The secret has only {} and can be guessed; is it whole? A new one: referralloop secret new",
            size.as_str()
        )
    })
}

#[cfg(test)]
mod tests;
