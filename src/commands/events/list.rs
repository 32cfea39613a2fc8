//! `events list`: one line an event, newest first.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::arguments;
use crate::flows::history::{self, Selection};
use crate::flows::workspace;
use crate::output::console::Console;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::table::{Cell, columns};
use crate::output::words;
use crate::protocol::arrival::Verification;
use crate::protocol::attempt::Attempt;
use crate::store::EventRow;

/// List stored events, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events list --limit 50
  referralloop events list --email ada@example.com --all
  referralloop events list --sent --failed --json")]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = arguments::count)]
    limit: u64,
    /// Show events with numbers below this one: the next page
    #[arg(long, value_name = "N")]
    before: Option<u64>,
}

/// Lists.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let filter = arguments.selection.filter(context.clock.now())?;
    let reader = workspace::open_reader(context, &settings)?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let rows = reader.list(&filter, limit, arguments.before)?;
    if console.is_json() {
        for row in &rows {
            console.record("event", &history::event_fields(row))?;
        }
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        console.note(if reader.exists() {
            "no event matches"
        } else {
            "nothing is stored yet; start with: referralloop listen"
        });
        return Ok(Exit::Done);
    }
    let cells: Vec<Vec<Cell>> = rows.iter().map(|row| cells(row, &console.out)).collect();
    console.text(&columns(
        &["#", "WHEN", "EVENT", "SIGNUP", "STATE", ">TIMES", "LAST DELIVERY"],
        &cells,
        &console.out,
    ))?;
    if let Some(last) = rows.last().filter(|_| rows.len() == limit) {
        console.note(&format!("older ones: --before {}", last.number));
    }
    Ok(Exit::Done)
}

fn cells(row: &EventRow, style: &Style) -> Vec<Cell> {
    let when = row.last_at.or(row.sent_at).map(|at| Sanitised::text(&style.date_time(at)));
    let who = [row.facts.email.as_deref().map(Sanitised::text), row.facts.position.map(|p| words::position(p, true))];
    let who: Vec<Sanitised> = who.into_iter().flatten().flat_map(|text| [text, Sanitised::own("  ")]).collect();
    vec![
        Cell::new(Ink::Strong, Sanitised::text(&format!("#{}", row.number))),
        Cell::from(when.unwrap_or_default()),
        Cell::from(row.facts.event_type.as_deref().map_or(Sanitised::own("(none)"), Sanitised::text)),
        Cell::from(Sanitised::concat(&who[..who.len().saturating_sub(1)])),
        state(row),
        Cell::from(Sanitised::text(&row.arrivals.to_string())),
        row.last_attempt.as_ref().map_or_else(|| Cell::from(Sanitised::default()), delivery),
    ]
}

fn state(row: &EventRow) -> Cell {
    match row.verification {
        Some(Verification::Valid) => Cell::new(Ink::Good, Sanitised::own("verified")),
        Some(Verification::Unsigned) => Cell::new(Ink::Notable, Sanitised::own("unsigned")),
        Some(Verification::Invalid) => Cell::new(Ink::Bad, Sanitised::own("invalid")),
        None => Cell::new(Ink::Faint, Sanitised::own("sent")),
    }
}

fn delivery(attempt: &Attempt) -> Cell {
    let ink = if attempt.outcome.acknowledged() { Ink::Good } else { Ink::Bad };
    Cell::new(ink, words::outcome(&attempt.outcome))
}
