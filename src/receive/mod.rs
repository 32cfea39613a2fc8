//! The listener: an HTTP/1 server that verifies, stores, answers, tells and passes on.
//!
//! The caller binds the socket and says when to stop; a [`Receiver`] is one listener without its socket, [`router`]
//! makes a service of it that tests can call directly, and [`serve`] puts that service behind a socket:
//!
//! ```text
//! let receiver = Receiver::start(settings, recorder, clock, audience);
//! let drained = serve(listener, router(receiver.clone()), limits, stop).await;
//! let finished = receiver.finish(limits.drain).await;
//! ```
//!
//! May know `protocol`, `exchange`, `server` and `clock`. The store is a [`Recorder`] and the screen an [`Audience`]: this
//! module prints nothing, opens no file and reads no environment.
//!
//! `receiver` is one request's way, `head` reads, `reply` answers, `refusals`, `forward` with its `line`, and
//! `persistent` work behind the answer's back, `tally` counts.

mod answers;
mod forward;
mod head;
mod line;
mod persistent;
mod receiver;
mod recent;
mod refusals;
mod reply;
mod settings;
mod shared;
mod tally;
mod telling;
#[cfg(test)]
mod tests;

pub use answers::{ResponseScript, ResponseScriptError};
pub use receiver::{ReceiverShutdown, WebhookReceiver};
pub use settings::{
    AckMode, ForwardRetryPolicy, ForwardSettings, GREETING_HEADER, ListenerFilter, ListenerGreeting, ListenerSettings,
    MIRROR_BUDGET, MemoryLimits,
};
pub use tally::{ListenerCounters, ListenerCounts};
pub use telling::ReportSink;

pub use crate::server::{DrainResult, ServerLimits, serve};

use crate::protocol::arrival::ArrivalRecorder;
use axum::Router;

/// The service of a listener.
pub fn router<R: ArrivalRecorder>(receiver: WebhookReceiver<R>) -> Router {
    // A fallback and not a route: every path is served, and routing is the receiver's own comparison.
    Router::new().fallback(receiver::handle_request::<R>).with_state(receiver)
}
