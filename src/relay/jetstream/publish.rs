//! An arrival into the stream: done once the stream has acknowledged it, and never before.

use super::connection::{ANSWER_BUDGET, RelayConnection};
use super::message::{is_unsigned, verified_id, write_headers, write_subject};
use super::outlet::{OutgoingMessage, PublishFault, StreamOutlet};
use crate::protocol::arrival::{Arrival, SignatureState};
use crate::protocol::secrecy::SecretMask;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::header::NATS_MESSAGE_ID;
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
    mask: Arc<SecretMask>,
    /// Opened with the first message.
    outlet: Arc<OnceCell<StreamOutlet>>,
    /// Held by whoever looks for a stream that is gone: one at a time.
    looking: Arc<Mutex<()>>,
}

impl RelayPublisher {
    /// Publishes through this connection, and leaves these secrets out of all but bodies; the stream must be there.
    pub(crate) fn new(connection: RelayConnection, mask: SecretMask) -> Self {
        Self { connection, mask: Arc::new(mask), outlet: Arc::default(), looking: Arc::default() }
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
        // What is rare has a box of its own, for else every event would carry the room for it.
        let outlet = match self.outlet.get() {
            Some(outlet) => outlet,
            None => Box::pin(self.outlet.get_or_try_init(|| StreamOutlet::open(connection))).await?,
        };
        let mut verified = false;
        for tried in 0..TRIES {
            if tried > 1 {
                connection.clock.sleep(AGAIN_AFTER).await;
            }
            let (mut headers, payload) = (write_headers(arrival, &self.mask), arrival.content.body.bytes());
            if verified {
                headers.insert(NATS_MESSAGE_ID, verified_id(arrival));
            }
            match outlet.publish(OutgoingMessage { subject: subject.to_owned(), headers, payload }).await {
                Ok(published) if !verified && self.hides(&published, arrival).await => verified = true,
                Ok(published) => return Ok(published),
                Err(PublishFault::Other(words)) => return Err(RelayError::Unreachable(words)),
                Err(PublishFault::NoStream) => {
                    let _alone = self.looking.lock().await;
                    Box::pin(connection.make_stream()).await?;
                }
            }
        }
        Err(RelayError::Unacknowledged(format!("no stream takes {subject} at this moment")))
    }

    /// Whether the stream has these bytes from somebody who did not sign them, and lets nobody see that now somebody did.
    /// Anybody who knows an event could keep it from all who require a signature.
    async fn hides(&self, published: &PublishedMessage, arrival: &Arrival) -> bool {
        let may_hide = published.duplicate && arrival.verification == SignatureState::Valid;
        may_hide && Box::pin(self.took_unsigned(published)).await
    }

    /// Whether the stream has a message from somebody who did not sign it.
    async fn took_unsigned(&self, published: &PublishedMessage) -> bool {
        let Ok(stream) = self.connection.jetstream.get_stream_no_info(&published.stream).await else { return false };
        // Who has no right to look, or whose stream let go of it, takes the copy for what it most likely is.
        let looked = self.connection.ask("the stream does not show it", stream.get_raw_message(published.sequence));
        looked.await.is_ok_and(|message| is_unsigned(&message.headers))
    }
}
