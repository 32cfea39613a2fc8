//! The printer: the same tokens with other blanks between them.
//!
//! It knows nothing of colours or terminals. [`lay_out`] tells its caller what comes next, token or gap, so that the
//! screen can colour and sanitise each token by itself; [`pretty_print`] just joins the parts.

use super::{JsonSyntaxError, JsonToken, JsonTokenKind, check_syntax, scan_tokens};
use std::borrow::Cow;

/// Spaces a level is indented by.
const STEP: usize = 2;

/// Levels beyond which indentation no longer grows: without a bound a deep document would cost the square of its
/// depth in blanks, gigabytes for a body that is within the size limit.
const DEEPEST: usize = 32;

/// What comes next in a document that is laid out over several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayoutPart<'a> {
    /// A token, its bytes as they were.
    Token(JsonToken<'a>),
    /// One space, behind a colon.
    Space,
    /// A new line, and so many spaces at its beginning.
    Line {
        /// Number of spaces.
        indent: usize,
    },
}

/// Lays a document out with two spaces per level, an empty object or array on one line, and no blank at either end.
///
/// The text is checked in whole before the first part is given, so a caller may print as it goes.
///
/// # Errors
/// The first place at which the text is not JSON; `each` has then not been called.
pub fn lay_out<'a>(text: &'a [u8], mut each: impl FnMut(JsonLayoutPart<'a>)) -> Result<(), JsonSyntaxError> {
    check_syntax(text)?;
    let mut tokens = scan_tokens(text);
    let mut opened = false;
    while let Some(token) = tokens.next().transpose()? {
        let closes = matches!(token.kind, JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose);
        if opened != closes {
            let level = tokens.depth() - usize::from(opened && opens(token.kind));
            each(JsonLayoutPart::Line { indent: STEP * level.min(DEEPEST) });
        }
        opened = opens(token.kind);
        each(JsonLayoutPart::Token(token));
        match token.kind {
            JsonTokenKind::Colon => each(JsonLayoutPart::Space),
            JsonTokenKind::Comma => each(JsonLayoutPart::Line { indent: STEP * tokens.depth().min(DEEPEST) }),
            _ => {}
        }
    }
    Ok(())
}

fn opens(kind: JsonTokenKind) -> bool {
    matches!(kind, JsonTokenKind::ObjectOpen | JsonTokenKind::ArrayOpen)
}

/// The text laid out over several lines, for eyes. Never fails: what is not JSON comes back as it is.
pub fn pretty_print(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 2);
    let done = lay_out(text, |part| match part {
        JsonLayoutPart::Token(token) => out.extend_from_slice(token.bytes),
        JsonLayoutPart::Space => out.push(b' '),
        JsonLayoutPart::Line { indent } => {
            out.push(b'\n');
            out.resize(out.len() + indent, b' ');
        }
    });
    if done.is_ok() { Cow::Owned(out) } else { Cow::Borrowed(text) }
}
