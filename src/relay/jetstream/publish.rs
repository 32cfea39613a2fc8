//! An arrival into the stream: done once the stream has acknowledged it, and never before.

use super::connection::{ANSWER_BUDGET, RelayConnection};
use super::message::{write_headers, write_subject};
use crate::protocol::arrival::Arrival;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::jetstream::message::PublishMessage;

/// Publishes to one subject. Cloning shares the connection.
#[derive(Clone)]
pub(crate) struct RelayPublisher(RelayConnection);

impl RelayPublisher {
    /// Publishes through this connection; the stream must be there.
    pub(crate) fn new(connection: RelayConnection) -> Self {
        Self(connection)
    }

    /// Publishes one arrival and waits for the stream's acknowledgement, for as long as the sender has patience. What
    /// timed out may still get there; its id makes one message of it and its repeat.
    pub(crate) async fn publish(&self, arrival: &Arrival) -> Result<PublishedMessage, RelayError> {
        let Self(connection) = self;
        let subject = write_subject(&connection.address, arrival);
        let message = PublishMessage::build().headers(write_headers(arrival)).payload(arrival.content.body.bytes());
        let publishing = async { connection.jetstream.send_publish(subject, message).await?.await };
        let acknowledged = tokio::select! {
            acknowledged = publishing => acknowledged,
            () = connection.clock.sleep(ANSWER_BUDGET) => {
                return Err(RelayError::Unreachable("the stream did not acknowledge in time".into()));
            }
        };
        let told = acknowledged.map_err(|error| RelayError::Unreachable(error.to_string()))?;
        Ok(PublishedMessage { stream: told.stream, sequence: told.sequence, duplicate: told.duplicate })
    }
}
