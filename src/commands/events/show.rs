//! `events show`: one event with everything that happened to it.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::human::{render_body, render_headers, render_hex};
use crate::output::line::{StyledLine, write_lines};
use crate::output::phrases;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::output::table::{TableCell, render_pairs};
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::protocol::schedule::guess_retry;
use crate::session;
use crate::session::history::{self, StoredId, StoredRequest};
use crate::session::transfer::EventHistory;
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
pub(super) struct Arguments {
    /// The event's number, last, or '!N' for a refused request
    #[arg(value_name = "ID", default_value = "last")]
    id: StoredId,
    #[command(flatten)]
    view: ViewArguments,
    /// Mask e-mail addresses, names and header values
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
    let EventHistory { event, arrivals, attempts } = story;
    if console.is_json() {
        console.write_record("event", &story.fields())?;
        return Ok(());
    }
    let style = &console.out;
    let mut out = render_pairs(&summary(event, style), style);
    write_lines(&mut out, &render_body(&event.body, style, None, None));
    for (at, arrival) in arrivals.iter().enumerate() {
        let badge = phrases::render_badge(arrival.verification, style);
        heading(
            &mut out,
            &format!("arrival  {}  {}", style.format_date_time(arrival.at), arrival.target),
            Some(badge),
            style,
        );
        write_lines(&mut out, &gap(arrivals, at, style));
        write_lines(&mut out, &render_headers(&arrival.headers, style));
    }
    for attempt in attempts {
        let words = format!(
            "{}  {}  attempt {}  → {}",
            verb(attempt),
            style.format_date_time(attempt.at),
            attempt.number,
            attempt.url
        );
        heading(&mut out, &words, None, style);
        let ink = if attempt.outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
        let line = StyledLine::indented(style, 2).put(ink, phrases::describe_outcome(&attempt.outcome)).add_gap(3);
        write_lines(&mut out, &[line.put(TextRole::Plain, phrases::format_duration(attempt.latency))]);
    }
    Ok(console.write_text(&out)?)
}

/// How long after the arrival before it one came, and which documented retry that looks like.
fn gap(arrivals: &[ArrivalRow], at: usize, style: &OutputStyle) -> Option<StyledLine> {
    let (first, before, this) =
        (arrivals.first()?, at.checked_sub(1).and_then(|at| arrivals.get(at))?, arrivals.get(at)?);
    let since = |earlier: &ArrivalRow| Duration::try_from(this.at.duration_since(earlier.at)).unwrap_or_default();
    let mut words = format!("{} after the one before", phrases::format_duration(since(before)).as_str());
    if let Some(retry) = guess_retry(since(first)) {
        words.push_str(&format!(": looks like retry {retry}"));
    }
    Some(StyledLine::indented(style, 2).put(TextRole::Notable, Sanitised::text(&words)))
}

fn verb(attempt: &Attempt) -> &'static str {
    match attempt.purpose {
        crate::protocol::attempt::DeliveryPurpose::Trigger => "sent",
        crate::protocol::attempt::DeliveryPurpose::Forward => "forwarded",
        crate::protocol::attempt::DeliveryPurpose::Replay => "replayed",
        crate::protocol::attempt::DeliveryPurpose::Reconcile => "reconciled",
    }
}

fn heading(out: &mut String, words: &str, badge: Option<StyledLine>, style: &OutputStyle) {
    let mut line = StyledLine::new(style).put(TextRole::Strong, Sanitised::text(words));
    if let Some(badge) = badge {
        line = line.add_gap(2).join(&badge);
    }
    out.push('\n');
    write_lines(out, &[line]);
}

fn summary(event: &EventRow, style: &OutputStyle) -> Vec<(&'static str, TableCell)> {
    let text = |text: String| TableCell::from(Sanitised::text(&text));
    let mut rows = vec![("event", text(format!("#{}", event.number)))];
    rows.extend(describe_facts(&event.facts));
    rows.push(("fingerprint", text(event.body.fingerprint().to_string())));
    rows.push(("size", TableCell::from(phrases::format_bytes(event.body.len() as u64))));
    rows.extend(event.sent_at.map(|at| ("sent", text(style.format_date_time(at)))));
    if let Some(first) = event.first_at {
        rows.push(("arrived", text(times(event.arrivals, &style.format_date_time(first)))));
    }
    rows.extend(
        event.retry_of.map(|of| ("same as", text(format!("#{of} except for its timestamp: probably a retry")))),
    );
    rows
}

fn times(count: u64, first: &str) -> String {
    if count == 1 { format!("once, {first}") } else { format!("{count} times, first {first}") }
}

/// What a body says of itself, and where that departs from the catalogue.
fn describe_facts(facts: &EventFacts) -> Vec<(&'static str, TableCell)> {
    let text = |text: &str| TableCell::from(Sanitised::text(text));
    let mut rows = Vec::new();
    rows.extend(facts.event_type.as_deref().map(|name| ("type", text(name))));
    rows.extend(facts.email.as_deref().map(|email| ("e-mail", text(email))));
    rows.extend(
        facts.position.map(|position| ("position", TableCell::from(phrases::format_position(position, false)))),
    );
    rows.extend(facts.signup_id.as_deref().map(|id| ("sign-up", text(id))));
    rows.extend(facts.waitlist_id.as_deref().map(|id| ("waitlist", text(id))));
    rows.extend(
        facts.drift.iter().map(|drift| ("drift", TableCell::new(TextRole::Notable, phrases::describe_drift(drift)))),
    );
    rows
}

fn show_refused(console: &Console, row: &RefusedRow) -> Result<(), Error> {
    let refused = &row.refused;
    if console.is_json() {
        console.write_record("refused", &history::refused_fields(row))?;
        return Ok(());
    }
    let style = &console.out;
    let text = |text: String| TableCell::from(Sanitised::text(&text));
    let mut rows = vec![
        ("refused", text(format!("!{}", row.number))),
        ("reason", TableCell::new(TextRole::Bad, Sanitised::own(refused.reason.explain()))),
    ];
    rows.extend(describe_facts(&EventFacts::from_body(&refused.content.body)));
    rows.push(("size", TableCell::from(phrases::format_bytes(refused.content.body.len() as u64))));
    rows.push(("arrived", text(style.format_date_time(refused.at))));
    rows.push(("path", text(refused.target.clone())));
    let mut out = render_pairs(&rows, style);
    write_lines(&mut out, &render_body(&refused.content.body, style, None, None));
    headers(&mut out, &refused.content.headers, style);
    console.write_text(&out)?;
    console.print_hint(&format!("referralloop verify --event '!{}'", row.number));
    Ok(())
}

fn headers(out: &mut String, headers: &HeaderLines, style: &OutputStyle) {
    heading(out, "headers", None, style);
    write_lines(out, &render_headers(headers, style));
}
