//! What a sandbox tells: a line for each call, a line for each attempt of its queue.

use crate::output::line::StyledLine;
use crate::output::phrases::{describe_outcome, format_duration};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::delivery::{
    CallReport, DispatchReport, SandboxAttemptState, SandboxDeliveryAttempt, SandboxDeliveryState,
};
use jiff::Timestamp;

/// Columns of the longest event name, so that what follows stands below each other.
const EVENT_COLUMNS: usize = 24;

/// A call: `10:00:01.123  POST   /api/v1/waitlists/…/signups   201`.
pub(super) fn render_call(at: Timestamp, call: &CallReport, style: &OutputStyle) -> StyledLine {
    let time = Sanitised::text(&style.format_time(at));
    let line = StyledLine::new(style)
        .put(TextRole::Faint, time)
        .add_gap(2)
        .put(TextRole::Strong, Sanitised::text(&call.method));
    let ink = if call.status < 400 { TextRole::Good } else { TextRole::Bad };
    let status = Sanitised::text(&call.status.to_string());
    line.add_gap(1).put(TextRole::Plain, Sanitised::text(&call.target)).add_gap(3).put(ink, status)
}

/// An attempt: `10:00:01.140  → signup.created  user@example.com  http://…   1/5   200 OK   12 ms`.
pub(super) fn render_delivery_attempt(at: Timestamp, report: &DispatchReport, style: &OutputStyle) -> Vec<StyledLine> {
    let indent = style.format_time(at).len() + 2;
    let line = StyledLine::new(style)
        .put(TextRole::Faint, Sanitised::text(&style.format_time(at)))
        .add_gap(2)
        .put(TextRole::Faint, "→ ");
    let line = line.put(TextRole::Plain, Sanitised::text(&report.event_type).clip(EVENT_COLUMNS));
    let line = line
        .pad_to(indent + 2 + EVENT_COLUMNS)
        .add_gap(1)
        .put(TextRole::Plain, Sanitised::text(&report.email).clip_address(40));
    let target = StyledLine::new(style).put(TextRole::Plain, Sanitised::text(&report.url));
    let mut parts = vec![target, result(&report.attempt, report.of, style)];
    parts.extend(after(report, style));
    fill(line, &parts, indent + 2, style)
}

/// Parts side by side as far as they fit, then below.
fn fill(first: StyledLine, parts: &[StyledLine], indent: usize, style: &OutputStyle) -> Vec<StyledLine> {
    let mut lines = vec![first];
    for part in parts {
        match lines.pop() {
            Some(line) if line.width() + 3 + part.width() <= style.width => lines.push(line.add_gap(3).join(part)),
            Some(line) => lines.extend([line, StyledLine::indented(style, indent).join(part)]),
            None => {}
        }
    }
    lines
}

fn result(attempt: &SandboxDeliveryAttempt, of: u32, style: &OutputStyle) -> StyledLine {
    let again = if attempt.again { ", again" } else { "" };
    let line = StyledLine::new(style)
        .put(TextRole::Plain, Sanitised::text(&format!("attempt {}/{of}{again}", attempt.number)));
    match &attempt.end {
        SandboxAttemptState::Ended { outcome: ended, latency } => {
            let ink = if ended.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
            line.add_gap(2).put(ink, describe_outcome(ended)).add_gap(2).put(TextRole::Plain, format_duration(*latency))
        }
        SandboxAttemptState::Interrupted => line.add_gap(2).put(TextRole::Notable, "interrupted"),
        SandboxAttemptState::UnderWay => line.add_gap(2).put(TextRole::Faint, "under way"),
    }
}

/// What follows from an attempt, where it is not the end of a delivery that got through.
fn after(report: &DispatchReport, style: &OutputStyle) -> Option<StyledLine> {
    match (report.state, report.next_at) {
        (SandboxDeliveryState::Pending, Some(next)) => {
            let words = format!("next at {}", style.format_time(next));
            Some(StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&words)))
        }
        (SandboxDeliveryState::Failed, _) => Some(StyledLine::new(style).put(TextRole::Bad, "failed for good")),
        (SandboxDeliveryState::Cancelled, _) => {
            Some(StyledLine::new(style).put(TextRole::Notable, "its subscription is gone"))
        }
        _ => None,
    }
}
