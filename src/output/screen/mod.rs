//! The sink: a bounded queue, and one thread that renders and writes.
//!
//! Telling never waits for the terminal or the pipe behind stdout: what does not fit is counted, and said so in its
//! place. It knows the two streams and the format; it must not know who tells or why.

mod curtain;
mod footer;
mod queue;
mod writer;

pub(crate) use super::human::ArrivalView;
use super::human::ScreenStream;
use super::line::StyledLine;
use super::output_error::OutputError;
use super::records::{CommandSummary, NamedRecord, encode_record, encode_summary};
use super::style::{BodyDisplay, OutputStyle};
use crate::protocol::report::Report;
use jiff::Timestamp;
use queue::{ScreenItem, ScreenLimits, ScreenQueue};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use writer::ScreenWriter;

/// What may wait to be shown.
const LIMITS: ScreenLimits = ScreenLimits { reports: 8_192, bytes: 32 * 1024 * 1024, a_second: None };

/// Reports of one second that are shown to a person: more than anybody reads, and each costs as much as receiving an
/// event. Programs get all that there is room for.
const FOR_EYES: u32 = 250;

/// The same where events take a line each, with what came of their forwards.
const FOR_EYES_FOLDED: u32 = 1_000;

/// Longest time to wait for what is drawn to be wiped away: the terminal itself may have been stopped.
const WIPING: Duration = Duration::from_millis(500);

#[derive(Debug, Clone)]
pub(crate) enum ScreenFormat {
    /// For eyes, in a style.
    Human(OutputStyle),
    /// One JSON object a line, all on stdout.
    Json,
}

/// The two streams.
pub(crate) struct ScreenOutputs {
    /// Data.
    pub out: Box<dyn Write + Send>,
    /// The rest.
    pub err: Box<dyn Write + Send>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScreenEnd {
    /// Everything was written.
    Written,
    /// Whoever read stdout has gone: a silent end, no error.
    Closed,
}

/// Where reports are told. Cloning shares the queue.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    queue: Arc<ScreenQueue>,
    thread: Arc<Mutex<Option<JoinHandle<io::Result<ScreenEnd>>>>>,
    covered: Arc<AtomicBool>,
}

