//! `events show`: one event with everything that happened to it.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::history::{self, Stored, StoredRequest};
use crate::flows::workspace;
use crate::output::console::Console;
use crate::output::human::{body_block, header_lines};
use crate::output::line::{Line, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::table::{Cell, pairs};
use crate::output::words;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use crate::store::{ArrivalRow, EventRow, RefusedRow};

/// Show one event: its body, each time it came in, each attempt to deliver it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events show last
  referralloop events show 1
  referralloop events show '!1'
  referralloop events show 1 --raw > body.json")]
pub struct Arguments {
    /// The event's number, last, or '!N' for a refused request
    #[arg(value_name = "ID", default_value = "last")]
    id: Stored,
    /// Print the body's bytes and nothing else (escaped on a terminal)
    #[arg(long, conflicts_with_all = ["json", "format"])]
    raw: bool,
}

/// Shows.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let reader = workspace::open_reader(context, &settings)?;
    let found = history::find(&reader, arguments.id)?;
    if arguments.raw {
        raw(&console, found.body())?;
        return Ok(Exit::Done);
    }
    match found {
        StoredRequest::Event(event) => {
            let arrivals = reader.arrivals(event.number)?;
            let attempts = reader.attempts(event.number)?;
            show_event(&console, &event, &arrivals, &attempts)?;
        }
        StoredRequest::Refused(refused) => show_refused(&console, &refused)?,
    }
    Ok(Exit::Done)
}

/// On a terminal nothing foreign arrives as it is.
fn raw(console: &Console, body: &RawBody) -> Result<(), Error> {
    if !console.is_terminal() {
        return Ok(console.bytes(body.as_bytes())?);
    }
    let lines: Vec<Line> =
        Sanitised::lines(body.as_bytes()).map(|line| Line::new(&console.out).put(Ink::Plain, line)).collect();
    Ok(console.lines(&lines)?)
}

fn show_event(console: &Console, event: &EventRow, arrivals: &[ArrivalRow], attempts: &[Attempt]) -> Result<(), Error> {
    if console.is_json() {
        let mut fields = history::event_fields(event);
        fields["arrivals"] = arrivals.iter().map(history::arrival_fields).collect();
        fields["attempts"] = attempts.iter().map(history::attempt_fields).collect();
        console.record("event", &fields)?;
        return Ok(());
    }
    let style = &console.out;
    let mut out = pairs(&summary(event, style), style);
    write_lines(&mut out, &body_block(&event.body, style, None, None));
    for arrival in arrivals {
        let badge = words::badge(arrival.verification, style);
        heading(&mut out, &format!("arrival  {}  {}", style.date_time(arrival.at), arrival.target), Some(badge), style);
        write_lines(&mut out, &header_lines(&arrival.headers, style));
    }
    for attempt in attempts {
        let words = format!(
            "{}  {}  attempt {}  → {}",
            verb(attempt),
            style.date_time(attempt.at),
            attempt.number,
            attempt.url
        );
        heading(&mut out, &words, None, style);
        let ink = if attempt.outcome.acknowledged() { Ink::Good } else { Ink::Bad };
        let line = Line::indented(style, 2).put(ink, words::outcome(&attempt.outcome)).gap(3);
        write_lines(&mut out, &[line.put(Ink::Plain, words::duration(attempt.latency))]);
    }
    Ok(console.text(&out)?)
}

fn verb(attempt: &Attempt) -> &'static str {
    match attempt.purpose {
        crate::protocol::attempt::Purpose::Trigger => "sent",
        crate::protocol::attempt::Purpose::Forward => "forwarded",
    }
}

fn heading(out: &mut String, words: &str, badge: Option<Line>, style: &Style) {
    let mut line = Line::new(style).put(Ink::Strong, Sanitised::text(words));
    if let Some(badge) = badge {
        line = line.gap(2).join(&badge);
    }
    out.push('\n');
    write_lines(out, &[line]);
}

fn summary(event: &EventRow, style: &Style) -> Vec<(&'static str, Cell)> {
    let text = |text: String| Cell::from(Sanitised::text(&text));
    let mut rows = vec![("event", text(format!("#{}", event.number)))];
    rows.extend(said(&event.facts));
    rows.push(("fingerprint", text(event.body.fingerprint().to_string())));
    rows.push(("size", Cell::from(words::bytes(event.body.len() as u64))));
    rows.extend(event.sent_at.map(|at| ("sent", text(style.date_time(at)))));
    if let Some(first) = event.first_at {
        rows.push(("arrived", text(times(event.arrivals, &style.date_time(first)))));
    }
    rows.extend(event.retry_of.map(|of| ("same as", text(format!("#{of} but for its timestamp: probably a retry")))));
    rows
}

fn times(count: u64, first: &str) -> String {
    if count == 1 { format!("once, {first}") } else { format!("{count} times, first {first}") }
}

/// What a body says of itself, and where that departs from the catalogue.
fn said(facts: &Facts) -> Vec<(&'static str, Cell)> {
    let text = |text: &str| Cell::from(Sanitised::text(text));
    let mut rows = Vec::new();
    rows.extend(facts.event_type.as_deref().map(|name| ("type", text(name))));
    rows.extend(facts.email.as_deref().map(|email| ("e-mail", text(email))));
    rows.extend(facts.position.map(|position| ("position", Cell::from(words::position(position, false)))));
    rows.extend(facts.signup_id.as_deref().map(|id| ("sign-up", text(id))));
    rows.extend(facts.waitlist_id.as_deref().map(|id| ("waitlist", text(id))));
    rows.extend(facts.drift.iter().map(|drift| ("drift", Cell::new(Ink::Notable, words::drift(drift)))));
    rows
}

fn show_refused(console: &Console, row: &RefusedRow) -> Result<(), Error> {
    let refused = &row.refused;
    if console.is_json() {
        console.record("refused", &history::refused_fields(row))?;
        return Ok(());
    }
    let style = &console.out;
    let text = |text: String| Cell::from(Sanitised::text(&text));
    let mut rows = vec![
        ("refused", text(format!("!{}", row.number))),
        ("reason", Cell::new(Ink::Bad, Sanitised::own(refused.reason.explain()))),
    ];
    rows.extend(said(&Facts::of(&refused.body)));
    rows.push(("size", Cell::from(words::bytes(refused.body.len() as u64))));
    rows.push(("arrived", text(style.date_time(refused.at))));
    rows.push(("path", text(refused.target.clone())));
    let mut out = pairs(&rows, style);
    write_lines(&mut out, &body_block(&refused.body, style, None, None));
    headers(&mut out, &refused.headers, style);
    console.text(&out)?;
    console.hint(&format!("referralloop verify --event '!{}'", row.number));
    Ok(())
}

fn headers(out: &mut String, headers: &HeaderLines, style: &Style) {
    heading(out, "headers", None, style);
    write_lines(out, &header_lines(headers, style));
}
