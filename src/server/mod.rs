//! What every server of this program stands on: the accept loop with its deadlines, reading a body within bounds, and
//! work that its sender cannot break off.
//!
//! Knows sockets and HTTP/1; knows nothing of webhooks or of the hosted API: what answers is handed in as a router, the
//! bound socket and the stop as well.

mod accept;
mod body;
mod head_tap;
mod intake;
mod places;
mod shield;
mod stream;
#[cfg(test)]
mod tests;

pub use accept::{DrainResult, serve};
pub(crate) use accept::{serve_observed, share_descriptors};
pub(crate) use body::{BodyReadError, ReceivedBody, read_body};
pub(crate) use head_tap::RawHead;
pub(crate) use head_tap::{HeadFault, HeadFaultObserver};
pub(crate) use intake::{GrantedMemory, RequestIntake};
pub(crate) use shield::{CatchPanic, DetachOnDrop};

use std::time::Duration;

/// Bounds of time, size and number. Nothing that a sender does may go beyond them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Time for a request's head, and for an idle connection to send the next one.
    pub head: Duration,
    /// Time for a request's body, from the end of its head.
    pub body: Duration,
    /// Time that a body has before it must come at a least pace.
    pub grace: Duration,
    /// Time in which a sender must take some of what is written to it.
    pub write: Duration,
    /// Length of a body.
    pub body_bytes: usize,
    /// Connections at one time. For the next one, the one gives way that has waited longest without a whole request.
    pub connections: usize,
    /// Memory for the bodies and long heads of all requests in flight.
    pub memory: usize,
    /// Time that requests under way have after the stop.
    pub drain: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            grace: Duration::from_secs(4),
            write: Duration::from_secs(10),
            body_bytes: 1 << 20,
            connections: 1024,
            memory: 64 << 20,
            drain: Duration::from_secs(5),
        }
    }
}
