//! The writer's thread: takes all that is queued, renders it, and writes it with as few calls as the order of the two
//! streams allows.

use super::queue::{ScreenItem, ScreenQueue};
use super::{ScreenEnd, ScreenFormat, ScreenOutputs};
use crate::output::human::{HumanRenderer, ReportDetail, ScreenStream};
use crate::output::records::write_report_record;
use crate::protocol::report::Report;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

/// More than this in one go, and arrivals are shown without their bodies.
const BEHIND: usize = 64;

/// Rendered bytes that are kept before they are written: enough for few calls, little enough to stay in the cache.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// What the thread owns.
pub(super) struct ScreenWriter {
    queue: Arc<ScreenQueue>,
    renderer: Renderer,
    streams: ScreenOutputs,
    pending: Vec<u8>,
    pending_for: ScreenStream,
}

/// Reports to bytes.
enum Renderer {
    Human(Box<HumanRenderer>),
    Json,
}

impl ScreenWriter {
    /// A writer that has written nothing.
    pub(super) fn new(format: ScreenFormat, streams: ScreenOutputs, queue: Arc<ScreenQueue>) -> Self {
        let renderer = match format {
            ScreenFormat::Human(style) => Renderer::Human(Box::new(HumanRenderer::new(style))),
            ScreenFormat::Json => Renderer::Json,
        };
        Self { queue, renderer, streams, pending: Vec::new(), pending_for: ScreenStream::Out }
    }

    /// Writes until the queue is closed and empty, or stdout is gone.
    pub(super) fn run(mut self) -> io::Result<ScreenEnd> {
        while let Some(items) = self.queue.take_items() {
            if let Err(fault) = self.show(items) {
                self.queue.close();
                return if fault.kind() == ErrorKind::BrokenPipe { Ok(ScreenEnd::Closed) } else { Err(fault) };
            }
        }
        Ok(ScreenEnd::Written)
    }

    fn show(&mut self, items: Vec<ScreenItem>) -> io::Result<()> {
        let detail = if items.len() > BEHIND { ReportDetail::Brief } else { ReportDetail::Full };
        let mut text = Vec::new();
        for item in items {
            text.clear();
            let stream = self.renderer.render(item, detail, &mut text);
            // Both streams often end on one terminal: what came first is written first.
            if stream != self.pending_for || self.pending.len() > WRITTEN_AT_ONCE {
                self.write()?;
                self.pending_for = stream;
            }
            self.pending.extend_from_slice(&text);
        }
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
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

fn write_all(to: &mut Box<dyn Write + Send>, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

impl Renderer {
    fn render(&mut self, item: ScreenItem, detail: ReportDetail, out: &mut Vec<u8>) -> ScreenStream {
        match item {
            ScreenItem::Text(stream, text) => {
                *out = text;
                stream
            }
            ScreenItem::Report(report) => self.report(&report, detail, out),
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
