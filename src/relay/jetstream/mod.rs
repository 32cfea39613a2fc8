//! The relay by the library of NATS: the only room that knows it.
//!
//! `subjects` is how an address is written in a stream's words and `message` how an arrival is; `connection` opens,
//! `stream` finds or makes one, `fault` says, from the library's `words`, what an answer means that was not wished,
//! `inspect` looks at a stream, `publish` fills it through an `outlet`, which sends in groups and hands out the answers,
//! and `subscribe` reads it, with `missed` for what its consumer does not know of.

mod connection;
mod fault;
mod inspect;
mod message;
mod missed;
mod outlet;
mod publish;
mod stream;
mod subjects;
mod subscribe;
mod words;

pub(crate) use connection::RelayConnection;
pub(crate) use publish::RelayPublisher;
pub(crate) use subscribe::RelaySubscription;
