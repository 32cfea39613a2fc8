//! One rendered line and its width. It can only be built from sanitised text and this program's own words, so a line
//! that is printed is safe by construction.

use super::sanitise::Sanitised;
use super::style::{INK_END, OutputStyle, TextRole};
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// What may be put on a line: sanitised text, or words that were compiled in.
pub trait LineText: sealed::Sealed {
    fn line_text(&self) -> &str;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &'static str {}
    impl Sealed for super::Sanitised {}
    impl Sealed for &super::Sanitised {}
}

impl LineText for &'static str {
    fn line_text(&self) -> &str {
        self
    }
}

impl LineText for Sanitised {
    fn line_text(&self) -> &str {
        self.as_str()
    }
}

impl LineText for &Sanitised {
    fn line_text(&self) -> &str {
        self.as_str()
    }
}

/// A line being rendered, without its line break.
#[derive(Debug, Clone)]
pub struct StyledLine {
    text: String,
    width: usize,
    colour: bool,
    ascii: bool,
}

impl StyledLine {
    /// An empty line.
    pub fn new(style: &OutputStyle) -> Self {
        Self { text: String::with_capacity(160), width: 0, colour: style.colour, ascii: style.ascii }
    }

    /// A line that begins with so many spaces.
    pub fn indented(style: &OutputStyle, columns: usize) -> Self {
        Self::new(style).add_gap(columns)
    }

    /// Appends text in an ink.
    pub fn put(mut self, ink: TextRole, text: impl LineText) -> Self {
        self.push(ink, text);
        self
    }

    /// Appends text in an ink, in place.
    pub fn push(&mut self, ink: TextRole, text: impl LineText) {
        let text = text.line_text();
        let start = if self.colour && !text.is_empty() { ink.start_sequence() } else { "" };
        self.text.push_str(start);
        match self.ascii && !text.is_ascii() {
            true => self.text.extend(text.chars().map(spell_mark)),
            false => self.text.push_str(text),
        }
        if !start.is_empty() {
            self.text.push_str(INK_END);
        }
        self.width += if text.is_ascii() { text.len() } else { text.width() };
    }

    /// Appends spaces.
    pub fn add_gap(mut self, columns: usize) -> Self {
        self.text.extend(std::iter::repeat_n(' ', columns));
        self.width += columns;
        self
    }

    /// Appends spaces up to a column, none when the line is already there.
    pub fn pad_to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width);
        self.add_gap(missing)
    }

    /// Appends another line.
    pub fn join(mut self, other: &Self) -> Self {
        self.text.push_str(&other.text);
        self.width += other.width;
        self
    }

    /// Columns used so far.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The rendered text, control sequences of the colours included.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl fmt::Display for StyledLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A rendered line, control sequences included, cut so that it takes at most so many columns.
pub(crate) fn clip_rendered(line: &str, columns: usize) -> String {
    let (mut out, mut used) = (String::with_capacity(line.len()), 0);
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        if character == '\x1b' {
            out.push(character);
            // Only the sequences of colours are in a line: they end with their letter, and cost no column.
            for part in rest.by_ref() {
                out.push(part);
                if part.is_ascii_alphabetic() {
                    break;
                }
            }
            continue;
        }
        let width = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if used + width <= columns {
            out.push(character);
            used += width;
        } else {
            used = columns + 1;
        }
    }
    out
}

/// A mark of ours in ASCII, as wide as it was. Letters of whatever language are data and stay.
fn spell_mark(mark: char) -> char {
    match mark {
        '✔' => '+',
        '✘' | '×' => 'x',
        '○' => 'o',
        '↻' => '@',
        '→' => '>',
        '↑' => '^',
        '↓' => 'v',
        '│' => '|',
        '…' => '~',
        '·' | '–' | '─' | '━' => '-',
        '⚠' => '!',
        other => other,
    }
}

/// Writes lines below each other, each ended by a line feed.
pub(crate) fn write_lines<'a>(out: &mut String, lines: impl IntoIterator<Item = &'a StyledLine>) {
    for line in lines {
        out.push_str(line.as_str());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_keeps_the_colours_whole() {
        assert_eq!(clip_rendered("\x1b[32mgreen\x1b[0m text", 3), "\x1b[32mgre\x1b[0m");
        assert_eq!(clip_rendered("plain", 80), "plain");
        assert_eq!(clip_rendered("a宽b", 2), "a", "what is half outside is outside, and what follows it");
    }
}
