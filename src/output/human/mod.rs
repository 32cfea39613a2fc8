//! Reports for eyes: one or a few lines each, laid out for the terminal's width.
//!
//! It knows the layout and keeps the little that one line needs of the lines before it: which event they were about.
//! Foreign text reaches a line only as [`Sanitised`].

mod arrival;
mod attempt;
mod body;
mod check;
mod expectation;
mod exposure;
mod sandbox;

pub(crate) use body::{render_body, render_headers, render_hex};
pub(crate) use check::render_verdict;
pub(crate) use expectation::describe_expectation;

use super::errors::render_notice;
use super::line::{StyledLine, write_lines};
use super::phrases::{format_duration, format_quantity, outcome_hint};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use crate::protocol::report::{ArrivalNumber, AttemptReport, Report, ReportKind};
use jiff::Timestamp;

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

/// Renders reports, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct HumanRenderer {
    style: OutputStyle,
    /// The event that the last lines were about; a forward of another one must name its own.
    about: Option<u64>,
    /// The attempt that was told last: how many there could be, and what went wrong.
    last: Option<LastAttempt>,
}

#[derive(Debug, Clone)]
struct LastAttempt {
    event: u64,
    of: u32,
    hint: Option<Sanitised>,
}

impl HumanRenderer {
    /// A renderer that has shown nothing yet.
    pub(crate) fn new(style: OutputStyle) -> Self {
        Self { style, about: None, last: None }
    }

    /// Appends a report's lines and says to which stream they belong.
    pub(crate) fn render(&mut self, report: &Report, detail: ReportDetail, out: &mut String) -> ScreenStream {
        match &report.what {
            ReportKind::Arrival(arrival) => {
                self.about = match arrival.number {
                    Some(ArrivalNumber::Stored { event, .. }) => Some(event),
                    _ => None,
                };
                write_lines(out, &arrival::render_arrival(report.at, arrival, detail, &self.style));
            }
            ReportKind::Forward(forward) => {
                let named = self.names(forward.attempt.event);
                write_lines(out, &attempt::render_forward(forward, named, &self.style));
            }
            ReportKind::ForwardSkipped { event, url, why } => {
                let named = self.names(*event);
                write_lines(out, &[attempt::render_skipped_forward(*event, url, why, named, &self.style)]);
            }
            ReportKind::Sending(sending) => {
                write_lines(out, &attempt::render_sending(&sending.facts, &sending.url, &self.style));
                if self.style.headers {
                    let headers = render_headers(&sending.content.headers, &self.style);
                    write_lines(
                        out,
                        &headers.iter().map(|l| StyledLine::indented(&self.style, 2).join(l)).collect::<Vec<_>>(),
                    );
                }
            }
            ReportKind::Replayed(replayed) => write_lines(out, &attempt::render_replay(replayed, &self.style)),
            ReportKind::Attempt(attempt) => {
                self.remember(attempt);
                write_lines(out, &[attempt::render_attempt(attempt, &self.style)]);
            }
            ReportKind::Check(check) => write_lines(out, &[render_verdict(check, &self.style)]),
            ReportKind::Expectation(told) => write_lines(out, &[expectation::render_expectation(told, &self.style)]),
            ReportKind::Instead(instead) => {
                write_lines(out, &expectation::render_instead(report.at, instead, &self.style))
            }
            ReportKind::Call(call) => write_lines(out, &[sandbox::render_call(report.at, call, &self.style)]),
            ReportKind::Dispatch(dispatch) => {
                write_lines(out, &sandbox::render_delivery_attempt(report.at, dispatch, &self.style))
            }
            ReportKind::Delivered { event, attempts, .. } => write_lines(out, &[self.delivered(*event, *attempts)]),
            ReportKind::GaveUp { event, attempts, of, .. } => write_lines(out, &self.gave_up(*event, *attempts, *of)),
            other => return self.aside(report.at, other, out),
        }
        ScreenStream::Out
    }

    /// What is not data.
    fn aside(&self, at: Timestamp, what: &ReportKind, out: &mut String) -> ScreenStream {
        match what {
            ReportKind::Ready { .. } => {
                write_lines(out, &[StyledLine::new(&self.style).put(TextRole::Plain, "Ready. Ctrl-C stops.")])
            }
            ReportKind::Wait { attempt, due_at, delay } => {
                let words = format!(
                    "  attempt {attempt} in {}, at {}",
                    format_duration(*delay),
                    self.style.format_short_time(*due_at)
                );
                write_lines(out, &[StyledLine::new(&self.style).put(TextRole::Faint, Sanitised::text(&words))]);
            }
            ReportKind::TurnedAway(told) => write_lines(out, &[arrival::render_turned_away(at, told, &self.style)]),
            ReportKind::Exposure(told) => write_lines(out, &exposure::render_exposure(told, &self.style)),
            ReportKind::Skipped { count } => write_lines(out, &[self.skipped(*count)]),
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

    fn remember(&mut self, report: &AttemptReport) {
        let attempt = &report.attempt;
        self.last = Some(LastAttempt { event: attempt.event, of: report.of, hint: outcome_hint(&attempt.outcome) });
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

    fn gave_up(&self, event: u64, attempts: u32, of: u32) -> Vec<StyledLine> {
        let words = if of == 1 {
            Sanitised::own("not delivered")
        } else {
            Sanitised::concat(&[
                Sanitised::own("gave up after "),
                format_quantity(attempts.into(), "attempt", "attempts"),
            ])
        };
        let mut lines = vec![StyledLine::new(&self.style).put(TextRole::Bad, words)];
        if let Some(hint) = self.last_of(event).and_then(|last| last.hint.as_ref()) {
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
mod hostile_text;
#[cfg(test)]
mod tests;
