//! A request's body that is not sent in one go: in pieces with pauses, of unannounced length, never ended, or broken
//! off. For trying how an endpoint takes what networks do to requests.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

/// How a body is sent.
#[derive(Debug, Clone, Default)]
pub(crate) enum BodyEncoding {
    /// At once, its length announced.
    #[default]
    Whole,
    /// Its length not announced: `Transfer-Encoding: chunked`.
    Chunked,
    /// In so many pieces with pauses between them.
    Pieces(usize, Duration),
    /// In two, cut behind so many bytes, with a pause between them.
    CutAt(usize, Duration),
    /// The first half; then nothing more, for ever. The bell rings when the half is out.
    Stalled(Arc<Notify>),
    /// The first half; then the connection is broken off.
    BrokenOff,
}

#[derive(Debug)]
enum BodyStep {
    Send(Bytes),
    Pause(Duration),
    Ring(Arc<Notify>),
    Stall,
    Break,
}

/// A body that is sent step by step.
#[derive(Debug)]
pub(super) struct PacedBody {
    steps: VecDeque<BodyStep>,
    pause: Option<Pin<Box<Sleep>>>,
    /// Bytes that are still announced; `None` where no length is.
    left: Option<u64>,
}

impl PacedBody {
    /// A body in a manner that is not [`BodyEncoding::Whole`].
    pub(super) fn new(body: &Bytes, manner: &BodyEncoding) -> Self {
        let half = || BodyStep::Send(body.slice(..body.len() / 2));
        let steps = match manner {
            BodyEncoding::Whole | BodyEncoding::Chunked => VecDeque::from([BodyStep::Send(body.clone())]),
            BodyEncoding::Pieces(count, pause) => split_body(body, *count, *pause),
            BodyEncoding::CutAt(at, pause) => {
                let (head, tail) = (body.slice(..body.len().min(*at)), body.slice(body.len().min(*at)..));
                VecDeque::from([BodyStep::Send(head), BodyStep::Pause(*pause), BodyStep::Send(tail)])
            }
            BodyEncoding::Stalled(bell) => VecDeque::from([half(), BodyStep::Ring(bell.clone()), BodyStep::Stall]),
            BodyEncoding::BrokenOff => {
                VecDeque::from([half(), BodyStep::Pause(Duration::from_millis(20)), BodyStep::Break])
            }
        };
        let left = (!matches!(manner, BodyEncoding::Chunked)).then_some(body.len() as u64);
        Self { steps, pause: None, left }
    }
}

fn split_body(body: &Bytes, count: usize, pause: Duration) -> VecDeque<BodyStep> {
    let size = body.len().div_ceil(count.max(1)).max(1);
    let mut steps = VecDeque::new();
    for start in (0..body.len()).step_by(size) {
        if start > 0 {
            steps.push_back(BodyStep::Pause(pause));
        }
        steps.push_back(BodyStep::Send(body.slice(start..body.len().min(start + size))));
    }
    steps
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(BodyStep::Send(bytes)) if bytes.is_empty() => {}
                Some(BodyStep::Send(bytes)) => {
                    self.left = self.left.map(|left| left.saturating_sub(bytes.len() as u64));
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(BodyStep::Pause(time)) => self.pause = Some(Box::pin(sleep(time))),
                Some(BodyStep::Ring(bell)) => bell.notify_one(),
                Some(BodyStep::Stall) => {
                    self.steps.push_front(BodyStep::Stall);
                    return Poll::Pending;
                }
                Some(BodyStep::Break) => return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}
