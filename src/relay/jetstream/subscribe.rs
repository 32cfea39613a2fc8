//! What a durable consumer brings: requests in the order of the stream, each acknowledged once it was kept here.

use super::connection::RelayConnection;
use super::message::read_message;
use super::missed::{FetchedMessages, MissedMessages};
use crate::relay::told::{RelayError, RelayNews, RelayedRequest, SubscriptionStart, SubscriptionWish};
use async_nats::datetime::{DateTime, parse_rfc3339};
use async_nats::jetstream::AckKind;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, Info};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::unconstrained;

/// How long a message may be worked on before the stream offers it again.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// Messages that are worked on at once: enough for the store to write them in groups.
const AT_ONCE: usize = 64;

/// Messages that are asked for at once, and how long the stream may take to find them.
const BATCH: usize = 128;
const PULL_TIME: Duration = Duration::from_secs(1);

/// How long a subscriber without a name may be out of reach before the stream forgets it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// How often a listener to which nothing comes asks whether it is still known.
const LOOK_AFTER: Duration = Duration::from_secs(5);

/// A turn without messages takes a second: after one that took longer others may think that this listener is gone.
const AWAY_AFTER: SignedDuration = SignedDuration::from_secs(3);

/// How long until something that could not be kept is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A durable consumer.
pub(crate) struct RelaySubscription {
    connection: RelayConnection,
    wish: SubscriptionWish,
    consumer: Consumer<Config>,
    /// When its stream was made: another one begins anew.
    stream_made: DateTime,
    /// Whether the stream knew it already.
    known: bool,
    /// Messages that wait in the stream.
    pending: u64,
    /// Messages that the stream has and that a new subscriber does not get.
    earlier: u64,
    /// Whether it was told that the stream does not know it any more.
    is_lost: bool,
    missed: MissedMessages,
}

/// How far a run got.
struct SubscriptionProgress {
    stopping: AtomicBool,
    /// Number in the stream of the last message that was kept, as far as is known: for several that share a name the one
    /// below which everything was kept.
    kept: AtomicU64,
    /// Messages that came.
    came: AtomicU64,
    fetched: FetchedMessages,
}

impl SubscriptionProgress {
    fn after(kept: u64) -> Self {
        Self {
            stopping: AtomicBool::new(false),
            kept: kept.into(),
            came: 0.into(),
            fetched: FetchedMessages::default(),
        }
    }
}

impl RelaySubscription {
    /// Finds the consumer of that name, or makes it. Servers that elect are waited for.
    pub(crate) async fn open(connection: RelayConnection, wish: &SubscriptionWish) -> Result<Self, RelayError> {
        let opening = connection.clone();
        connection.wait_for_leader(async || Self::open_now(opening.clone(), wish).await).await
    }

    async fn open_now(connection: RelayConnection, wish: &SubscriptionWish) -> Result<Self, RelayError> {
        let name = connection.find_stream().await?;
        let called = wish.name.as_ref().map(|called| format!(" as {called}")).unwrap_or_default();
        let failed = format!("the stream {name} cannot be subscribed{called}");
        let stream = connection.ask(&failed, connection.jetstream.get_stream(&name)).await?;
        let wanted = connection.address.wanted_subjects();
        let (known, consumer) = match connection.ask(&failed, find_consumer(&stream, wish)).await? {
            Some(consumer) => (true, consumer),
            None => {
                let config = write_config(wish, start_policy(wish.start), wanted.clone());
                (false, connection.ask(&failed, stream.create_consumer(config)).await?)
            }
        };
        let info = consumer.cached_info();
        let pending = info.num_pending + info.num_ack_pending as u64;
        let subscribed = &info.config.filter_subject;
        if *subscribed != wanted {
            return Err(RelayError::OtherSubjects { name: shown(&info.name), subjects: subscribed.clone() });
        }
        if known && !wish.shared && is_occupied(consumer.cached_info(), &consumer, &connection).await {
            return Err(RelayError::Occupied(shown(&info.name)));
        }
        let (stream_made, wish) = (stream.cached_info().created, wish.clone());
        let earlier = if known { 0 } else { stream.cached_info().state.messages.saturating_sub(pending) };
        let missed = MissedMessages::default();
        Ok(Self { connection, wish, consumer, stream_made, known, pending, earlier, is_lost: false, missed })
    }

    /// Whether the stream knew this subscriber before, and how many messages wait for it.
    pub(crate) fn state(&self) -> (bool, u64) {
        (self.known, self.pending)
    }

    /// How many events the stream has from before, which one that it did not know does not get.
    pub(crate) fn earlier(&self) -> u64 {
        self.earlier
    }

    pub(crate) fn stream(&self) -> &str {
        &self.consumer.cached_info().stream_name
    }

