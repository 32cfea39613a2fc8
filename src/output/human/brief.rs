//! An arrival on one line, with what its forwards came to:
//! `10:00:01 #41 created ada@example.com position 12 ✔ → 200 12 ms`.
//!
//! What gives way on a narrow terminal: how far somebody moved, then the middle of the address, then the place.

use super::arrival::describe_gap;
use crate::output::line::StyledLine;
use crate::output::phrases::{
    describe_outcome, excerpt_body, format_duration, format_position, render_mark, short_event,
};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::report::{ArrivalReport, AttemptReport, RepeatReport};
use crate::protocol::schedule::is_acknowledgement;
use jiff::Timestamp;

/// Columns of an answer that are quoted.
const QUOTED: usize = 32;

/// Columns of a target's name.
const TARGET: usize = 32;

/// Where words begin that stand below their line.
const BELOW: usize = 9;

/// What gives way, in this order: whether a move's length is said, columns of the address, whether the place is said.
const LAYOUTS: [(bool, usize, bool); 5] =
    [(false, 64, true), (true, 64, true), (true, 28, true), (true, 28, false), (true, 16, false)];

/// An arrival that waits for its forwards, and what has come of them.
#[derive(Debug, Clone)]
pub(super) struct HeldArrival {
    pub(super) at: Timestamp,
    pub(super) report: ArrivalReport,
    pub(super) results: Vec<ForwardEnd>,
    /// Whether it is shown with its body, should nothing come in between.
    pub(super) whole: bool,
}

/// What came of a forward.
#[derive(Debug, Clone)]
pub(super) enum ForwardEnd {
    /// An attempt was made.
    Tried(AttemptReport),
    /// It was left out.
    Skipped {
        /// Number of the event.
        event: u64,
        /// Where it would have gone.
        url: String,
        /// What tells that target from others, where there are several.
        target: Option<String>,
        /// Why it did not.
        why: String,
    },
}

impl ForwardEnd {
    /// Whether an attempt was made and not acknowledged.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self, Self::Tried(forward) if !forward.attempt.outcome.is_acknowledged())
    }

    /// What tells the target from others, where there are several.
    fn target(&self) -> Option<&str> {
        match self {
            Self::Tried(forward) => forward.target.as_deref(),
            Self::Skipped { target, .. } => target.as_deref(),
        }
    }
}

impl HeldArrival {
    /// The event that its forwards name.
    pub(super) fn event(&self) -> Option<u64> {
        super::arrival::event_number(&self.report)
    }

    /// Whether it was refused, or something went wrong on its way to the app.
    pub(super) fn has_failed(&self) -> bool {
        let is_refused = self.report.reason.is_some() || !is_acknowledgement(self.report.answer);
        is_refused || self.results.iter().any(ForwardEnd::has_failed)
    }

    /// Whether nothing more is to come, or not soon.
    pub(super) fn is_complete(&self) -> bool {
        self.results.len() >= self.report.forwards
    }

    /// One line; what was wrong with a refused request stands below where the address leaves no room for it, and so does what
    /// came of each forward where these are too many.
    pub(super) fn render(&self, style: &OutputStyle) -> Vec<StyledLine> {
        let words = self.words();
        let end = self.render_end(style);
        let bare = self.fit(None, &end, style);
        match &words {
            Some(why) if self.report.reason.is_some() && bare.width() + 1 + why.width() > style.width => {
                vec![bare, StyledLine::indented(style, BELOW).put(TextRole::Plain, why)]
            }
            words => {
                let line = self.fit(words.as_ref(), &end, style);
                if line.width() <= style.width || self.results.is_empty() {
                    return vec![line];
                }
                let head = self.fit(words.as_ref(), &StyledLine::new(style), style);
                let below = |end: &StyledLine| StyledLine::indented(style, BELOW).join(end);
                let ends = self.results.iter().map(|end| below(&render_end(end, style)));
                let waits = self.render_waiting(style).map(|waiting| below(&waiting));
                std::iter::once(head).chain(ends).chain(waits).collect()
            }
        }
    }

    fn fit(&self, words: Option<&Sanitised>, end: &StyledLine, style: &OutputStyle) -> StyledLine {
        let mut lines = LAYOUTS.iter().map(|layout| self.lay_out(*layout, words, end, style));
        let narrowest = LAYOUTS[LAYOUTS.len() - 1];
        lines.find(|line| line.width() <= style.width).unwrap_or_else(|| self.lay_out(narrowest, words, end, style))
    }

