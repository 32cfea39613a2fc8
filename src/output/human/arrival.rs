//! An arrival: one line, what is odd about it below, then its body.

use super::{Detail, INDENT, body_block, header_lines};
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::words::{badge, bytes, drift, duration, position, repeat_badge};
use crate::protocol::report::{ArrivalNumber, ArrivalReport, RepeatReport};
use crate::protocol::{arrival::RepeatKind, arrival::Verification, schedule::acknowledges};
use jiff::Timestamp;

/// Columns of the longest event name in the catalogue.
const TYPE_COLUMNS: usize = 23;

/// Columns of the usual badges.
const BADGE_COLUMNS: usize = 10;

/// Where the size ends on a wide terminal: right-aligned, but not a hand's breadth away from its line.
const SIZE_END: usize = 103;

/// Departures from the catalogue that are named one by one.
const DRIFT_SHOWN: usize = 5;

/// All lines of an arrival.
pub fn lines(at: Timestamp, arrival: &ArrivalReport, detail: Detail, style: &Style) -> Vec<Line> {
    let mut lines = match tail(arrival) {
        Some(words) => noted(at, arrival, &words, style),
        None => vec![plain(at, arrival, style)],
    };
    lines.extend(
        arrival
            .not_stored
            .as_deref()
            .map(|why| remark("not stored: ", Ink::Bad, Sanitised::text(why).clip(200), style)),
    );
    let brief = arrival.repeat.is_some() || is_refused(arrival);
    if !brief {
        lines.extend(remarks(arrival, style));
    }
    if style.headers && detail == Detail::Full {
        lines.extend(head_as_sent(arrival, style));
    }
    if brief {
        return lines;
    }
    let shown = if detail == Detail::Full { style.body_lines } else { Some(0) };
    if shown != Some(0) {
        let number = event_number(arrival);
        lines.extend(
            body_block(&arrival.body, style, shown, number)
                .iter()
                .map(|line| Line::indented(style, INDENT).put(Ink::Faint, "│ ").join(line)),
        );
    }
    lines
}

/// Request target and header lines.
fn head_as_sent(arrival: &ArrivalReport, style: &Style) -> Vec<Line> {
    let target =
        Line::indented(style, INDENT).put(Ink::Faint, "POST ").put(Ink::Plain, Sanitised::text(&arrival.target));
    let headers = header_lines(&arrival.headers, style);
    let headers = headers.iter().map(|line| Line::indented(style, INDENT).join(line));
    std::iter::once(target).chain(headers).collect()
}

fn is_refused(arrival: &ArrivalReport) -> bool {
    arrival.reason.is_some() || arrival.verification == Verification::Invalid
}

fn event_number(arrival: &ArrivalReport) -> Option<u64> {
    match arrival.number {
        Some(ArrivalNumber::Stored { event, .. }) => Some(event),
        _ => None,
    }
}

/// What a repeated or refused arrival says in the place of its facts.
fn tail(arrival: &ArrivalReport) -> Option<Sanitised> {
    match (&arrival.repeat, arrival.reason) {
        (_, Some(reason)) => Some(match &arrival.explanation {
            Some(explanation) => Sanitised::text(&explanation.words),
            None => Sanitised::own(reason.explain()),
        }),
        (Some(repeat), None) => Some(repeated(repeat)),
        (None, None) => None,
    }
}

fn repeated(repeat: &RepeatReport) -> Sanitised {
    let gap = duration(repeat.gap);
    let what = match repeat.kind {
        RepeatKind::Duplicate => format!("{gap} after the first"),
        RepeatKind::ProbableRetry => format!("{gap} after #{}, the same but for its timestamp", repeat.of),
    };
    Sanitised::text(&match repeat.retry_guess {
        Some(retry) => format!("{what}: looks like retry {retry}"),
        None => what,
    })
}

/// Time, number, type and badge.
fn head(at: Timestamp, arrival: &ArrivalReport, padded: bool, style: &Style) -> Line {
    let kind = match arrival.facts.event_type.as_deref() {
        Some(kind) => Sanitised::text(kind).clip(40),
        None => Sanitised::own("(no event type)"),
    };
    let badge = match &arrival.repeat {
        Some(repeat) => repeat_badge(repeat.kind, style),
        None => badge(arrival.verification, style),
    };
    let line = Line::new(style).put(Ink::Faint, Sanitised::text(&style.time(at))).gap(2);
    let line = line.put(Ink::Plain, number(arrival)).pad_to(INDENT + 3).gap(1);
    let (type_end, badge_end) = match padded {
        true => (line.width() + TYPE_COLUMNS, BADGE_COLUMNS),
        false => (0, 0),
    };
    let line = line.put(Ink::Strong, kind).pad_to(type_end).gap(2);
    let badge_end = line.width() + badge_end;
    line.join(&badge).pad_to(badge_end)
}

