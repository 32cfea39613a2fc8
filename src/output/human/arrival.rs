//! An arrival: one line, what is odd about it below, then its body.

use super::{INDENT, ReportDetail, render_body, render_headers};
use crate::output::line::StyledLine;
use crate::output::phrases::{
    describe_drift, describe_likeness, format_bytes, format_duration, format_position, render_badge, render_mark,
    render_repeat_badge, short_event,
};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::report::{ArrivalNumber, ArrivalReport, KeptBack, RepeatReport, TurnedAwayReport};
use crate::protocol::{arrival::RepeatKind, arrival::SignatureState, schedule::is_acknowledgement};
use jiff::Timestamp;

/// Columns of the longest event name in the catalogue.
const TYPE_COLUMNS: usize = 23;

/// Columns of the usual badges.
const BADGE_COLUMNS: usize = 10;

/// Where the size ends on a wide terminal: right-aligned, but not a hand's breadth away from its line.
const SIZE_END: usize = 103;

/// Columns below which every line has the short form: lines below each other look alike.
const ROOMY: usize = 100;

/// Departures from the catalogue that are named one by one.
const DRIFT_SHOWN: usize = 5;

/// All lines of an arrival.
pub(super) fn render_arrival(
    at: Timestamp,
    report: &ArrivalReport,
    detail: ReportDetail,
    style: &OutputStyle,
) -> Vec<StyledLine> {
    let mut lines = match tail(report) {
        Some(words) => noted(at, report, &words, style),
        None => vec![plain(at, report, style)],
    };
    lines.extend(
        report
            .not_stored
            .as_deref()
            .map(|why| remark("not stored: ", TextRole::Bad, Sanitised::text(why).clip(200), style)),
    );
    let brief = report.repeat.is_some() || is_refused(report);
    if !brief {
        lines.extend(remarks(report, style));
    }
    if style.headers && detail == ReportDetail::Full {
        lines.extend(head_as_sent(report, style));
    }
    let kept_back = describe_kept_back(report)
        .map(|words| StyledLine::indented(style, INDENT).put(TextRole::Faint, "→ ").put(TextRole::Notable, words));
    if brief {
        lines.extend(kept_back);
        return lines;
    }
    let shown = if detail == ReportDetail::Full { style.body_lines } else { Some(0) };
    if shown != Some(0) {
        let number = event_number(report);
        lines.extend(
            render_body(&report.arrival.content.body, style, shown, number)
                .iter()
                .map(|line| StyledLine::indented(style, INDENT).put(TextRole::Faint, "│ ").join(line)),
        );
    }
    lines.extend(kept_back);
    lines
}

/// Why it does not go on to the app, or not now.
pub(super) fn describe_kept_back(report: &ArrivalReport) -> Option<Sanitised> {
    report.kept_back.as_ref().map(|why| match why {
        KeptBack::NoRoute => Sanitised::own("no route fits it"),
        KeptBack::Behind { event, target: None } => Sanitised::text(&format!("waits behind #{event}")),
        KeptBack::Behind { event, target: Some(name) } => Sanitised::text(&format!("{name} waits behind #{event}")),
    })
}

/// A request that was no delivery.
pub(super) fn render_turned_away(at: Timestamp, told: &TurnedAwayReport, style: &OutputStyle) -> StyledLine {
    let TurnedAwayReport { method, path, status, why, untold } = told;
    let what = if method.is_empty() { "(no request)".to_owned() } else { format!("{method} {path}") };
    let others = if *untold > 0 { format!(" (and {untold} before it)") } else { String::new() };
    let time = if style.width < ROOMY { style.format_short_time(at) } else { style.format_time(at) };
    StyledLine::new(style)
        .put(TextRole::Faint, Sanitised::text(&time))
        .add_gap(2)
        .put(TextRole::Faint, Sanitised::text(&what).clip(120))
        .add_gap(3)
        .put(TextRole::Faint, Sanitised::text(&format!("{status}: {why}{others}")).clip(200))
}

/// Request target and header lines.
fn head_as_sent(report: &ArrivalReport, style: &OutputStyle) -> Vec<StyledLine> {
    let target = StyledLine::indented(style, INDENT)
        .put(TextRole::Faint, "POST ")
        .put(TextRole::Plain, Sanitised::text(&report.arrival.target));
    let headers = render_headers(&report.arrival.content.headers, style);
    let headers = headers.iter().map(|line| StyledLine::indented(style, INDENT).join(line));
    std::iter::once(target).chain(headers).collect()
}

fn is_refused(report: &ArrivalReport) -> bool {
    report.reason.is_some() || report.arrival.verification == SignatureState::Invalid
}

pub(super) fn event_number(report: &ArrivalReport) -> Option<u64> {
    match report.number {
        Some(ArrivalNumber::Stored { event, .. }) => Some(event),
        _ => None,
    }
}

