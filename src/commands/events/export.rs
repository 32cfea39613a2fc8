//! `events export`: stored events as JSON lines that can be imported again, as something that sends them again, or as an
//! archive for developer tools.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::har::{self, ArchivedDelivery};
use crate::output::output_error::OutputError;
use crate::output::phrases::format_quantity;
use crate::output::records;
use crate::output::rendition::RequestRendition;
use crate::output::request_scripts::{self, NamedRequest, ScriptLanguage};
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::redact::Redactor;
use crate::relay::RelayAddress;
use crate::session::destination::default_target;
use crate::session::history::{SelectionOptions, StoredIds};
use crate::session::output_file::{self, WriteMode};
use crate::session::relay_transfer::{StreamExport, TransferTarget, first_arrival};
use crate::session::replay_request::{self, ReplayForm, ReplaySigning};
use crate::session::transfer::EventHistory;
use crate::session::{self, input, relay, runtime, selection};
use crate::store::StoreReader;
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use url::Url;

/// Write stored events to a file: JSON lines that import takes, or code that sends them again
#[derive(Debug, clap::Args)]
#[command(after_help = "Oldest first. JSON lines lose nothing: import brings back the same bytes.

Examples:
  referralloop events export --all --output events.jsonl
  referralloop events export last --as curl --to 3000/webhooks
  referralloop events export --failed --as python --output test_webhooks.py
  referralloop events export --as har --output deliveries.har
  referralloop events export --since 2h --redact --output share.jsonl")]
pub(super) struct Arguments {
    /// Events by number (43, 43-45 or 43,45) or last, the newest one received or sent; without any, what the options choose
    #[arg(value_name = "ID", value_delimiter = ',')]
    ids: Vec<StoredIds>,
    /// The newest N of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    last: Option<u32>,
    #[command(flatten)]
    selection: SelectionOptions,
    /// What is written
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t)]
    form: ExportForm,
    /// Where requests go; JSON lines need none. With nats://HOST/SUBJECT the events go into that stream
    #[arg(long, value_name = "TARGET", value_parser = TransferTarget::read)]
    to: Option<TransferTarget>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
    /// Mask e-mail addresses, names, telephone numbers and header values
    #[arg(long)]
    redact: bool,
    // Its heading is that of all that would stand below it.
    #[command(flatten)]
    access: relay::Arguments,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ExportForm {
    /// One JSON record a line
    #[default]
    Jsonl,
    /// A shell script of curl command lines
    Curl,
    /// A hurl file
    Hurl,
    /// A Python test
    Python,
    /// A test for Node
    Node,
    /// An HTTP Archive of every attempt, for developer tools and proxies
    Har,
}

/// What is exported is no longer, byte for byte, what came in; who imports it must know.
const LEFT_OUT: &str = "a secret that is known here was left out and stands as [redacted]: those events are not what came \
in, and import as other ones";

/// Exports.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let stream = arguments.to.as_ref().and_then(TransferTarget::relay);
    arguments.access.require(stream.is_some(), "--to nats://…")?;
    if stream.is_some() && (arguments.form != ExportForm::Jsonl || arguments.output.is_some()) {
        return Err(Error::usage("--as and --output are about a file, and --to nats://… is a stream"));
    }
    if arguments.redact && stream.is_some() {
        return Err(Error::usage(
            "--redact leaves out signatures, and everybody behind the stream would refuse the events",
        )
        .hint("without --redact they are published as they came; to share a file: --redact --output FILE"));
    }
    let reader = session::open_reader(context, &settings)?;
    let newest = arguments.last.map(|last| last as usize);
    let numbers = selection::choose_numbers(&reader, &arguments.ids, &arguments.selection, newest, context)?;
    if let Some(address) = stream {
        return runtime::block_on(publish(arguments, address, (context, &console, &settings), &reader, &numbers));
    }
    let file = arguments.output.as_ref().filter(|path| !output_file::is_stdout(path));
    let path = file.map(|path| context.resolve(path));
    if let Some(path) = &path {
        input::confirm_overwrite(context, path, arguments.force)?;
    }
    let mut out = match &path {
        Some(path) => output_file::open_output_file(context, path, WriteMode::Replace)?,
        None => context.stdout.buffered(),
    };
    let fault = |error| match &path {
        Some(path) => Error::unwritable(path, error),
        None => OutputError::from(error).into(),
    };
    let count = write(arguments, context, &reader, &numbers, &mut |bytes| out.write_all(bytes).map_err(fault))?;
    out.flush().map_err(fault)?;
    if let Some(path) = &path {
        console.print_notice(&format!(
            "{} written to {}",
            format_quantity(count as u64, "event", "events").as_str(),
            path.display()
        ));
    }
    if out.has_masked() {
        console.print_notice(LEFT_OUT);
    }
    Ok(Exit::Done)
}

