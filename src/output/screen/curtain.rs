//! What is written while nobody is to see it: the terminal shows a whole picture, an editor has it, or somebody paused to read. It is kept,
//! up to a limit, and shown afterwards.

use crate::output::human::ScreenStream;

/// Bytes that are kept.
const KEPT: usize = 4 << 20;

/// Said where more came than is kept.
const LOST: &str = "\u{2026} more came meanwhile than is kept for the screen; all of it is stored\n";

/// Text that waits.
#[derive(Debug, Default)]
pub(super) struct ScreenCurtain {
    /// Whether a picture covers the screen.
    pub covered: bool,
    /// Whether somebody else draws on the terminal.
    pub lent: bool,
    /// Whether somebody paused.
    pub paused: bool,
    kept: Vec<(ScreenStream, Vec<u8>)>,
    bytes: usize,
    lost: bool,
}

impl ScreenCurtain {
    /// Whether nothing is to be seen now.
    pub(super) fn is_closed(&self) -> bool {
        self.covered || self.lent || self.paused
    }

    pub(super) fn keep(&mut self, stream: ScreenStream, text: &[u8]) {
        if self.bytes + text.len() > KEPT {
            self.lost = true;
            return;
        }
        self.bytes += text.len();
        match self.kept.last_mut() {
            Some((last, kept)) if *last == stream => kept.extend_from_slice(text),
            _ => self.kept.push((stream, text.to_vec())),
        }
    }

    /// All that was kept, in order.
    pub(super) fn open(&mut self) -> Vec<(ScreenStream, Vec<u8>)> {
        self.bytes = 0;
        let mut kept = std::mem::take(&mut self.kept);
        if std::mem::take(&mut self.lost) {
            kept.push((ScreenStream::Err, LOST.as_bytes().to_vec()));
        }
        kept
    }
}
