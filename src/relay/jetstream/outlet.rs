//! Messages into a stream and its acknowledgements, each to who waits for it. What is handed in while others are at work
//! goes out with them in one write, as the store commits in groups: on both sides a system call for each message would
//! cost more than the message. All publishing shares one subject for answers, in which a number tells whose it is; the
//! library does that for requests of every kind, one at a time.

use super::connection::RelayConnection;
use super::words::last_cause;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::client::{PublishError, PublishErrorKind};
use async_nats::{Client, HeaderMap, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};

/// How many messages are handed to the connection at a time.
const GROUP: usize = 64;

/// Who is told what became of a message.
type Teller = oneshot::Sender<Result<PublishedMessage, PublishFault>>;

/// Who waits, by number.
type Waiting = Mutex<HashMap<u64, Teller>>;

/// A message for a stream.
pub(super) struct OutgoingMessage {
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// Sends messages and hands out what comes back. Dropping it ends both.
pub(super) struct StreamOutlet {
    outgoing: mpsc::UnboundedSender<(OutgoingMessage, Teller)>,
    _workers: JoinSet<()>,
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

impl StreamOutlet {
    /// Subscribes to answers.
    pub(super) async fn open(connection: &RelayConnection) -> Result<Self, RelayError> {
        let prefix = format!("{}.", connection.client.new_inbox());
        let answers = connection.client.subscribe(format!("{prefix}*")).await;
        let answers = answers.map_err(|error| RelayError::Unreachable(last_cause(&error.to_string())))?;
        let waiting: Arc<Waiting> = Arc::default();
        let (outgoing, handed_in) = mpsc::unbounded_channel();
        let mut workers = JoinSet::new();
        workers.spawn(hand_out(answers, prefix.len(), waiting.clone()));
        workers.spawn(send_groups(connection.client.clone(), prefix, handed_in, waiting));
        Ok(Self { outgoing, _workers: workers })
    }

    /// Publishes, and waits for the answer for as long as it takes.
    pub(super) async fn publish(&self, message: OutgoingMessage) -> Result<PublishedMessage, PublishFault> {
        let (teller, told) = oneshot::channel();
        let lost = || PublishFault::Other("the connection is gone".to_owned());
        self.outgoing.send((message, teller)).map_err(|_| lost())?;
        told.await.map_err(|_| lost())?
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, Teller>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands messages to the connection, which writes what it has when it gets its turn.
async fn send_groups(
    client: Client,
    prefix: String,
    mut handed_in: mpsc::UnboundedReceiver<(OutgoingMessage, Teller)>,
    waiting: Arc<Waiting>,
) {
    let mut group = Vec::with_capacity(GROUP);
    let mut number = 0;
    while handed_in.recv_many(&mut group, GROUP).await > 0 {
        // Whoever is ready now hands in before this goes on.
        yield_now().await;
        while group.len() < GROUP {
            let Ok(another) = handed_in.try_recv() else { break };
            group.push(another);
        }
        // Who gave up waits no longer.
        lock(&waiting).retain(|_, teller| !teller.is_closed());
        for (message, teller) in group.drain(..) {
            number += 1;
            lock(&waiting).insert(number, teller);
            let OutgoingMessage { subject, headers, payload } = message;
            let reply = format!("{prefix}{number}");
            if let Err(error) = client.publish_with_reply_and_headers(subject, reply, headers, payload).await {
                answer_waiting(&waiting, number, Err(explain_fault(&client, &error)));
            }
        }
    }
}

async fn hand_out(mut answers: Subscriber, prefix: usize, waiting: Arc<Waiting>) {
    while let Some(answer) = answers.next().await {
        if let Some(number) = answer.subject.get(prefix..).and_then(|number| number.parse().ok()) {
            answer_waiting(&waiting, number, read_answer(&answer));
        }
    }
}

fn answer_waiting(waiting: &Waiting, number: u64, answer: Result<PublishedMessage, PublishFault>) {
    if let Some(teller) = lock(waiting).remove(&number) {
        // Who gave up does not hear it.
        let _ = teller.send(answer);
    }
}

fn explain_fault(client: &Client, error: &PublishError) -> PublishFault {
    PublishFault::Other(match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => {
            format!("it is larger than the server's max_payload of {} bytes", client.max_payload())
        }
        _ => last_cause(&error.to_string()),
    })
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
