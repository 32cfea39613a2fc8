//! What a sandbox tells: a line for each call, a line for each attempt of its queue.

use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::words::{duration, outcome};
use crate::protocol::delivery::{CallReport, DispatchReport, End, State, Try};
use jiff::Timestamp;

/// Columns of the longest event name, so that what follows stands below each other.
const EVENT_COLUMNS: usize = 24;

/// A call: `10:00:01.123  POST   /api/v1/waitlists/…/signups   201`.
pub fn call(at: Timestamp, call: &CallReport, style: &Style) -> Line {
    let time = Sanitised::text(&style.time(at));
    let line = Line::new(style).put(Ink::Faint, time).gap(2).put(Ink::Strong, Sanitised::text(&call.method));
    let ink = if call.status < 400 { Ink::Good } else { Ink::Bad };
    let status = Sanitised::text(&call.status.to_string());
    line.gap(1).put(Ink::Plain, Sanitised::text(&call.target)).gap(3).put(ink, status)
}

/// An attempt: `10:00:01.140  → signup.created  user@example.com  http://…   1/5   200 OK   12 ms`.
pub fn dispatch(at: Timestamp, report: &DispatchReport, style: &Style) -> Vec<Line> {
    let indent = style.time(at).len() + 2;
    let line = Line::new(style).put(Ink::Faint, Sanitised::text(&style.time(at))).gap(2).put(Ink::Faint, "→ ");
    let line = line.put(Ink::Plain, Sanitised::text(&report.event_type).clip(EVENT_COLUMNS));
    let line = line.pad_to(indent + 2 + EVENT_COLUMNS).gap(1).put(Ink::Plain, Sanitised::text(&report.email).clip(40));
    let target = Line::new(style).put(Ink::Plain, Sanitised::text(&report.url));
    let mut parts = vec![target, result(&report.attempt, report.of, style)];
    parts.extend(after(report, style));
    fill(line, &parts, indent + 2, style)
}

/// Parts side by side as far as they fit, then below.
fn fill(first: Line, parts: &[Line], indent: usize, style: &Style) -> Vec<Line> {
    let mut lines = vec![first];
    for part in parts {
        match lines.pop() {
            Some(line) if line.width() + 3 + part.width() <= style.width => lines.push(line.gap(3).join(part)),
            Some(line) => lines.extend([line, Line::indented(style, indent).join(part)]),
            None => {}
        }
    }
    lines
}

fn result(attempt: &Try, of: u32, style: &Style) -> Line {
    let again = if attempt.again { ", again" } else { "" };
    let line = Line::new(style).put(Ink::Plain, Sanitised::text(&format!("attempt {}/{of}{again}", attempt.number)));
    match &attempt.end {
        End::Ended { outcome: ended, latency } => {
            let ink = if ended.acknowledged() { Ink::Good } else { Ink::Bad };
            line.gap(2).put(ink, outcome(ended)).gap(2).put(Ink::Plain, duration(*latency))
        }
        End::Interrupted => line.gap(2).put(Ink::Notable, "interrupted"),
        End::UnderWay => line.gap(2).put(Ink::Faint, "under way"),
    }
}

/// What follows from an attempt, where it is not the end of a delivery that got through.
fn after(report: &DispatchReport, style: &Style) -> Option<Line> {
    match (report.state, report.next_at) {
        (State::Pending, Some(next)) => {
            let words = format!("next at {}", style.time(next));
            Some(Line::new(style).put(Ink::Faint, Sanitised::text(&words)))
        }
        (State::Failed, _) => Some(Line::new(style).put(Ink::Bad, "failed for good")),
        (State::Cancelled, _) => Some(Line::new(style).put(Ink::Notable, "its subscription is gone")),
        _ => None,
    }
}