fn write(
    arguments: &Arguments,
    context: &Context,
    reader: &StoreReader,
    numbers: &[u64],
    put: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<usize, Error> {
    let mut stories = read_stories(arguments, reader, numbers);
    if arguments.form == ExportForm::Jsonl {
        let now = context.clock.now();
        let mut count = 0;
        for story in stories {
            put(&records::encode_record(now, &story?.fields()))?;
            count += 1;
        }
        return Ok(count);
    }
    let stories: Vec<EventHistory> = stories.by_ref().collect::<Result<_, _>>()?;
    let form = ReplayForm::plain(ReplaySigning::Kept);
    if arguments.form == ExportForm::Har {
        put(archive(arguments, &stories, &form)?.as_bytes())?;
        return Ok(stories.len());
    }
    let requests: Vec<(u64, OutgoingRequest)> = stories
        .iter()
        .map(|story| {
            Ok((story.event.number, replay_request::build_replay_request(story, target(arguments, story)?, &form)?))
        })
        .collect::<Result<_, Error>>()?;
    put(recipe(arguments.form, &requests).as_bytes())?;
    Ok(stories.len())
}

/// One at a time is in memory.
fn read_stories(
    arguments: &Arguments,
    reader: &StoreReader,
    numbers: &[u64],
) -> impl Iterator<Item = Result<EventHistory, Error>> {
    let mut redactor = arguments.redact.then(Redactor::new);
    numbers.iter().filter_map(move |number| {
        let story = EventHistory::read(reader, *number).transpose()?;
        Some(story.map(|story| match &mut redactor {
            Some(redactor) => story.redacted(redactor),
            None => story,
        }))
    })
}

/// Into a stream, each event as it came in first.
async fn publish(
    arguments: &Arguments,
    address: &RelayAddress,
    (context, console, settings): (&Context, &Console, &ConfigSettings),
    reader: &StoreReader,
    numbers: &[u64],
) -> Result<Exit, Error> {
    let (screen, _) = console.start_screen()?;
    let export = StreamExport::open(&arguments.access, address, (context, settings), &screen).await?;
    let (mut count, mut before) = (0u64, 0);
    for story in read_stories(arguments, reader, numbers) {
        let story = story?;
        let known = export.publish(story.event.number, &first_arrival(&story, context.clock.now())).await?;
        (count, before) = (count + 1, before + u64::from(known));
    }
    screen.finish()?;
    let known = if before > 0 { format!(", {before} of them there before") } else { String::new() };
    console
        .print_notice(&format!("{} published to {address}{known}", format_quantity(count, "event", "events").as_str()));
    Ok(Exit::Done)
}

/// `--to`, else where the event went before, else where a listener is by default.
fn target(arguments: &Arguments, story: &EventHistory) -> Result<Url, Error> {
    match arguments.to.as_ref().and_then(TransferTarget::endpoint).cloned().or_else(|| story.last_target()) {
        Some(url) => Ok(url),
        None => default_target(),
    }
}

/// Every attempt with its answer, in the order in which they were made; an event that was never sent as what would be.
fn archive(arguments: &Arguments, stories: &[EventHistory], form: &ReplayForm) -> Result<String, Error> {
    let mut deliveries = Vec::new();
    for story in stories {
        let kind = story.event.facts.event_type.as_deref().unwrap_or("(no event type)");
        let comment = format!("#{} {kind}", story.event.number);
        let build = |url| replay_request::build_replay_request(story, url, form);
        for attempt in &story.attempts {
            let url = match Url::parse(&attempt.url) {
                Ok(url) => url,
                Err(_) => target(arguments, story)?,
            };
            let request = build(url)?;
            deliveries.push(ArchivedDelivery {
                request,
                attempt: Some(attempt),
                at: attempt.at,
                comment: comment.clone(),
            });
        }
        if let (true, Some(at)) = (story.attempts.is_empty(), story.event.first_at.or(story.event.sent_at)) {
            deliveries.push(ArchivedDelivery {
                request: build(target(arguments, story)?)?,
                attempt: None,
                at,
                comment,
            });
        }
    }
    deliveries.sort_by_key(|delivery| delivery.at);
    Ok(har::render_archive(&deliveries))
}

fn recipe(form: ExportForm, requests: &[(u64, OutgoingRequest)]) -> String {
    let language = match form {
        ExportForm::Hurl => ScriptLanguage::Hurl,
        ExportForm::Python => ScriptLanguage::Python,
        ExportForm::Node => ScriptLanguage::Node,
        ExportForm::Curl | ExportForm::Jsonl | ExportForm::Har => ScriptLanguage::Curl,
    };
    let named = |(number, request): &'_ (u64, OutgoingRequest)| format!("event_{number}_{}", request.body.len());
    request_scripts::render_script(
        language,
        requests.iter().map(|entry| NamedRequest { name: named(entry), request: RequestRendition(&entry.1) }),
    )
}
