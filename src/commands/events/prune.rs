//! `events prune`: removes old events for good.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::PrunedSummary;
use crate::output::{phrases, prompt};
use crate::session::history::{SelectionOptions, StoredIds};
use crate::session::selection::{HistoryQuery, choose_numbers};
use crate::session::{self, arguments};
use crate::store::{self, StoreReader};
use jiff::Timestamp;
use std::time::Duration;

/// Remove old events for good: overwritten in the file, and gone from its log
#[derive(Debug, clap::Args)]
#[command(after_help = "An event goes with all its arrivals and attempts. Numbers are not reused.

Examples:
  referralloop events prune --older 30d
  referralloop events prune 1-3 --yes
  referralloop events prune --keep 10000 --yes
  referralloop events prune --older 7d --keep 100 --dry-run
  referralloop events prune --email ada@example.com --all --yes")]
pub(super) struct Arguments {
    /// Events by number (43, 43-45 or 43,45) or last, the newest one received or sent; without any, what the options choose
    #[arg(value_name = "ID", value_delimiter = ',', conflicts_with_all = ["older", "keep"])]
    ids: Vec<StoredIds>,
    /// Events that were last seen longer ago than this
    #[arg(long, value_name = "DURATION", value_parser = arguments::read_duration)]
    older: Option<Duration>,
    /// Keep the newest N of them
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    #[command(flatten)]
    selection: SelectionOptions,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(4);

/// Removes.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let chooses = !arguments.ids.is_empty() || !arguments.selection.is_empty();
    if arguments.older.is_none() && arguments.keep.is_none() && !chooses {
        return Err(Error::usage("say what to remove: --older 30d, --keep 1000, or which events")
            .hint("events by their numbers, such as 3 or 2-5, or chosen, such as --email ada@example.com")
            .hint("--dry-run removes nothing"));
    }
    let settings = session::load_settings(context, &console)?;
    let reader = session::open_reader(context, &settings)?;
    let now = context.clock.now();
    let before = arguments.older.map(|older| now.checked_sub(older).unwrap_or(Timestamp::MIN));
    let doomed = select_events(arguments, &reader, before, context)?;
    drop(reader);
    if arguments.dry_run {
        let counted = PrunedSummary { would_remove: Some(doomed.len() as u64), ..PrunedSummary::default() };
        show_summary(&console, &counted)?;
        return Ok(Exit::Done);
    }
    let question =
        format!("Remove {} for good?", phrases::format_quantity(doomed.len() as u64, "event", "events").as_str());
    if !doomed.is_empty() && !prompt::confirm(context, &question)? {
        let doomed = phrases::format_quantity(doomed.len() as u64, "event", "events");
        return Err(Error::usage(format!("removing {} for good needs confirmation", doomed.as_str()))
            .hint("--yes confirms it; --dry-run only counts"));
    }
    let path = session::store_path(context, &settings)?;
    if !path.exists() {
        show_summary(&console, &PrunedSummary { removed: Some(0), ..PrunedSummary::default() })?;
        return Ok(Exit::Done);
    }
    // Refused requests have no type, sign-up or state to choose by, so they go by their age alone.
    let refused = before.filter(|_| arguments.selection.is_empty()).map(Timestamp::as_millisecond);
    let pruned = store::prune(&path, &doomed, refused, PATIENCE)?;
    let summary = PrunedSummary {
        removed: Some(pruned.events),
        refused: Some(pruned.refused),
        log_emptied: Some(pruned.log_emptied),
        file_bytes: Some(pruned.file_bytes),
        ..PrunedSummary::default()
    };
    show_summary(&console, &summary)?;
    if !pruned.log_emptied {
        console.print_notice(
            "another process is reading the store; its log will be emptied when that process ends, or by the next \
            prune",
        );
    }
    Ok(Exit::Done)
}

/// The events to remove: chosen, old enough, and not among the newest that are kept.
fn select_events(
    arguments: &Arguments,
    reader: &StoreReader,
    before: Option<Timestamp>,
    context: &Context,
) -> Result<Vec<u64>, Error> {
    if !arguments.ids.is_empty() {
        let mut named = choose_numbers(reader, &arguments.ids, &arguments.selection, None, context)?;
        named.dedup();
        return Ok(named);
    }
    let choice = HistoryQuery::of_all(&arguments.selection, context)?;
    let (mut doomed, mut spared) = (Vec::new(), 0);
    choice.scan(reader, None, |row| {
        let seen = row.last_at.max(row.sent_at);
        if spared < arguments.keep.unwrap_or(0) {
            spared += 1;
        } else if before.is_none_or(|before| seen.is_none_or(|seen| seen < before)) {
            doomed.push(row.number);
        }
        true
    })?;
    Ok(doomed)
}

fn show_summary(console: &Console, counts: &PrunedSummary) -> Result<(), Error> {
    if console.is_json() {
        return Ok(console.write_summary(counts)?);
    }
    let count = counts.removed.or(counts.would_remove).unwrap_or_default();
    let verb = if counts.removed.is_some() { "removed" } else { "would be removed" };
    console.print_notice(&format!("{} {verb}", phrases::format_quantity(count, "event", "events").as_str()));
    Ok(())
}
