//! JSON as bytes: a token scanner, a printer that changes no token, and the reading of string literals.
//!
//! A body is signed, stored and forwarded as the bytes that came in, so whoever looks inside looks at slices of those
//! bytes. Nothing here builds a tree, nothing recurses (a megabyte of `[` is as harmless as any other text), and
//! nothing decides what a document means. The grammar is RFC 8259, strictly: no byte order mark, no comments, no
//! trailing commas. One thing is let through that a text decoder would repair: bytes inside a string that are not
//! UTF-8, because a sender may have signed them.

mod literal;
mod pretty;
mod scan;
#[cfg(test)]
mod tests;

pub use literal::{JsonLiteralPiece, decode_literal, read_pieces};
pub use pretty::{JsonLayoutPart, lay_out, pretty_print};
pub use scan::{JsonTokens, scan_tokens};

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonTokenKind {
    /// `{`
    ObjectOpen,
    /// `}`
    ObjectClose,
    /// `[`
    ArrayOpen,
    /// `]`
    ArrayClose,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A string that names a member of an object, quotes included.
    Key,
    /// Any other string, quotes included.
    String,
    /// A number.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

/// One token, where it stands, and its bytes exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonToken<'a> {
    /// What it is.
    pub kind: JsonTokenKind,
    /// Offset of its first byte in the text.
    pub start: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl JsonToken<'_> {
    /// Offset behind its last byte.
    pub fn end(&self) -> usize {
        self.start + self.bytes.len()
    }

    /// The bytes it takes in the text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end()
    }
}

/// Where a text stops being JSON, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct JsonSyntaxError {
    /// Offset in bytes, from 0; the length of the text where it ends too early.
    pub offset: usize,
    /// One clause in lower case, without the place.
    pub message: &'static str,
}

/// Whether a text is one complete JSON document.
///
/// # Errors
/// The first place at which it is not.
pub fn check_syntax(text: &[u8]) -> Result<(), JsonSyntaxError> {
    scan_tokens(text).try_for_each(|token| token.map(drop))
}