    /// Hands each request on, with how many wait behind it, until told to stop. `keep` answers whether it was kept:
    /// only then the stream is told to be done with it; else it is tried again. What was asked for is waited for at
    /// the end, so that nothing is under way to nobody. A stream that forgets this subscriber is asked to know it again.
    /// Answers whether it ended by itself, since another one receives under its name.
    pub(crate) async fn run(
        mut self,
        keep: impl AsyncFn(&RelayedRequest, u64) -> bool,
        stop: impl Future<Output = ()>,
    ) -> bool {
        let mut stop = pin!(stop);
        let floor = self.consumer.cached_info().ack_floor.stream_sequence;
        let progress = SubscriptionProgress::after(floor);
        let (mut looked, mut displaced) = (None, false);
        while !displaced && !progress.stopping.load(Ordering::Relaxed) {
            let (before, began) = (progress.came.load(Ordering::Relaxed), self.connection.clock.now());
            self.take_batch(&keep, &mut stop, &progress).await;
            let now = self.connection.clock.monotonic();
            let calm = before == progress.came.load(Ordering::Relaxed);
            let due = looked.is_none_or(|looked| now.saturating_sub(looked) >= LOOK_AFTER);
            // The machine slept, or the store kept it waiting: the stream may have taken it for gone.
            let was_away = self.connection.clock.now().duration_since(began) > AWAY_AFTER;
            if (was_away || calm && due) && !progress.stopping.load(Ordering::Relaxed) {
                looked = Some(now);
                tokio::select! {
                    () = &mut stop => break,
                    found = self.look_after(&keep, &progress) => displaced = found,
                }
            }
        }
        // What is under way to one that is forgotten is nobody's.
        if self.wish.name.is_none() {
            self.forget().await;
        }
        self.connection.flush().await;
        displaced
    }

    async fn take_batch<S: Future<Output = ()>>(
        &self,
        keep: &impl AsyncFn(&RelayedRequest, u64) -> bool,
        stop: &mut Pin<&mut S>,
        progress: &SubscriptionProgress,
    ) {
        let stopping = &progress.stopping;
        let Ok(batch) = self.consumer.batch().max_messages(BATCH).expires(PULL_TIME).messages().await else {
            return tokio::select! {
                () = stop => stopping.store(true, Ordering::Relaxed),
                () = self.connection.clock.sleep(AGAIN_AFTER) => {}
            };
        };
        // Futures are begun in the order of the stream, which is the order in which the store gets them. Without the
        // runtime's limit of work in one turn: those that it puts off it wakes in reverse.
        let handled = batch.map(|message| self.handle(message, keep, progress)).buffered(AT_ONCE);
        let mut done = pin!(unconstrained(handled.map(drop).collect::<()>()));
        loop {
            tokio::select! {
                biased;
                () = stop.as_mut(), if !stopping.load(Ordering::Relaxed) => {
                    stopping.store(true, Ordering::Relaxed);
                    if self.wish.name.is_none() {
                        break;
                    }
                }
                () = done.as_mut() => break,
            }
        }
    }

    /// Asks whether the stream still knows this subscriber, and makes it known again where it does not; and whether it knows
    /// of all that the stream has. Whether somebody else receives under its name: two that look find each other one after the
    /// other, since who looks asks for nothing.
    async fn look_after(
        &mut self,
        keep: &impl AsyncFn(&RelayedRequest, u64) -> bool,
        progress: &SubscriptionProgress,
    ) -> bool {
        use ConsumerInfoErrorKind::{NotFound, StreamNotFound};
        match self.consumer.get_info().await {
            Ok(info) if self.wish.shared => {
                progress.kept.store(info.ack_floor.stream_sequence, Ordering::Relaxed);
                // Of several that find it each would have it.
                if info.num_waiting == 0 {
                    self.fetch_missed(&info, keep, progress).await;
                }
            }
            Ok(info) if is_occupied(&info, &self.consumer, &self.connection).await => return true,
            Ok(info) => self.fetch_missed(&info, keep, progress).await,
            Err(error) if matches!(error.kind(), NotFound | StreamNotFound) => match self.resume(progress).await {
                Ok(anew) => {
                    self.is_lost = false;
                    (self.connection.voice)(RelayNews::Resumed { anew });
                }
                Err(_) if !self.is_lost => {
                    self.is_lost = true;
                    (self.connection.voice)(RelayNews::Forgotten);
                }
                Err(_) => {}
            },
            // A server that does not answer is told of elsewhere.
            _ => {}
        }
        false
    }

