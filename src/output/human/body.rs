//! Bodies and header lines. A body is shown as what it is: JSON laid out without changing a token, other text line by
//! line, anything else as a hex dump. Only what is shown is sanitised; the rest is counted.

use crate::output::line::StyledLine;
use crate::output::phrases::{format_bytes, format_count};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::arrival::HeaderLines;
use crate::protocol::body::RawBody;
use crate::protocol::json::{JsonLayoutPart, JsonSyntaxError, JsonToken, JsonTokenKind, lay_out};
use std::fmt::Write;

/// Columns after which a token is cut where the number of lines is limited: one endless string would fill the screen
/// as surely as endless lines.
const LONGEST: usize = 1000;

/// Bytes in a row of the hex dump, and in one on a narrow terminal.
const HEX_ROW: usize = 16;
const NARROW_HEX_ROW: usize = 8;

/// Columns below which a full row of the hex dump, indented, would be broken.
const HEX_COLUMNS: usize = 96;

/// Rows of the hex dump where the number of lines is limited: nobody reads sixty.
const HEX_ROWS: usize = 8;

/// A body's lines, without indentation: at most `max_lines`, then one that says how many more there are and how to see
/// them.
pub(crate) fn render_body(
    body: &RawBody,
    style: &OutputStyle,
    max_lines: Option<usize>,
    event: Option<u64>,
) -> Vec<StyledLine> {
    let mut block = BodyBlock { lines: Vec::new(), total: 0, max_lines, style };
    if body.is_empty() {
        block.add(|style| StyledLine::new(style).put(TextRole::Faint, "(empty)"));
    } else if json(body, &mut block).is_err() {
        if is_binary(body.as_bytes()) {
            return hex(body, style, max_lines.map(|lines| lines.min(HEX_ROWS)), event);
        }
        text(body, &mut block);
    }
    block.finish(event)
}

/// A body's bytes, all of them, in hexadecimal with their characters beside.
pub(crate) fn render_hex(body: &RawBody, style: &OutputStyle) -> Vec<StyledLine> {
    hex(body, style, None, None)
}

/// Header lines, names apart from values.
pub(crate) fn render_headers(headers: &HeaderLines, style: &OutputStyle) -> Vec<StyledLine> {
    let line = |(name, value): (&[u8], &[u8])| {
        StyledLine::new(style)
            .put(TextRole::Key, Sanitised::bytes(name))
            .put(TextRole::Plain, ": ")
            .put(TextRole::Plain, Sanitised::bytes(value))
            .whole()
    };
    headers.iter().map(line).collect()
}

/// Lines up to a limit, and the count of all.
struct BodyBlock<'s> {
    lines: Vec<StyledLine>,
    total: usize,
    max_lines: Option<usize>,
    style: &'s OutputStyle,
}

impl BodyBlock<'_> {
    /// One line more than the limit is kept: in the place of "1 more line" it may as well be shown.
    fn has_room(&self) -> bool {
        self.max_lines.is_none_or(|most| self.total <= most)
    }

    /// Renders a line if it is to be shown, and counts it.
    fn add(&mut self, render: impl FnOnce(&OutputStyle) -> StyledLine) {
        if self.has_room() {
            self.lines.push(render(self.style).whole());
        }
        self.total += 1;
    }

    fn finish(mut self, event: Option<u64>) -> Vec<StyledLine> {
        if let Some(most) = self.max_lines.filter(|most| self.total > most + 1) {
            self.lines.truncate(most);
            let hidden = format_count((self.total - most) as u64);
            self.lines.push(more(hidden, " more lines", event, self.style));
        }
        self.lines
    }
}

/// `… 212 more lines: referralloop events show 41`.
fn more(hidden: Sanitised, unit: &'static str, event: Option<u64>, style: &OutputStyle) -> StyledLine {
    let line =
        StyledLine::new(style).put(TextRole::Faint, "… ").put(TextRole::Faint, hidden).put(TextRole::Faint, unit);
    match event {
        Some(event) => line.put(TextRole::Faint, Sanitised::text(&format!(": referralloop events show {event}"))),
        None => line,
    }
}

fn json(body: &RawBody, block: &mut BodyBlock<'_>) -> Result<(), JsonSyntaxError> {
    let limited = block.max_lines.is_some();
    let mut line = StyledLine::new(block.style);
    lay_out(body.as_bytes(), |part| match part {
        JsonLayoutPart::Line { indent } => {
            let fresh = StyledLine::indented(block.style, indent);
            let done = std::mem::replace(&mut line, fresh);
            block.add(|_| done);
        }
        JsonLayoutPart::Space => line.push(TextRole::Plain, " "),
        // Behind the limit lines are only counted.
        JsonLayoutPart::Token(token) if block.has_room() => push_token(&mut line, &token, limited),
        JsonLayoutPart::Token(_) => {}
    })?;
    block.add(|_| line);
    Ok(())
}

