//! Attempts: the line of a forward below its arrival, and the lines of a delivery with its retries.

use super::INDENT;
use crate::output::errors::labelled;
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::words::{duration, excerpt, hint, offset, outcome, position};
use crate::protocol::attempt::Outcome;
use crate::protocol::facts::Facts;
use crate::protocol::report::AttemptReport;

/// Columns of the longest status that is met every day, so that latencies stand below each other.
const STATUS_COLUMNS: usize = 25;

/// Columns of an answer's body that are quoted.
const QUOTED: usize = 60;

/// An answer's quote shorter than this says nothing.
const LEAST_QUOTED: usize = 12;

/// A forward: `→ POST url   200 OK   12 ms of 5 s`, the app's words when it refused, and a hint.
pub fn forward(forward: &AttemptReport, named: bool, style: &Style) -> Vec<Line> {
    let target = Sanitised::text(&forward.url);
    let line = arrow(forward.event, named, style).put(Ink::Plain, "POST ").put(Ink::Plain, target);
    let mut lines = beside_or_below(line, &forward_results(forward, style), style);
    let room = style.width.saturating_sub(INDENT + 4);
    lines.extend(refusal(&forward.outcome, room).map(|words| below(words, style)));
    let advice = hint(&forward.outcome).filter(|_| !forward.outcome.acknowledged());
    let advice = advice.or_else(|| close_call(forward));
    lines.extend(advice.iter().flat_map(|advice| hint_lines(INDENT + 2, advice, style)));
    lines
}

/// The first result that fits beside a line, else the fullest one below it.
fn beside_or_below(line: Line, results: &[Line; 2], style: &Style) -> Vec<Line> {
    match results.iter().find(|result| line.width() + 3 + result.width() <= style.width) {
        Some(result) => vec![line.gap(3).join(result)],
        None => vec![line, Line::indented(style, INDENT + 2).join(&results[0])],
    }
}

fn below(words: Sanitised, style: &Style) -> Line {
    Line::indented(style, INDENT + 2).put(Ink::Plain, words)
}

fn arrow(event: u64, named: bool, style: &Style) -> Line {
    let line = Line::indented(style, INDENT).put(Ink::Faint, "→ ");
    if named { line.put(Ink::Plain, Sanitised::text(&format!("#{event} "))) } else { line }
}

/// How a forward ended, with the budget and without.
fn forward_results(forward: &AttemptReport, style: &Style) -> [Line; 2] {
    let line = Line::new(style);
    let line = match forward.attempt {
        1 => line,
        number => line.put(Ink::Plain, Sanitised::text(&format!("attempt {number}/{}   ", forward.of))),
    };
    let line = line.put(ink(&forward.outcome), outcome(&forward.outcome)).gap(3);
    let short = line.put(Ink::Plain, duration(forward.latency));
    let full = match forward.budget {
        Some(budget) => short.clone().put(Ink::Faint, " of ").put(Ink::Faint, duration(budget)),
        None => short.clone(),
    };
    [full, short]
}

fn ink(outcome: &Outcome) -> Ink {
    if outcome.acknowledged() { Ink::Good } else { Ink::Bad }
}

/// An acknowledgement that came when four fifths of the budget were gone.
fn close_call(attempt: &AttemptReport) -> Option<Sanitised> {
    let budget = attempt.budget.filter(|budget| attempt.latency * 5 > *budget * 4)?;
    let words = format!("that was close to the limit of {}: answer first and work afterwards", duration(budget));
    Some(Sanitised::text(&words))
}

/// What the other side said when it did not acknowledge: its body, or the words of the failure.
fn refusal(outcome: &Outcome, room: usize) -> Option<Sanitised> {
    match outcome {
        Outcome::Answered(answer) if !outcome.acknowledged() => {
            let columns = QUOTED.min(room.saturating_sub(2));
            excerpt(&answer.body, columns).filter(|_| columns >= LEAST_QUOTED).map(|words| quoted(&words))
        }
        Outcome::Answered(_) => None,
        _ => outcome.detail().map(|words| Sanitised::text(&words).clip(room.max(LEAST_QUOTED))),
    }
}

fn quoted(words: &Sanitised) -> Sanitised {
    const QUOTE: Sanitised = Sanitised::own("\"");
    Sanitised::concat([&QUOTE, words, &QUOTE])
}

/// A forward that was left out.
pub fn forward_skipped(event: u64, url: &str, why: &str, named: bool, style: &Style) -> Line {
    arrow(event, named, style)
        .put(Ink::Plain, "not sent to ")
        .put(Ink::Plain, Sanitised::text(url))
        .put(Ink::Plain, ": ")
        .put(Ink::Plain, Sanitised::text(why))
}

/// One attempt of a delivery: `attempt 1/5  +0:00   500 Internal Server Error   12 ms   "database is down"`.
pub fn attempt(attempt: &AttemptReport, style: &Style) -> Line {
    let number = Sanitised::text(&format!("attempt {}/{}", attempt.attempt, attempt.of));
    let line = Line::indented(style, 2).put(Ink::Plain, number);
    let line = line.gap(2).put(Ink::Faint, offset(attempt.scheduled)).gap(3);
    let status_end = line.width() + STATUS_COLUMNS;
    let line = line.put(ink(&attempt.outcome), outcome(&attempt.outcome)).pad_to(status_end).gap(3);
    let latency = duration(attempt.latency);
    let line = line.gap(5_usize.saturating_sub(latency.width())).put(Ink::Plain, latency);
    match refusal(&attempt.outcome, style.width.saturating_sub(line.width() + 3)) {
        Some(words) if line.width() + 3 + words.width() <= style.width => line.gap(3).put(Ink::Plain, words),
        _ => line,
    }
}

/// A hint below a line.
pub fn hint_lines(indent: usize, hint: &Sanitised, style: &Style) -> Vec<Line> {
    labelled("hint: ", Ink::Strong, hint.as_str(), indent, style)
}

/// The line above a delivery's attempts: what is sent where.
pub fn sending(facts: &Facts, url: &str, style: &Style) -> Vec<Line> {
    let kind =
        facts.event_type.as_deref().map_or(Sanitised::own("(no event type)"), |kind| Sanitised::text(kind).clip(40));
    let mut line = Line::new(style).put(Ink::Strong, kind);
    let who = facts.email.as_deref().map(|who| Sanitised::text(who).clip(64));
    let place = facts.position.map(|place| position(place, false));
    for fact in [who, place].into_iter().flatten() {
        line = line.gap(2).put(Ink::Plain, fact);
    }
    let target = Line::new(style).put(Ink::Faint, "→ ").put(Ink::Plain, Sanitised::text(url));
    if line.width() + 3 + target.width() <= style.width {
        vec![line.gap(3).join(&target)]
    } else {
        vec![line, Line::indented(style, 2).join(&target)]
    }
}
