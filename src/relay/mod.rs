//! The relay: events on their way through a stream of NATS JetStream, from one public listener to everybody who wants
//! them.
//!
//! A [`RelayAddress`] names servers and subject, [`RelayConnection`] is a connection that comes back by itself,
//! [`RelayPublisher`] hands an arrival to the stream and answers once the stream has it, [`RelaySubscription`] is what
//! a durable consumer brings, acknowledged only once it is told that it was kept. `message` is an arrival as a
//! message: the body as it is, all else in header lines.
//!
//! May know `protocol` and the clock. It must not know stores, screens or listeners: what it has to tell it tells to
//! who opened the connection.

mod connection;
mod inspect;
mod message;
mod publish;
mod subscribe;
#[cfg(test)]
mod tests;

pub(crate) use crate::protocol::relay_address::RelayAddress;
pub(crate) use connection::{RelayAccess, RelayConnection, RelayError, RelayNews, RelayVoice};
pub(crate) use inspect::{NEEDED_WINDOW, StreamFacts};
pub(crate) use message::RelayedRequest;
pub(crate) use publish::{PublishedMessage, RelayPublisher};
pub(crate) use subscribe::{RelaySubscription, SubscriptionStart, SubscriptionWish};
