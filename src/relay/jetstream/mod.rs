//! The relay by the library of NATS: the only room that knows it.
//!
//! `subjects` is how an address is written in a stream's words and `message` how an arrival is; `connection` opens,
//! `inspect` looks at a stream, `publish` fills it and `subscribe` reads it.

mod connection;
mod inspect;
mod message;
mod publish;
mod subjects;
mod subscribe;

pub(crate) use connection::RelayConnection;
pub(crate) use publish::RelayPublisher;
pub(crate) use subscribe::RelaySubscription;