    fn lay_out(
        &self,
        layout: (bool, usize, bool),
        words: Option<&Sanitised>,
        end: &StyledLine,
        style: &OutputStyle,
    ) -> StyledLine {
        let (short, email, placed) = layout;
        let facts = &self.report.arrival.facts;
        let kind = facts
            .event_type
            .as_deref()
            .map_or(Sanitised::own("(no event type)"), |kind| Sanitised::text(short_event(kind)).clip(40));
        let mut line = StyledLine::new(style)
            .put(TextRole::Faint, Sanitised::text(&style.format_short_time(self.at)))
            .add_gap(1)
            .put(TextRole::Plain, super::arrival::number(&self.report))
            .add_gap(1)
            .put(TextRole::Strong, kind);
        let who = facts.email.as_deref().map(|who| Sanitised::text(who).clip_address(email));
        let told = self.report.repeat.is_none() && self.report.reason.is_none();
        let place = facts.position.filter(|_| placed && told).map(|place| format_position(place, short));
        for fact in [who, place].into_iter().flatten() {
            line = line.add_gap(1).put(TextRole::Plain, fact);
        }
        let room = style.width.saturating_sub(line.width() + end.width() + 3);
        let line = line.add_gap(1).join(&render_mark(
            self.report.repeat.as_ref().map(|repeat| repeat.kind),
            self.report.arrival.verification,
            style,
        ));
        // What comes again may have been answered otherwise before.
        let answer = || Sanitised::text(&self.report.answer.to_string());
        let line = match (is_acknowledgement(self.report.answer), &self.report.repeat) {
            (false, _) => line.add_gap(1).put(TextRole::Bad, answer()),
            (true, Some(_)) => line.add_gap(1).put(TextRole::Good, answer()),
            (true, None) => line,
        };
        match words {
            Some(words) => line.add_gap(1).put(TextRole::Plain, words.clone().clip(room.max(24))).join(end),
            None => line.join(end),
        }
    }

    /// What is worth saying beside the facts.
    fn words(&self) -> Option<Sanitised> {
        let report = &self.report;
        if let Some(why) = &report.not_stored {
            return Some(Sanitised::text(&format!("not stored: {why}")));
        }
        if let Some(reason) = report.reason {
            let explained = report.explanation.as_ref().map(|explanation| explanation.words.as_str());
            return Some(Sanitised::text(explained.unwrap_or(reason.explain())));
        }
        if let Some(repeat) = &report.repeat {
            return Some(describe_repeat(repeat));
        }
        match (report.arrival.facts.drift.len(), report.out_of_order) {
            (_, true) => Some(Sanitised::own("! out of order")),
            (0, false) => None,
            (1, false) => {
                Some(Sanitised::text(&format!("! not as documented: {}", report.arrival.facts.drift[0].path)).clip(60))
            }
            (more, false) => Some(Sanitised::text(&format!("! {more} fields not as documented"))),
        }
    }

    /// ` → 200 12 ms`, for each target.
    fn render_end(&self, style: &OutputStyle) -> StyledLine {
        let mut line = StyledLine::new(style);
        for end in &self.results {
            line = line.add_gap(1).join(&render_end(end, style));
        }
        match self.render_waiting(style) {
            Some(waiting) => line.add_gap(1).join(&waiting),
            None => line,
        }
    }

    /// What stands for a forward that nothing is known of yet, or that is not made.
    fn render_waiting(&self, style: &OutputStyle) -> Option<StyledLine> {
        let arrow = StyledLine::new(style).put(TextRole::Faint, "→ ");
        let waits = (!self.is_complete()).then(|| arrow.clone().put(TextRole::Faint, "…"));
        match (waits, super::arrival::describe_kept_back(&self.report)) {
            (Some(waits), Some(why)) => Some(waits.add_gap(1).join(&arrow.put(TextRole::Notable, why))),
            (None, Some(why)) => Some(arrow.put(TextRole::Notable, why)),
            (waits, None) => waits,
        }
    }
}

/// What came of a forward whose arrival stands above already: `10:00:07 #41 → 200 6 s`.
pub(super) fn render_late_end(at: Timestamp, event: u64, end: &ForwardEnd, style: &OutputStyle) -> StyledLine {
    StyledLine::new(style)
        .put(TextRole::Faint, Sanitised::text(&style.format_short_time(at)))
        .add_gap(1)
        .put(TextRole::Plain, Sanitised::text(&format!("#{event} ")))
        .join(&render_end(end, style))
}

fn render_end(end: &ForwardEnd, style: &OutputStyle) -> StyledLine {
    let line = StyledLine::new(style).put(TextRole::Faint, "→ ");
    let line = match end.target() {
        Some(name) => line.put(TextRole::Plain, Sanitised::text(name).clip(TARGET)).add_gap(1),
        None => line,
    };
    let forward = match end {
        ForwardEnd::Skipped { why, .. } => {
            return line.put(TextRole::Notable, "not sent: ").put(TextRole::Plain, Sanitised::text(why).clip(60));
        }
        ForwardEnd::Tried(forward) => forward,
    };
    let line = match forward.attempt.number {
        1 => line,
        number => line.put(TextRole::Plain, Sanitised::text(&format!("attempt {number}/{} ", forward.of))),
    };
    let role = if forward.attempt.outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
    let status = match &forward.attempt.outcome {
        AttemptOutcome::Answered(answer) => Sanitised::text(&answer.status.to_string()),
        other => describe_outcome(other),
    };
    let line = line.put(role, status).add_gap(1).put(TextRole::Plain, format_duration(forward.attempt.latency));
    let said = match &forward.attempt.outcome {
        AttemptOutcome::Answered(answer) if !forward.attempt.outcome.is_acknowledged() => {
            excerpt_body(&answer.body, QUOTED)
        }
        _ => None,
    };
    match said {
        Some(said) => line
            .add_gap(1)
            .put(TextRole::Faint, Sanitised::concat([&Sanitised::own("\""), &said, &Sanitised::own("\"")])),
        None => line,
    }
}

fn describe_repeat(repeat: &RepeatReport) -> Sanitised {
    let what = describe_gap(repeat);
    Sanitised::text(&match repeat.retry_guess {
        Some(retry) => format!("{what}, like retry {retry}"),
        None => what,
    })
}
