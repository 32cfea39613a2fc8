//! Foreign text made harmless: the one way by which bytes from outside may reach a terminal.
//!
//! Escapes whatever a terminal could act upon, reorder or hide. It never drops a character: what was there stays
//! visible. It knows nothing of colours, layout or where the text came from.

use std::borrow::Cow;
use std::fmt::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Text that is safe to show on one line of a terminal. The human printer takes no other foreign text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sanitised(Cow<'static, str>);

/// How an unsafe character is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EscapeNotation {
    /// `\u{1b}`: in plain text.
    Braced,
    /// `\u001b`, with surrogate pairs beyond U+FFFF: inside a JSON string, where it still means the same.
    Json,
}

impl Sanitised {
    /// Escapes text. Line breaks are escaped as well.
    pub fn text(text: &str) -> Self {
        Self::bytes(text.as_bytes())
    }

    /// Escapes bytes that should be UTF-8; those that are not become `\xNN`.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::noted(bytes, EscapeNotation::Braced)
    }

    /// Escapes a token of JSON in JSON's own notation.
    pub fn json(token: &[u8]) -> Self {
        Self::noted(token, EscapeNotation::Json)
    }

    /// Takes this program's own words as they are.
    pub const fn own(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }

    /// Splits a body at its line feeds, which are the only control characters kept as what they mean.
    pub fn lines(body: &[u8]) -> impl Iterator<Item = Self> {
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        body.split(|byte| *byte == b'\n').map(Self::bytes)
    }

    fn noted(bytes: &[u8], notation: EscapeNotation) -> Self {
        let mut out = String::with_capacity(bytes.len());
        escape_into(&mut out, bytes, notation);
        Self(Cow::Owned(out))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Columns that it takes on a terminal.
    pub fn width(&self) -> usize {
        if self.0.is_ascii() { self.0.len() } else { self.0.width() }
    }

    /// Shortens to so many columns, the last one being `…` where something was cut.
    pub fn clip(self, columns: usize) -> Self {
        if self.width() <= columns {
            return self;
        }
        let mut kept = String::new();
        let mut used = 0;
        for character in self.0.chars() {
            used += unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
            if used >= columns {
                break;
            }
            kept.push(character);
        }
        kept.push('…');
        Self(Cow::Owned(kept))
    }

    /// The same in pieces of at most so many columns, for lines below each other.
    pub(crate) fn chunks(&self, columns: usize) -> Vec<Self> {
        let (mut pieces, mut used) = (vec![String::new()], 0);
        for character in self.0.chars() {
            let width = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
            if used + width > columns {
                pieces.push(String::new());
                used = 0;
            }
            used += width;
            if let Some(piece) = pieces.last_mut() {
                piece.push(character);
            }
        }
        pieces.into_iter().map(|piece| Self(Cow::Owned(piece))).collect()
    }

    /// The same in at most so many columns: what is too long loses its middle, where `…` stands, so that its beginning
    /// and its end can still be told from those of others.
    pub fn clip_middle(self, columns: usize) -> Self {
        if self.width() <= columns || columns < 3 {
            return self.clip(columns);
        }
        let tail_room = (columns - 1) / 2;
        let mut tail_width = 0;
        let width_of = |character: char| unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        let fits = |character: &char| {
            tail_width += width_of(*character);
            tail_width <= tail_room
        };
        let tail: String = self.0.chars().rev().take_while(fits).collect();
        let tail: String = tail.chars().rev().collect();
        let room = columns - tail.chars().map(width_of).sum::<usize>();
        Self(Cow::Owned(format!("{}{tail}", self.clip(room).0)))
    }

    /// The same for what may be an e-mail address: who somebody is tells more than where, so the domain goes first, and what
    /// stands before it keeps both its ends.
    pub(crate) fn clip_address(self, columns: usize) -> Self {
        let Some((who, _)) = self.0.rsplit_once('@').filter(|_| !self.0.contains(['/', ' '])) else {
            return self.clip_middle(columns);
        };
        let who = Self(Cow::Owned(who.to_owned()));
        if self.width() <= columns || who.width() + 2 <= columns {
            return self.clip(columns);
        }
        match columns.checked_sub(2).filter(|room| *room >= 5) {
            Some(room) => Self(Cow::Owned(format!("{}@…", who.clip_middle(room).0))),
            None => self.clip_middle(columns),
        }
    }

    /// Joins safe pieces into one.
    pub fn concat<'a>(pieces: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(Cow::Owned(pieces.into_iter().map(Self::as_str).collect()))
    }
}