/// What a repeated or refused arrival says in the place of its facts.
fn tail(report: &ArrivalReport) -> Option<Sanitised> {
    match (&report.repeat, report.reason) {
        (_, Some(reason)) => Some(match &report.explanation {
            Some(explanation) => Sanitised::text(&explanation.words),
            None => Sanitised::own(reason.explain()),
        }),
        (Some(repeat), None) => Some(repeated(repeat, describe_likeness(&report.arrival.facts))),
        (None, None) => None,
    }
}

fn repeated(repeat: &RepeatReport, likeness: &str) -> Sanitised {
    let what = match repeat.kind {
        RepeatKind::Duplicate => describe_gap(repeat),
        RepeatKind::ProbableRetry => format!("{}, {likeness}", describe_gap(repeat)),
    };
    Sanitised::text(&match repeat.retry_guess {
        Some(retry) => format!("{what}: looks like retry {retry}"),
        None => what,
    })
}

/// How long after what it repeats; without a store nobody knows that.
pub(super) fn describe_gap(repeat: &RepeatReport) -> String {
    match (repeat.gap.map(format_duration), repeat.kind) {
        (Some(gap), RepeatKind::Duplicate) => format!("{gap} after the first"),
        (Some(gap), RepeatKind::ProbableRetry) => format!("{gap} after #{}", repeat.of),
        (None, _) => format!("came before, as #{}", repeat.of),
    }
}

/// How much room time, number, type and badge take.
#[derive(Clone, Copy, PartialEq)]
enum HeadWidth {
    /// In columns, below each other.
    Padded,
    /// As long as they are.
    Tight,
    /// To the second, and without the first word of the event's name.
    Short,
    /// The same, with a mark for a badge.
    Marked,
}

/// Time, number, type and badge.
fn head(at: Timestamp, report: &ArrivalReport, width: HeadWidth, style: &OutputStyle) -> StyledLine {
    let short = matches!(width, HeadWidth::Short | HeadWidth::Marked);
    let time = if short { style.format_short_time(at) } else { style.format_time(at) };
    let kind = match report.arrival.facts.event_type.as_deref() {
        Some(kind) => Sanitised::text(if short { short_event(kind) } else { kind }).clip(40),
        None => Sanitised::own("(no event type)"),
    };
    let badge = match &report.repeat {
        _ if width == HeadWidth::Marked => render_mark(None, report.arrival.verification, style),
        Some(repeat) => render_repeat_badge(repeat.kind, style),
        None => render_badge(report.arrival.verification, style),
    };
    let line = StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&time)).add_gap(2);
    let line = line
        .put(TextRole::Plain, number(report))
        .pad_to(if short { 0 } else { INDENT + 3 })
        .add_gap(1 + usize::from(short));
    let (type_end, badge_end) = match width {
        HeadWidth::Padded => (line.width() + TYPE_COLUMNS, BADGE_COLUMNS),
        HeadWidth::Tight | HeadWidth::Short | HeadWidth::Marked => (0, 0),
    };
    let line = line.put(TextRole::Strong, kind).pad_to(type_end).add_gap(2);
    let badge_end = line.width() + badge_end;
    line.join(&badge).pad_to(badge_end)
}

pub(super) fn number(report: &ArrivalReport) -> Sanitised {
    match report.number {
        Some(ArrivalNumber::Stored { event, .. }) => Sanitised::text(&format!("#{event}")),
        Some(ArrivalNumber::Refused(number)) => Sanitised::text(&format!("!{number}")),
        None => Sanitised::own("–"),
    }
}

/// The status that the sender got, where it was no acknowledgement.
fn answer(report: &ArrivalReport) -> Option<Sanitised> {
    (!is_acknowledgement(report.answer)).then(|| Sanitised::text(&report.answer.to_string()))
}

/// A line whose facts give way to words; words that do not fit stand below.
fn noted(at: Timestamp, report: &ArrivalReport, words: &Sanitised, style: &OutputStyle) -> Vec<StyledLine> {
    let answer = answer(report);
    let answer_columns = answer.as_ref().map_or(0, |answer| 3 + answer.width());
    let (roomy, closest) = match style.width {
        ROOMY.. => (HeadWidth::Padded, HeadWidth::Tight),
        _ => (HeadWidth::Short, HeadWidth::Short),
    };
    if keeps_columns(style) {
        return vec![end(head(at, report, HeadWidth::Padded, style).add_gap(3).put(TextRole::Plain, words), answer)];
    }
    for width in [roomy, closest] {
        let line = head(at, report, width, style);
        if line.width() + 3 + words.width() + answer_columns <= style.width {
            return vec![end(line.add_gap(3).put(TextRole::Plain, words), answer)];
        }
    }
    vec![end(head(at, report, closest, style), answer), StyledLine::indented(style, INDENT).put(TextRole::Plain, words)]
}

fn end(line: StyledLine, answer: Option<Sanitised>) -> StyledLine {
    match answer {
        Some(answer) => line.add_gap(3).put(TextRole::Bad, answer),
        None => line,
    }
}

