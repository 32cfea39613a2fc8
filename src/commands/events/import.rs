//! `events import`: an export, or what `listen --json` wrote, into this store.

use crate::context::Context;
use crate::error::{Error, ErrorCategory, Exit};
use crate::output::console::Console;
use crate::output::phrases::format_quantity;
use crate::output::records::ImportSummary;
use crate::session::transfer::{self, ExportedEvent};
use crate::session::{self, input, runtime};
use crate::store::Store;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Read events of an export into this store
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Reads what export wrote and what listen --json printed. Events that are already here do not change.

Examples:
  referralloop events import events.jsonl
  referralloop events export --all | referralloop --store other.db events import -"
)]
pub(super) struct Arguments {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Events in one transaction.
const BATCH: usize = 1000;

/// Longest line: a body of the largest size in Base64, with room for its header lines and attempts.
const LINE_LIMIT: u64 = 2 * input::BODY_LIMIT;

/// What an import did.
#[derive(Debug, Default)]
struct ImportTally {
    imported: u64,
    known: u64,
    other: u64,
}

/// Imports.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let from: Box<dyn BufRead> = if arguments.file == Path::new("-") {
        Box::new(BufReader::new(context.stdin.clone()))
    } else {
        let path = context.resolve(&arguments.file);
        let shown = arguments.file.display();
        let file = File::open(path).map_err(|error| {
            Error::usage(format!("cannot read {shown}: {}", input::describe_io_error(&error))).caused_by(error)
        })?;
        Box::new(BufReader::new(file))
    };
    let tally = runtime::block_on(async {
        let store = session::open_store(context, &settings)?;
        let imported = import(from, &store).await;
        store.close().await;
        imported
    })?;
    show_summary(&tally, &console)?;
    Ok(Exit::Done)
}

async fn import(mut from: Box<dyn BufRead>, store: &Store) -> Result<ImportTally, Error> {
    let mut tally = ImportTally::default();
    let (mut batch, mut line, mut number) = (Vec::with_capacity(BATCH), String::new(), 0u64);
    loop {
        line.clear();
        let read = from.by_ref().take(LINE_LIMIT).read_line(&mut line);
        number += 1;
        match read.map_err(|error| Error::usage(format!("line {number} cannot be read: {error}")).caused_by(error))? {
            0 => break,
            _ if line.trim().is_empty() => continue,
            _ => {}
        }
        let wrong = |message| {
            Error::usage(format!("line {number} is not an event: {message}"))
                .hint("lines before this one were imported; import reads what events export writes")
        };
        match transfer::read_line(&line).map_err(wrong) {
            Ok(Some(event)) => batch.push(event),
            Ok(None) => tally.other += 1,
            Err(error) => {
                store_batch(&mut batch, store, &mut tally).await?;
                return Err(error);
            }
        }
        if batch.len() == BATCH {
            store_batch(&mut batch, store, &mut tally).await?;
        }
    }
    store_batch(&mut batch, store, &mut tally).await?;
    Ok(tally)
}

async fn store_batch(batch: &mut Vec<ExportedEvent>, store: &Store, tally: &mut ImportTally) -> Result<(), Error> {
    let past = batch.drain(..).map(ExportedEvent::into_past).collect();
    let numbers = store.import_events(past).await.map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
    let new = numbers.iter().flatten().count() as u64;
    tally.imported += new;
    tally.known += numbers.len() as u64 - new;
    Ok(())
}

fn show_summary(tally: &ImportTally, console: &Console) -> Result<(), Error> {
    if console.is_json() {
        let ImportTally { imported, known, other } = *tally;
        return Ok(console.write_summary(&ImportSummary { imported, known, other })?);
    }
    let mut words = format!("{} imported", format_quantity(tally.imported, "event", "events").as_str());
    if tally.known > 0 {
        words.push_str(&format!(", {} already here", tally.known));
    }
    if tally.other > 0 {
        words.push_str(&format!(", {} skipped", format_quantity(tally.other, "other line", "other lines").as_str()));
    }
    console.print_notice(&words);
    Ok(())
}
