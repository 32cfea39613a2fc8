//! `events import`: an export, or what `listen --json` wrote, into this store.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, ErrorCategory, Exit};
use crate::output::console::Console;
use crate::output::phrases::format_quantity;
use crate::output::records::ImportSummary;
use crate::relay::RelayAddress;
use crate::session::transfer::{self, ExportedEvent};
use crate::session::{self, input, relay, relay_transfer, runtime};
use crate::store::Store;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Read events of an export into this store
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Reads what export wrote and what listen --json printed. Events that are already here do not change.
Of a stream it reads what is there now, and verifies each event with your secret.

Examples:
  referralloop events import events.jsonl
  referralloop events export --all | referralloop --store other.db events import -"
)]
pub(super) struct Arguments {
    /// The file, - for standard input, or nats://HOST/SUBJECT for all that a stream has
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    access: relay::Arguments,
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
    let address = arguments.file.to_str().filter(|text| RelayAddress::is_one(text));
    let address = address.map(RelayAddress::parse).transpose().map_err(Error::usage)?;
    arguments.access.require(address.is_some(), "nats://…")?;
    if let Some(address) = address {
        let tally = runtime::block_on(import_stream(arguments, &address, (context, &console), &settings))?;
        show_summary(&tally, "refused: their signature does not hold", &console)?;
        return Ok(Exit::Done);
    }
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
    show_summary(&tally, "skipped: lines that are no events", &console)?;
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
            let error = Error::usage(format!("line {number} is not an event: {message}"));
            match number {
                1 => error.hint("nothing was imported; import reads what events export writes"),
                _ => error.hint("lines before this one were imported; import reads what events export writes"),
            }
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

/// What a stream has. A signature that does not hold makes it no event of ours.
async fn import_stream(
    arguments: &Arguments,
    address: &RelayAddress,
    (context, console): (&Context, &Console),
    settings: &ConfigSettings,
) -> Result<ImportTally, Error> {
    let secrets = session::load_secrets(context, settings, &[])?;
    let keys: Vec<_> = secrets.all.iter().map(|secret| secret.key()).collect();
    let (screen, _) = console.start_screen()?;
    let connection = arguments.access.connect(address, (context, settings), &screen).await?;
    let store = session::open_store(context, settings)?;
    let (sender, events) = mpsc::channel(BATCH);
    let (read, stored) = tokio::join!(
        relay_transfer::read_stream(connection, (&keys, &context.clock), sender),
        store_all(events, &store)
    );
    store.close().await;
    screen.finish()?;
    read?;
    stored
}

/// Where storing fails, whoever reads is told by a channel that is closed.
async fn store_all(mut events: mpsc::Receiver<Option<ExportedEvent>>, store: &Store) -> Result<ImportTally, Error> {
    let (mut tally, mut batch, mut came) = (ImportTally::default(), Vec::new(), Vec::new());
    while events.recv_many(&mut came, BATCH).await > 0 {
        tally.other += came.iter().filter(|event| event.is_none()).count() as u64;
        batch.extend(came.drain(..).flatten());
        store_batch(&mut batch, store, &mut tally).await?;
    }
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

fn show_summary(tally: &ImportTally, left_out: &str, console: &Console) -> Result<(), Error> {
    if console.is_json() {
        let ImportTally { imported, known, other } = *tally;
        return Ok(console.write_summary(&ImportSummary { imported, known, other })?);
    }
    let mut words = format!("{} imported", format_quantity(tally.imported, "event", "events").as_str());
    if tally.known > 0 {
        words.push_str(&format!(", {} already here", tally.known));
    }
    if tally.other > 0 {
        words.push_str(&format!(", {} {left_out}", tally.other));
    }
    console.print_notice(&words);
    Ok(())
}
