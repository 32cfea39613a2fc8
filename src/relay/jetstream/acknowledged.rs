//! Acknowledgements of a stream, each to who waits for it: all publishing shares one subject for answers, in which a
//! number tells whose it is. The library does the same for requests of every kind, at some more cost.

use super::connection::RelayConnection;
use super::words::last_cause;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::client::PublishErrorKind;
use async_nats::{HeaderMap, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Who waits, by number.
type Waiting = Mutex<HashMap<u64, oneshot::Sender<Message>>>;

/// Hands out what comes to one subject.
pub(super) struct AckTable {
    /// What the numbers stand behind.
    prefix: String,
    next: AtomicU64,
    waiting: Arc<Waiting>,
    handing_out: JoinHandle<()>,
}

/// One who waits; forgotten with it.
struct AwaitedAck<'a> {
    number: u64,
    table: &'a AckTable,
}

/// Why a stream did not take a message.
pub(super) enum PublishFault {
    /// Nobody keeps the subject.
    NoStream,
    Other(String),
}

/// What a stream answers.
#[derive(Deserialize)]
struct StreamAnswer {
    error: Option<StreamRefusal>,
    #[serde(default)]
    stream: String,
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
}

#[derive(Deserialize)]
struct StreamRefusal {
    #[serde(default)]
    description: String,
}

impl AckTable {
    /// Subscribes to answers.
    pub(super) async fn open(connection: &RelayConnection) -> Result<Self, RelayError> {
        let prefix = format!("{}.", connection.client.new_inbox());
        let answers = connection.client.subscribe(format!("{prefix}*")).await;
        let answers = answers.map_err(|error| RelayError::Unreachable(last_cause(&error.to_string())))?;
        let waiting: Arc<Waiting> = Arc::default();
        let handing_out = tokio::spawn(hand_out(answers, prefix.len(), waiting.clone()));
        Ok(Self { prefix, next: AtomicU64::new(0), waiting, handing_out })
    }

    /// Publishes, and waits for the answer for as long as it takes.
    pub(super) async fn publish(
        &self,
        connection: &RelayConnection,
        subject: String,
        (headers, body): (HeaderMap, Bytes),
    ) -> Result<PublishedMessage, PublishFault> {
        let (sender, answer) = oneshot::channel();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.waiting).insert(number, sender);
        let _awaited = AwaitedAck { number, table: self };
        let reply = format!("{}{number}", self.prefix);
        let sent = connection.client.publish_with_reply_and_headers(subject, reply, headers, body).await;
        sent.map_err(|error| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                let most = connection.max_message();
                PublishFault::Other(format!("it is larger than the server's max_payload of {most} bytes"))
            }
            _ => PublishFault::Other(last_cause(&error.to_string())),
        })?;
        let lost = |_| PublishFault::Other("the connection is gone".to_owned());
        read_answer(&answer.await.map_err(lost)?)
    }
}

impl Drop for AckTable {
    fn drop(&mut self) {
        self.handing_out.abort();
    }
}

impl Drop for AwaitedAck<'_> {
    fn drop(&mut self) {
        lock(&self.table.waiting).remove(&self.number);
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Message>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn hand_out(mut answers: Subscriber, prefix: usize, waiting: Arc<Waiting>) {
    while let Some(answer) = answers.next().await {
        let number = answer.subject.get(prefix..).and_then(|number| number.parse().ok());
        if let Some(sender) = number.and_then(|number: u64| lock(&waiting).remove(&number)) {
            // Who gave up does not hear it.
            let _ = sender.send(answer);
        }
    }
}

fn read_answer(answer: &Message) -> Result<PublishedMessage, PublishFault> {
    if answer.status == Some(StatusCode::NO_RESPONDERS) {
        return Err(PublishFault::NoStream);
    }
    match serde_json::from_slice(&answer.payload) {
        Ok(StreamAnswer { error: Some(refusal), .. }) => Err(PublishFault::Other(refusal.description)),
        Ok(StreamAnswer { stream, seq, duplicate, .. }) if !stream.is_empty() && seq > 0 => {
            Ok(PublishedMessage { stream, sequence: seq, duplicate })
        }
        _ => Err(PublishFault::Other("the stream answers something else".to_owned())),
    }
}