impl fmt::Display for Sanitised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&'static str> for Sanitised {
    fn from(words: &'static str) -> Self {
        Self::own(words)
    }
}

/// Bytes as text: those that are not UTF-8 as `\xNN`, everything else as it is. For records, which escape by themselves.
pub(crate) fn spell_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Appends bytes to text, escaping what is unsafe. Clean text is copied in one piece.
pub(crate) fn escape_into(out: &mut String, bytes: &[u8], notation: EscapeNotation) {
    let bytes = escape_workflow_command(out, bytes, notation);
    for chunk in bytes.utf8_chunks() {
        escape_text_into(out, chunk.valid(), notation);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

/// Escapes the first colon of text that GitHub would take for a workflow command (`::error::…` behind nothing but
/// blanks, those of all scripts), since the piece may come to stand at the start of a line. Returns what is left to be
/// appended.
fn escape_workflow_command<'a>(out: &mut String, bytes: &'a [u8], notation: EscapeNotation) -> &'a [u8] {
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let start = text.len() - text.trim_start().len();
    let is_command = bytes[start..].strip_prefix(b"::").is_some_and(|rest| {
        rest.first().is_some_and(u8::is_ascii_alphabetic) && rest.windows(2).any(|pair| pair == b"::")
    });
    if !is_command {
        return bytes;
    }
    escape_text_into(out, &String::from_utf8_lossy(&bytes[..start]), notation);
    push_escaped(out, ':', notation);
    &bytes[start + 1..]
}

fn escape_text_into(out: &mut String, text: &str, notation: EscapeNotation) {
    let mut rest = text;
    while let Some(at) = find_unsafe(rest) {
        out.push_str(&rest[..at]);
        let mut characters = rest[at..].chars();
        if let Some(character) = characters.next() {
            push_escaped(out, character, notation);
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Byte position of the first unsafe character.
pub(crate) fn find_unsafe(text: &str) -> Option<usize> {
    let command = find_build_command(text);
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return command;
    }
    let character = text.char_indices().find(|(_, character)| is_unsafe(*character)).map(|(at, _)| at);
    character.into_iter().chain(command).min()
}

/// What stands behind `##` where a build service would act upon the text, wherever in a line it is: Azure Pipelines and
/// the older form of GitHub's (`##vso[`, `##[`), TeamCity (`##teamcity[`).
const BUILD_COMMANDS: [&str; 3] = ["[", "vso[", "teamcity["];

/// Byte position of the second `#` of the first command of a build service.
fn find_build_command(text: &str) -> Option<usize> {
    text.match_indices('#').map(|(at, _)| at + 1).find(|at| {
        text[*at..].strip_prefix('#').is_some_and(|rest| {
            let begins = |name: &&str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            BUILD_COMMANDS.iter().any(begins)
        })
    })
}

/// Appends one character in a notation.
pub(crate) fn push_escaped(out: &mut String, character: char, notation: EscapeNotation) {
    let code = u32::from(character);
    // Writing to a String cannot fail.
    let _ = match notation {
        EscapeNotation::Braced => write!(out, "\\u{{{code:x}}}"),
        EscapeNotation::Json => {
            character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))
        }
    };
}

/// Whether a terminal could act upon a character, reorder text because of it, or show nothing for it.
///
/// Controls (Unicode category Cc), the line and paragraph separators, the interlinear annotation marks, and everything
/// that Unicode's `DerivedCoreProperties.txt` lists as `Default_Ignorable_Code_Point`: bidi controls, zero-width
/// characters, fillers, variation selectors and tags among them. And U+FFFE and U+FFFF, which are no characters: XML cannot
/// hold them, and other programs refuse text that has them.
pub(crate) fn is_unsafe(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests;
