//! An arrival into the stream: done once the stream has acknowledged it, and never before.

use super::connection::{ANSWER_BUDGET, RelayConnection};
use super::message::{write_headers, write_subject};
use super::outlet::{OutgoingMessage, PublishFault, StreamOutlet};
use crate::protocol::arrival::Arrival;
use crate::relay::told::{PublishedMessage, RelayError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};

/// How often a stream is looked for that nobody answers for, and the time between: two seconds in all.
const TRIES: u32 = 12;
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// Publishes to one subject. Cloning shares the connection.
#[derive(Clone)]
pub(crate) struct RelayPublisher {
    connection: RelayConnection,
    /// Opened with the first message.
    outlet: Arc<OnceCell<StreamOutlet>>,
    /// Held by whoever looks for a stream that is gone: one at a time.
    looking: Arc<Mutex<()>>,
}

impl RelayPublisher {
    /// Publishes through this connection; the stream must be there.
    pub(crate) fn new(connection: RelayConnection) -> Self {
        Self { connection, outlet: Arc::default(), looking: Arc::default() }
    }

    /// Publishes one arrival and waits for the stream's acknowledgement, for as long as the sender has patience. What
    /// timed out may still get there; its id makes one message of it and its repeat.
    pub(crate) async fn publish(&self, arrival: &Arrival) -> Result<PublishedMessage, RelayError> {
        let connection = &self.connection;
        let subject = write_subject(&connection.address, arrival);
        tokio::select! {
            acknowledged = self.send(&subject, arrival) => acknowledged,
            () = connection.clock.sleep(ANSWER_BUDGET) => {
                let silent = RelayError::Unacknowledged("the stream did not acknowledge in time".into());
                let refused = connection.missing_right().filter(|right| right.to_string().contains(subject.as_str()));
                Err(refused.unwrap_or(silent))
            }
        }
    }

    /// The same for whom nobody sends it again: what is not acknowledged is published anew, for as long as a leader is waited
    /// for. Servers that lost theirs say nothing until they know it.
    pub(crate) async fn publish_patiently(&self, arrival: &Arrival) -> Result<PublishedMessage, RelayError> {
        let address = &self.connection.address;
        let attempt = async || match self.publish(arrival).await {
            Err(RelayError::Unacknowledged(_)) => Err(RelayError::Leaderless(address.to_string())),
            ended => ended,
        };
        self.connection.wait_for_leader(attempt).await
    }

    /// A stream that was there at the start may be gone with its server's disk: it is made again as it was made first. One
    /// that is there, and that nobody answers for, elects its leader.
    async fn send(&self, subject: &str, arrival: &Arrival) -> Result<PublishedMessage, RelayError> {
        let connection = &self.connection;
        let outlet = self.outlet.get_or_try_init(|| StreamOutlet::open(connection)).await?;
        for tried in 0..TRIES {
            if tried > 1 {
                connection.clock.sleep(AGAIN_AFTER).await;
            }
            let (headers, payload) = (write_headers(arrival), arrival.content.body.bytes());
            match outlet.publish(OutgoingMessage { subject: subject.to_owned(), headers, payload }).await {
                Ok(published) => return Ok(published),
                Err(PublishFault::Other(words)) => return Err(RelayError::Unreachable(words)),
                Err(PublishFault::NoStream) => {
                    let _alone = self.looking.lock().await;
                    connection.make_stream().await?;
                }
            }
        }
        Err(RelayError::Unacknowledged(format!("no stream takes {subject} at this moment")))
    }
}
