//! An arrival into the stream: done once the stream has acknowledged it, and never before.

use super::connection::{ANSWER_BUDGET, RelayConnection, last_cause};
use super::message::{write_headers, write_subject};
use crate::protocol::arrival::Arrival;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Publishes to one subject. Cloning shares the connection.
#[derive(Clone)]
pub(crate) struct RelayPublisher {
    connection: RelayConnection,
    /// Held by whoever looks for a stream that is gone: one at a time.
    looking: Arc<Mutex<()>>,
}

impl RelayPublisher {
    /// Publishes through this connection; the stream must be there.
    pub(crate) fn new(connection: RelayConnection) -> Self {
        Self { connection, looking: Arc::default() }
    }

    /// Publishes one arrival and waits for the stream's acknowledgement, for as long as the sender has patience. What
    /// timed out may still get there; its id makes one message of it and its repeat.
    pub(crate) async fn publish(&self, arrival: &Arrival) -> Result<PublishedMessage, RelayError> {
        let connection = &self.connection;
        let subject = write_subject(&connection.address, arrival);
        let message = PublishMessage::build().headers(write_headers(arrival)).payload(arrival.content.body.bytes());
        let acknowledged = tokio::select! {
            acknowledged = self.send(subject, message) => acknowledged?,
            () = connection.clock.sleep(ANSWER_BUDGET) => {
                return Err(RelayError::Unreachable("the stream did not acknowledge in time".into()));
            }
        };
        let PublishAck { stream, sequence, duplicate, .. } = acknowledged;
        Ok(PublishedMessage { stream, sequence, duplicate })
    }

    /// A stream that was there at the start may be gone with its server's disk: it is made again as it was made first.
    async fn send(&self, subject: String, message: PublishMessage) -> Result<PublishAck, RelayError> {
        match self.connection.send(subject.clone(), message.clone()).await {
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
                let _alone = self.looking.lock().await;
                self.connection.ensure_stream().await?;
                self.connection.send(subject, message).await
            }
            done => done,
        }
        .map_err(|error| RelayError::Unreachable(last_cause(&error.to_string())))
    }
}

impl RelayConnection {
    async fn send(&self, subject: String, message: PublishMessage) -> Result<PublishAck, PublishError> {
        self.jetstream.send_publish(subject, message).await?.await
    }
}
