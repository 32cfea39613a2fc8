//! One walk over a body's tokens that keeps what the catalogue has a place for, and notes what it has none for.

use super::UNKNOWN_KEPT;
use crate::protocol::event::CATALOGUE;
use crate::protocol::json::{Token, TokenKind, decode, tokens};
use std::borrow::Cow;
use std::ops::Range;

/// What a walk found.
#[derive(Default)]
pub(super) struct Walk<'a> {
    /// The last value of each field of the catalogue; of an object or array its opening bracket.
    pub(super) values: [Option<Token<'a>>; CATALOGUE.len()],
    /// Members that the catalogue does not have, at most [`UNKNOWN_KEPT`], each once.
    pub(super) unknown: Vec<Unknown<'a>>,
    /// The bytes to leave out for the body without its top-level `timestamp` member: the member with one comma.
    pub(super) without_timestamp: Option<Range<usize>>,
    /// Whether the walk is inside `data`.
    inside: bool,
    /// The place of the field whose value comes next.
    next: Option<usize>,
    /// Where the last comma between top-level members stands.
    comma: Option<usize>,
    /// A `timestamp` member whose end is still to come.
    open_cut: Option<Cut>,
}

/// A member that the catalogue does not have.
#[derive(PartialEq, Eq)]
pub(super) struct Unknown<'a> {
    /// Whether it is a member of `data`.
    pub(super) inside: bool,
    key: Cow<'a, str>,
}

impl Unknown<'_> {
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
struct Cut {
    start: usize,
    /// Whether the comma before the member goes with it; else the one behind must.
    with_comma: bool,
}

impl<'a> Walk<'a> {
    /// Walks over a body; `None` if it is not a JSON object.
    pub(super) fn over(text: &'a [u8]) -> Option<Self> {
        let mut walk = Self::default();
        let mut tokens = tokens(text);
        let mut end = 0;
        while let Some(token) = tokens.next().transpose().ok()? {
            let opens = matches!(token.kind, TokenKind::ObjectOpen | TokenKind::ArrayOpen);
            match tokens.depth() - usize::from(opens) {
                0 if token.kind == TokenKind::ObjectOpen => {}
                0 if token.kind == TokenKind::ObjectClose => walk.finish_cut(end, end),
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
    pub(super) fn value(&self, path: &str) -> Option<&Token<'a>> {
        let place = CATALOGUE.iter().position(|field| field.path == path)?;
        self.values[place].as_ref()
    }

    /// Whether there is a member of this name in the top-level object that the catalogue does not have.
    pub(super) fn has(&self, name: &str) -> bool {
        self.unknown.iter().any(|member| !member.inside && member.key == name)
    }

    /// A token directly in the top-level object. `end` is where the token before it ends.
    fn top(&mut self, token: &Token<'a>, end: usize) {
        match token.kind {
            TokenKind::Key => self.top_key(token),
            TokenKind::Comma => {
                self.finish_cut(end, token.end());
                self.comma = Some(token.start);
            }
            TokenKind::ObjectClose | TokenKind::ArrayClose => self.inside = false,
            TokenKind::Colon => {}
            _ => self.top_value(token),
        }
    }

    fn top_key(&mut self, token: &Token<'a>) {
        self.key(token, false);
        if self.next.is_some_and(|place| CATALOGUE[place].path == "timestamp") {
            let start = self.comma.unwrap_or(token.start);
            self.open_cut = Some(Cut { start, with_comma: self.comma.is_some() });
        }
    }

    fn top_value(&mut self, token: &Token<'a>) {
        if self.next.is_some_and(|place| CATALOGUE[place].path == "data") {
            self.forget_data();
            self.inside = token.kind == TokenKind::ObjectOpen;
        }
        self.keep(token);
    }

    /// A token directly in the object that is the value of `data`.
    fn data(&mut self, token: &Token<'a>) {
        match token.kind {
            TokenKind::Key => self.key(token, true),
            TokenKind::Colon | TokenKind::Comma | TokenKind::ObjectClose | TokenKind::ArrayClose => {}
            _ => self.keep(token),
        }
    }

    fn key(&mut self, token: &Token<'a>, inside: bool) {
        // Nearly every key is one of the catalogue, written without escapes.
        self.next = place(inside, &token.bytes[1..token.bytes.len() - 1]);
        if self.next.is_some() {
            return;
        }
        let key = decode(token.bytes);
        self.next = place(inside, key.as_bytes());
        if self.next.is_none() && self.unknown.len() < UNKNOWN_KEPT {
            let member = Unknown { inside, key };
            if !self.unknown.contains(&member) {
                self.unknown.push(member);
            }
        }
    }

    fn keep(&mut self, token: &Token<'a>) {
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