impl Screen {
    /// Starts the writer. `on_closed` is called from its thread when stdout cannot be written any more, so that a
    /// command whose reader has gone can end.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub(crate) fn start(
        format: ScreenFormat,
        streams: ScreenOutputs,
        on_closed: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let a_second = match &format {
            ScreenFormat::Human(style) if style.bodies == BodyDisplay::Full => Some(FOR_EYES),
            ScreenFormat::Human(_) => Some(FOR_EYES_FOLDED),
            ScreenFormat::Json => None,
        };
        Self::with_limits(format, streams, on_closed, ScreenLimits { a_second, ..LIMITS })
    }

    fn with_limits(
        format: ScreenFormat,
        streams: ScreenOutputs,
        on_closed: impl FnOnce() + Send + 'static,
        limits: ScreenLimits,
    ) -> io::Result<Self> {
        let queue = Arc::new(ScreenQueue::new(limits));
        let covered = Arc::new(AtomicBool::new(false));
        let writer = ScreenWriter::new(format, streams, queue.clone(), covered.clone());
        let thread = thread::Builder::new().name("screen".into()).spawn(move || {
            // Sound to assert: after a panic the writer is gone.
            let ended = catch_unwind(AssertUnwindSafe(|| writer.run()));
            if !matches!(ended, Ok(Ok(ScreenEnd::Written))) {
                on_closed();
            }
            ended.unwrap_or_else(|panic| resume_unwind(panic))
        })?;
        Ok(Self { queue, thread: Arc::new(Mutex::new(Some(thread))), covered })
    }

    /// Tells what happened. Never waits for the writer: where there is no room the report is counted instead, unless
    /// it is one of the few that must be seen.
    pub(crate) fn send_report(&self, report: Report) {
        self.queue.push_report(report);
    }

    /// Whether there is room. Who makes reports only to be shown may ask first, and call [`Screen::skip_report`] where there
    /// is none.
    pub(crate) fn has_room(&self) -> bool {
        self.queue.has_room()
    }

    /// Counts a report that was not made because there was no room.
    pub(crate) fn skip_report(&self, at: Timestamp) {
        self.queue.skip_report(at);
    }

    /// Writes finished text, line feed included, in its place between the reports.
    pub(crate) fn print(&self, stream: ScreenStream, text: impl Into<Vec<u8>>) {
        self.queue.push_text(stream, text.into());
    }

    /// Writes finished text, line feed included, below everything else: behind what waits for its forwards, and behind what is
    /// told between now and the end.
    pub(crate) fn print_last(&self, stream: ScreenStream, text: impl Into<Vec<u8>>) {
        self.queue.push_item(ScreenItem::Last(stream, text.into()));
    }

    /// Writes a word on stderr, line feed included, in its place between the reports; nothing where the very same word is
    /// the last that was written.
    pub(crate) fn print_aside(&self, text: impl Into<Vec<u8>>) {
        self.queue.push_item(ScreenItem::Aside(text.into()));
    }

    /// Writes a record to stdout, in its place between the reports.
    pub(crate) fn write_record(&self, at: Timestamp, fields: &impl NamedRecord) {
        self.print(ScreenStream::Out, encode_record(at, fields));
    }

    /// Writes the `summary` record of a command to stdout, behind the reports.
    pub(crate) fn write_summary(&self, at: Timestamp, counts: &impl CommandSummary) {
        self.print(ScreenStream::Out, encode_summary(at, counts));
    }

    /// Says what is to stand below everything else from now on, on stderr; `None` for nothing. It must be narrower than
    /// the terminal.
    pub(crate) fn set_footer(&self, line: Option<StyledLine>) {
        self.queue.push_item(ScreenItem::Footer(line));
    }

    /// Takes what stands below away, and waits until all that was told is written: the terminal is somebody else's
    /// then.
    pub(crate) fn clear_footer(&self) {
        self.set_footer(None);
        self.set_picture(None);
        self.wait_until_written();
    }

    /// Gives the terminal to somebody else who draws on it, once all that was told is written: what is told meanwhile is
    /// shown afterwards.
    pub(crate) fn lend(&self) {
        self.set_footer(None);
        self.set_picture(None);
        self.queue.push_item(ScreenItem::Lent(true));
        self.wait_until_written();
    }

    /// Takes the terminal again, and shows what was told meanwhile.
    pub(crate) fn take_back(&self) {
        self.queue.push_item(ScreenItem::Lent(false));
    }

    fn wait_until_written(&self) {
        let (written, waiting) = sync_channel(1);
        self.queue.push_item(ScreenItem::Mark(written));
        // Written or not, the time is up.
        let _ = waiting.recv_timeout(WIPING);
    }

    /// Covers the whole screen with a picture, or gives it back; what is told meanwhile is shown afterwards.
    pub(crate) fn set_picture(&self, picture: Option<String>) {
        self.queue.push_item(ScreenItem::Picture(picture));
    }

    /// Whether a picture covers the terminal.
    pub(crate) fn covered(&self) -> &Arc<AtomicBool> {
        &self.covered
    }

    /// Shows other arrivals from now on.
    pub(crate) fn set_view(&self, view: &ArrivalView) {
        self.queue.push_item(ScreenItem::View(view.clone()));
    }

    /// The terminal has this many columns now.
    pub(crate) fn resize(&self, columns: usize) {
        self.queue.push_item(ScreenItem::Columns(columns));
    }

    /// Writes what is queued and ends the writer. What is told afterwards, by any clone, is not shown. Waits as long as
    /// stdout makes it wait.
    ///
    /// # Errors
    /// stdout cannot be written, for another reason than that its reader has gone.
    pub(crate) fn finish(&self) -> Result<ScreenEnd, OutputError> {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        match thread.map(JoinHandle::join) {
            None => Ok(ScreenEnd::Written),
            Some(Ok(ended)) => Ok(ended?),
            Some(Err(_)) => Err(OutputError::from(io::Error::other("the screen's thread ended early"))),
        }
    }
}

#[cfg(test)]
mod tests;
