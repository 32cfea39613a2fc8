//! The front door: the command line's grammar and the way from it to a command. Parsing does nothing else.

mod absent;
mod complete;
mod grammar;
mod layout;
mod meanings;
mod values;

use crate::commands::{
    completions, config, demo, doctor, events, expect, help, inspect, listen, load, login, logout, man, reconcile,
    rehearse, replay, sandbox, secret, sign, signups, subscribe, subscriptions, supervise, test, trigger, unsubscribe,
    verify, waitlists, welcome, whoami,
};
use crate::config::secrets::{self, SECRET_PREFIX};
use crate::context::{Context, GlobalOptions};
use crate::error::{Error, Exit};
use crate::logging::LEVEL_VARIABLE;
use crate::output::output_error::OutputError;
use crate::protocol::api::{LIVE_PREFIX, TEST_PREFIX};
use crate::relay;
use crate::session::build::describe_build;
use crate::session::logging;
use crate::tunnel::supervisor;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::borrow::Cow;
use std::ffi::OsString;

/// Columns that help keeps to, however wide the terminal is.
const HELP_WIDTH: usize = 100;

/// Receive, verify, store, fabricate and deliver ReferralLoop webhooks, from a terminal and from CI
#[derive(Debug, Parser)]
#[command(
    name = "referralloop",
    bin_name = "referralloop",
    version,
    disable_help_subcommand = true,
    max_term_width = HELP_WIDTH,
    after_help = "Start here, in two terminals or with the demo in one; no account and no network are needed.

