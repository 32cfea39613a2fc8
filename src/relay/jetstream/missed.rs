//! What a stream has and its consumer does not know of. The servers of a cluster keep streams and consumers by different
//! elections: after a network was parted, the server that leads a consumer may not have heard of the last messages, says that
//! nothing waits, and brings them with the next event only (seen with nats-server 2.9). They are asked for by number then,
//! from the server that leads the stream.

use super::connection::RelayConnection;
use crate::protocol::body::{Fingerprint, RawBody};
use crate::relay::told::RelayError;
use async_nats::jetstream::consumer::Info;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::RawMessageErrorKind;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Messages that were fetched, by number: once their consumer knows of them, it brings them again. Only the same bytes are the
/// same: servers that were parted may have had another message under that number, and one below it need not have come.
#[derive(Debug, Default)]
pub(super) struct FetchedMessages(Mutex<HashMap<u64, Fingerprint>>);

impl FetchedMessages {
    pub(super) fn add(&self, number: u64, body: &RawBody) {
        self.lock().insert(number, body.fingerprint());
    }

    pub(super) fn contains(&self, number: u64, body: &RawBody) -> bool {
        self.lock().get(&number).is_some_and(|known| *known == body.fingerprint())
    }

    /// Numbers of another stream mean nothing.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Fingerprint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a consumer was compared with.
#[derive(Debug, Default)]
pub(super) struct MissedMessages {
    /// How far the consumer was at the last look at which the stream was further.
    suspected: Option<u64>,
    /// Number of the last message that was asked for, or that is of no interest.
    passed: u64,
    /// Whether we may not look.
    forbidden: bool,
}

impl MissedMessages {
    /// The first message that the stream has beyond the consumer: only at the second look in a row, since what was published
    /// between two questions is on its way.
    pub(super) async fn find_next(&mut self, connection: &RelayConnection, info: &Info) -> Option<StreamMessage> {
        let reached = info.delivered.stream_sequence.max(self.passed);
        if self.forbidden || info.num_pending > 0 || info.num_ack_pending > 0 {
            self.suspected = None;
            return None;
        }
        let stream = connection.jetstream.get_stream(&info.stream_name).await.ok()?;
        let last = stream.cached_info().state.last_sequence;
        if last <= reached {
            self.suspected = None;
        } else if self.suspected.replace(reached) == Some(reached) {
            let wanted = connection.address.wanted_subjects();
            let asking = async {
                match stream.get_first_raw_message_by_subject(wanted, reached + 1).await {
                    Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
                    answer => answer.map(Some),
                }
            };
            match connection.ask("the stream does not show it", asking).await {
                // All of it is for others.
                Ok(None) => self.passed = last,
                Ok(found) => return found,
                Err(RelayError::Forbidden(_)) => self.forbidden = true,
                Err(_) => {}
            }
        }
        None
    }

    /// Goes on after a message that was kept: another one may follow it.
    pub(super) fn pass(&mut self, number: u64) {
        self.passed = number;
        self.suspected = Some(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_fetched_itself_is_none_of_it() {
        let (fetched, body) = (FetchedMessages::default(), |text: &'static str| RawBody::new(text.as_bytes()));
        fetched.add(7, &body("a"));
        assert!(fetched.contains(7, &body("a")));
        assert!(!fetched.contains(7, &body("b")), "another message under that number");
        assert!(!fetched.contains(6, &body("a")), "one before it, which never came");
        fetched.clear();
        assert!(!fetched.contains(7, &body("a")));
    }
}
