//! A command's two streams and how to use them: styles decided once, records or text, what `--quiet` leaves out.
//!
//! Short commands write through it directly; long ones take a [`Screen`], which never makes them wait.

use super::errors::{render_error, render_labelled, render_notice};
use super::line::{StyledLine, write_lines};
use super::output_error::OutputError;
use super::records::{self, CommandSummary, NamedRecord};
use super::rendition::write_shell_word;
use super::sanitise::Sanitised;
use super::screen::{Screen, ScreenFormat, ScreenOutputs};
use super::style::{BodyDisplay, ColourChoice, OutputStyle, TextRole, decide_colour};
use crate::clock::SharedClock;
use crate::context::{self, ColorMode, Context, GlobalOptions, OutputStream};
use crate::protocol::report::Report;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::Notify;

/// Columns that lines keep to where no terminal says how many there are.
const USUAL_COLUMNS: usize = 100;

/// The streams of a command.
pub(crate) struct Console {
    /// The look of standard output.
    pub out: OutputStyle,
    /// The look of standard error.
    pub err: OutputStyle,
    stdout: OutputStream,
    stderr: OutputStream,
    format: context::OutputFormat,
    quiet: bool,
    verbose: bool,
    clock: SharedClock,
    /// The global options that a command line of ours has to repeat.
    repeated: String,
}

impl Console {
    /// The console of a context whose global options are known.
    pub(crate) fn new(context: &Context) -> Self {
        let style = |stream: &OutputStream| {
            let choice = match context.globals.color {
                ColorMode::Auto => ColourChoice::Auto,
                ColorMode::Always => ColourChoice::Always,
                ColorMode::Never => ColourChoice::Never,
            };
            let colour = decide_colour(choice, stream.is_terminal, |name| context.environment.text(name));
            let style = OutputStyle::new(colour, context.columns.unwrap_or(USUAL_COLUMNS), context.time_zone.clone())
                .with_headers(context.globals.verbose)
                .with_ascii(context.wants_ascii())
                .with_mask(stream.mask.clone());
            if stream.is_terminal { style } else { style.with_whole_tables() }
        };
        Self {
            out: style(&context.stdout),
            err: style(&context.stderr),
            stdout: context.stdout.clone(),
            stderr: context.stderr.clone(),
            format: context.globals.format(),
            quiet: context.globals.quiet,
            verbose: context.globals.verbose,
            clock: context.clock.clone(),
            repeated: list_repeated(&context.globals),
        }
    }

    /// The same with the bodies of arrivals shown at other times.
    pub(crate) fn with_bodies(self, bodies: BodyDisplay) -> Self {
        Self { out: self.out.with_bodies(bodies), ..self }
    }

    /// The same where nothing is kept that a command could look at.
    pub(crate) fn without_commands(self) -> Self {
        Self { out: self.out.without_commands(), ..self }
    }

    /// The same with lines on stdout that keep to so many columns.
    pub(crate) fn with_most_columns(self, columns: usize) -> Self {
        let width = self.out.width.min(columns);
        Self { out: self.out.with_width(width), ..self }
    }

    /// The same with everything on stderr, where a report takes stdout.
    pub(crate) fn on_stderr(self) -> Self {
        Self { out: self.err.clone(), stdout: self.stderr.clone(), ..self }
    }

    /// Whether stdout carries records.
    pub(crate) fn is_json(&self) -> bool {
        self.format == context::OutputFormat::Json
    }

    /// Writes bytes to stdout as they are.
    pub(crate) fn write_bytes(&self, bytes: &[u8]) -> Result<(), OutputError> {
        let mut stdout = self.stdout.clone();
        stdout.write_all(bytes)?;
        Ok(stdout.flush()?)
    }

    /// Whether bytes on stdout reach a terminal, where nothing foreign may arrive as it is.
    pub(crate) fn is_terminal(&self) -> bool {
        self.stdout.is_terminal
    }

    /// Writes finished text, line feed included, to stdout.
    pub(crate) fn write_text(&self, text: &str) -> Result<(), OutputError> {
        self.write_bytes(text.as_bytes())
    }