/// Columns of an address that are worth a badge in words.
const LEGIBLE: usize = 24;

/// What gives way, in this order, on a narrow terminal.
struct ArrivalLayout {
    head: HeadWidth,
    size: bool,
    position: PositionWidth,
}

#[derive(PartialEq)]
enum PositionWidth {
    Long,
    Short,
    None,
}

const LAYOUTS: [ArrivalLayout; 9] = [
    ArrivalLayout { head: HeadWidth::Padded, size: true, position: PositionWidth::Long },
    ArrivalLayout { head: HeadWidth::Padded, size: false, position: PositionWidth::Long },
    ArrivalLayout { head: HeadWidth::Padded, size: false, position: PositionWidth::Short },
    ArrivalLayout { head: HeadWidth::Tight, size: false, position: PositionWidth::Long },
    ArrivalLayout { head: HeadWidth::Tight, size: false, position: PositionWidth::Short },
    ArrivalLayout { head: HeadWidth::Short, size: false, position: PositionWidth::Long },
    ArrivalLayout { head: HeadWidth::Short, size: false, position: PositionWidth::Short },
    ArrivalLayout { head: HeadWidth::Tight, size: false, position: PositionWidth::None },
    ArrivalLayout { head: HeadWidth::Short, size: false, position: PositionWidth::None },
];

/// Whether columns stay below each other however long a line becomes: in a file nothing is cut or broken.
fn keeps_columns(style: &OutputStyle) -> bool {
    !style.is_terminal() && style.width >= ROOMY
}

fn plain(at: Timestamp, report: &ArrivalReport, style: &OutputStyle) -> StyledLine {
    let is_fit = |layout: &&ArrivalLayout| match layout.head {
        HeadWidth::Short => !keeps_columns(style),
        head => style.width >= ROOMY && (head == HeadWidth::Padded || !keeps_columns(style)),
    };
    let mut laid = LAYOUTS.iter().filter(is_fit).map(|layout| laid_out(at, report, layout, 64, style));
    if let Some(fits) = laid.find(|line| line.width() <= style.width) {
        return fits;
    }
    if keeps_columns(style) {
        return laid_out(at, report, &LAYOUTS[1], 64, style);
    }
    let room = |width| style.width.saturating_sub(head(at, report, width, style).width() + 2);
    let width = if room(HeadWidth::Short) < LEGIBLE { HeadWidth::Marked } else { HeadWidth::Short };
    let layout = ArrivalLayout { head: width, size: false, position: PositionWidth::None };
    laid_out(at, report, &layout, room(width).max(8), style)
}

fn laid_out(
    at: Timestamp,
    report: &ArrivalReport,
    layout: &ArrivalLayout,
    email: usize,
    style: &OutputStyle,
) -> StyledLine {
    let mut line = head(at, report, layout.head, style);
    let mut gap = if layout.head == HeadWidth::Padded { 3 } else { 2 };
    let place = report.arrival.facts.position.filter(|_| layout.position != PositionWidth::None);
    let place = place.map(|place| format_position(place, layout.position == PositionWidth::Short));
    let who = report.arrival.facts.email.as_deref().map(|who| Sanitised::text(who).clip_address(email));
    for fact in [who, place].into_iter().flatten() {
        line = line.add_gap(gap).put(TextRole::Plain, fact);
        gap = 2;
    }
    let line = end(line, answer(report));
    if layout.size { sized(line, report, style) } else { line }
}

fn sized(line: StyledLine, report: &ArrivalReport, style: &OutputStyle) -> StyledLine {
    let size = format_bytes(report.arrival.content.body.len() as u64);
    let start = style.width.min(SIZE_END).saturating_sub(size.width());
    line.add_gap(2).pad_to(start).put(TextRole::Faint, size)
}

/// What is odd about an arrival.
fn remarks(report: &ArrivalReport, style: &OutputStyle) -> Vec<StyledLine> {
    let mut lines = Vec::new();
    if report.out_of_order {
        let words = Sanitised::own("a newer event of this sign-up had already arrived");
        lines.push(remark("out of order: ", TextRole::Notable, words, style));
    }
    let departures = &report.arrival.facts.drift;
    lines.extend(
        departures
            .iter()
            .take(DRIFT_SHOWN)
            .map(|one| remark("not as documented: ", TextRole::Notable, describe_drift(one), style)),
    );
    if departures.len() > DRIFT_SHOWN {
        let more = Sanitised::text(&format!("… and {} more", departures.len() - DRIFT_SHOWN));
        lines.push(remark("not as documented: ", TextRole::Notable, more, style));
    }
    lines
}

fn remark(label: &'static str, ink: TextRole, words: Sanitised, style: &OutputStyle) -> StyledLine {
    StyledLine::indented(style, INDENT).put(ink, "! ").put(ink, label).put(TextRole::Plain, words)
}
