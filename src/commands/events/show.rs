//! `events show`: one event with everything that happened to it.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::history::{self, Stored, StoredRequest};
use crate::flows::transfer::Story;
use crate::flows::workspace;
use crate::output::console::Console;
use crate::output::human::{body_block, header_lines, hex_lines};
use crate::output::line::{Line, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::table::{Cell, pairs};
use crate::output::words;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use crate::protocol::redact::Redactor;
use crate::protocol::schedule::guess_retry;
use crate::store::{ArrivalRow, EventRow, RefusedRow};
use std::time::Duration;

/// Show one event: its body, each time it came in, each attempt to deliver it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop events show last
  referralloop events show 1
  referralloop events show '!1'
  referralloop events show 1 --raw > body.json
  referralloop events show 1 --hex")]
pub struct Arguments {
    /// The event's number, last, or '!N' for a refused request
    #[arg(value_name = "ID", default_value = "last")]
    id: Stored,
    #[command(flatten)]
    view: View,
    /// Mask e-mail addresses, names and header values
    #[arg(long)]
    redact: bool,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct View {
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
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let reader = workspace::open_reader(context, &settings)?;
    let mut redactor = arguments.redact.then(Redactor::new);
    match history::find(&reader, arguments.id)? {
        StoredRequest::Event(event) => {
            let (arrivals, attempts) = (reader.arrivals(event.number)?, reader.attempts(event.number)?);
            let story = Story { event: *event, arrivals, attempts };
            let story = match &mut redactor {
                Some(redactor) => story.redacted(redactor),
                None => story,
            };
            let headers = story.arrivals.first().map(|arrival| arrival.headers.clone()).unwrap_or_default();
            if !part(&arguments.view, &console, &story.event.body, &headers)? {
                show_event(&console, &story)?;
            }
        }
        StoredRequest::Refused(mut row) => {
            if let Some(redactor) = &mut redactor {
                row.refused.body = redactor.body(&row.refused.body);
                row.refused.headers = redactor.headers(&row.refused.headers);
                row.refused.target = redactor.text(&row.refused.target);
            }
            if !part(&arguments.view, &console, &row.refused.body, &row.refused.headers)? {
                show_refused(&console, &row)?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Prints the one part that was asked for, if any was.
fn part(view: &View, console: &Console, body: &RawBody, headers: &HeaderLines) -> Result<bool, Error> {
    if view.raw {
        raw(console, body)?;
    } else if view.hex {
        console.lines(&hex_lines(body, &console.out))?;
    } else if view.headers {
        console.lines(&header_lines(headers, &console.out))?;
    }
    Ok(view.raw || view.hex || view.headers)
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

fn show_event(console: &Console, story: &Story) -> Result<(), Error> {
    let Story { event, arrivals, attempts } = story;
    if console.is_json() {
        console.record("event", &story.fields())?;
        return Ok(());
    }
    let style = &console.out;
    let mut out = pairs(&summary(event, style), style);
    write_lines(&mut out, &body_block(&event.body, style, None, None));
    for (at, arrival) in arrivals.iter().enumerate() {
        let badge = words::badge(arrival.verification, style);
        heading(&mut out, &format!("arrival  {}  {}", style.date_time(arrival.at), arrival.target), Some(badge), style);
        write_lines(&mut out, &gap(arrivals, at, style));
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

/// How long after the arrival before it one came, and which documented retry that looks like.
fn gap(arrivals: &[ArrivalRow], at: usize, style: &Style) -> Option<Line> {
    let (first, before, this) =
        (arrivals.first()?, at.checked_sub(1).and_then(|at| arrivals.get(at))?, arrivals.get(at)?);
    let since = |earlier: &ArrivalRow| Duration::try_from(this.at.duration_since(earlier.at)).unwrap_or_default();
    let mut words = format!("{} after the one before", words::duration(since(before)).as_str());
    if let Some(retry) = guess_retry(since(first)) {
        words.push_str(&format!(": looks like retry {retry}"));
    }
    Some(Line::indented(style, 2).put(Ink::Notable, Sanitised::text(&words)))
}

fn verb(attempt: &Attempt) -> &'static str {
    match attempt.purpose {
        crate::protocol::attempt::Purpose::Trigger => "sent",
        crate::protocol::attempt::Purpose::Forward => "forwarded",
        crate::protocol::attempt::Purpose::Replay => "replayed",
        crate::protocol::attempt::Purpose::Reconcile => "reconciled",
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