fn number(arrival: &ArrivalReport) -> Sanitised {
    match arrival.number {
        Some(ArrivalNumber::Stored { event, .. }) => Sanitised::text(&format!("#{event}")),
        Some(ArrivalNumber::Refused(number)) => Sanitised::text(&format!("!{number}")),
        None => Sanitised::own("–"),
    }
}

/// The status that the sender got, where it was no acknowledgement.
fn answer(arrival: &ArrivalReport) -> Option<Sanitised> {
    (!acknowledges(arrival.answer)).then(|| Sanitised::text(&arrival.answer.to_string()))
}

/// A line whose facts give way to words; words that do not fit stand below.
fn noted(at: Timestamp, arrival: &ArrivalReport, words: &Sanitised, style: &Style) -> Vec<Line> {
    let answer = answer(arrival);
    let answer_columns = answer.as_ref().map_or(0, |answer| 3 + answer.width());
    for padded in [true, false] {
        let line = head(at, arrival, padded, style);
        if line.width() + 3 + words.width() + answer_columns <= style.width {
            return vec![end(line.gap(3).put(Ink::Plain, words), answer)];
        }
    }
    vec![end(head(at, arrival, false, style), answer), Line::indented(style, INDENT).put(Ink::Plain, words)]
}

fn end(line: Line, answer: Option<Sanitised>) -> Line {
    match answer {
        Some(answer) => line.gap(3).put(Ink::Bad, answer),
        None => line,
    }
}

/// What gives way, in this order, on a narrow terminal.
struct Layout {
    padded: bool,
    size: bool,
    position: Place,
}

#[derive(PartialEq)]
enum Place {
    Long,
    Short,
    None,
}

const LAYOUTS: [Layout; 6] = [
    Layout { padded: true, size: true, position: Place::Long },
    Layout { padded: true, size: false, position: Place::Long },
    Layout { padded: true, size: false, position: Place::Short },
    Layout { padded: false, size: false, position: Place::Long },
    Layout { padded: false, size: false, position: Place::Short },
    Layout { padded: false, size: false, position: Place::None },
];

fn plain(at: Timestamp, arrival: &ArrivalReport, style: &Style) -> Line {
    let mut laid = LAYOUTS.iter().map(|layout| laid_out(at, arrival, layout, 64, style));
    if let Some(fits) = laid.find(|line| line.width() <= style.width) {
        return fits;
    }
    let room = style.width.saturating_sub(head(at, arrival, false, style).width() + 2);
    laid_out(at, arrival, &LAYOUTS[LAYOUTS.len() - 1], room.max(8), style)
}

fn laid_out(at: Timestamp, arrival: &ArrivalReport, layout: &Layout, email: usize, style: &Style) -> Line {
    let mut line = head(at, arrival, layout.padded, style);
    let mut gap = if layout.padded { 3 } else { 2 };
    let place = arrival.facts.position.filter(|_| layout.position != Place::None);
    let place = place.map(|place| position(place, layout.position == Place::Short));
    let who = arrival.facts.email.as_deref().map(|who| Sanitised::text(who).clip(email));
    for fact in [who, place].into_iter().flatten() {
        line = line.gap(gap).put(Ink::Plain, fact);
        gap = 2;
    }
    let line = end(line, answer(arrival));
    if layout.size { sized(line, arrival, style) } else { line }
}

fn sized(line: Line, arrival: &ArrivalReport, style: &Style) -> Line {
    let size = bytes(arrival.body.len() as u64);
    let start = style.width.min(SIZE_END).saturating_sub(size.width());
    line.gap(2).pad_to(start).put(Ink::Faint, size)
}

/// What is odd about an arrival.
fn remarks(arrival: &ArrivalReport, style: &Style) -> Vec<Line> {
    let mut lines = Vec::new();
    if arrival.out_of_order {
        let words = Sanitised::own("a newer event of this sign-up had already arrived");
        lines.push(remark("out of order: ", Ink::Notable, words, style));
    }
    let departures = &arrival.facts.drift;
    lines.extend(departures.iter().take(DRIFT_SHOWN).map(|one| remark("drift: ", Ink::Notable, drift(one), style)));
    if departures.len() > DRIFT_SHOWN {
        let more = Sanitised::text(&format!("… and {} more", departures.len() - DRIFT_SHOWN));
        lines.push(remark("drift: ", Ink::Notable, more, style));
    }
    lines
}

fn remark(label: &'static str, ink: Ink, words: Sanitised, style: &Style) -> Line {
    Line::indented(style, INDENT).put(ink, "! ").put(ink, label).put(Ink::Plain, words)
}
