//! Reports for eyes: one or a few lines each, laid out for the terminal's width.
//!
//! It knows the layout and keeps the little that one line needs of the lines before it: which event they were about.
//! Foreign text reaches a line only as [`Sanitised`].

mod arrival;
mod attempt;
mod body;
mod brief;
mod check;
mod expectation;
mod exposure;
mod folding;
mod sandbox;
mod view;

pub(crate) use body::{render_body, render_headers, render_hex};
pub(crate) use check::render_verdict;
pub(crate) use expectation::describe_expectation;
pub(crate) use folding::HoldTime;
pub(crate) use view::ArrivalView;

use super::errors::render_notice;
use super::line::{StyledLine, write_lines};
use super::phrases::{attempt_hint, delivery_hint, format_duration, format_quantity};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use crate::protocol::report::{ArrivalNumber, ArrivalReport, AttemptReport, Report, ReportKind};
use crate::protocol::signature::SignatureFault;
use brief::{ForwardEnd, HeldArrival};
use folding::{ArrivalFolding, ArrivalForm};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};

/// Where a report goes: data to stdout, the rest to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScreenStream {
    /// stdout.
    Out,
    /// stderr.
    Err,
}

/// How much of a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportDetail {
    /// All of it.
    Full,
    /// Arrivals without their bodies, because the screen is behind.
    Brief,
}

/// The column at which what belongs to an arrival begins: below its number.
const INDENT: usize = 14;

/// Said once, when bodies begin to be left out.
const BURST: &str = "events come faster than they can be read: one line each until it is calm; the rest is in: referralloop events show N";

/// Hidden arrivals that are remembered, so that nothing is said of their forwards.
const MOST_HIDDEN: usize = 10_000;

/// Renders reports, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct HumanRenderer {
    style: OutputStyle,
    /// The event that the last lines were about; a forward of another one must name its own.
    about: Option<u64>,
    /// The attempt that was told last: how many there could be, and what went wrong.
    last: Option<LastAttempt>,
    /// Where forwards go, each with what tells it from the others, where there are several.
    targets: BTreeMap<String, String>,
    folding: ArrivalFolding,
    /// The hint below the last forward on one line, or the last replay: one is enough for many.
    advised: Option<Sanitised>,
    /// Whether the command that explains a refused request has been named.
    refusal_advised: bool,
    view: ArrivalView,
    /// Arrivals that the view leaves out: nothing is said of their forwards either.
    hidden: HashSet<u64>,
}

#[derive(Debug, Clone)]
struct LastAttempt {
    event: u64,
    of: u32,
    hint: Option<Sanitised>,
    /// The hint that stands above already.
    told: Option<Sanitised>,
}

impl HumanRenderer {
    /// A renderer that has shown nothing yet.
    pub(crate) fn new(style: OutputStyle) -> Self {
        let folding = ArrivalFolding::new(style.bodies);
        Self {
            style,
            about: None,
            last: None,
            targets: BTreeMap::new(),
            folding,
            advised: None,
            refusal_advised: false,
            view: ArrivalView::default(),
            hidden: HashSet::new(),
        }
    }

    /// Lays out for this many columns from now on.
    pub(crate) fn resize(&mut self, columns: usize) {
        self.style = self.style.clone().with_width(columns);
    }

