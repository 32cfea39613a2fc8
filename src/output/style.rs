//! How things look: colours, width and time zone, decided once and handed to whatever renders.
//!
//! Colour never carries meaning alone, so switching it off loses nothing. The environment is handed in as a function.

use crate::protocol::secrecy::SharedMask;
use colored::Color;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};
use std::sync::LazyLock;

/// Lines of a body that are shown with an arrival unless told otherwise.
pub const BODY_LINES: usize = 60;

/// Columns from which on a table has room for whole dates.
const ROOMY: usize = 100;

/// The user's choice of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    /// Colours on a terminal that takes them.
    #[default]
    Auto,
    /// Colours even into a file.
    Always,
    /// None.
    Never,
}

/// Decides about colours. `always` and `never` beat the environment; `NO_COLOR` (unless empty) beats
/// `CLICOLOR_FORCE`, which beats `TERM=dumb`, `CLICOLOR=0` and the absence of a terminal.
pub fn decide_colour(choice: ColourChoice, is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let is = |name: &str, wanted: &str| env(name).is_some_and(|value| value == wanted);
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if set("NO_COLOR") => false,
        ColourChoice::Auto if set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => true,
        ColourChoice::Auto => is_terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"),
    }
}

/// When the bodies of arrivals are shown; without them an arrival takes one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BodyDisplay {
    /// Always.
    #[default]
    Full,
    /// As long as they come one by one.
    Auto,
    /// Of the first arrival alone.
    First,
    Never,
}

/// How text is rendered for eyes.
#[derive(Debug, Clone)]
pub struct OutputStyle {
    /// Whether colours are written.
    pub colour: bool,
    /// Columns of the terminal, or what lines should keep to elsewhere.
    pub width: usize,
    /// Columns that a table may take: those of the terminal; without one a table is never cut.
    pub table_width: usize,
    /// In which times of day are shown.
    pub zone: TimeZone,
    /// Lines of a body shown with an arrival; `None` for all, `Some(0)` for none.
    pub body_lines: Option<usize>,
    /// Whether header lines are shown with what was received or is sent.
    pub headers: bool,
    /// When bodies are shown at all.
    pub(crate) bodies: BodyDisplay,
    /// Whether commands are named that look at what is stored: not where nothing is kept.
    pub(crate) names_commands: bool,
    /// Whether marks are written in ASCII, for a locale that has nothing else.
    pub ascii: bool,
    /// What is left out of bytes before they are laid out: broken over rows nobody would find it again.
    pub(crate) mask: SharedMask,
}

impl OutputStyle {
    /// A style with the usual number of body lines.
    pub fn new(colour: bool, width: usize, zone: TimeZone) -> Self {
        Self {
            colour,
            width,
            table_width: width,
            zone,
            body_lines: Some(BODY_LINES),
            headers: false,
            bodies: BodyDisplay::Full,
            names_commands: true,
            ascii: false,
            mask: SharedMask::default(),
        }
    }

    /// The same with another number of body lines.
    pub fn with_body_lines(self, body_lines: Option<usize>) -> Self {
        Self { body_lines, ..self }
    }

    /// The same for another number of columns.
    pub fn with_width(self, width: usize) -> Self {
        let table_width = if self.table_width == usize::MAX { usize::MAX } else { width };
        Self { width, table_width, ..self }
    }

    /// The same, with tables as wide as what they say: for pipes and files, whose readers want whole values.
    pub fn with_whole_tables(self) -> Self {
        Self { table_width: usize::MAX, ..self }
    }

    /// The same with bodies shown at other times.
    pub(crate) fn with_bodies(self, bodies: BodyDisplay) -> Self {
        Self { bodies, ..self }
    }

    /// The same where nothing is kept that a command could look at.
    pub(crate) fn without_commands(self) -> Self {
        Self { names_commands: false, ..self }
    }

    /// The same with or without header lines.
    pub fn with_headers(self, headers: bool) -> Self {
        Self { headers, ..self }
    }

    /// The same with marks in ASCII or not.
    pub fn with_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// The same without these secrets.
    pub(crate) fn with_mask(self, mask: SharedMask) -> Self {
        Self { mask, ..self }
    }

    /// Time of day, `HH:MM:SS.mmm`.
    pub fn format_time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S%.3f")
    }

    /// Time of day to the second, `HH:MM:SS`.
    pub fn format_short_time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// Date and time to the second, `YYYY-MM-DD HH:MM:SS`.
    pub fn format_date_time(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    /// Whether this is for a terminal, whose width is known and whose reader is a person.
    pub fn is_terminal(&self) -> bool {
        self.table_width != usize::MAX
    }

    /// When something was, in a table: on a terminal the time of day alone for what happened today, and on a narrow
    /// one day and minute for what happened this year, as `Jan 15 10:00`.
    pub fn format_when(&self, at: Timestamp, now: Timestamp) -> String {
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date();
        match () {
            () if self.is_terminal() && day(at) == day(now) => self.format_short_time(at),
            () if self.table_width < ROOMY && day(at).year() == day(now).year() => self.format(at, "%b %d %H:%M"),
            () => self.format_date_time(at),
        }
    }

    fn format(&self, at: Timestamp, pattern: &str) -> String {
        // These patterns ask for nothing that a zoned time lacks; should that change, UTC is still right.
        strtime::format(pattern, &at.to_zoned(self.zone.clone())).unwrap_or_else(|_| at.to_string())
    }
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// As the terminal has it.
    Plain,
    /// What is looked for first.
    Strong,
    /// Secondary.
    Faint,
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// Worth a look.
    Notable,
    /// A member's name in JSON.
    Key,
    /// A string in JSON.
    Text,
    /// A number, true, false or null in JSON.
    Value,
}

/// Ends every ink.
pub const INK_END: &str = "\x1b[0m";

// Red, green, cyan and magenta of the basic eight can be read on light and on dark backgrounds; yellow and white vanish
// on the first, blue and black on the second.
static CODES: LazyLock<[String; 6]> = LazyLock::new(|| {
    let colour = |colour: Color| format!("\x1b[{}m", colour.to_fg_str());
    [
        "\x1b[1m".into(),
        "\x1b[2m".into(),
        colour(Color::Green),
        colour(Color::Red),
        colour(Color::Magenta),
        colour(Color::Cyan),
    ]
});

impl TextRole {
    /// The control sequence that begins it; empty for plain.
    pub fn start_sequence(self) -> &'static str {
        let index = match self {
            Self::Plain => return "",
            Self::Strong => 0,
            Self::Faint => 1,
            Self::Good | Self::Text => 2,
            Self::Bad => 3,
            Self::Notable | Self::Value => 4,
            Self::Key => 5,
        };
        &CODES[index]
    }
}

#[cfg(test)]
mod tests;
