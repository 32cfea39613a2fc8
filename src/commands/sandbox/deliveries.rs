//! `sandbox deliveries`: what the sandbox delivered and has to, beside a running one or after its end.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::{pager, records, sandbox as shown};
use crate::protocol::delivery::SandboxDeliveryState;
use crate::sandbox::{self, DeliveryFilter};
use crate::session::sandbox::default_data_path;
use crate::session::{self, arguments, errors, registry};
use clap::ValueEnum;
use std::path::PathBuf;

/// List what the sandbox delivered, newest first, with each attempt
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop sandbox deliveries
  referralloop sandbox deliveries --state failed --json
  referralloop sandbox deliveries --data other.db --limit 100")]
pub(super) struct Arguments {
    /// Read this file [default: sandbox.db beside the profile's store]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Deliveries in this state only
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<DeliveryStateOption>,
    /// Deliveries of this subscription only
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = arguments::read_count)]
    limit: u64,
}

/// A state as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DeliveryStateOption {
    /// An attempt is due, now or later
    Pending,
    /// Acknowledged
    Delivered,
    /// Every attempt failed
    Failed,
    /// Its subscription was removed first
    Cancelled,
}

impl From<DeliveryStateOption> for SandboxDeliveryState {
    fn from(chosen: DeliveryStateOption) -> Self {
        match chosen {
            DeliveryStateOption::Pending => Self::Pending,
            DeliveryStateOption::Delivered => Self::Delivered,
            DeliveryStateOption::Failed => Self::Failed,
            DeliveryStateOption::Cancelled => Self::Cancelled,
        }
    }
}

/// Says where a sandbox that runs without a file shows its deliveries; whether there is one.
fn tell_of_running(context: &Context, settings: &ConfigSettings, console: &Console) -> Result<bool, Error> {
    let Some(mut url) = registry::find_sandbox(&session::store_path(context, settings)?) else { return Ok(false) };
    url.set_fragment(None);
    let page = format!("{}/_sandbox/", url.origin().ascii_serialization());
    console.print_notice(&format!(
        "A sandbox runs at {} and keeps its deliveries in memory, not in a file: see {page}",
        url.origin().ascii_serialization()
    ));
    console.print_hint(&format!("as JSON: curl -s {page}deliveries"));
    Ok(true)
}

/// Lists.
pub(super) fn run(arguments: &Arguments, context: &Context, console: &Console) -> Result<Exit, Error> {
    let settings = session::load_settings(context, console)?;
    let path = match &arguments.data {
        Some(path) => context.resolve(path),
        None => default_data_path(&session::store_path(context, &settings)?),
    };
    let wanted = DeliveryFilter {
        state: arguments.state.map(SandboxDeliveryState::from),
        subscription: arguments.subscription.clone(),
        limit: Some(arguments.limit),
    };
    let found =
        sandbox::read_deliveries(&path, &wanted).map_err(|error| errors::explain_open_error(error, "--data"))?;
    // Its data may be in its memory alone: then no file tells of it.
    if found.is_none() && arguments.data.is_none() && tell_of_running(context, &settings, console)? {
        return Ok(Exit::No);
    }
    let is_there = found.is_some();
    let mut found = found.unwrap_or_default();
    found.reverse();
    if console.is_json() {
        for delivery in &found {
            console.write_record(&records::DeliveryRecord::of(delivery))?;
        }
        return Ok(Exit::Done);
    }
    match (is_there, found.is_empty()) {
        (false, _) => console.print_notice("there is no sandbox yet; start with: referralloop sandbox"),
        (_, true) => console.print_notice("no delivery matches"),
        _ => {
            let table = shown::render_delivery_table(&found, context.clock.now(), &console.out);
            pager::show_paged(&table, console, context)?;
        }
    }
    Ok(Exit::Done)
}
