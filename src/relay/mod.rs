//! The relay: events on their way through a stream of NATS JetStream, from one public listener to everybody who wants
//! them.
//!
//! A [`RelayAddress`] names servers and subject, [`RelayConnection`] is a connection that comes back by itself,
//! [`RelayPublisher`] hands an arrival to the stream and answers once the stream has it, [`RelaySubscription`] is what
//! a durable consumer brings, acknowledged only once it is told that it was kept. `told` is what they are asked and
//! answer.
//!
//! `jetstream` does it, by a library of many crates, and is there with cargo's feature `relay`. Without it `absent` stands
//! in its place: nothing of it can be made, so that all behind this door is the same in both builds and says so where it
//! is asked for. No other place has to know which build it is in; [`IS_BUILT_IN`] is for what speaks of it.
//!
//! May know `protocol`, the clock, and whom `exchange` trusts. It must not know stores, screens or listeners: what it has to tell it tells to
//! who opened the connection.

#[cfg(not(feature = "relay"))]
mod absent;
#[cfg(feature = "relay")]
mod jetstream;
// Some of it is said in one of the two builds only.
#[allow(dead_code)]
mod told;

pub(crate) use crate::protocol::relay_address::RelayAddress;
#[cfg(not(feature = "relay"))]
pub(crate) use absent::{
    AbsentConnection as RelayConnection, AbsentConnection as RelayPublisher, AbsentSubscription as RelaySubscription,
};
#[cfg(feature = "relay")]
pub(crate) use jetstream::{RelayConnection, RelayPublisher, RelaySubscription};
pub(crate) use told::{
    NEEDED_WINDOW, PublishedMessage, RelayAccess, RelayError, RelayNews, RelayVoice, RelayedRequest, StreamFacts,
    StreamFault, SubscriptionStart, SubscriptionWish,
};

/// Whether this build has it.
pub(crate) const IS_BUILT_IN: bool = cfg!(feature = "relay");