    /// Appends a report's lines and says to which stream they belong.
    pub(crate) fn render(&mut self, report: &Report, detail: ReportDetail, out: &mut String) -> ScreenStream {
        match &report.what {
            ReportKind::Arrival(arrival) => self.arrival(report.at, arrival, detail, out),
            ReportKind::Forward(forward) => {
                let named = forward.target.clone().map(|name| (forward.attempt.url.clone(), name));
                self.targets.extend(named);
                self.forward(report.at, forward.attempt.event, ForwardEnd::Tried(forward.clone()), out);
                if self.folding.is_folded() && self.folding.hold_time().is_none() {
                    let hint = attempt_hint(forward);
                    self.advise(hint.filter(|_| !forward.attempt.outcome.is_acknowledged()), out);
                }
            }
            ReportKind::ForwardSkipped { event, url, target, why } => {
                let (url, target, why) = (url.clone(), target.clone(), why.clone());
                self.forward(report.at, *event, ForwardEnd::Skipped { event: *event, url, target, why }, out);
            }
            ReportKind::Sending(sending) => {
                write_lines(out, &attempt::render_sending(sending.event, &sending.facts, &sending.url, &self.style));
                if self.style.headers {
                    let headers = render_headers(&sending.content.headers, &self.style);
                    write_lines(
                        out,
                        &headers.iter().map(|l| StyledLine::indented(&self.style, 2).join(l)).collect::<Vec<_>>(),
                    );
                }
            }
            ReportKind::Replayed(replayed) => {
                write_lines(out, &attempt::render_replay(replayed, &self.style));
                let hint = delivery_hint(&replayed.outcome, &replayed.url);
                self.advise(hint.filter(|_| !replayed.outcome.is_acknowledged()), out);
            }
            ReportKind::Attempt(attempt) => {
                write_lines(out, &attempt::render_attempt(attempt, &self.style));
                let hint = self.remember(attempt);
                write_lines(out, &hint.map(|hint| attempt::render_hint(4, &hint, &self.style)).unwrap_or_default());
            }
            ReportKind::Check(check) => write_lines(out, &[render_verdict(check, &self.style)]),
            ReportKind::Expectation(told) => write_lines(out, &[expectation::render_expectation(told, &self.style)]),
            ReportKind::Instead(instead) => write_lines(out, &expectation::render_instead(instead, &self.style)),
            ReportKind::Call(call) => write_lines(out, &[sandbox::render_call(report.at, call, &self.style)]),
            ReportKind::Dispatch(dispatch) => {
                write_lines(out, &sandbox::render_delivery_attempt(report.at, dispatch, &self.style))
            }
            ReportKind::Delivered { event, attempts, .. } => write_lines(out, &[self.delivered(*event, *attempts)]),
            ReportKind::GaveUp { event, url, attempts, of } => {
                write_lines(out, &self.gave_up((*event, url), *attempts, *of))
            }
            other => return self.aside(report.at, other, out),
        }
        ScreenStream::Out
    }

    /// Shows something else from now on.
    pub(crate) fn set_view(&mut self, view: ArrivalView) {
        self.folding.set_display(view.bodies);
        self.view = view;
    }

    /// How long nothing must come before [`HumanRenderer::release_held`]; `None` where nothing waits.
    pub(crate) fn hold_time(&self) -> Option<HoldTime> {
        self.folding.hold_time()
    }

    /// Appends the arrivals that wait, as far as they got.
    pub(crate) fn release_held(&mut self, out: &mut String) {
        for held in self.folding.release() {
            self.write_held(&held, out);
        }
    }

    fn write_held(&mut self, held: &HeldArrival, out: &mut String) {
        if self.view.failed && !held.has_failed() {
            return;
        }
        if !held.whole {
            self.about = None;
            write_lines(out, &held.render(&self.style));
            return self.explain_refusal(&held.report, INDENT - 5, out);
        }
        self.about = held.event();
        write_lines(out, &arrival::render_arrival(held.at, &held.report, ReportDetail::Full, &self.style));
        self.explain_refusal(&held.report, INDENT, out);
        for end in &held.results {
            match end {
                ForwardEnd::Tried(forward) => write_lines(out, &attempt::render_forward(forward, false, &self.style)),
                ForwardEnd::Skipped { event, url, why, .. } => {
                    write_lines(out, &[attempt::render_skipped_forward(*event, url, why, false, &self.style)])
                }
            }
        }
    }

