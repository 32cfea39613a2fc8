//! One event, or one refused request, with everything that happened to it, in lines.

use super::transfer::EventHistory;
use crate::output::human::{render_body, render_headers};
use crate::output::line::{StyledLine, write_lines};
use crate::output::phrases;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::output::table::{TableCell, render_pairs};
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::{Attempt, AttemptOutcome};
use crate::protocol::facts::EventFacts;
use crate::protocol::schedule::guess_retry;
use crate::store::{ArrivalRow, EventRow, RefusedRow};
use std::time::Duration;

/// An event: what it is, its body, each arrival, each attempt.
pub(crate) fn render_event(story: &EventHistory, style: &OutputStyle) -> String {
    let EventHistory { event, arrivals, attempts } = story;
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
            "{}  {}  {}  → {}",
            verb(attempt),
            style.format_date_time(attempt.at),
            name_attempt(attempt.number),
            attempt.url
        );
        heading(&mut out, &words, None, style);
        let ink = if attempt.outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
        let line = StyledLine::indented(style, 2).put(ink, phrases::describe_outcome(&attempt.outcome)).add_gap(3);
        let line = line.put(TextRole::Plain, phrases::format_duration(attempt.latency));
        // Only this outcome has no words of its own that say why.
        let line = match &attempt.outcome {
            AttemptOutcome::Failed(why) => line.add_gap(3).put(TextRole::Plain, Sanitised::text(why)),
            _ => line,
        };
        write_lines(&mut out, &[line]);
    }
    out
}

fn name_attempt(number: u32) -> String {
    if number == 0 { "not attempted".to_owned() } else { format!("attempt {number}") }
}

/// A refused request: why, its body, its header lines.
pub(crate) fn render_refused(row: &RefusedRow, style: &OutputStyle) -> String {
    let refused = &row.refused;
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
    out
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
    if event.deliveries.len() > 1 {
        rows.extend(event.list_owed().map(|attempt| {
            let words = format!("{}: {}", attempt.url, phrases::describe_outcome(&attempt.outcome).as_str());
            ("owed to", TableCell::new(TextRole::Bad, Sanitised::text(&words)))
        }));
    }
    rows.extend(event.retry_of.map(|of| {
        let likeness = phrases::describe_likeness(&event.facts);
        ("retry", text(format!("probably of #{of}: {likeness}")))
    }));
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
    rows.extend(facts.event_id.as_deref().map(|id| ("event id", text(id))));
    rows.extend(facts.email.as_deref().map(|email| ("e-mail", text(email))));
    rows.extend(facts.position.map(|position| {
        let long = phrases::format_position(position, false);
        ("position", TableCell::from(Sanitised::text(long.as_str().trim_start_matches("position "))))
    }));
    rows.extend(facts.signup_id.as_deref().map(|id| ("sign-up", text(id))));
    rows.extend(facts.waitlist_id.as_deref().map(|id| ("waitlist", text(id))));
    rows.extend(
        facts.drift.iter().map(|drift| ("differs", TableCell::new(TextRole::Notable, phrases::describe_drift(drift)))),
    );
    rows
}

fn headers(out: &mut String, headers: &HeaderLines, style: &OutputStyle) {
    heading(out, "headers", None, style);
    write_lines(out, &render_headers(headers, style));
}
