//! The front door: the command line's grammar and the way from it to a command. Parsing does nothing else.

use crate::commands::{completions, config, demo, events, expect, listen, man, secret, sign, test, trigger, verify};
use crate::config::secrets::SECRET_PREFIX;
use crate::context::{Context, Globals};
use crate::error::{Error, Exit};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Receive, verify, store, fabricate and deliver ReferralLoop webhooks, from a terminal and from CI
#[derive(Debug, Parser)]
#[command(
    name = "referralloop",
    bin_name = "referralloop",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Start here, in two terminals; no account and no network are needed:
  referralloop listen
  referralloop trigger created

Or see the whole loop in one:
  referralloop demo"
)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Listen(Box<listen::Arguments>),
    Trigger(Box<trigger::Arguments>),
    Events(events::Arguments),
    Expect(Box<expect::Arguments>),
    Verify(verify::Arguments),
    Sign(sign::Arguments),
    Secret(secret::Arguments),
    Test(Box<test::Arguments>),
    Config(config::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// The grammar as a value, for completions, the manual page and the tests of help texts.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses the command line of the context, fills in its global options, and runs the command.
pub fn run(context: &mut Context) -> Result<Exit, Failure> {
    refuse_secrets(context)?;
    let matches = command().try_get_matches_from(&context.arguments).map_err(Failure::Grammar)?;
    let cli = Cli::from_arg_matches(&matches).map_err(Failure::Grammar)?;
    context.globals = cli.globals;
    dispatch(&cli.command, context).map_err(Failure::Command)
}

/// Why the front door sends somebody away.
#[derive(Debug)]
pub enum Failure {
    /// The command line does not fit the grammar, or asks for help or the version.
    Grammar(clap::Error),
    /// The command ended early.
    Command(Error),
}

fn dispatch(command: &Command, context: &Context) -> Result<Exit, Error> {
    match command {
        Command::Demo(arguments) => demo::run(arguments, context),
        Command::Listen(arguments) => listen::run(arguments, context),
        Command::Trigger(arguments) => trigger::run(arguments, context),
        Command::Events(arguments) => events::run(arguments, context),
        Command::Expect(arguments) => expect::run(arguments, context),
        Command::Verify(arguments) => verify::run(arguments, context),
        Command::Sign(arguments) => sign::run(arguments, context),
        Command::Secret(arguments) => secret::run(arguments, context),
        Command::Test(arguments) => test::run(arguments, context),
        Command::Config(arguments) => config::run(arguments, context),
        Command::Completions(arguments) => completions::run(arguments, self::command(), context),
        Command::Man(arguments) => man::run(arguments, self::command(), context),
    }
}

/// Every process on the machine can read a command line, so a key or secret on it is refused, and not repeated.
fn refuse_secrets(context: &Context) -> Result<(), Failure> {
    let is_secret = |text: &str| ["pk_live_", "pk_test_", "whsec_", SECRET_PREFIX].iter().any(|p| text.contains(p));
    match context.arguments.iter().skip(1).position(|argument| is_secret(&argument.to_string_lossy())) {
        None => Ok(()),
        Some(position) => Err(Failure::Command(
            Error::usage(format!("argument {} looks like a key or secret, which every process could read", position + 1))
                .hint("put it into REFERRALLOOP_WEBHOOK_SECRET, into a file for --secret-file, or store it with: referralloop secret set"),
        )),
    }
}