fn push_token(line: &mut StyledLine, token: &JsonToken<'_>, limited: bool) {
    let ink = match token.kind {
        JsonTokenKind::Key => TextRole::Key,
        JsonTokenKind::String => TextRole::Text,
        JsonTokenKind::Number | JsonTokenKind::True | JsonTokenKind::False | JsonTokenKind::Null => TextRole::Value,
        _ => TextRole::Plain,
    };
    line.push(ink, bounded(token.bytes, limited, Sanitised::json));
}

/// Sanitises a piece of a body, cut where it is too long for a limited view.
fn bounded(piece: &[u8], limited: bool, sanitise: impl Fn(&[u8]) -> Sanitised) -> Sanitised {
    if !limited || piece.len() <= LONGEST {
        return sanitise(piece);
    }
    // A character's end, not its middle; what is not UTF-8 anyway may be cut anywhere.
    let end = (LONGEST - 3..=LONGEST).rev().find(|at| piece[*at] & 0xc0 != 0x80).unwrap_or(LONGEST);
    let cut = Sanitised::text(&format!("… {} more", format_bytes((piece.len() - end) as u64)));
    Sanitised::concat(&[sanitise(&piece[..end]), cut])
}

fn text(body: &RawBody, block: &mut BodyBlock<'_>) {
    let limited = block.max_lines.is_some();
    let all = body.as_bytes();
    for line in all.strip_suffix(b"\n").unwrap_or(all).split(|byte| *byte == b'\n') {
        block.add(|style| StyledLine::new(style).put(TextRole::Plain, bounded(line, limited, Sanitised::bytes)));
    }
}

/// Text has few bytes that are not UTF-8, and few controls beyond line breaks and tabs.
fn is_binary(body: &[u8]) -> bool {
    let strange = |text: &str| text.bytes().filter(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')).count();
    let odd: usize = body.utf8_chunks().map(|chunk| strange(chunk.valid()) + chunk.invalid().len()).sum();
    odd * 10 > body.len()
}

fn hex(body: &RawBody, style: &OutputStyle, max_rows: Option<usize>, event: Option<u64>) -> Vec<StyledLine> {
    let row = if style.width < HEX_COLUMNS { NARROW_HEX_ROW } else { HEX_ROW };
    let shown = max_rows.map_or(body.len(), |rows| (rows * row).min(body.len()));
    let bytes = hide_secrets(body.as_bytes(), shown, style);
    let rows = bytes.chunks(row).enumerate();
    let mut lines: Vec<StyledLine> = rows.map(|(at, data)| hex_row(at * row, data, row, style)).collect();
    let hidden = bytes.iter().filter(|byte| byte.is_none()).count();
    if hidden > 0 {
        let words = format!("** is [redacted]: {} of a secret that is known here", format_bytes(hidden as u64));
        lines.push(StyledLine::new(style).put(TextRole::Notable, Sanitised::text(&words)));
    }
    if shown < body.len() {
        lines.push(more(format_bytes((body.len() - shown) as u64), " more", event, style));
    }
    lines
}

/// The first bytes of a body, without those that are part of a secret: rows break one in a way in which it would not be
/// found on its way out.
fn hide_secrets(body: &[u8], shown: usize, style: &OutputStyle) -> Vec<Option<u8>> {
    let mut bytes: Vec<Option<u8>> = body[..shown].iter().copied().map(Some).collect();
    for secret in style.mask.read().find(body, shown) {
        bytes[secret.start..secret.end.min(shown)].fill(None);
    }
    bytes
}

fn hex_row(at: usize, data: &[Option<u8>], row: usize, style: &OutputStyle) -> StyledLine {
    let mut digits = String::with_capacity(3 * row);
    for byte in data {
        // Writing to a String cannot fail.
        let _ = match byte {
            Some(byte) => write!(digits, "{byte:02x} "),
            None => write!(digits, "** "),
        };
    }
    let visible = data.iter().map(|byte| match byte {
        Some(byte @ 0x20..=0x7e) => char::from(*byte),
        Some(_) => '.',
        None => '*',
    });
    let visible: String = visible.collect();
    let line = StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&format!("{at:08x}"))).add_gap(2);
    let end = line.width() + 3 * row + 1;
    line.put(TextRole::Plain, Sanitised::text(&digits))
        .pad_to(end)
        .put(TextRole::Faint, Sanitised::text(&visible))
        .whole()
}

#[cfg(test)]
mod tests;
