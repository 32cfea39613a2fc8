//! Reading a request's body as it came: bytes, within a length, a time and a memory.
//!
//! Never decodes: a body under `Content-Encoding` stays encoded, since that is what was signed.

use super::ServerLimits;
use super::intake::{GrantedMemory, RequestIntake};
use crate::protocol::body::RawBody;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyReadError {
    /// It is longer than allowed.
    TooLong,
    /// It did not end in time, or came in drops.
    TooSlow,
    /// It broke off, or its framing is wrong.
    Broken,
    /// The bodies of other requests fill the memory there is.
    Crowded,
}

impl BodyReadError {
    /// One clause for whoever runs the listener.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Self::TooLong => "its body is longer than the limit",
            Self::TooSlow => "its body did not arrive in time",
            Self::Broken => "its body broke off",
            Self::Crowded => "too many bodies are being received at once",
        }
    }
}

/// A body, and the memory that it was granted: to be kept until the request is answered.
pub(crate) struct ReceivedBody {
    pub(crate) body: RawBody,
    pub(crate) memory: GrantedMemory,
}

/// What is read and thrown away of a body that says that it is too long. A sender that is cut off while it writes often
/// sees a reset connection in place of the answer, so a moderate excess is taken in first. A chunked body does not say
/// how much is to come: it is cut at the limit.
const EXCESS_READ: usize = 8 << 20;

/// What a connection itself holds at most of what it reads.
const CONNECTION_BUFFER: usize = 64 << 10;

/// The least pace, in bytes a second.
const LEAST_PACE: f64 = 16_384.0;

/// What needs no leave of a body, so that large ones keep no delivery of the common size out. Whatever the sender says of
/// its length, no more is set aside before it is there.
const SMALL: usize = 8 << 10;

/// Reads a whole body.
pub(crate) async fn read_body(
    asks_first: bool,
    body: Body,
    limits: &ServerLimits,
    intake: Option<RequestIntake>,
) -> Result<ReceivedBody, BodyReadError> {
    let declared = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    // Who asks first has sent nothing yet and is spared the sending.
    if declared.is_some_and(|length| length > limits.body_bytes) && asks_first {
        return Err(BodyReadError::TooLong);
    }
    collect_body(body, BodyCollector::new(declared, limits, intake), limits).await
}

/// Copies the frames together. A copy even of a single frame: a slice would keep the connection's whole read buffer
/// alive for as long as the event waits somewhere, and make hyper allocate another one.
async fn collect_body(
    mut body: Body,
    mut collector: BodyCollector,
    limits: &ServerLimits,
) -> Result<ReceivedBody, BodyReadError> {
    let began = Instant::now();
    loop {
        let deadline = began + limits.body.min(limits.grace + collector.earned_time());
        match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(BodyReadError::TooSlow),
            Ok(None) => return collector.finish(),
            Ok(Some(frame)) => {
                if let Ok(data) = frame.map_err(|_| BodyReadError::Broken)?.into_data() {
                    collector.take_frame(&data).await?;
                }
            }
        }
    }
}

/// What has come so far.
struct BodyCollector {
    kept: Vec<u8>,
    seen: usize,
    cap: usize,
    declared: Option<usize>,
    intake: Option<RequestIntake>,
    memory: GrantedMemory,
}

impl BodyCollector {
    fn new(declared: Option<usize>, limits: &ServerLimits, intake: Option<RequestIntake>) -> Self {
        let cap = limits.body_bytes;
        let memory = GrantedMemory::default();
        Self { kept: Vec::new(), seen: 0, cap, declared, intake, memory }
    }

    /// What came pays for the time until more comes.
    fn earned_time(&self) -> Duration {
        Duration::from_secs_f64(self.seen as f64 / LEAST_PACE)
    }

    async fn take_frame(&mut self, data: &[u8]) -> Result<(), BodyReadError> {
        self.seen = self.seen.saturating_add(data.len());
        let excess = self.seen.saturating_sub(self.cap);
        if excess > 0 && (self.declared.is_none() || excess > EXCESS_READ) {
            return Err(BodyReadError::TooLong);
        }
        // Nothing is kept of what will not be taken.
        if excess == 0 && self.declared.is_none_or(|length| length <= self.cap) {
            self.reserve(self.seen).await?;
            self.kept.extend_from_slice(data);
        } else {
            (self.kept, self.memory) = (Vec::new(), GrantedMemory::default());
        }
        Ok(())
    }

    /// Makes the buffer hold this many bytes, out of what all bodies share.
    async fn reserve(&mut self, length: usize) -> Result<(), BodyReadError> {
        let capacity = self.kept.capacity();
        if length <= capacity {
            return Ok(());
        }
        let most = self.declared.unwrap_or(self.cap).min(self.cap);
        let wanted = length.max(capacity.saturating_mul(2).max(SMALL).min(most));
        // As much again for what the connection itself holds of it.
        let held = |kept: usize| if kept <= SMALL { 0 } else { kept + kept.min(CONNECTION_BUFFER) };
        let more = held(wanted) - held(capacity);
        if let Some(intake) = self.intake.as_ref().filter(|_| more > 0)
            && !intake.grant_with_room(&mut self.memory, more).await
        {
            return Err(BodyReadError::Crowded);
        }
        self.kept.reserve_exact(wanted - self.kept.len());
        Ok(())
    }

    fn finish(self) -> Result<ReceivedBody, BodyReadError> {
        if let Some(intake) = &self.intake {
            intake.finish_reading();
        }
        if self.seen > self.cap {
            return Err(BodyReadError::TooLong);
        }
        Ok(ReceivedBody { body: RawBody::new(self.kept), memory: self.memory })
    }
}
