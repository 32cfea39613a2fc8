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
    /// Columns after which it goes on below, between two words; without a terminal it never does.
    room: usize,
}

impl StyledLine {
    /// An empty line.
    pub fn new(style: &OutputStyle) -> Self {
        let room = if style.is_terminal() { style.width } else { usize::MAX };
        Self { text: String::with_capacity(160), width: 0, colour: style.colour, ascii: style.ascii, room }
    }

    /// The same, in one piece however long it is: for what is copied, and for rows that are laid out already.
    pub(crate) fn whole(self) -> Self {
        Self { room: usize::MAX, ..self }
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
        self.room = self.room.max(other.room);
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

/// A rendered line in pieces of at most so many columns, for where nothing may be cut off and nothing else breaks it.
pub(crate) fn fold_rendered(line: &str, columns: usize) -> Vec<String> {
    let (mut rows, mut used) = (vec![String::new()], 0);
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        let width = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if character != '\x1b' && used + width > columns {
            rows.push(String::new());
            used = 0;
        }
        let Some(row) = rows.last_mut() else { continue };
        row.push(character);
        match character {
            '\x1b' => {
                for part in rest.by_ref() {
                    row.push(part);
                    if part.is_ascii_alphabetic() {
                        break;
                    }
                }
            }
            _ => used += width,
        }
    }
    rows
}

/// Columns by which a line goes on further in than it began.
const HANG: usize = 2;

/// Appends a rendered line, control sequences included, broken between words so that no row takes more columns than there
/// are; where two spaces or more stand rather than within what they hold apart. A word that fits on no row stays where it is.
fn wrap_rendered(out: &mut String, line: &str, columns: usize) {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let hang = (indent + HANG).min(columns / 2);
    let (mut used, mut gap) = (0, 0);
    let words: Vec<&str> = line.split(' ').collect();
    for (at, word) in words.iter().enumerate() {
        let width = measure_rendered(word);
        if width == 0 {
            gap += usize::from(used > 0 || gap < indent);
            out.push_str(word);
            continue;
        }
        let phrase = words[at..].iter().take_while(|word| !word.is_empty()).map(|word| measure_rendered(word) + 1);
        let phrase = if gap > 1 { phrase.sum::<usize>() - 1 } else { width };
        let goes_below = |width: usize| used > 0 && used + gap + width > columns && hang + width <= columns;
        if goes_below(phrase) || goes_below(width) {
            out.push('\n');
            (used, gap) = (0, hang);
        }
        out.extend(std::iter::repeat_n(' ', gap));
        out.push_str(word);
        (used, gap) = (used + gap + width, 1);
    }
}

/// Columns that rendered text takes.
fn measure_rendered(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\x1b' => drop(rest.by_ref().find(char::is_ascii_alphabetic)),
            other => width += unicode_width::UnicodeWidthChar::width(other).unwrap_or(0),
        }
    }
    width
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
        match line.width <= line.room {
            true => out.push_str(line.as_str()),
            false => wrap_rendered(out, line.as_str(), line.room),
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_below_between_its_words() {
        let wrapped = |line: &str, columns| {
            let mut out = String::new();
            wrap_rendered(&mut out, line, columns);
            out
        };
        assert_eq!(wrapped("  one two  three", 12), "  one two\n    three");
        assert_eq!(wrapped("created  a@x.io  position 12", 26), "created  a@x.io\n  position 12");
        assert_eq!(wrapped("\x1b[32mone\x1b[0m  two", 8), "\x1b[32mone\x1b[0m  two");
        assert_eq!(wrapped("\x1b[32mone two\x1b[0m", 6), "\x1b[32mone\n  two\x1b[0m");
        assert_eq!(wrapped("a http://localhost:3000/hooks", 12), "a http://localhost:3000/hooks");
        assert_eq!(wrapped("山田 太郎", 6), "山田\n  太郎");
    }

    #[test]
    fn a_fold_loses_nothing() {
        assert_eq!(fold_rendered("\x1b[32mgreen\x1b[0m", 3), ["\x1b[32mgre", "en\x1b[0m"]);
        assert_eq!(fold_rendered("a宽b", 2), ["a", "宽", "b"]);
        assert_eq!(fold_rendered("", 3), [""]);
    }

    #[test]
    fn off_a_terminal_and_in_one_piece_nothing_is_broken() {
        let style = OutputStyle::new(false, 10, jiff::tz::TimeZone::UTC);
        let shown = |line: StyledLine| {
            let mut out = String::new();
            write_lines(&mut out, &[line]);
            out
        };
        let words = || Sanitised::own("three short words");
        assert_eq!(shown(StyledLine::new(&style).put(TextRole::Plain, words())), "three\n  short\n  words\n");
        assert_eq!(shown(StyledLine::new(&style).put(TextRole::Plain, words()).whole()), "three short words\n");
        let piped = style.with_whole_tables();
        assert_eq!(shown(StyledLine::new(&piped).put(TextRole::Plain, words())), "three short words\n");
    }

    #[test]
    fn a_cut_keeps_the_colours_whole() {
        assert_eq!(clip_rendered("\x1b[32mgreen\x1b[0m text", 3), "\x1b[32mgre\x1b[0m");
        assert_eq!(clip_rendered("plain", 80), "plain");
        assert_eq!(clip_rendered("a宽b", 2), "a", "what is half outside is outside, and what follows it");
    }
}
