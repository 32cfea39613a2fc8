//! `events list --follow`: what comes in, a line each, until Ctrl-C.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::phrases;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::arrival::SignatureState;
use crate::session;
use crate::session::history;
use crate::session::selection::HistoryQuery;
use crate::store::EventRow;
use std::time::Duration;

/// How often the store is asked. Nobody is told by another process what it wrote.
const EVERY: Duration = Duration::from_millis(300);

/// Prints these, oldest first, then what comes after them.
pub(super) async fn follow_events(
    choice: &HistoryQuery,
    mut rows: Vec<EventRow>,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    let mut last = newest_number(context, settings)?.max(rows.first().map_or(0, |row| row.number));
    loop {
        rows.reverse();
        for row in &rows {
            print_row(row, console)?;
        }
        tokio::select! {
            () = context.clock.sleep(EVERY) => {}
            _ = stop.wait_for_stop() => return Ok(Exit::Done),
        }
        // Where there was no store before, there may be one now.
        let reader = session::open_reader(context, settings)?;
        rows = Vec::new();
        choice.scan(&reader, None, |row| {
            let fresh = row.number > last;
            if fresh {
                rows.push(row);
            }
            fresh
        })?;
        last = rows.first().map_or(last, |row| row.number);
    }
}

/// The number of the newest event, chosen or not.
fn newest_number(context: &Context, settings: &ConfigSettings) -> Result<u64, Error> {
    let reader = session::open_reader(context, settings)?;
    let everything = crate::store::StoreFilter {
        direction: crate::store::EventDirection::All,
        ..crate::store::StoreFilter::default()
    };
    Ok(reader.find_last_event(&everything)?.map_or(0, |row| row.number))
}

fn print_row(row: &EventRow, console: &Console) -> Result<(), Error> {
    if console.is_json() {
        return Ok(console.write_record(&history::event_fields(row))?);
    }
    Ok(console.write_lines(&[render_row(row, &console.out)])?)
}

fn render_row(row: &EventRow, style: &OutputStyle) -> StyledLine {
    let at = row.last_at.or(row.sent_at).map(|at| style.format_short_time(at)).unwrap_or_default();
    let kind = row.facts.event_type.as_deref().map_or("(none)", phrases::short_event);
    let mut line = StyledLine::new(style)
        .put(TextRole::Faint, Sanitised::text(&at))
        .add_gap(1)
        .put(TextRole::Plain, Sanitised::text(&format!("#{} ", row.number)))
        .put(TextRole::Strong, Sanitised::text(kind).clip(40));
    let who = row.facts.email.as_deref().map(|who| Sanitised::text(who).clip_address(64));
    let place = row.facts.position.map(|place| phrases::format_position(place, false));
    for fact in [who, place].into_iter().flatten() {
        line = line.add_gap(1).put(TextRole::Plain, fact);
    }
    let line = match row.verification {
        Some(state) => line.add_gap(1).join(&phrases::render_mark(None, state, style)),
        None => line.add_gap(1).put(TextRole::Faint, "sent"),
    };
    let unsigned = row.verification == Some(SignatureState::Unsigned);
    if unsigned { line.put(TextRole::Plain, " unsigned") } else { line }
}