    /// Writes rendered lines to stdout.
    pub(crate) fn write_lines<'a>(&self, lines: impl IntoIterator<Item = &'a StyledLine>) -> Result<(), OutputError> {
        let mut text = String::new();
        write_lines(&mut text, lines);
        self.write_text(&text)
    }

    /// Writes one line of foreign text to stdout, sanitised, in one piece.
    pub(crate) fn write_line(&self, text: &str) -> Result<(), OutputError> {
        self.write_lines(&[StyledLine::new(&self.out).put(TextRole::Plain, Sanitised::text(text)).whole()])
    }

    /// Writes a record to stdout.
    pub(crate) fn write_record(&self, fields: &impl NamedRecord) -> Result<(), OutputError> {
        self.write_bytes(&records::encode_record(self.clock.now(), fields))
    }

    /// Writes the `summary` record of a command to stdout.
    pub(crate) fn write_summary(&self, counts: &impl CommandSummary) -> Result<(), OutputError> {
        self.write_bytes(&records::encode_summary(self.clock.now(), counts))
    }

    /// Writes a report's record to stdout.
    pub(crate) fn write_report(&self, report: &Report) -> Result<(), OutputError> {
        let mut line = Vec::new();
        records::write_report_record(&mut line, report);
        self.write_bytes(&line)
    }

    /// Writes finished text, line feed included, to stderr.
    pub(crate) fn write_stderr(&self, text: &str) {
        self.complain(text);
    }

    /// Says something on stderr, unless `--quiet`.
    pub(crate) fn print_notice(&self, message: &str) {
        if !self.quiet {
            self.complain(&render_notice(&repeat_options(message, &self.repeated), &self.err));
        }
    }

    /// Whether `--verbose` asks for all that could be told.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Says on stderr what only `--verbose` asks for.
    pub(crate) fn print_detail(&self, message: &str) {
        if self.verbose {
            self.print_notice(message);
        }
    }

    /// Says on stderr what to do, unless `--quiet`.
    pub(crate) fn print_hint(&self, hint: &str) {
        if !self.quiet {
            let mut text = String::new();
            let hint = repeat_options(hint, &self.repeated);
            write_lines(&mut text, &render_labelled("hint: ", TextRole::Notable, &hint, 0, &self.err));
            self.complain(&text);
        }
    }

    /// Tells an error: on stderr for people, and as a record where stdout carries records.
    pub(crate) fn print_error(&self, kind: &str, message: &str, hints: &[String]) {
        let hints: Vec<String> = hints.iter().map(|hint| repeat_options(hint, &self.repeated)).collect();
        let hints = &hints[..];
        if self.is_json() {
            // stdout may be what failed; stderr still says it.
            let _ = self.write_bytes(&records::encode_error(self.clock.now(), kind, message, hints));
        }
        self.complain(&render_error(message, hints, &self.err));
    }

    /// Says on stderr what lies behind an error, where `--verbose` asks for it.
    pub(crate) fn print_causes(&self, causes: &[String]) {
        for cause in causes.iter().filter(|_| self.verbose) {
            let mut text = String::new();
            write_lines(&mut text, &render_labelled("caused by: ", TextRole::Strong, cause, 2, &self.err));
            self.complain(&text);
        }
    }

    /// Nobody can be told that stderr is gone.
    fn complain(&self, text: &str) {
        let _ = self.stderr.clone().write_all(text.as_bytes());
    }

    /// A screen on the two streams, and a bell that rings when nobody reads stdout any more.
    pub(crate) fn start_screen(&self) -> Result<(Screen, Arc<Notify>), OutputError> {
        let unread = Arc::new(Notify::new());
        let bell = unread.clone();
        let format = match self.format {
            context::OutputFormat::Human => ScreenFormat::Human(self.out.clone()),
            context::OutputFormat::Json => ScreenFormat::Json,
        };
        let streams = ScreenOutputs { out: Box::new(self.stdout.clone()), err: self.err_stream() };
        let screen = Screen::start(format, streams, move || bell.notify_one()).map_err(OutputError::Unstartable)?;
        Ok((screen, unread))
    }

    /// Standard error, or nothing at all under `--quiet`: a screen writes no errors there, only what may be left out.
    fn err_stream(&self) -> Box<dyn Write + Send> {
        if self.quiet { Box::new(io::sink()) } else { Box::new(self.stderr.clone()) }
    }
}

/// Options without which a command line of ours would mean another profile, store or configuration.
fn list_repeated(globals: &GlobalOptions) -> String {
    let file = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let given = [
        ("--profile", globals.profile.clone()),
        ("--config", file(&globals.config)),
        ("--store", file(&globals.store)),
    ];
    given.into_iter().filter_map(|(name, value)| Some(format!("{name} {} ", write_shell_word(&value?)))).collect()
}

/// A sentence whose command line of this program does what it says with the options that were given here, too.
fn repeat_options(text: &str, repeated: &str) -> String {
    const PROGRAM: &str = "referralloop ";
    let Some(at) = text.find(PROGRAM).filter(|_| !repeated.is_empty()) else { return text.to_owned() };
    let (before, rest) = text.split_at(at + PROGRAM.len());
    // A sentence may speak of the program as well.
    let stands_alone = at == 0 || before[..at].trim_end().ends_with([':', ';', '(']);
    let is_command = stands_alone && rest.starts_with(|c: char| c.is_ascii_lowercase()) && !rest.starts_with("help");
    if !is_command || rest.ends_with("--help") { text.to_owned() } else { format!("{before}{repeated}{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_repeat_what_was_given() {
        let globals = GlobalOptions { store: Some("a b.db".into()), profile: Some("p".into()), ..Default::default() };
        let given = list_repeated(&globals);
        for (hint, told) in [
            ("referralloop events list --all", "referralloop --profile p --store 'a b.db' events list --all"),
            ("start one: referralloop listen", "start one: referralloop --profile p --store 'a b.db' listen"),
            ("referralloop listen --help", "referralloop listen --help"),
            ("referralloop help", "referralloop help"),
            ("a newer referralloop wrote it", "a newer referralloop wrote it"),
        ] {
            assert_eq!(repeat_options(hint, &given), told);
            assert_eq!(repeat_options(hint, ""), hint);
        }
    }
}
