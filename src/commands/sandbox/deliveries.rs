//! `sandbox deliveries`: what the sandbox delivered and has to, as a running one tells, or from its file after its end.

use super::asking::ask_running;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::{pager, phrases, records, sandbox as shown};
use crate::protocol::delivery::{SandboxDelivery, SandboxDeliveryState};
use crate::sandbox::{self, DeliveryFilter};
use crate::session::sandbox::default_data_path;
use crate::session::{self, arguments, errors};
use clap::ValueEnum;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// List what the sandbox delivered, newest first, with each attempt
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop sandbox deliveries
  referralloop sandbox deliveries --state failed --json
  referralloop sandbox deliveries --data other.db --limit 100")]
pub(super) struct Arguments {
    /// Read this file [default: ask the sandbox that runs; without one, sandbox.db beside the profile's store]
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

/// Says which file is read in the place of a sandbox, and how old it is.
fn tell_of_file(path: &Path, context: &Context, console: &Console) {
    // Next to the file itself is what is not yet moved into it.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let written = [path.as_os_str(), &log].into_iter().filter_map(|file| std::fs::metadata(file).ok()?.modified().ok());
    let at = written.max().and_then(|at| Timestamp::try_from(at).ok());
    let age = at.and_then(|at| Duration::try_from(context.clock.now().duration_since(at)).ok());
    let age = age.map(|age| format!(", last written {} ago", phrases::format_duration(whole_seconds(age)).as_str()));
    console.print_notice(&format!("no sandbox is running; read from {}{}", path.display(), age.unwrap_or_default()));
}

fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs().max(1))
}

/// From a file that is named; else from a sandbox that runs; else from what one left in its usual place.
fn find(
    given: Option<&Path>,
    wanted: &DeliveryFilter,
    context: &Context,
    console: &Console,
) -> Result<Option<Vec<SandboxDelivery>>, Error> {
    let settings = session::load_settings(context, console)?;
    let read = |path: &Path| {
        sandbox::read_deliveries(path, wanted).map_err(|error| errors::explain_open_error(error, "--data"))
    };
    if let Some(path) = given {
        return read(&context.resolve(path));
    }
    if let Some(found) = ask_running(wanted, &settings, context, console)? {
        return Ok(Some(found));
    }
    let path = default_data_path(&session::store_path(context, &settings)?);
    let found = read(&path)?;
    if found.is_some() {
        tell_of_file(&path, context, console);
    }
    Ok(found)
}

/// Lists.
pub(super) fn run(arguments: &Arguments, context: &Context, console: &Console) -> Result<Exit, Error> {
    let wanted = DeliveryFilter {
        state: arguments.state.map(SandboxDeliveryState::from),
        subscription: arguments.subscription.clone(),
        limit: Some(arguments.limit),
    };
    let found = find(arguments.data.as_deref(), &wanted, context, console)?;
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
