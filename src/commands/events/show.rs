//! `events show`: one event with everything that happened to it.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::human::{render_headers, render_hex};
use crate::output::line::StyledLine;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::session;
use crate::session::event_view;
use crate::session::history::{self, StoredId, StoredRequest};
use crate::session::transfer::EventHistory;
use crate::store::RefusedRow;

/// Show one event: its body, each time it came in, each attempt to deliver it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events show last
  referralloop events show 1
  referralloop events show r1
  referralloop events show 1 --raw > body.json
  referralloop events show 1 --hex")]
pub(super) struct Arguments {
    /// The event's number, last for the newest one (received or sent), or rN for the refused request !N
    #[arg(value_name = "ID", default_value = "last")]
    id: StoredId,
    #[command(flatten)]
    view: ViewArguments,
    /// Mask e-mail addresses, names, telephone numbers and header values
    #[arg(long)]
    redact: bool,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct ViewArguments {
    /// Print the body's bytes and nothing else (escaped on a terminal)
    #[arg(long, conflicts_with_all = ["json", "format"])]
    raw: bool,
    /// Print the body's bytes in hexadecimal and nothing else
    #[arg(long, conflicts_with_all = ["json", "format"])]
    hex: bool,
    /// Print the header lines of the first arrival and nothing else
    #[arg(long, conflicts_with_all = ["json", "format"])]
    headers: bool,
}

/// Shows.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    history::recover_unforwarded(context, &settings)?;
    let reader = session::open_reader(context, &settings)?;
    let mut redactor = arguments.redact.then(Redactor::new);
    match history::find_stored(&reader, arguments.id)? {
        StoredRequest::Event(event) => {
            let (arrivals, attempts) = (reader.list_arrivals(event.number)?, reader.list_attempts(event.number)?);
            let story = EventHistory { event: *event, arrivals, attempts };
            let story = match &mut redactor {
                Some(redactor) => story.redacted(redactor),
                None => story,
            };
            let headers = story.arrivals.first().map(|arrival| arrival.headers.clone()).unwrap_or_default();
            if !print_part(&arguments.view, &console, &story.event.body, &headers)? {
                show_event(&console, &story)?;
            }
        }
        StoredRequest::Refused(mut row) => {
            if let Some(redactor) = &mut redactor {
                row.refused.content.body = redactor.redact_body(&row.refused.content.body);
                row.refused.content.headers = redactor.redact_headers(&row.refused.content.headers);
                row.refused.target = redactor.redact_text(&row.refused.target);
            }
            if !print_part(&arguments.view, &console, &row.refused.content.body, &row.refused.content.headers)? {
                show_refused(&console, &row)?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Prints the one part that was asked for, if any was.
fn print_part(view: &ViewArguments, console: &Console, body: &RawBody, headers: &HeaderLines) -> Result<bool, Error> {
    if view.raw {
        raw(console, body)?;
    } else if view.hex {
        console.write_lines(&render_hex(body, &console.out))?;
    } else if view.headers {
        console.write_lines(&render_headers(headers, &console.out))?;
    }
    Ok(view.raw || view.hex || view.headers)
}

/// On a terminal nothing foreign arrives as it is.
fn raw(console: &Console, body: &RawBody) -> Result<(), Error> {
    if !console.is_terminal() {
        return Ok(console.write_bytes(body.as_bytes())?);
    }
    let lines: Vec<StyledLine> = Sanitised::lines(body.as_bytes())
        .map(|line| StyledLine::new(&console.out).put(TextRole::Plain, line))
        .collect();
    Ok(console.write_lines(&lines)?)
}

fn show_event(console: &Console, story: &EventHistory) -> Result<(), Error> {
    if console.is_json() {
        return Ok(console.write_record(&story.fields())?);
    }
    Ok(console.write_text(&event_view::render_event(story, &console.out))?)
}

fn show_refused(console: &Console, row: &RefusedRow) -> Result<(), Error> {
    if console.is_json() {
        return Ok(
            console.write_record(&history::refused_fields(row, &EventFacts::from_body(&row.refused.content.body)))?
        );
    }
    console.write_text(&event_view::render_refused(row, &console.out))?;
    console.print_hint(&format!("referralloop verify --event r{}", row.number));
    Ok(())
}
