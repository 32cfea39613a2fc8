//! The rows of the list: events and refused requests, the newest first.

use crate::output::line::StyledLine;
use crate::output::phrases::{describe_outcome, format_position, render_mark, short_event};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::arrival::SignatureState;
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::store::{EventRow, RefusedRow};
use jiff::Timestamp;
use std::sync::Arc;

/// Columns of an address of which less says nothing.
const LEAST_WHO: usize = 10;

/// What a row begins with that is looked at.
const CHOSEN: char = '▶';

/// What a row begins with: whether it is looked at, and whether others are compared with it.
pub(super) fn mark_row(is_selected: bool, is_marked: bool) -> &'static str {
    match (is_selected, is_marked) {
        (true, true) => "▶•",
        (true, false) => "▶ ",
        (false, true) => " •",
        (false, false) => "  ",
    }
}

/// Whether a text, in small letters, stands in a name or body.
pub(super) fn contains(name: &str, body: &RawBody, wanted: &str) -> bool {
    name.contains(wanted)
        || name.replace('!', "r").contains(wanted)
        || String::from_utf8_lossy(body.as_bytes()).to_lowercase().contains(wanted)
}

#[derive(Debug, Clone)]
pub(super) enum BrowserRow {
    Stored(Arc<EventRow>),
    /// A refused request, and what its body says.
    Refused(Arc<RefusedRow>, Arc<EventFacts>),
}

impl BrowserRow {
    /// What a user calls it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stored(row) => format!("#{}", row.number),
            Self::Refused(row, _) => format!("!{}", row.number),
        }
    }

    pub(super) fn body(&self) -> &RawBody {
        match self {
            Self::Stored(row) => &row.body,
            Self::Refused(row, _) => &row.refused.content.body,
        }
    }

    /// What its body says.
    pub(super) fn facts(&self) -> &EventFacts {
        match self {
            Self::Stored(row) => &row.facts,
            Self::Refused(_, facts) => facts,
        }
    }

    pub(super) fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Stored(row) => row.first_at.or(row.sent_at),
            Self::Refused(row, _) => Some(row.refused.at),
        }
    }

    /// Whether a text, in small letters, stands in its name or body.
    pub(super) fn contains(&self, wanted: &str) -> bool {
        wanted.is_empty() || contains(&self.name(), self.body(), wanted)
    }

    /// Its line, narrower than `columns`.
    pub(super) fn render(&self, mark: &'static str, columns: usize, style: &OutputStyle) -> StyledLine {
        let facts = self.facts();
        let time = self.at().map(|at| style.format_short_time(at)).unwrap_or_default();
        let kind = facts.event_type.as_deref().map_or("(no event type)", short_event);
        let role = if mark.starts_with(CHOSEN) { TextRole::Strong } else { TextRole::Plain };
        let head = StyledLine::new(style)
            .put(TextRole::Strong, mark)
            .put(TextRole::Faint, Sanitised::text(&time))
            .add_gap(1)
            .put(role, Sanitised::text(&self.name()))
            .add_gap(1)
            .join(&self.badge(style))
            .add_gap(1)
            .put(role, Sanitised::text(kind).clip(24));
        let end = self.outcome().unwrap_or_default();
        let room = columns.saturating_sub(head.width() + end.width() + 3);
        let who = facts.email.as_deref().map(|who| Sanitised::text(who).clip_address(room.min(40)));
        let mut line = head;
        if let Some(who) = who.filter(|_| room >= LEAST_WHO) {
            line = line.add_gap(1).put(role, who);
        }
        let place = facts.position.map(|place| format_position(place, true));
        if let Some(place) = place.filter(|place| line.width() + place.width() + end.width() + 3 < columns) {
            line = line.add_gap(1).put(role, place);
        }
        if end.width() > 0 { line.add_gap(1).put(self.outcome_role(), end) } else { line }
    }

    fn badge(&self, style: &OutputStyle) -> StyledLine {
        match self {
            Self::Refused(..) => render_mark(None, SignatureState::Invalid, style),
            Self::Stored(row) => match row.verification {
                Some(state) => render_mark(None, state, style),
                None => StyledLine::new(style).put(TextRole::Faint, "↗"),
            },
        }
    }

    /// How the last delivery ended: its status, else its name.
    fn outcome(&self) -> Option<Sanitised> {
        let outcome = &self.last_attempt()?.outcome;
        let words = outcome.status().map(|status| Sanitised::text(&status.to_string()));
        Some(Sanitised::concat([&Sanitised::own("→ "), &words.unwrap_or_else(|| describe_outcome(outcome))]))
    }

    fn outcome_role(&self) -> TextRole {
        match self.last_attempt() {
            Some(attempt) if attempt.outcome.is_acknowledged() => TextRole::Good,
            _ => TextRole::Bad,
        }
    }

    /// To an app: that a listener took what `trigger` sent it says nothing about one. Of several the one that failed.
    fn last_attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Stored(row) => row.telling_attempt(),
            Self::Refused(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn row(number: u64, email: &str) -> BrowserRow {
        let body = RawBody::new(format!(
            "{{\"event_type\":\"signup.created\",\"data\":{{\"email\":\"{email}\",\"position\":3}}}}"
        ));
        let facts = EventFacts::from_body(&body);
        BrowserRow::Stored(Arc::new(EventRow {
            number,
            body,
            facts,
            sent_at: None,
            first_at: Timestamp::from_second(1_700_000_000).ok(),
            last_at: None,
            arrivals: 1,
            verification: Some(SignatureState::Valid),
            retry_of: None,
            last_attempt: None,
            deliveries: Vec::new(),
        }))
    }

    #[test]
    fn a_row_is_narrower_than_the_list() {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        let wide = row(41, "ada@example.com").render("▶ ", 80, &style);
        assert_eq!(wide.as_str(), "▶ 22:13:20 #41 ✔ created ada@example.com position 3");
        for columns in [30, 40, 50, 60, 80] {
            let long = row(41, &format!("{}@example.com", "ada".repeat(40))).render("  ", columns, &style);
            assert!(long.width() < columns, "{columns}: {}", long.as_str());
        }
    }

    #[test]
    fn a_search_looks_at_bodies_and_names() {
        let row = row(41, "Ada@example.com");
        assert!(row.contains("") && row.contains("ada@") && row.contains("#41") && !row.contains("bob"));
    }
}
