//! `events list`: one line an event, newest first.

use super::follow;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
use crate::output::phrases;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::output::table::{TableCell, render_columns};
use crate::protocol::arrival::SignatureState;
use crate::protocol::attempt::Attempt;
use crate::protocol::facts::EventFacts;
use crate::session;
use crate::session::history::{self, SelectionOptions};
use crate::session::selection::HistoryQuery;
use crate::session::{arguments, refusals, runtime};
use crate::store::{EventRow, RefusedRow, StoreReader};
use jiff::Timestamp;

/// List stored events, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events list --limit 50
  referralloop events list --email ada@example.com --all
  referralloop events list --sent --failed --json
  referralloop events list --refused
  referralloop events list --where '.data.position < 10'")]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: SelectionOptions,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = arguments::read_count)]
    limit: u64,
    /// Show events with numbers below this one: the next page
    #[arg(long, value_name = "N")]
    before: Option<u64>,
    /// List the requests that were refused for their signature, instead of events
    #[arg(long, conflicts_with = "follow")]
    refused: bool,
    /// Oldest first, and go on with what comes in until Ctrl-C
    #[arg(long, short = 'f', conflicts_with = "before")]
    follow: bool,
}

/// Lists.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    if arguments.refused || arguments.selection.wants_refused() {
        return list_refused(arguments, context, &console, &session::open_reader(context, &settings)?);
    }
    let choice = HistoryQuery::new(&arguments.selection, context)?;
    arguments.selection.recover_failed(context, &settings)?;
    let reader = session::open_reader(context, &settings)?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let rows = choice.list(&reader, limit, arguments.before)?;
    if arguments.follow {
        return runtime::block_on(follow::follow_events(&choice, rows, context, &console, &settings));
    }
    if console.is_json() {
        for row in &rows {
            console.write_record(&history::event_fields(row))?;
        }
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        console.print_notice(explain_nothing(arguments, context, &reader)?);
        return Ok(Exit::Done);
    }
    let cells: Vec<Vec<TableCell>> = rows.iter().map(|row| cells(row, &console.out, context.clock.now())).collect();
    // A person's address and position are one column for programs, which have read them as one since the beginning.
    let headings: &[&'static str] = if console.out.is_terminal() {
        &["=#", "WHEN", "~EVENT", "SIGNUP", "->POS", "-STATE", "->TIMES", "~LAST DELIVERY"]
    } else {
        &["#", "WHEN", "EVENT", "SIGNUP", "STATE", ">TIMES", "LAST DELIVERY"]
    };
    pager::show_paged(&render_columns(headings, &cells, &console.out), &console, context)?;
    if let Some(last) = rows.last().filter(|_| rows.len() == limit) {
        console.print_notice(&format!("older ones: --before {}", last.number));
    }
    Ok(Exit::Done)
}

/// Why the list is empty. What was sent from here is listed only where it is asked for.
fn explain_nothing(arguments: &Arguments, context: &Context, reader: &StoreReader) -> Result<&'static str, Error> {
    if !reader.exists() {
        return Ok("nothing is stored yet; start with: referralloop listen");
    }
    // A condition is not asked again: where it fails, that was told.
    let sent = match arguments.selection.condition()? {
        Some(_) => Vec::new(),
        None => HistoryQuery::of_all(&arguments.selection, context)?.list(reader, 1, arguments.before)?,
    };
    Ok(if sent.is_empty() { "no event matches" } else { "nothing received matches; --all lists what was sent, too" })
}

