//! A command's two streams and how to use them: styles decided once, records or text, what `--quiet` leaves out.
//!
//! Short commands write through it directly; long ones take a [`Screen`], which never makes them wait.

use super::errors::{error_text, labelled, notice_text};
use super::line::{Line, write_lines};
use super::records;
use super::sanitise::Sanitised;
use super::screen::{Format, Screen, Streams};
use super::style::{ColourChoice, Ink, Style, wants_colour};
use crate::clock::SharedClock;
use crate::context::{self, Color, Context, Stream};
use crate::protocol::report::Report;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::Notify;

/// Columns that lines keep to where no terminal says how many there are.
const USUAL_COLUMNS: usize = 100;

/// The streams of a command.
pub struct Console {
    /// The look of standard output.
    pub out: Style,
    /// The look of standard error.
    pub err: Style,
    stdout: Stream,
    stderr: Stream,
    format: context::Format,
    quiet: bool,
    verbose: bool,
    clock: SharedClock,
}

impl Console {
    /// The console of a context whose global options are known.
    pub fn new(context: &Context) -> Self {
        let style = |stream: &Stream| {
            let choice = match context.globals.color {
                Color::Auto => ColourChoice::Auto,
                Color::Always => ColourChoice::Always,
                Color::Never => ColourChoice::Never,
            };
            let colour = wants_colour(choice, stream.is_terminal, |name| context.environment.text(name));
            Style::new(colour, context.columns.unwrap_or(USUAL_COLUMNS), context.time_zone.clone())
                .with_headers(context.globals.verbose)
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
        }
    }

    /// Whether stdout carries records.
    pub fn is_json(&self) -> bool {
        self.format == context::Format::Json
    }

    /// Writes bytes to stdout as they are.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = self.stdout.clone();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Whether bytes on stdout reach a terminal, where nothing foreign may arrive as it is.
    pub fn is_terminal(&self) -> bool {
        self.stdout.is_terminal
    }

    /// Writes finished text, line feed included, to stdout.
    pub fn text(&self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// Writes rendered lines to stdout.
    pub fn lines<'a>(&self, lines: impl IntoIterator<Item = &'a Line>) -> io::Result<()> {
        let mut text = String::new();
        write_lines(&mut text, lines);
        self.text(&text)
    }

    /// Writes one line of foreign text to stdout, sanitised.
    pub fn line(&self, text: &str) -> io::Result<()> {
        self.lines(&[Line::new(&self.out).put(Ink::Plain, Sanitised::text(text))])
    }

    /// Writes a record to stdout. What has nothing to say is left out, as everywhere in records.
    pub fn record(&self, kind: &str, fields: &impl Serialize) -> io::Result<()> {
        let mut fields = serde_json::to_value(fields)?;
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        self.bytes(&records::record(kind, self.clock.now(), &fields))
    }

    /// Writes a report's record to stdout.
    pub fn report(&self, report: &Report) -> io::Result<()> {
        let mut line = Vec::new();
        records::write_report(&mut line, report);
        self.bytes(&line)
    }

    /// Writes finished text, line feed included, to stderr.
    pub fn aside(&self, text: &str) {
        self.complain(text);
    }

    /// Says something on stderr, unless `--quiet`.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.complain(&notice_text(message, &self.err));
        }
    }

    /// Says on stderr what only `--verbose` asks for.
    pub fn detail(&self, message: &str) {
        if self.verbose {
            self.note(message);
        }
    }

    /// Says on stderr what to do, unless `--quiet`.
    pub fn hint(&self, hint: &str) {
        if !self.quiet {
            let mut text = String::new();
            write_lines(&mut text, &labelled("hint: ", Ink::Notable, hint, 0, &self.err));
            self.complain(&text);
        }
    }

    /// Tells an error: on stderr for people, and as a record where stdout carries records.
    pub fn error(&self, kind: &str, message: &str, hints: &[String]) {
        if self.is_json() {
            // stdout may be what failed; stderr still says it.
            let _ = self.bytes(&records::error_record(self.clock.now(), kind, message, hints));
        }
        self.complain(&error_text(message, hints, &self.err));
    }

    /// Nobody can be told that stderr is gone.
    fn complain(&self, text: &str) {
        let _ = self.stderr.clone().write_all(text.as_bytes());
    }

    /// A screen on the two streams, and a bell that rings when nobody reads stdout any more.
    pub fn screen(&self) -> io::Result<(Screen, Arc<Notify>)> {
        let unread = Arc::new(Notify::new());
        let bell = unread.clone();
        let format = match self.format {
            context::Format::Human => Format::Human(self.out.clone()),
            context::Format::Json => Format::Json,
        };
        let streams = Streams { out: Box::new(self.stdout.clone()), err: self.err_stream() };
        Ok((Screen::start(format, streams, move || bell.notify_one())?, unread))
    }

    /// Standard error, or nothing at all under `--quiet`: a screen writes no errors there, only what may be left out.
    fn err_stream(&self) -> Box<dyn Write + Send> {
        if self.quiet { Box::new(io::sink()) } else { Box::new(self.stderr.clone()) }
    }
}
