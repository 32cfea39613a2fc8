//! The writer's thread: takes all that is queued, renders it, and writes it with as few calls as the order of the two
//! streams allows.

use super::curtain::ScreenCurtain;
use super::footer::ScreenFooter;
use super::queue::{ScreenItem, ScreenQueue};
use super::{ScreenEnd, ScreenFormat, ScreenOutputs};
use crate::output::human::{ArrivalView, HoldTime, HumanRenderer, ReportDetail, ScreenStream};
use crate::output::records::write_report_record;
use crate::protocol::report::{Report, ReportKind};
use crate::terminal::END_PICTURE;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// More than this in one go, and arrivals are shown without their bodies.
const BEHIND: usize = 64;

/// Rendered bytes that are kept before they are written: enough for few calls, little enough to stay in the cache.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// The other screen of the terminal, without a cursor; what stood there before comes back at the end.
const BEGIN_PICTURE: &str = "\x1b[?1049h\x1b[?25l";

/// A burst has no pause as long as this, and nobody notices it.
const INSTANT: Duration = Duration::from_millis(80);

/// What is shown on one line waits this long for what comes of its forwards.
const PAUSE: Duration = Duration::from_secs(1);

/// The same where many wait: longer than a forward may take, so that each gets its line and no more.
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// What the thread owns.
pub(super) struct ScreenWriter {
    queue: Arc<ScreenQueue>,
    renderer: Renderer,
    streams: ScreenOutputs,
    pending: Vec<u8>,
    pending_for: ScreenStream,
    footer: ScreenFooter,
    curtain: ScreenCurtain,
    /// The word on stderr behind which nothing was written yet.
    aside: Option<Vec<u8>>,
    /// What is to stand below everything else.
    last: Vec<(ScreenStream, Vec<u8>)>,
    /// Whether the terminal shows a picture now; a panic anywhere takes it away.
    covered: Arc<AtomicBool>,
}

/// Reports to bytes.
enum Renderer {
    Human(Box<HumanRenderer>),
    Json,
}

impl ScreenWriter {
    /// A writer that has written nothing.
    pub(super) fn new(
        format: ScreenFormat,
        streams: ScreenOutputs,
        queue: Arc<ScreenQueue>,
        covered: Arc<AtomicBool>,
    ) -> Self {
        let renderer = match format {
            ScreenFormat::Human(style) => Renderer::Human(Box::new(HumanRenderer::new(style))),
            ScreenFormat::Json => Renderer::Json,
        };
        Self {
            queue,
            renderer,
            streams,
            pending: Vec::new(),
            pending_for: ScreenStream::Out,
            footer: ScreenFooter::default(),
            curtain: ScreenCurtain::default(),
            aside: None,
            last: Vec::new(),
            covered,
        }
    }

    /// Writes until the queue is closed and empty, or stdout is gone.
    pub(super) fn run(mut self) -> io::Result<ScreenEnd> {
        while let Some(items) = self.queue.take_items(self.renderer.pause()) {
            let paused = items.is_empty();
            let shown = self.write_items(items).and_then(|()| if paused { self.release() } else { Ok(()) });
            if let Err(fault) = shown {
                self.queue.close();
                let _ = self.uncover();
                self.footer.wipe(&mut self.streams.err);
                return if fault.kind() == ErrorKind::BrokenPipe { Ok(ScreenEnd::Closed) } else { Err(fault) };
            }
        }
        (self.curtain.paused, self.curtain.lent) = (false, false);
        let released = self.uncover().and_then(|()| self.release()).and_then(|()| self.write_last());
        self.footer.wipe(&mut self.streams.err);
        released.map(|()| ScreenEnd::Written)
    }

    /// Writes what waited for more.
    fn release(&mut self) -> io::Result<()> {
        self.write()?;
        self.pending_for = ScreenStream::Out;
        self.renderer.release(&mut self.pending);
        self.forget_aside(self.pending.is_empty());
        self.write()?;
        self.draw_footer();
        Ok(())
    }

    /// Writes what stands below everything else.
    fn write_last(&mut self) -> io::Result<()> {
        for (stream, text) in std::mem::take(&mut self.last) {
            (self.pending_for, self.pending) = (stream, text);
            self.write()?;
        }
        Ok(())
    }

    fn write_items(&mut self, items: Vec<ScreenItem>) -> io::Result<()> {
        let detail = if items.len() > BEHIND { ReportDetail::Brief } else { ReportDetail::Full };
        let mut text = Vec::new();
        for item in items {
            text.clear();
            let Some(stream) = self.render(item, detail, &mut text)? else { continue };
            // Both streams often end on one terminal: what came first is written first.
            if stream != self.pending_for || self.pending.len() > WRITTEN_AT_ONCE {
                self.write()?;
                self.pending_for = stream;
            }
            self.pending.extend_from_slice(&text);
        }
        self.write()?;
        self.draw_footer();
        Ok(())
    }

    fn draw_footer(&mut self) {
        if !self.curtain.covered && !self.curtain.lent {
            self.footer.draw(&mut self.streams.err);
        }
    }

