//! `sandbox deliveries`: what the sandbox delivered and has to, beside a running one or after its end.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::{arguments, failures, sandbox as flow, workspace};
use crate::output::console::Console;
use crate::output::{pager, records, sandbox as shown};
use crate::protocol::delivery::State;
use crate::sandbox::{self, Wanted};
use clap::ValueEnum;
use std::path::PathBuf;

/// List what the sandbox delivered, newest first, with each attempt
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop sandbox deliveries
  referralloop sandbox deliveries --state failed --json
  referralloop sandbox deliveries --data other.db --limit 100")]
pub struct Arguments {
    /// Read this file [default: sandbox.db beside the profile's store]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Deliveries in this state only
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<Chosen>,
    /// Deliveries of this subscription only
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = arguments::count)]
    limit: u64,
}

/// A state as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Chosen {
    /// An attempt is due, now or later
    Pending,
    /// Acknowledged
    Delivered,
    /// Every attempt failed
    Failed,
    /// Its subscription was removed first
    Cancelled,
}

impl From<Chosen> for State {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::Pending => Self::Pending,
            Chosen::Delivered => Self::Delivered,
            Chosen::Failed => Self::Failed,
            Chosen::Cancelled => Self::Cancelled,
        }
    }
}

/// Lists.
pub fn run(arguments: &Arguments, context: &Context, console: &Console) -> Result<Exit, Error> {
    let settings = workspace::settings(context, console)?;
    let path = match &arguments.data {
        Some(path) => context.resolve(path),
        None => flow::data_beside(&workspace::store_path(context, &settings)?),
    };
    let wanted = Wanted {
        state: arguments.state.map(State::from),
        subscription: arguments.subscription.clone(),
        limit: Some(arguments.limit),
    };
    let found = sandbox::deliveries(&path, &wanted).map_err(|error| failures::unopened(error, "--data"))?;
    let is_there = found.is_some();
    let mut found = found.unwrap_or_default();
    found.reverse();
    if console.is_json() {
        for delivery in &found {
            console.record("delivery", &records::Delivered::of(delivery))?;
        }
        return Ok(Exit::Done);
    }
    match (is_there, found.is_empty()) {
        (false, _) => console.note("there is no sandbox yet; start with: referralloop sandbox"),
        (_, true) => console.note("no delivery matches"),
        _ => pager::show(&shown::table(&found, &console.out), console, context)?,
    }
    Ok(Exit::Done)
}
