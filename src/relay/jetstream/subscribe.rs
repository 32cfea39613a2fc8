//! What a durable consumer brings: requests in the order of the stream, each acknowledged once it was kept here.

use super::connection::RelayConnection;
use super::message::read_message;
use crate::relay::told::{RelayError, RelayedRequest, SubscriptionStart, SubscriptionWish};
use async_nats::datetime::parse_rfc3339;
use async_nats::jetstream::AckKind;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use futures_util::StreamExt;
use jiff::Timestamp;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a message may be worked on before the stream offers it again.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// Messages that are worked on at once: enough for the store to write them in groups.
const AT_ONCE: usize = 64;

/// Messages that are asked for at once, and how long the stream may take to find them.
const BATCH: usize = 128;
const PULL_TIME: Duration = Duration::from_secs(1);

/// How long a subscriber without a name may be out of reach before the stream forgets it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// How long until something that could not be kept is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A durable consumer.
pub(crate) struct RelaySubscription {
    connection: RelayConnection,
    consumer: Consumer<Config>,
    /// Whether the stream knew it already.
    known: bool,
    /// Messages that wait in the stream.
    pending: u64,
    /// Whether the stream is to forget it at the end.
    passing: bool,
}

impl RelaySubscription {
    /// Finds the consumer of that name, or makes it.
    pub(crate) async fn open(connection: RelayConnection, wish: &SubscriptionWish) -> Result<Self, RelayError> {
        let name = connection.find_stream().await?;
        let failed = |error: &dyn std::fmt::Display| {
            let called = wish.name.as_ref().map(|called| format!(" as {called}")).unwrap_or_default();
            RelayError::Unreachable(format!("the stream {name} cannot be subscribed{called}: {error}"))
        };
        let stream = connection.jetstream.get_stream(&name).await.map_err(|error| failed(&error))?;
        let found = match &wish.name {
            Some(called) => stream.get_consumer::<Config>(called).await.ok(),
            None => None,
        };
        let known = found.is_some();
        let consumer = match found {
            Some(consumer) => consumer,
            None => {
                let config = write_config(wish, connection.address.wanted_subjects());
                stream.create_consumer(config).await.map_err(|error| failed(&error))?
            }
        };
        let info = consumer.cached_info();
        let pending = info.num_pending + info.num_ack_pending as u64;
        let wanted = connection.address.wanted_subjects();
        if info.config.filter_subject != wanted {
            return Err(failed(&format!(
                "that name already subscribes to {}; choose another one",
                info.config.filter_subject
            )));
        }
        Ok(Self { connection, consumer, known, pending, passing: wish.name.is_none() })
    }

    /// Whether the stream knew this subscriber before, and how many messages wait for it.
    pub(crate) fn state(&self) -> (bool, u64) {
        (self.known, self.pending)
    }

    pub(crate) fn stream(&self) -> &str {
        &self.consumer.cached_info().stream_name
    }

    /// Hands each request on, with how many wait behind it, until told to stop. `keep` answers whether it was kept:
    /// only then the stream is told to be done with it; else it is tried again. What was asked for is waited for at
    /// the end, so that nothing is under way to nobody.
    pub(crate) async fn run(&self, keep: impl AsyncFn(&RelayedRequest, u64) -> bool, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let stopping = AtomicBool::new(false);
        while !stopping.load(Ordering::Relaxed) {
            let Ok(batch) = self.consumer.batch().max_messages(BATCH).expires(PULL_TIME).messages().await else {
                tokio::select! {
                    () = &mut stop => break,
                    () = self.connection.clock.sleep(AGAIN_AFTER) => continue,
                }
            };
            // Futures are begun in the order of the stream, which is the order in which the store gets them.
            let mut done = pin!(batch.map(|message| self.handle(message, &keep, &stopping)).buffered(AT_ONCE));
            loop {
                tokio::select! {
                    biased;
                    () = &mut stop, if !stopping.load(Ordering::Relaxed) => {
                        stopping.store(true, Ordering::Relaxed);
                        // What is under way to one that is forgotten is nobody's.
                        if self.passing {
                            break;
                        }
                    }
                    next = done.next() => if next.is_none() { break },
                }
            }
        }
        if self.passing {
            self.forget().await;
        }
        self.connection.flush().await;
    }

    /// Takes the consumer from the stream. One that is out of reach forgets it by itself.
    async fn forget(&self) {
        let info = self.consumer.cached_info();
        let forgotten = self.connection.jetstream.delete_consumer_from_stream(&info.name, &info.stream_name);
        tokio::select! {
            _ = forgotten => {}
            () = self.connection.clock.sleep(AGAIN_AFTER) => {}
        }
    }

    async fn handle<E>(
        &self,
        message: Result<Message, E>,
        keep: &impl AsyncFn(&RelayedRequest, u64) -> bool,
        stopping: &AtomicBool,
    ) {
        let Ok(message) = message else { return };
        let Ok(info) = message.info() else { return };
        let (taken, pending) = (info.published.unix_timestamp(), info.pending);
        let request = read_message(&message.message, Timestamp::from_second(taken).unwrap_or(Timestamp::UNIX_EPOCH));
        while !keep(&request, pending).await {
            if stopping.load(Ordering::Relaxed) {
                // Not kept: whoever comes next gets it.
                return drop(message.ack_with(AckKind::Nak(None)).await);
            }
            // Worked on still: the stream is not to give it to anybody else meanwhile.
            drop(message.ack_with(AckKind::Progress).await);
            self.connection.clock.sleep(AGAIN_AFTER).await;
        }
        // Lost with the connection it is offered again, and known by its bytes.
        drop(message.ack().await);
    }
}

fn write_config(wish: &SubscriptionWish, subjects: String) -> Config {
    Config {
        durable_name: wish.name.clone(),
        // One with a name is remembered for good.
        inactive_threshold: if wish.name.is_none() { FORGOTTEN_AFTER } else { Duration::ZERO },
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        filter_subject: subjects,
        max_ack_pending: 1_000,
        deliver_policy: match wish.start {
            SubscriptionStart::New => DeliverPolicy::New,
            SubscriptionStart::First => DeliverPolicy::All,
            SubscriptionStart::Last => DeliverPolicy::Last,
            SubscriptionStart::Since(at) => start_time(at),
        },
        ..Config::default()
    }
}

fn start_time(at: Timestamp) -> DeliverPolicy {
    parse_rfc3339(&at.to_string()).map_or(DeliverPolicy::All, |start_time| DeliverPolicy::ByStartTime { start_time })
}