    /// Renders what is to be written, and does what is to be done between two writings.
    fn render(
        &mut self,
        item: ScreenItem,
        detail: ReportDetail,
        out: &mut Vec<u8>,
    ) -> io::Result<Option<ScreenStream>> {
        let stream = match item {
            ScreenItem::Report(report) => {
                // It belongs to the attempt above it, whose event may wait for its turn.
                if matches!(report.what, ReportKind::Wait { .. }) && self.renderer.pause() == Some(INSTANT) {
                    self.release()?;
                }
                self.renderer.report(&report, detail, out)
            }
            ScreenItem::Text(stream, text) => {
                *out = text;
                stream
            }
            ScreenItem::Aside(text) if self.aside.as_ref() == Some(&text) => return Ok(None),
            ScreenItem::Aside(text) => {
                (*out, self.aside) = (text.clone(), Some(text));
                return Ok(Some(ScreenStream::Err));
            }
            other => return self.arrange(other).map(|()| None),
        };
        self.forget_aside(out.is_empty());
        Ok(Some(stream))
    }

    /// Does what is to be done once all before it is written.
    fn arrange(&mut self, item: ScreenItem) -> io::Result<()> {
        self.write()?;
        match item {
            ScreenItem::Footer(line) => self.footer.replace(line, &mut self.streams.err),
            ScreenItem::Columns(columns) => {
                self.footer.resize(columns, &mut self.streams.err);
                self.renderer.resize(columns);
            }
            ScreenItem::View(view) => {
                self.curtain.paused = view.paused;
                self.renderer.set_view(view);
                self.show_kept()?;
            }
            ScreenItem::Picture(Some(picture)) => self.cover(&picture),
            ScreenItem::Picture(None) => self.uncover()?,
            ScreenItem::Lent(lent) => {
                self.footer.wipe(&mut self.streams.err);
                self.curtain.lent = lent;
                self.show_kept()?;
            }
            ScreenItem::Mark(waiting) => {
                // Who waited too long is gone.
                let _ = waiting.try_send(());
            }
            ScreenItem::Last(stream, text) => self.last.push((stream, text)),
            // These are rendered.
            ScreenItem::Report(_) | ScreenItem::Text(..) | ScreenItem::Aside(_) => {}
        }
        Ok(())
    }

    /// Something else stands behind the word that was written last, unless nothing was written.
    fn forget_aside(&mut self, nothing: bool) {
        if !nothing {
            self.aside = None;
        }
    }

    /// Draws a picture over everything.
    fn cover(&mut self, picture: &str) {
        self.footer.wipe(&mut self.streams.err);
        self.curtain.covered = true;
        let begin = if self.covered.swap(true, Ordering::SeqCst) { "" } else { BEGIN_PICTURE };
        // Nobody can be told that stderr is gone.
        let _ = write!(self.streams.err, "{begin}\x1b[H{picture}").and_then(|()| self.streams.err.flush());
    }

    /// Takes the picture away, and shows what was written meanwhile.
    fn uncover(&mut self) -> io::Result<()> {
        self.curtain.covered = false;
        self.end_picture();
        self.show_kept()
    }

    fn end_picture(&mut self) {
        if self.covered.swap(false, Ordering::SeqCst) {
            let _ = self.streams.err.write_all(END_PICTURE.as_bytes()).and_then(|()| self.streams.err.flush());
        }
    }

    fn show_kept(&mut self) -> io::Result<()> {
        if self.curtain.is_closed() {
            return Ok(());
        }
        for (stream, text) in self.curtain.open() {
            (self.pending_for, self.pending) = (stream, text);
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        if self.curtain.is_closed() {
            self.curtain.keep(self.pending_for, &self.pending);
            self.pending.clear();
            return Ok(());
        }
        if !self.pending.is_empty() {
            self.footer.wipe(&mut self.streams.err);
        }
        let to = match self.pending_for {
            ScreenStream::Out => &mut self.streams.out,
            ScreenStream::Err => &mut self.streams.err,
        };
        let written = if self.pending.is_empty() { Ok(()) } else { write_all(to, &self.pending) };
        self.pending.clear();
        // Who closed stderr did not want to read it: no reason to end the work.
        if self.pending_for == ScreenStream::Err { Ok(()) } else { written }
    }
}

/// Nothing that was drawn stays, not even where the thread panicked; and nobody waits for it.
impl Drop for ScreenWriter {
    fn drop(&mut self) {
        self.queue.close();
        self.end_picture();
        self.footer.wipe(&mut self.streams.err);
    }
}

fn write_all(to: &mut Box<dyn Write + Send>, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

impl Renderer {
    /// How long a pause must be before what waits for more is shown without it.
    fn pause(&self) -> Option<Duration> {
        match self {
            Self::Json => None,
            Self::Human(human) => human.hold_time().map(|hold| match hold {
                HoldTime::Instant => INSTANT,
                HoldTime::Short => PAUSE,
                HoldTime::Long => LONG_PAUSE,
            }),
        }
    }

    fn release(&mut self, out: &mut Vec<u8>) {
        if let Self::Human(human) = self {
            let mut text = String::new();
            human.release_held(&mut text);
            out.extend_from_slice(text.as_bytes());
        }
    }

    fn set_view(&mut self, view: ArrivalView) {
        if let Self::Human(human) = self {
            human.set_view(view);
        }
    }

    fn resize(&mut self, columns: usize) {
        if let Self::Human(human) = self {
            human.resize(columns);
        }
    }

    fn report(&mut self, report: &Report, detail: ReportDetail, out: &mut Vec<u8>) -> ScreenStream {
        match self {
            Self::Json => {
                write_report_record(out, report);
                ScreenStream::Out
            }
            Self::Human(human) => {
                let mut text = String::new();
                let stream = human.render(report, detail, &mut text);
                *out = text.into_bytes();
                stream
            }
        }
    }
}