    fn arrival(&mut self, at: Timestamp, arrival: &ArrivalReport, detail: ReportDetail, out: &mut String) {
        if !self.view.contains(arrival) {
            if self.hidden.len() > MOST_HIDDEN {
                self.hidden.clear();
            }
            self.hidden.extend(arrival::event_number(arrival));
            return;
        }
        match self.folding.choose_form(at) {
            ArrivalForm::Whole if self.view.failed => self.folding.hold(at, arrival, true),
            ArrivalForm::Whole => {
                self.about = arrival::event_number(arrival);
                write_lines(out, &arrival::render_arrival(at, arrival, detail, &self.style));
                self.explain_refusal(arrival, INDENT, out);
            }
            ArrivalForm::Undecided => self.folding.hold(at, arrival, true),
            ArrivalForm::Folded { announce } => {
                if announce {
                    out.push_str(&render_notice(BURST, &self.style));
                }
                self.folding.hold(at, arrival, false);
                self.write_complete(out);
            }
        }
    }

    fn write_complete(&mut self, out: &mut String) {
        for held in self.folding.take_complete() {
            self.write_held(&held, out);
        }
    }

    /// Puts what came of a forward to its arrival, below it, or on a line of its own where lines are short now.
    fn forward(&mut self, at: Timestamp, event: u64, end: ForwardEnd, out: &mut String) {
        if self.hidden.contains(&event) {
            return;
        }
        let Some(end) = self.folding.settle(event, end) else { return self.write_complete(out) };
        if self.view.failed && !end.has_failed() {
            return;
        }
        if self.about != Some(event) && self.folding.is_folded() {
            return write_lines(out, &[brief::render_late_end(at, event, &end, &self.style)]);
        }
        let named = self.names(event);
        match &end {
            ForwardEnd::Tried(forward) => write_lines(out, &attempt::render_forward(forward, named, &self.style)),
            ForwardEnd::Skipped { url, why, .. } => {
                write_lines(out, &[attempt::render_skipped_forward(event, url, why, named, &self.style)])
            }
        }
    }

    /// What to do about what failed, below lines that have no room for it: once, however many fail alike.
    fn advise(&mut self, hint: Option<Sanitised>, out: &mut String) {
        if hint.is_some() && hint != self.advised {
            let lines = hint.iter().flat_map(|hint| attempt::render_hint(INDENT - 5, hint, &self.style));
            write_lines(out, &lines.collect::<Vec<_>>());
            self.advised = hint;
        }
    }

    /// Which command says more about a refused request: below the first one whose line does not name it.
    fn explain_refusal(&mut self, report: &ArrivalReport, indent: usize, out: &mut String) {
        let Some(ArrivalNumber::Refused(number)) = report.number else { return };
        let is_plain = report.reason.is_none_or(|reason| reason == SignatureFault::Missing);
        if is_plain || !self.style.names_commands || std::mem::replace(&mut self.refusal_advised, true) {
            return;
        }
        let told = report.explanation.as_ref().is_some_and(|told| told.words.contains("referralloop verify"));
        if !told {
            let words = Sanitised::text(&format!("why: referralloop verify --event r{number}"));
            write_lines(out, &[StyledLine::indented(&self.style, indent).put(TextRole::Faint, words)]);
        }
    }

    /// What is not data.
    fn aside(&self, at: Timestamp, what: &ReportKind, out: &mut String) -> ScreenStream {
        match what {
            ReportKind::Ready { .. } => {
                write_lines(out, &[StyledLine::new(&self.style).put(TextRole::Plain, "Ready. Ctrl-C stops.")])
            }
            ReportKind::Wait { attempt, target, due_at, delay } => {
                let name = target.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
                let words = format!(
                    "  {name}attempt {attempt} in {}, at {}",
                    format_duration(*delay),
                    self.style.format_short_time(*due_at)
                );
                write_lines(out, &[StyledLine::new(&self.style).put(TextRole::Faint, Sanitised::text(&words))]);
            }
            ReportKind::TurnedAway(told) => write_lines(out, &[arrival::render_turned_away(at, told, &self.style)]),
            ReportKind::Exposure(told) => write_lines(out, &exposure::render_exposure(told, &self.style)),
            ReportKind::Skipped { count } => write_lines(out, &[self.skipped(*count)]),
            ReportKind::Lag { stream, pending } => {
                out.push_str(&render_notice(&describe_lag(stream, *pending), &self.style))
            }
            ReportKind::Notice { message } => out.push_str(&render_notice(message, &self.style)),
            _ => {}
        }
        ScreenStream::Err
    }

