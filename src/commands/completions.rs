//! `completions`: the completion script of a shell.

use crate::context::Context;
use crate::error::{Error, Exit};
use std::io::Write;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop completions bash > referralloop.bash
  referralloop completions zsh > _referralloop
  referralloop completions fish > referralloop.fish")]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Prints the script for the command that it is handed.
pub(crate) fn run(arguments: &Arguments, mut command: clap::Command, context: &Context) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "referralloop", &mut script);
    context.stdout.clone().write_all(&script)?;
    Ok(Exit::Done)
}
