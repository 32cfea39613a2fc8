//! The listener: an HTTP/1 server that verifies, stores, answers, reports and forwards.
//!
//! The caller binds the socket and says when to stop; a [`WebhookReceiver`] is one listener without its socket, [`router`]
//! makes a service of it that tests can call directly, and [`serve`] puts that service behind a socket:
//!
//! ```text
//! let receiver = WebhookReceiver::start(settings, recorder, clock, sink);
//! let drained = serve(listener, router(receiver.clone()), limits, stop).await;
//! let finished = receiver.finish(limits.drain).await;
//! ```
//!
//! May know `protocol`, `exchange`, `server` and `clock`. The store is an [`ArrivalRecorder`] and the screen a
//! [`ReportSink`]: this module prints nothing, opens no file and reads no environment.
//!
//! `receiver` is one request's way, `relayed` brings requests without a socket, `head` reads, `reply` answers; `refused`, `forward` with its `queue` of what is
//! `pending`, and `retrying`, by what is `due`, work after the answer; `counters` counts.

mod bounded_map;
mod context;
mod counters;
mod due;
mod forward;
mod head;
mod kept;
mod naming;
mod pending;
mod queue;
mod receiver;
mod refused;
mod relayed;
mod reply;
mod reports;
mod response_script;
mod retrying;
mod settings;
#[cfg(test)]
mod tests;
mod turned_away;

pub(crate) use counters::{ForwardsLeft, ListenerCounters, ListenerCounts};
pub(crate) use receiver::ReceiverShutdown;
pub use receiver::WebhookReceiver;
pub use reports::ReportSink;
pub(crate) use response_script::ResponseScript;
pub use settings::ListenerSettings;
pub(crate) use settings::{
    AckMode, ForwardRetryPolicy, ForwardSettings, GREETING_HEADER, ListenerFilter, ListenerGreeting,
};

pub(crate) use crate::server::serve_observed;
pub use crate::server::{DrainResult, ServerLimits, serve};

use crate::protocol::arrival::ArrivalRecorder;
use axum::Router;
use axum::body::Bytes;
use reply::ListenerReply;
pub(crate) use reply::REFUSED as REFUSED_ANSWER;

/// The service of a listener.
pub fn router<R: ArrivalRecorder>(receiver: WebhookReceiver<R>) -> Router {
    // A fallback and not a route: every path is served, and routing is the receiver's own comparison.
    Router::new().fallback(receiver::handle_request::<R>).with_state(receiver)
}

/// The service of a listener that has nowhere to keep events yet: whoever sends is to come again.
pub(crate) fn unready_router() -> Router {
    Router::new().fallback(async |_: Bytes| ListenerReply::not_ready().into_response())
}
