//! An arrival on its way to the app, and which delivery it belongs to.
//!
//! Pure. Must not know the line it waits in, nor the target it goes to.

use crate::protocol::arrival::{RecordedArrival, RepeatKind, RequestContent, UnforwardedArrival};
use crate::protocol::signature::{HERO_SIGNATURE_HEADER, SIGNATURE_HEADER};

/// One arrival on its way to the app.
#[derive(Debug, Clone)]
pub(super) struct PendingForward {
    pub(super) event: u64,
    pub(super) arrival: u64,
    /// The event of which this is another arrival; itself for the first.
    pub(super) delivery: u64,
    /// Whether it had come in before, in whatever listener's life.
    pub(super) repeats: bool,
    /// Path and query of the request.
    pub(super) target: String,
    pub(super) content: RequestContent,
}

impl PendingForward {
    pub(super) fn new(recorded: &RecordedArrival, target: String, content: RequestContent) -> Self {
        Self {
            event: recorded.event,
            arrival: recorded.arrival,
            delivery: delivery_key(recorded),
            repeats: recorded.repeat.is_some(),
            target,
            content,
        }
    }

    /// An arrival that the store kept waiting.
    pub(super) fn from_waiting(waiting: UnforwardedArrival) -> Self {
        let UnforwardedArrival { arrival, event, retry_of, repeats, target, content } = waiting;
        Self { event, arrival, delivery: retry_of.unwrap_or(event), repeats, target, content }
    }

    /// Whether it came with a signature.
    pub(super) fn is_signed(&self) -> bool {
        [SIGNATURE_HEADER, HERO_SIGNATURE_HEADER].iter().any(|name| self.content.headers.values(name).next().is_some())
    }

    /// Bytes that it holds while it waits.
    pub(super) fn weight(&self) -> usize {
        const BOOKKEEPING: usize = 256;
        self.content.weight() + self.target.len() + BOOKKEEPING
    }
}

/// The event whose delivery an arrival belongs to: a probable retry belongs to the one it repeats.
pub(super) fn delivery_key(recorded: &RecordedArrival) -> u64 {
    match recorded.repeat {
        Some(repeat) if repeat.kind == RepeatKind::ProbableRetry => repeat.of,
        _ => recorded.event,
    }
}
