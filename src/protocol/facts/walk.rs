//! One walk over a body's tokens that keeps what the catalogue has a place for, and notes what it has none for.

use super::UNKNOWN_KEPT;
use crate::protocol::event::CATALOGUE;
use crate::protocol::json::{JsonToken, JsonTokenKind, decode_literal, scan_tokens};
use std::borrow::Cow;
use std::ops::Range;

/// Members of the top-level object that would identify an event, the likelier one first.
const EVENT_IDS: [&str; 2] = ["event_id", "id"];

/// What a walk found.
#[derive(Default)]
pub(super) struct BodyWalk<'a> {
    /// The last value of each field of the catalogue; of an object or array its opening bracket.
    pub(super) values: [Option<JsonToken<'a>>; CATALOGUE.len()],
    /// Members that the catalogue does not have, at most [`UNKNOWN_KEPT`], each once.
    pub(super) unknown: Vec<UnknownMember<'a>>,
    /// The bytes to leave out for the body without its top-level `timestamp` member: the member with one comma.
    pub(super) without_timestamp: Option<Range<usize>>,
    /// The last values of the members of [`EVENT_IDS`].
    ids: [Option<JsonToken<'a>>; EVENT_IDS.len()],
    /// The place of the id whose value comes next.
    next_id: Option<usize>,
    /// Whether the walk is inside `data`.
    inside: bool,
    /// The place of the field whose value comes next.
    next: Option<usize>,
    /// Where the last comma between top-level members stands.
    comma: Option<usize>,
    /// A `timestamp` member whose end is still to come.
    open_cut: Option<TimestampCut>,
}

/// A member that the catalogue does not have.
#[derive(PartialEq, Eq)]
pub(super) struct UnknownMember<'a> {
    /// Whether it is a member of `data`.
    pub(super) inside: bool,
    key: Cow<'a, str>,
}

impl UnknownMember<'_> {
    /// Its path; a key of more than 100 characters is cut.
    pub(super) fn path(&self) -> String {
        let mut path = if self.inside { "data.".to_owned() } else { String::new() };
        match self.key.char_indices().nth(100) {
            Some((end, _)) => path.extend([&self.key[..end], "…"]),
            None => path.push_str(&self.key),
        }
        path
    }
}

#[derive(Clone, Copy)]
struct TimestampCut {
    start: usize,
    /// Whether the comma before the member goes with it; else the one behind must.
    with_comma: bool,
}

impl<'a> BodyWalk<'a> {
    /// Walks over a body; `None` if it is not a JSON object.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut walk = Self::default();
        let mut tokens = scan_tokens(text);
        let mut end = 0;
        while let Some(token) = tokens.next().transpose().ok()? {
            let opens = matches!(token.kind, JsonTokenKind::ObjectOpen | JsonTokenKind::ArrayOpen);
            match tokens.depth() - usize::from(opens) {
                0 if token.kind == JsonTokenKind::ObjectOpen => {}
                0 if token.kind == JsonTokenKind::ObjectClose => walk.finish_cut(end, end),
                0 => return None,
                1 => walk.top(&token, end),
                2 if walk.inside => walk.data(&token),
                _ => {}
            }
            end = token.end();
        }
        Some(walk)
    }

    /// The value at a path of the catalogue.
    pub(super) fn value(&self, path: &str) -> Option<&JsonToken<'a>> {
        let place = CATALOGUE.iter().position(|field| field.path == path)?;
        self.values[place].as_ref()
    }

    /// What identifies the event: a text that is not empty, or a number as it is written.
    pub(super) fn event_id(&self) -> Option<Cow<'a, str>> {
        let read = |token: &JsonToken<'a>| match token.kind {
            JsonTokenKind::String => Some(decode_literal(token.bytes)).filter(|id| !id.is_empty()),
            JsonTokenKind::Number => std::str::from_utf8(token.bytes).ok().map(Cow::Borrowed),
            _ => None,
        };
        self.ids.iter().flatten().find_map(read)
    }

    /// Whether there is a member of this name in the top-level object that the catalogue does not have.
    pub(super) fn has_unknown(&self, name: &str) -> bool {
        self.unknown.iter().any(|member| !member.inside && member.key == name)
    }

    /// A token directly in the top-level object. `end` is where the token before it ends.
    fn top(&mut self, token: &JsonToken<'a>, end: usize) {
        match token.kind {
            JsonTokenKind::Key => self.top_key(token),
            JsonTokenKind::Comma => {
                self.finish_cut(end, token.end());
                self.comma = Some(token.start);
            }
            JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose => self.inside = false,
            JsonTokenKind::Colon => {}
            _ => self.top_value(token),
        }
    }

    fn top_key(&mut self, token: &JsonToken<'a>) {
        self.key(token, false);
        self.next_id = match self.next {
            Some(_) => None,
            None => EVENT_IDS.iter().position(|name| *name == decode_literal(token.bytes)),
        };
        if self.next.is_some_and(|place| CATALOGUE[place].path == "timestamp") {
            let start = self.comma.unwrap_or(token.start);
            self.open_cut = Some(TimestampCut { start, with_comma: self.comma.is_some() });
        }
    }

    fn top_value(&mut self, token: &JsonToken<'a>) {
        if self.next.is_some_and(|place| CATALOGUE[place].path == "data") {
            self.forget_data();
            self.inside = token.kind == JsonTokenKind::ObjectOpen;
        }
        if let Some(id) = self.next_id.take() {
            self.ids[id] = Some(*token);
        }
        self.keep(token);
    }

    /// A token directly in the object that is the value of `data`.
    fn data(&mut self, token: &JsonToken<'a>) {
        match token.kind {
            JsonTokenKind::Key => self.key(token, true),
            JsonTokenKind::Colon | JsonTokenKind::Comma | JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose => {}
            _ => self.keep(token),
        }
    }

    fn key(&mut self, token: &JsonToken<'a>, inside: bool) {
        // Nearly every key is one of the catalogue, written without escapes.
        self.next = place(inside, &token.bytes[1..token.bytes.len() - 1]);
        if self.next.is_some() {
            return;
        }
        let key = decode_literal(token.bytes);
        self.next = place(inside, key.as_bytes());
        if self.next.is_none() && self.unknown.len() < UNKNOWN_KEPT {
            let member = UnknownMember { inside, key };
            if !self.unknown.contains(&member) {
                self.unknown.push(member);
            }
        }
    }

    fn keep(&mut self, token: &JsonToken<'a>) {
        if let Some(place) = self.next.take() {
            self.values[place] = Some(*token);
        }
    }

    /// A `data` that came before does not count.
    fn forget_data(&mut self) {
        for (field, value) in CATALOGUE.iter().zip(&mut self.values) {
            if field.is_in_data() {
                *value = None;
            }
        }
        self.unknown.retain(|member| !member.inside);
    }

    fn finish_cut(&mut self, member_end: usize, comma_end: usize) {
        if let Some(cut) = self.open_cut.take() {
            self.without_timestamp = Some(cut.start..if cut.with_comma { member_end } else { comma_end });
        }
    }
}

/// The place of a field in the catalogue.
fn place(inside: bool, name: &[u8]) -> Option<usize> {
    CATALOGUE.iter().position(|field| field.is_in_data() == inside && field.name().as_bytes() == name)
}