/// Refused requests, newest first. They are no events, and have a table of their own.
fn list_refused(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    reader: &StoreReader,
) -> Result<Exit, Error> {
    if arguments.follow {
        return Err(Error::usage("--follow shows events only, not refused requests")
            .hint("listen shows refused requests as they come"));
    }
    let now = context.clock.now();
    let mut rows = refusals::list_refused(reader, &arguments.selection, &context.local_now())?;
    rows.retain(|row| arguments.before.is_none_or(|before| row.number < before));
    rows.truncate(usize::try_from(arguments.limit).unwrap_or(usize::MAX));
    if console.is_json() {
        for row in &rows {
            console.write_record(&history::refused_fields(row, &EventFacts::from_body(&row.refused.content.body)))?;
        }
        return Ok(Exit::Done);
    }
    let Some(newest) = rows.first().map(|row| row.number) else {
        console.print_notice("no refused request matches; the last 200 are kept");
        return Ok(Exit::Done);
    };
    let cells: Vec<Vec<TableCell>> = rows.iter().map(|row| refused_cells(row, &console.out, now)).collect();
    let headings = ["=#", "WHEN", "~EVENT", "SIGNUP", "~REASON"];
    pager::show_paged(&render_columns(&headings, &cells, &console.out), console, context)?;
    console.print_notice(&format!("why: referralloop verify --event '!{newest}'"));
    Ok(Exit::Done)
}

fn refused_cells(row: &RefusedRow, style: &OutputStyle, now: Timestamp) -> Vec<TableCell> {
    let facts = EventFacts::from_body(&row.refused.content.body);
    let event =
        facts.event_type.as_deref().map(|name| if style.is_terminal() { phrases::short_event(name) } else { name });
    vec![
        TableCell::new(TextRole::Strong, Sanitised::text(&format!("!{}", row.number))),
        TableCell::from(Sanitised::text(&style.format_when(row.refused.at, now))),
        TableCell::from(event.map_or(Sanitised::own("(none)"), Sanitised::text)),
        TableCell::from(facts.email.as_deref().map(Sanitised::text).unwrap_or_default()),
        TableCell::new(TextRole::Bad, Sanitised::own(row.refused.reason.explain())),
    ]
}

fn cells(row: &EventRow, style: &OutputStyle, now: Timestamp) -> Vec<TableCell> {
    let when = row.last_at.or(row.sent_at).map(|at| Sanitised::text(&style.format_when(at, now)));
    let event =
        row.facts.event_type.as_deref().map(|name| if style.is_terminal() { phrases::short_event(name) } else { name });
    let email = row.facts.email.as_deref().map(Sanitised::text).unwrap_or_default();
    let who = match row.facts.position {
        _ if style.is_terminal() => vec![email, row.facts.position.map(phrases::format_place).unwrap_or_default()],
        Some(position) if email.width() > 0 => {
            vec![Sanitised::concat(&[email, Sanitised::own("  "), phrases::format_position(position, true)])]
        }
        Some(position) => vec![phrases::format_position(position, true)],
        None => vec![email],
    };
    let mut cells = vec![
        TableCell::new(TextRole::Strong, Sanitised::text(&format!("#{}", row.number))),
        TableCell::from(when.unwrap_or_default()),
        TableCell::from(event.map_or(Sanitised::own("(none)"), Sanitised::text)),
    ];
    cells.extend(who.into_iter().map(TableCell::from));
    cells.extend([
        state(row),
        TableCell::from(Sanitised::text(&row.arrivals.to_string())),
        row.last_attempt.as_ref().map_or_else(|| TableCell::from(Sanitised::default()), delivery),
    ]);
    cells
}

fn state(row: &EventRow) -> TableCell {
    match row.verification {
        Some(SignatureState::Valid) => TableCell::new(TextRole::Good, Sanitised::own("verified")),
        Some(SignatureState::Unsigned) => TableCell::new(TextRole::Notable, Sanitised::own("unsigned")),
        Some(SignatureState::Invalid) => TableCell::new(TextRole::Bad, Sanitised::own("invalid")),
        None => TableCell::new(TextRole::Faint, Sanitised::own("sent")),
    }
}

fn delivery(attempt: &Attempt) -> TableCell {
    let ink = if attempt.outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
    TableCell::new(ink, phrases::describe_outcome(&attempt.outcome))
}