Examples:
  referralloop listen
  referralloop trigger created
  referralloop demo"
)]
pub struct Cli {
    #[command(flatten)]
    globals: GlobalOptions,
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    Demo(demo::Arguments),
    Listen(Box<listen::Arguments>),
    Inspect(inspect::Arguments),
    Trigger(Box<trigger::Arguments>),
    Load(Box<load::Arguments>),
    Rehearse(Box<rehearse::Arguments>),
    Replay(Box<replay::Arguments>),
    Events(events::Arguments),
    Expect(Box<expect::Arguments>),
    Verify(verify::Arguments),
    Sign(sign::Arguments),
    Sandbox(Box<sandbox::Arguments>),
    Secret(secret::Arguments),
    Subscribe(subscribe::Arguments),
    Unsubscribe(unsubscribe::Arguments),
    Subscriptions(subscriptions::Arguments),
    Waitlists(waitlists::Arguments),
    Signups(signups::Arguments),
    Reconcile(reconcile::Arguments),
    Login(login::Arguments),
    Logout(logout::Arguments),
    Whoami(whoami::Arguments),
    Doctor(doctor::Arguments),
    Test(Box<test::Arguments>),
    Config(config::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Help(help::Arguments),
}

/// The grammar as a value, for completions, the manual page and the tests of help texts.
pub fn command() -> clap::Command {
    let command = Cli::command().long_version(describe_build());
    if relay::IS_BUILT_IN { command } else { absent::tell_of_absence(command) }
}

/// The grammar with its help laid out for the terminal of a context.
fn terminal_command(context: &Context) -> clap::Command {
    // As the parser's library does: the terminal, else what COLUMNS says.
    let told = || context.environment.text("COLUMNS").and_then(|columns| columns.parse().ok());
    layout::lay_out(command(), context.columns.or_else(told).unwrap_or(HELP_WIDTH).min(HELP_WIDTH))
}

/// Parses the command line of the context, fills in its global options, and runs the command.
pub(crate) fn run(context: &mut Context) -> Result<Exit, CliFailure> {
    // No command of the user's: this program calls itself by it, with a command line that is not its own.
    if let Some(command) = supervisor::parse_supervised_command(&context.arguments) {
        return supervise::run(command, context).map_err(CliFailure::Command);
    }
    #[cfg(unix)]
    if crate::child::guard::is_guard(&context.arguments) {
        return supervise::guard(context).map_err(CliFailure::Command);
    }
    if let Some(shell) = complete::find_asking_shell(context) {
        complete::complete(shell, command(), context)
            .map_err(|error| CliFailure::Command(OutputError::from(error).into()))?;
        return Ok(Exit::Done);
    }
    // Somebody who types the name alone wants to know what to do; a script gets the help that it always got.
    if context.arguments.len() == 1 && context.is_interactive() && welcome::show_next_steps(context).is_ok() {
        return Ok(Exit::NoCommand);
    }
    // How to print is needed before the rest of the line is understood: what is wrong with it is printed, too.
    context.globals.json = wants_json(&context.arguments);
    context.hide_secrets(&secrets::list_url_passwords(&context.arguments, &context.environment));
    refuse_secrets(context).map_err(CliFailure::Command)?;
    let parsed = parse(command(), context)
        // Help is laid out where it is shown, and not at every start.
        .or_else(|error| if shows_help(&error) { parse(terminal_command(context), context) } else { Err(error) })
        .map_err(|error| failure(error, context))?;
    context.globals = parsed.globals;
    context.hide_secrets(&secrets::list_environment_secrets(&context.environment));
    logging::start_log(context, &name_command(context)).map_err(CliFailure::Command)?;
    dispatch(&parsed.command, context).map_err(CliFailure::Command)
}

fn parse(command: clap::Command, context: &Context) -> Result<Cli, clap::Error> {
    command.try_get_matches_from(&context.arguments).and_then(|matches| Cli::from_arg_matches(&matches))
}

fn shows_help(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

/// The first word of a command line that names a command, for the log.
fn name_command(context: &Context) -> String {
    if !context.environment.is_set(LEVEL_VARIABLE) {
        return String::new();
    }
    let known = command();
    let words = context.arguments.iter().skip(1).filter_map(|word| word.to_str());
    words.into_iter().find(|word| known.find_subcommand(word).is_some()).unwrap_or_default().to_owned()
}

/// Why the front door sends somebody away.
#[derive(Debug)]
pub enum CliFailure {
    /// Help or the version was asked for, or nothing at all.
    Shown(clap::Error),
    /// The command line does not fit the grammar, or the command ended early.
    Command(Error),
}

fn failure(error: clap::Error, context: &Context) -> CliFailure {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => CliFailure::Shown(error),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !context.globals.json => CliFailure::Shown(error),
        _ => CliFailure::Command(grammar::explain_parse_error(&error, &context.arguments, &command())),
    }
}

/// Whether a command line asks for records, as far as that can be told without parsing it.
fn wants_json(arguments: &[OsString]) -> bool {
    let options: Vec<_> = arguments.iter().take_while(|argument| *argument != "--").collect();
    let pair = |two: &[&OsString]| two[0] == "--format" && two[1] == "json";
    options.iter().any(|option| *option == "--json" || *option == "--format=json") || options.windows(2).any(pair)
}

fn dispatch(command: &CliCommand, context: &Context) -> Result<Exit, Error> {
    match command {
        CliCommand::Demo(arguments) => demo::run(arguments, context),
        CliCommand::Listen(arguments) => listen::run(arguments, context),
        CliCommand::Inspect(arguments) => inspect::run(arguments, context),
        CliCommand::Trigger(arguments) => trigger::run(arguments, context),
        CliCommand::Load(arguments) => load::run(arguments, context),
        CliCommand::Rehearse(arguments) => rehearse::run(arguments, context),
        CliCommand::Replay(arguments) => replay::run(arguments, context),
        CliCommand::Events(arguments) => events::run(arguments, context),
        CliCommand::Expect(arguments) => expect::run(arguments, context),
        CliCommand::Verify(arguments) => verify::run(arguments, context),
        CliCommand::Sign(arguments) => sign::run(arguments, context),
        CliCommand::Sandbox(arguments) => sandbox::run(arguments, context),
        CliCommand::Secret(arguments) => secret::run(arguments, context),
        CliCommand::Subscribe(arguments) => subscribe::run(arguments, context),
        CliCommand::Unsubscribe(arguments) => unsubscribe::run(arguments, context),
        CliCommand::Subscriptions(arguments) => subscriptions::run(arguments, context),
        CliCommand::Waitlists(arguments) => waitlists::run(arguments, context),
        CliCommand::Signups(arguments) => signups::run(arguments, context),
        CliCommand::Reconcile(arguments) => reconcile::run(arguments, context),
        CliCommand::Login(arguments) => login::run(arguments, context),
        CliCommand::Logout(arguments) => logout::run(arguments, context),
        CliCommand::Whoami(arguments) => whoami::run(arguments, context),
        CliCommand::Doctor(arguments) => doctor::run(arguments, context),
        CliCommand::Test(arguments) => test::run(arguments, context),
        CliCommand::Config(arguments) => config::run(arguments, context),
        CliCommand::Completions(arguments) => completions::run(arguments, complete::write_script, context),
        CliCommand::Man(arguments) => man::run(arguments, self::command(), context),
        CliCommand::Help(arguments) => help::run(arguments, terminal_command(context), finish_help, context),
    }
}

/// Every process on the machine can read a command line, so a key or secret on it is refused, and not repeated.
fn refuse_secrets(context: &Context) -> Result<(), Error> {
    const KEY: &str = "put it in REFERRALLOOP_API_KEY, or store it with: referralloop login";
    const SECRET: &str = "put it in REFERRALLOOP_WEBHOOK_SECRET, into a file for --secret-file, or store it with: \
        referralloop secret set";
    let has = |text: &str, marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let words: Vec<_> = context.arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    for (at, text) in words.iter().enumerate().skip(1) {
        // What stands behind these commands is meant as one, whatever it looks like.
        let before = &words[1..at];
        let is_argument_of = |command: &[&str]| !text.starts_with('-') && is_behind(command, before);
        let hint = if has(text, &[LIVE_PREFIX, TEST_PREFIX]) || is_argument_of(&["login"]) {
            KEY
        } else if has(text, &["whsec_", SECRET_PREFIX]) || is_argument_of(&["secret", "set"]) {
            SECRET
        } else {
            continue;
        };
        let message = format!("argument {at} looks like a key or secret; other processes can read the command line");
        return Err(Error::usage(message).hint(hint));
    }
    Ok(())
}

/// Whether a command is what was typed last, whatever options stand before it. A profile may have its name.
fn is_behind(command: &[&str], typed: &[Cow<'_, str>]) -> bool {
    let options = typed.len().saturating_sub(command.len());
    typed[options..] == *command && options.checked_sub(1).is_none_or(|last| typed[last] != "--profile")
}

/// Help or a complaint of the parser as it is printed.
pub(crate) fn finish_help(text: &clap::builder::StyledStr, colour: bool) -> String {
    layout::finish(&if colour { text.ansi().to_string() } else { text.to_string() })
}
