//! `man`: the manual page, made from the same text as `--help`.

use crate::context::Context;
use crate::error::{Error, Exit};
use std::io::Write;

/// Print the manual page of referralloop, or of one of its commands
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop man > referralloop.1
  referralloop man listen > referralloop-listen.1")]
pub(crate) struct Arguments {
    /// A command, such as listen
    #[arg(value_name = "COMMAND")]
    of: Option<String>,
}

/// Prints the page for the command that it is handed.
pub(crate) fn run(arguments: &Arguments, mut command: clap::Command, context: &Context) -> Result<Exit, Error> {
    command.build();
    let page = match &arguments.of {
        None => command,
        Some(name) => command
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| Error::usage(format!("unknown command '{name}'")).hint("referralloop --help"))?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    context.stdout.clone().write_all(&roff)?;
    Ok(Exit::Done)
}
