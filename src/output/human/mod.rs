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

pub use attempt::sending;
pub use body::{body_block, header_lines, hex_lines};
pub use check::verdict;
pub use expectation::in_words;

use super::errors::notice_text;
use super::line::{Line, write_lines};
use super::sanitise::Sanitised;
use super::style::{Ink, Style};
use super::words::{counted, duration, hint};
use crate::protocol::report::{ArrivalNumber, AttemptReport, Report, What};

/// Where a report goes: data to stdout, the rest to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// stdout.
    Out,
    /// stderr.
    Err,
}

/// How much of a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    Full,
    /// Arrivals without their bodies, because the screen is behind.
    Brief,
}

/// The column at which what belongs to an arrival begins: below its number.
const INDENT: usize = 14;

/// Renders reports, one after the other.
#[derive(Debug, Clone)]
pub struct Human {
    style: Style,
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

impl Human {
    /// A renderer that has shown nothing yet.
    pub fn new(style: Style) -> Self {
        Self { style, about: None, last: None }
    }

    /// The style it renders in.
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Appends a report's lines and says to which stream they belong.
    pub fn render(&mut self, report: &Report, detail: Detail, out: &mut String) -> Stream {
        match &report.what {
            What::Arrival(arrival) => {
                self.about = match arrival.number {
                    Some(ArrivalNumber::Stored { event, .. }) => Some(event),
                    _ => None,
                };
                write_lines(out, &arrival::lines(report.at, arrival, detail, &self.style));
            }
            What::Forward(forward) => {
                let named = self.names(forward.event);
                write_lines(out, &attempt::forward(forward, named, &self.style));
            }
            What::ForwardSkipped { event, url, why } => {
                let named = self.names(*event);
                write_lines(out, &[attempt::forward_skipped(*event, url, why, named, &self.style)]);
            }
            What::Sending(sending) => {
                write_lines(out, &attempt::sending(&sending.facts, &sending.url, &self.style));
                if self.style.headers {
                    let headers = header_lines(&sending.headers, &self.style);
                    write_lines(
                        out,
                        &headers.iter().map(|l| Line::indented(&self.style, 2).join(l)).collect::<Vec<_>>(),
                    );
                }
            }
            What::Replayed(replayed) => write_lines(out, &attempt::replayed(replayed, &self.style)),
            What::Attempt(attempt) => {
                self.remember(attempt);
                write_lines(out, &[attempt::attempt(attempt, &self.style)]);
            }
            What::Check(check) => write_lines(out, &[verdict(check, &self.style)]),
            What::Expectation(told) => write_lines(out, &[expectation::expectation(told, &self.style)]),
            What::Instead(instead) => write_lines(out, &expectation::instead(report.at, instead, &self.style)),
            What::Call(call) => write_lines(out, &[sandbox::call(report.at, call, &self.style)]),
            What::Dispatch(dispatch) => write_lines(out, &sandbox::dispatch(report.at, dispatch, &self.style)),
            What::Delivered { event, attempts, .. } => write_lines(out, &[self.delivered(*event, *attempts)]),
            What::GaveUp { event, attempts, of, .. } => write_lines(out, &self.gave_up(*event, *attempts, *of)),
            other => return self.aside(other, out),
        }
        Stream::Out
    }

    /// What is not data.
    fn aside(&self, what: &What, out: &mut String) -> Stream {
        match what {
            What::Ready { .. } => write_lines(out, &[Line::new(&self.style).put(Ink::Plain, "Ready. Ctrl-C stops.")]),
            What::Wait { attempt, due_at, delay } => {
                let words =
                    format!("  attempt {attempt} in {}, at {}", duration(*delay), self.style.short_time(*due_at));
                write_lines(out, &[Line::new(&self.style).put(Ink::Faint, Sanitised::text(&words))]);
            }
            What::Exposure(told) => write_lines(out, &exposure::lines(told, &self.style)),
            What::Skipped { count } => write_lines(out, &[self.skipped(*count)]),
            What::Notice { message } => out.push_str(&notice_text(message, &self.style)),
            _ => {}
        }
        Stream::Err
    }

    fn skipped(&self, count: u64) -> Line {
        let verb = if count == 1 { "; it is stored" } else { "; all are stored" };
        Line::new(&self.style)
            .put(Ink::Notable, "… ")
            .put(Ink::Notable, counted(count, "report", "reports"))
            .put(Ink::Notable, " not shown (the screen could not keep up)")
            .put(Ink::Plain, verb)
    }

    /// Whether a forward of this event must say so, because the lines above are about another one.
    fn names(&mut self, event: u64) -> bool {
        self.about.replace(event) != Some(event)
    }

    fn remember(&mut self, attempt: &AttemptReport) {
        self.last = Some(LastAttempt { event: attempt.event, of: attempt.of, hint: hint(&attempt.outcome) });
    }

    fn last_of(&self, event: u64) -> Option<&LastAttempt> {
        self.last.as_ref().filter(|last| last.event == event)
    }

    fn delivered(&self, event: u64, attempts: u32) -> Line {
        let words = match self.last_of(event).map(|last| last.of) {
            Some(1) => "delivered".into(),
            Some(of) => format!("delivered on attempt {attempts} of {of}"),
            None => format!("delivered on attempt {attempts}"),
        };
        Line::new(&self.style).put(Ink::Good, Sanitised::text(&words))
    }

    fn gave_up(&self, event: u64, attempts: u32, of: u32) -> Vec<Line> {
        let words = if of == 1 {
            Sanitised::own("not delivered")
        } else {
            Sanitised::concat(&[Sanitised::own("gave up after "), counted(attempts.into(), "attempt", "attempts")])
        };
        let mut lines = vec![Line::new(&self.style).put(Ink::Bad, words)];
        if let Some(hint) = self.last_of(event).and_then(|last| last.hint.as_ref()) {
            lines.extend(attempt::hint_lines(2, hint, &self.style));
        }
        lines
    }
}

/// The first lines of a long command: parts side by side, three spaces apart, below each other where they do not fit.
pub fn banner(parts: &[Sanitised], style: &Style) -> String {
    let mut lines: Vec<Line> = Vec::new();
    for part in parts.iter().filter(|part| part.width() > 0) {
        match lines.pop() {
            None => lines.push(Line::new(style).put(Ink::Plain, part)),
            Some(line) if line.width() + 3 + part.width() <= style.width => {
                lines.push(line.gap(3).put(Ink::Plain, part));
            }
            Some(line) => lines.extend([line, Line::indented(style, 2).put(Ink::Plain, part)]),
        }
    }
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
