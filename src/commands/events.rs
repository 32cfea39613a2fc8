//! `events`: the local history of what was received and sent.

mod diff;
mod export;
mod import;
mod list;
mod prune;
mod report;
mod show;

use crate::context::Context;
use crate::error::{Error, Exit};

/// Look at stored events, share them, remove them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events list
  referralloop events list --events created --since 2h --failed
  referralloop events show last
  referralloop events show 1 --raw > body.json")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    List(Box<list::Arguments>),
    Show(show::Arguments),
    Diff(diff::Arguments),
    Export(Box<export::Arguments>),
    Import(import::Arguments),
    Report(Box<report::Arguments>),
    Prune(Box<prune::Arguments>),
}

/// Does one of them.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    match &arguments.action {
        Action::List(arguments) => list::run(arguments, context),
        Action::Show(arguments) => show::run(arguments, context),
        Action::Diff(arguments) => diff::run(arguments, context),
        Action::Export(arguments) => export::run(arguments, context),
        Action::Import(arguments) => import::run(arguments, context),
        Action::Report(arguments) => report::run(arguments, context),
        Action::Prune(arguments) => prune::run(arguments, context),
    }
}
