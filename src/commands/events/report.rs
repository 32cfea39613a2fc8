//! `events report`: the history as one HTML file, for a browser or a CI artefact.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::phrases::format_quantity;
use crate::output::report_page::{EventPanel, ReportHeading, render_report_page};
use crate::protocol::arrival::SignatureState;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::session::history::{SelectionOptions, StoredIds};
use crate::session::output_file::{self, WriteMode};
use crate::session::transfer::EventHistory;
use crate::session::{self, input, refusals, selection};
use crate::store::StoreReader;
use std::path::PathBuf;

/// Write a report to read: one self-contained HTML file
#[derive(Debug, clap::Args)]
#[command(after_help = "The file has no script and loads nothing; text from payloads never becomes markup.

Examples:
  referralloop events report --html report.html
  referralloop events report --html report.html --since 2h --all --redact
  referralloop events report --html report.html --refused
  referralloop events report --html - last > report.html")]
pub(super) struct Arguments {
    /// Events by number (43, 43-45 or 43,45) or last, the newest one received or sent; without any, what the options choose
    #[arg(value_name = "ID", value_delimiter = ',')]
    ids: Vec<StoredIds>,
    /// The file; - for standard output
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    selection: SelectionOptions,
    /// The newest N of them
    #[arg(long, short = 'n', value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Report the requests that were refused for their signature, instead of events
    #[arg(long, conflicts_with = "ids")]
    refused: bool,
    /// Mask e-mail addresses, names, telephone numbers and header values
    #[arg(long)]
    redact: bool,
}

/// Load runs that are reported.
const LOADS: usize = 20;

/// Reports.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let reader = session::open_reader(context, &settings)?;
    let now = context.clock.now();
    let mut redactor = arguments.redact.then(Redactor::new);
    let (of, panels) = if arguments.refused || arguments.selection.wants_refused() {
        collect_refused(arguments, &reader, context, redactor.as_mut())?
    } else {
        collect_events(arguments, &reader, context, redactor.as_mut())?
    };
    let heading = ReportHeading { at: now, of, redacted: arguments.redact, loads: reader.list_load_summaries(LOADS)? };
    let page = render_report_page(&heading, &panels, &console.out);
    if arguments.html.as_os_str() == "-" {
        console.write_text(&page)?;
        return Ok(Exit::Done);
    }
    let path = context.resolve(&arguments.html);
    input::confirm_overwrite(context, &path, arguments.force)?;
    output_file::write_output_file(context, &path, &page, WriteMode::Replace)?;
    let reported = panels.len() as u64;
    let (counted, newest) = match of > reported {
        true => (format!("The newest {reported} of {of} events"), "; --limit takes more"),
        false => (format_quantity(reported, "event", "events").as_str().to_owned(), ""),
    };
    console.print_notice(&format!("{counted} reported in {}{newest}", path.display()));
    Ok(Exit::Done)
}

/// The panels of the newest events, and how many there would be.
fn collect_events(
    arguments: &Arguments,
    reader: &StoreReader,
    context: &Context,
    mut redactor: Option<&mut Redactor>,
) -> Result<(u64, Vec<EventPanel>), Error> {
    let mut numbers = selection::choose_numbers(reader, &arguments.ids, &arguments.selection, None, context)?;
    let of = numbers.len() as u64;
    numbers.drain(..numbers.len().saturating_sub(arguments.limit as usize));
    let mut panels = Vec::with_capacity(numbers.len());
    for number in numbers {
        let Some(story) = EventHistory::read(reader, number)? else { continue };
        panels.push(panel(match &mut redactor {
            Some(redactor) => story.redacted(redactor),
            None => story,
        }));
    }
    Ok((of, panels))
}

/// The same of refused requests.
fn collect_refused(
    arguments: &Arguments,
    reader: &StoreReader,
    context: &Context,
    mut redactor: Option<&mut Redactor>,
) -> Result<(u64, Vec<EventPanel>), Error> {
    let mut rows = refusals::list_refused(reader, &arguments.selection, &context.local_now())?;
    let of = rows.len() as u64;
    rows.truncate(arguments.limit as usize);
    rows.reverse();
    let panels = rows.into_iter().map(|row| {
        let (number, mut refused) = (row.number, row.refused);
        if let Some(redactor) = &mut redactor {
            refused.content.body = redactor.redact_body(&refused.content.body);
            refused.content.headers = redactor.redact_headers(&refused.content.headers);
            refused.target = redactor.redact_text(&refused.target);
        }
        EventPanel {
            number,
            refused: Some(refused.reason.explain()),
            facts: EventFacts::from_body(&refused.content.body),
            body: refused.content.body,
            sent: None,
            verification: Some(SignatureState::Invalid),
            arrivals: vec![(refused.at, SignatureState::Invalid, refused.target, refused.content.headers)],
            attempts: Vec::new(),
        }
    });
    Ok((of, panels.collect()))
}

fn panel(story: EventHistory) -> EventPanel {
    let EventHistory { event, arrivals, attempts } = story;
    EventPanel {
        number: event.number,
        refused: None,
        facts: event.facts,
        body: event.body,
        sent: event.sent_at,
        verification: event.verification,
        arrivals: arrivals.into_iter().map(|row| (row.at, row.verification, row.target, row.headers)).collect(),
        attempts,
    }
}
