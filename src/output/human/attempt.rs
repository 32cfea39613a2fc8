//! Attempts: the line of a forward below its arrival, and the lines of a delivery with its retries.

use super::INDENT;
use crate::output::errors::render_labelled;
use crate::output::line::StyledLine;
use crate::output::phrases::{
    attempt_hint, describe_outcome, excerpt_body, format_duration, format_offset, format_position,
};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{AttemptReport, ReplayReport};

/// Columns of the longest time on the schedule's scale, `+1:21:00`.
const OFFSET_COLUMNS: usize = 8;

/// Columns of the longest status that is met every day, so that latencies stand below each other.
const STATUS_COLUMNS: usize = 25;

/// Columns of an answer's body that are quoted.
const QUOTED: usize = 60;

/// The same on a terminal, where they go on below each other: what an app says of its failure is what helps to mend it.
const QUOTED_ON_TERMINAL: usize = 200;

/// An answer's quote shorter than this says nothing.
const LEAST_QUOTED: usize = 12;

/// A forward: `→ POST url   200 OK   12 ms of 5 s`, the app's words when it refused, and a hint.
pub(super) fn render_forward(forward: &AttemptReport, named: bool, style: &OutputStyle) -> Vec<StyledLine> {
    let target = Sanitised::text(&forward.attempt.url);
    let line = arrow(forward.attempt.event, named, style).put(TextRole::Plain, "POST ").put(TextRole::Plain, target);
    let mut lines = beside_or_below(line, &forward_results(forward, style), style);
    lines.extend(quote_below(&forward.attempt.outcome, INDENT + 2, style));
    let advice = attempt_hint(forward).filter(|_| !forward.attempt.outcome.is_acknowledged());
    let advice = advice.or_else(|| close_call(forward));
    lines.extend(advice.iter().flat_map(|advice| render_hint(INDENT + 2, advice, style)));
    lines
}

/// The first result that fits beside a line, else the fullest one below it.
fn beside_or_below(line: StyledLine, results: &[StyledLine; 2], style: &OutputStyle) -> Vec<StyledLine> {
    match results.iter().find(|result| line.width() + 3 + result.width() <= style.width) {
        Some(result) => vec![line.add_gap(3).join(result)],
        None => vec![line, StyledLine::indented(style, INDENT + 2).join(&results[0])],
    }
}

/// What the other side said, on lines of its own.
fn quote_below(outcome: &AttemptOutcome, indent: usize, style: &OutputStyle) -> Vec<StyledLine> {
    let room = style.width.saturating_sub(indent);
    let line = |words: Sanitised| StyledLine::indented(style, indent).put(TextRole::Plain, words);
    if !style.is_terminal() {
        return refusal(outcome, QUOTED, room).map(line).into_iter().collect();
    }
    let words = refusal(outcome, QUOTED_ON_TERMINAL, usize::MAX);
    words.iter().flat_map(|words| words.chunks(room.max(LEAST_QUOTED))).map(line).collect()
}

fn arrow(event: u64, named: bool, style: &OutputStyle) -> StyledLine {
    let line = StyledLine::indented(style, INDENT).put(TextRole::Faint, "→ ");
    if named { line.put(TextRole::Plain, Sanitised::text(&format!("#{event} "))) } else { line }
}

/// How a forward ended, with the budget and without.
fn forward_results(forward: &AttemptReport, style: &OutputStyle) -> [StyledLine; 2] {
    let line = StyledLine::new(style);
    let line = match forward.attempt.number {
        1 => line,
        number => line.put(TextRole::Plain, Sanitised::text(&format!("attempt {number}/{}   ", forward.of))),
    };
    let line = line.put(outcome_role(&forward.attempt.outcome), describe_outcome(&forward.attempt.outcome)).add_gap(3);
    let short = line.put(TextRole::Plain, format_duration(forward.attempt.latency));
    let full = match forward.budget {
        Some(budget) => short.clone().put(TextRole::Faint, " of ").put(TextRole::Faint, format_duration(budget)),
        None => short.clone(),
    };
    [full, short]
}

fn outcome_role(outcome: &AttemptOutcome) -> TextRole {
    if outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad }
}

/// An acknowledgement that came when four fifths of the budget were gone.
fn close_call(report: &AttemptReport) -> Option<Sanitised> {
    let budget = report.budget.filter(|budget| report.attempt.latency * 5 > *budget * 4)?;
    let words = format!("that was close to the limit of {}: answer first and work afterwards", format_duration(budget));
    Some(Sanitised::text(&words))
}

/// What the other side said when it did not acknowledge: its body, or the words of the failure.
fn refusal(outcome: &AttemptOutcome, most: usize, room: usize) -> Option<Sanitised> {
    match outcome {
        AttemptOutcome::Answered(answer) if !outcome.is_acknowledged() => {
            let columns = most.min(room.saturating_sub(2));
            excerpt_body(&answer.body, columns).filter(|_| columns >= LEAST_QUOTED).map(|words| quoted(&words))
        }
        AttemptOutcome::Answered(_) => None,
        _ => outcome.detail().map(|words| Sanitised::text(&words).clip(room.max(LEAST_QUOTED))),
    }
}

