//! One rendered line and its width. It can only be built from sanitised text and this program's own words, so a line
//! that is printed is safe by construction.

use super::sanitise::Sanitised;
use super::style::{INK_END, Ink, Style};
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// What may be put on a line: sanitised text, or words that were compiled in.
pub trait Shown: sealed::Sealed {
    /// The text.
    fn shown(&self) -> &str;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &'static str {}
    impl Sealed for super::Sanitised {}
    impl Sealed for &super::Sanitised {}
}

impl Shown for &'static str {
    fn shown(&self) -> &str {
        self
    }
}

impl Shown for Sanitised {
    fn shown(&self) -> &str {
        self.as_str()
    }
}

impl Shown for &Sanitised {
    fn shown(&self) -> &str {
        self.as_str()
    }
}

/// A line being rendered, without its line break.
#[derive(Debug, Clone)]
pub struct Line {
    text: String,
    width: usize,
    colour: bool,
}

impl Line {
    /// An empty line.
    pub fn new(style: &Style) -> Self {
        Self { text: String::with_capacity(160), width: 0, colour: style.colour }
    }

    /// A line that begins with so many spaces.
    pub fn indented(style: &Style, columns: usize) -> Self {
        Self::new(style).gap(columns)
    }

    /// Appends text in an ink.
    pub fn put(mut self, ink: Ink, text: impl Shown) -> Self {
        self.push(ink, text);
        self
    }

    /// Appends text in an ink, in place.
    pub fn push(&mut self, ink: Ink, text: impl Shown) {
        let text = text.shown();
        let start = if self.colour && !text.is_empty() { ink.start() } else { "" };
        self.text.push_str(start);
        self.text.push_str(text);
        if !start.is_empty() {
            self.text.push_str(INK_END);
        }
        self.width += if text.is_ascii() { text.len() } else { text.width() };
    }

    /// Appends spaces.
    pub fn gap(mut self, columns: usize) -> Self {
        self.text.extend(std::iter::repeat_n(' ', columns));
        self.width += columns;
        self
    }

    /// Appends spaces up to a column, none when the line is already there.
    pub fn pad_to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width);
        self.gap(missing)
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

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes lines below each other, each ended by a line feed.
pub fn write_lines<'a>(out: &mut String, lines: impl IntoIterator<Item = &'a Line>) {
    for line in lines {
        out.push_str(line.as_str());
        out.push('\n');
    }
}
