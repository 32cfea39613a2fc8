//! `events`: the local history of what was received and sent.

mod browse;
mod diff;
mod export;
mod follow;
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
  referralloop events list --refused
  referralloop events show last
  referralloop events show 1 --raw > body.json")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: EventsAction,
}

#[derive(Debug, clap::Subcommand)]
enum EventsAction {
    List(Box<list::Arguments>),
    Browse(browse::Arguments),
    Show(show::Arguments),
    Diff(diff::Arguments),
    Export(Box<export::Arguments>),
    Import(import::Arguments),
    Report(Box<report::Arguments>),
    Prune(Box<prune::Arguments>),
}

/// Does one of them.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    match &arguments.action {
        EventsAction::List(arguments) => list::run(arguments, context),
        EventsAction::Browse(arguments) => browse::run(arguments, context),
        EventsAction::Show(arguments) => show::run(arguments, context),
        EventsAction::Diff(arguments) => diff::run(arguments, context),
        EventsAction::Export(arguments) => export::run(arguments, context),
        EventsAction::Import(arguments) => import::run(arguments, context),
        EventsAction::Report(arguments) => report::run(arguments, context),
        EventsAction::Prune(arguments) => prune::run(arguments, context),
    }
}