    /// Keeps what the stream has and the consumer does not know of.
    async fn fetch_missed(
        &mut self,
        info: &Info,
        keep: &impl AsyncFn(&RelayedRequest, u64) -> bool,
        progress: &SubscriptionProgress,
    ) {
        while let Some(message) = self.missed.find_next(&self.connection, info).await {
            let (number, taken) = (message.sequence, message.time.unix_timestamp());
            let request = read_message(Some(&message.headers), message.payload, taken);
            if !keep(&request, 0).await {
                return;
            }
            self.missed.pass(number);
            progress.fetched.add(number, &request.content.body);
            if !self.wish.shared {
                progress.kept.fetch_max(number, Ordering::Relaxed);
            }
        }
    }

    /// Goes on after what was kept last; in another stream with its first message. Whether it is another one.
    async fn resume(&mut self, progress: &SubscriptionProgress) -> Result<bool, async_nats::Error> {
        let name = self.connection.find_stream().await?;
        let stream = self.connection.jetstream.get_stream(&name).await?;
        let made = stream.cached_info().created;
        let anew = made != self.stream_made;
        let start = match anew {
            true => DeliverPolicy::All,
            false => DeliverPolicy::ByStartSequence {
                start_sequence: progress.kept.load(Ordering::Relaxed).saturating_add(1),
            },
        };
        // Of several that share a name one was first.
        self.consumer = match find_consumer(&stream, &self.wish).await? {
            Some(consumer) => consumer,
            None => {
                let subjects = self.connection.address.wanted_subjects();
                stream.create_consumer(write_config(&self.wish, start, subjects)).await?
            }
        };
        let floor = self.consumer.cached_info().ack_floor.stream_sequence;
        progress.kept.store(floor, Ordering::Relaxed);
        progress.fetched.clear();
        self.missed = MissedMessages::default();
        self.stream_made = made;
        Ok(anew)
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
        progress: &SubscriptionProgress,
    ) {
        let Ok(message) = message else { return };
        let Ok(info) = message.info() else { return };
        progress.came.fetch_add(1, Ordering::Relaxed);
        let (taken, pending, number) = (info.published.unix_timestamp(), info.pending, info.stream_sequence);
        let request = read_message(message.headers.as_ref(), message.payload.clone(), taken);
        if progress.fetched.contains(number, &request.content.body) {
            return drop(message.ack().await);
        }
        while !keep(&request, pending).await {
            if progress.stopping.load(Ordering::Relaxed) {
                // Not kept: whoever comes next gets it.
                return drop(message.ack_with(AckKind::Nak(None)).await);
            }
            // Worked on still: the stream is not to give it to anybody else meanwhile.
            drop(message.ack_with(AckKind::Progress).await);
            self.connection.clock.sleep(AGAIN_AFTER).await;
        }
        if !self.wish.shared {
            progress.kept.fetch_max(number, Ordering::Relaxed);
        }
        // Lost with the connection it is offered again, and known by its bytes.
        drop(message.ack().await);
    }
}

/// The consumer of that name; `None` only where the stream says that there is none.
async fn find_consumer(
    stream: &Stream,
    wish: &SubscriptionWish,
) -> Result<Option<Consumer<Config>>, async_nats::Error> {
    let Some(name) = &wish.name else { return Ok(None) };
    match stream.consumer_info(name).await {
        Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
        Ok(_) => stream.get_consumer(name).await.map(Some),
    }
}

/// The name as it was given.
fn shown(name: &str) -> String {
    name.trim_start_matches("as-").trim_start_matches("share-").to_owned()
}

/// Whether somebody else asks for messages under this name. What a killed listener asked for last is not waited for long.
async fn is_occupied(known: &Info, consumer: &Consumer<Config>, connection: &RelayConnection) -> bool {
    if known.num_waiting == 0 {
        return false;
    }
    connection.clock.sleep(PULL_TIME * 3 / 2).await;
    consumer.get_info().await.is_ok_and(|info| info.num_waiting > 0)
}

fn write_config(wish: &SubscriptionWish, deliver_policy: DeliverPolicy, subjects: String) -> Config {
    Config {
        durable_name: wish.name.clone(),
        // One with a name is remembered for good.
        inactive_threshold: if wish.name.is_none() { FORGOTTEN_AFTER } else { Duration::ZERO },
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        filter_subject: subjects,
        max_ack_pending: 1_000,
        deliver_policy,
        ..Config::default()
    }
}

fn start_policy(start: SubscriptionStart) -> DeliverPolicy {
    match start {
        SubscriptionStart::New => DeliverPolicy::New,
        SubscriptionStart::First => DeliverPolicy::All,
        SubscriptionStart::Last => DeliverPolicy::Last,
        SubscriptionStart::Since(at) => start_time(at),
    }
}

fn start_time(at: Timestamp) -> DeliverPolicy {
    parse_rfc3339(&at.to_string()).map_or(DeliverPolicy::All, |start_time| DeliverPolicy::ByStartTime { start_time })
}