fn quoted(words: &Sanitised) -> Sanitised {
    const QUOTE: Sanitised = Sanitised::own("\"");
    Sanitised::concat([&QUOTE, words, &QUOTE])
}

/// A forward that was left out.
pub(super) fn render_skipped_forward(event: u64, url: &str, why: &str, named: bool, style: &OutputStyle) -> StyledLine {
    arrow(event, named, style)
        .put(TextRole::Plain, "not sent to ")
        .put(TextRole::Plain, Sanitised::text(url))
        .put(TextRole::Plain, ": ")
        .put(TextRole::Plain, Sanitised::text(why))
}

/// One attempt of a delivery: `attempt 1/5  +0:00   500 Internal Server Error   12 ms   "database is down"`.
pub(super) fn render_attempt(report: &AttemptReport, style: &OutputStyle) -> Vec<StyledLine> {
    let number = Sanitised::text(&format!("attempt {}/{}", report.attempt.number, report.of));
    let line = StyledLine::indented(style, 2).put(TextRole::Plain, number);
    let offset_end = line.width() + 2 + OFFSET_COLUMNS;
    let line = line.add_gap(2).put(TextRole::Faint, format_offset(report.scheduled)).pad_to(offset_end).add_gap(3);
    let status_end = line.width() + STATUS_COLUMNS;
    let line = line
        .put(outcome_role(&report.attempt.outcome), describe_outcome(&report.attempt.outcome))
        .pad_to(status_end)
        .add_gap(3);
    let latency = format_duration(report.attempt.latency);
    let line = line.add_gap(5_usize.saturating_sub(latency.width())).put(TextRole::Plain, latency);
    let (outcome, room) = (&report.attempt.outcome, style.width.saturating_sub(line.width() + 3));
    let words = match style.is_terminal() {
        true => refusal(outcome, QUOTED_ON_TERMINAL, usize::MAX),
        false => refusal(outcome, QUOTED, room),
    };
    match words {
        Some(words) if words.width() <= room => vec![line.add_gap(3).put(TextRole::Plain, words)],
        Some(_) if style.is_terminal() => [vec![line], quote_below(outcome, 4, style)].concat(),
        _ => vec![line],
    }
}

/// A replay: `#41  signup.created  → url   200 OK   12 ms   was 500 Internal Server Error, now 200 OK`.
pub(super) fn render_replay(replay: &ReplayReport, style: &OutputStyle) -> Vec<StyledLine> {
    let kind =
        replay.event_type.as_deref().map_or(Sanitised::own("(no event type)"), |kind| Sanitised::text(kind).clip(40));
    let line = StyledLine::new(style)
        .put(TextRole::Strong, Sanitised::text(&format!("#{}", replay.event)))
        .add_gap(2)
        .put(TextRole::Plain, kind);
    let line = line.add_gap(2).put(TextRole::Faint, "→ ").put(TextRole::Plain, Sanitised::text(&replay.url));
    let mut result = StyledLine::new(style)
        .put(outcome_role(&replay.outcome), describe_outcome(&replay.outcome))
        .add_gap(3)
        .put(TextRole::Plain, format_duration(replay.latency));
    if replay.attempts > 1 {
        result = result.add_gap(3).put(TextRole::Plain, Sanitised::text(&format!("{} attempts", replay.attempts)));
    }
    if let Some(was) = replay.was.as_ref().filter(|_| replay.has_changed()) {
        let words = Sanitised::concat(&[
            Sanitised::own("was "),
            describe_outcome(was),
            Sanitised::own(", now "),
            describe_outcome(&replay.outcome),
        ]);
        result = result.add_gap(3).put(TextRole::Notable, words);
    }
    let mut lines = beside_or_below(line, &[result.clone(), result], style);
    lines.extend(quote_below(&replay.outcome, INDENT + 2, style));
    lines
}

/// A hint below a line.
pub(super) fn render_hint(indent: usize, hint: &Sanitised, style: &OutputStyle) -> Vec<StyledLine> {
    render_labelled("hint: ", TextRole::Strong, hint.as_str(), indent, style)
}

/// The line above a delivery's attempts: what is sent where.
pub(crate) fn render_sending(event: u64, facts: &EventFacts, url: &str, style: &OutputStyle) -> Vec<StyledLine> {
    let kind =
        facts.event_type.as_deref().map_or(Sanitised::own("(no event type)"), |kind| Sanitised::text(kind).clip(40));
    let mut line = StyledLine::new(style);
    // For a person to name it by; elsewhere the line stays as scripts know it, and the record has the number.
    if style.is_terminal() {
        line = line.put(TextRole::Strong, Sanitised::text(&format!("#{event}"))).add_gap(2);
    }
    line = line.put(TextRole::Strong, kind);
    let who = facts.email.as_deref().map(|who| Sanitised::text(who).clip_address(64));
    let place = facts.position.map(|place| format_position(place, false));
    for fact in [who, place].into_iter().flatten() {
        line = line.add_gap(2).put(TextRole::Plain, fact);
    }
    let target = StyledLine::new(style).put(TextRole::Faint, "→ ").put(TextRole::Plain, Sanitised::text(url));
    if line.width() + 3 + target.width() <= style.width {
        vec![line.add_gap(3).join(&target)]
    } else {
        vec![line, StyledLine::indented(style, 2).join(&target)]
    }
}