    fn skipped(&self, count: u64) -> StyledLine {
        let verb = if count == 1 { "; it is stored" } else { "; all are stored" };
        StyledLine::new(&self.style)
            .put(TextRole::Notable, "… ")
            .put(TextRole::Notable, format_quantity(count, "report", "reports"))
            .put(TextRole::Notable, " not shown (the screen could not keep up)")
            .put(TextRole::Plain, verb)
    }

    /// Whether a forward of this event must say so, because the lines above are about another one.
    fn names(&mut self, event: u64) -> bool {
        self.about.replace(event) != Some(event)
    }

    /// Keeps what the end will say. A person who watches is told at once what to do about a failure, and only once: the
    /// next attempt may be an hour away.
    fn remember(&mut self, report: &AttemptReport) -> Option<Sanitised> {
        let attempt = &report.attempt;
        let (event, of) = (attempt.event, report.of);
        let hint = attempt_hint(report).filter(|_| !attempt.outcome.is_acknowledged());
        let told = self.last_of(event).and_then(|last| last.told.clone());
        let news = hint.clone().filter(|hint| of > 1 && self.style.is_terminal() && told.as_ref() != Some(hint));
        self.last = Some(LastAttempt { event, of, hint, told: news.clone().or(told) });
        news
    }

    fn last_of(&self, event: u64) -> Option<&LastAttempt> {
        self.last.as_ref().filter(|last| last.event == event)
    }

    fn delivered(&self, event: u64, attempts: u32) -> StyledLine {
        let words = match self.last_of(event).map(|last| last.of) {
            Some(1) => "delivered".into(),
            Some(of) => format!("delivered on attempt {attempts} of {of}"),
            None => format!("delivered on attempt {attempts}"),
        };
        StyledLine::new(&self.style).put(TextRole::Good, Sanitised::text(&words))
    }

    fn gave_up(&self, (event, url): (u64, &str), attempts: u32, of: u32) -> Vec<StyledLine> {
        let name = |word: &str| self.targets.get(url).map(|name| format!(" {word} {name}")).unwrap_or_default();
        let words = if of == 1 || attempts == 1 {
            format!("not delivered{}", name("to"))
        } else {
            let attempts = format_quantity(attempts.into(), "attempt", "attempts");
            format!("gave up{} after {}", name("on"), attempts.as_str())
        };
        let words = Sanitised::text(&words);
        let mut lines = vec![StyledLine::new(&self.style).put(TextRole::Bad, words)];
        let hint = self.last_of(event).filter(|last| last.hint != last.told).and_then(|last| last.hint.as_ref());
        if let Some(hint) = hint {
            lines.extend(attempt::render_hint(2, hint, &self.style));
        }
        lines
    }
}

/// The first lines of a long command: parts side by side, three spaces apart, below each other where they do not fit.
pub(crate) fn render_banner(parts: &[Sanitised], style: &OutputStyle) -> String {
    let mut lines: Vec<StyledLine> = Vec::new();
    for part in parts.iter().filter(|part| part.width() > 0) {
        match lines.pop() {
            None => lines.push(StyledLine::new(style).put(TextRole::Plain, part)),
            Some(line) if line.width() + 3 + part.width() <= style.width => {
                lines.push(line.add_gap(3).put(TextRole::Plain, part));
            }
            Some(line) => lines.extend([line, StyledLine::indented(style, 2).put(TextRole::Plain, part)]),
        }
    }
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

#[cfg(test)]
mod folding_tests;
#[cfg(test)]
mod hostile_text;
#[cfg(test)]
mod random_text;
#[cfg(test)]
mod tests;

fn describe_lag(stream: &str, pending: u64) -> String {
    match pending {
        0 => format!("Nothing waits in {stream} any more."),
        1 => format!("1 event waits in {stream}."),
        _ => format!("{pending} events wait in {stream}."),
    }
}
