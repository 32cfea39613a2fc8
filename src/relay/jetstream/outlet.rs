//! Messages into a stream and its acknowledgements, each to who waits for it. What is handed in while others are at work
//! goes out with them in one write, as the store commits in groups: on both sides a system call for each message would
//! cost more than the message. All publishing shares one subject for answers, in which a number tells whose it is; the
//! library does that for requests of every kind, one at a time.

use super::connection::RelayConnection;
use super::words::last_cause;
use crate::relay::told::{PublishedMessage, RelayError};
use async_nats::client::PublishErrorKind;
use async_nats::{HeaderMap, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};

/// Messages that wait for the connection. Whoever finds no room keeps theirs, and takes it along when they give up: while
/// servers are away nothing piles up here.
const ROOM: usize = 64;

/// So many wait where nobody gave up, and each costs no more than a number and a pointer.
const MANY: usize = 1024;

/// Who is told what became of a message.
type Teller = oneshot::Sender<Result<PublishedMessage, PublishFault>>;

/// Who waits, by number.
type Waiting = HashMap<u64, Teller>;

/// A message for a stream.
pub(super) struct OutgoingMessage {
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// Sends messages and hands out what comes back, until it is dropped.
pub(super) struct StreamOutlet {
    outgoing: mpsc::Sender<(OutgoingMessage, Teller)>,
    _worker: JoinSet<()>,
}

/// What both directions of an outlet share. One task has it: a lock would be asked for twice a message.
struct OutletWorker {
    connection: RelayConnection,
    prefix: String,
    handed_in: mpsc::Receiver<(OutgoingMessage, Teller)>,
    waiting: Waiting,
    last: u64,
    /// So many may wait before those are looked for who gave up.
    look_at: usize,
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
        let (outgoing, handed_in) = mpsc::channel(ROOM);
        let connection = connection.clone();
        let worker = OutletWorker { connection, prefix, handed_in, waiting: HashMap::new(), last: 0, look_at: MANY };
        let _worker = [worker.run(answers)].into_iter().collect();
        Ok(Self { outgoing, _worker })
    }

    /// Publishes, and waits for the answer for as long as it takes.
    pub(super) async fn publish(&self, message: OutgoingMessage) -> Result<PublishedMessage, PublishFault> {
        let (teller, told) = oneshot::channel();
        let lost = || PublishFault::Other("the connection is gone".to_owned());
        self.outgoing.send((message, teller)).await.map_err(|_| lost())?;
        told.await.map_err(|_| lost())?
    }
}

impl OutletWorker {
    async fn run(mut self, mut answers: Subscriber) {
        loop {
            tokio::select! {
                Some(answer) = answers.next() => {
                    if let Some(number) = answer.subject.get(self.prefix.len()..).and_then(|number| number.parse().ok()) {
                        self.answer(number, read_answer(&answer));
                    }
                }
                first = self.handed_in.recv() => match first {
                    Some(first) => self.send_group(first).await,
                    None => return,
                },
            }
        }
    }

    /// Hands messages to the connection, which writes what it has when it gets its turn.
    async fn send_group(&mut self, first: (OutgoingMessage, Teller)) {
        // Whoever is ready now hands in before this goes on.
        yield_now().await;
        self.forget_who_gave_up();
        let mut next = Some(first);
        while let Some((message, teller)) = next {
            // Who gave up will send it again.
            if !teller.is_closed() {
                self.last += 1;
                self.waiting.insert(self.last, teller);
                if let Err(fault) =
                    send_message(&self.connection, format!("{}{}", self.prefix, self.last), message).await
                {
                    self.answer(self.last, Err(fault));
                }
            }
            next = self.handed_in.try_recv().ok();
        }
    }

    /// Where many wait: to look through all for each group would cost more than to send it.
    fn forget_who_gave_up(&mut self) {
        if self.waiting.len() >= self.look_at {
            self.waiting.retain(|_, teller| !teller.is_closed());
            self.look_at = MANY.max(2 * self.waiting.len());
        }
    }

    fn answer(&mut self, number: u64, answer: Result<PublishedMessage, PublishFault>) {
        if let Some(teller) = self.waiting.remove(&number) {
            // Who gave up does not hear it.
            let _ = teller.send(answer);
        }
    }
}

async fn send_message(
    connection: &RelayConnection,
    reply: String,
    OutgoingMessage { subject, headers, payload }: OutgoingMessage,
) -> Result<(), PublishFault> {
    let sent = connection.client.publish_with_reply_and_headers(subject, reply, headers, payload).await;
    sent.map_err(|error| {
        PublishFault::Other(match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                format!("it is larger than the server's max_payload of {} bytes", connection.max_message())
            }
            _ => last_cause(&error.to_string()),
        })
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
