//! Events of the history into a stream and out of one: what `replay --to`, `events export --to` and `events import` do
//! with the address of a relay.

use super::relay::{self, explain};
use super::transfer::{EventHistory, ExportedEvent};
use crate::clock::SharedClock;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::screen::Screen;
use crate::protocol::arrival::{Arrival, HeaderLines, RequestContent, SignatureState};
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{PublishedReport, Report, ReportKind};
use crate::protocol::signature::{
    HERO_SIGNATURE_HEADER, HmacKey, SIGNATURE_HEADER, SignatureVerdict, verify_referralhero, verify_signature,
};
use crate::relay::{
    PublishedMessage, RelayAddress, RelayConnection, RelayPublisher, RelaySubscription, RelayedRequest,
    SubscriptionStart, SubscriptionWish,
};
use crate::session::arguments;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use url::Url;

/// Where events go: to an endpoint, or into a stream.
#[derive(Debug, Clone)]
pub(crate) enum TransferTarget {
    Endpoint(Url),
    Relay(RelayAddress),
}

impl TransferTarget {
    /// Reads what somebody typed.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match RelayAddress::is_one(text) {
            true => RelayAddress::parse(text).map(Self::Relay),
            false => arguments::read_target(text).map(Self::Endpoint),
        }
    }

    pub(crate) fn endpoint(&self) -> Option<&Url> {
        match self {
            Self::Endpoint(url) => Some(url),
            Self::Relay(_) => None,
        }
    }

    pub(crate) fn relay(&self) -> Option<&RelayAddress> {
        match self {
            Self::Endpoint(_) => None,
            Self::Relay(address) => Some(address),
        }
    }
}

/// An open stream that takes events of the history.
#[derive(Clone)]
pub(crate) struct StreamExport {
    publisher: RelayPublisher,
    screen: Screen,
    clock: crate::clock::SharedClock,
}

impl StreamExport {
    /// Connects, and makes the stream where there is none.
    pub(crate) async fn open(
        access: &relay::Arguments,
        address: &RelayAddress,
        (context, settings): (&Context, &ConfigSettings),
        screen: &Screen,
    ) -> Result<Self, Error> {
        relay::refuse_single_event(address)?;
        let connection = access.connect(address, (context, settings), screen).await?;
        connection.ensure_stream().await.map_err(explain)?;
        let publisher = RelayPublisher::new(connection, context.secret_mask());
        Ok(Self { publisher, screen: screen.clone(), clock: context.clock.clone() })
    }

    /// Publishes one event and tells where it is; the answer says whether the stream had it already.
    pub(crate) async fn publish(&self, event: u64, arrival: &Arrival) -> Result<bool, Error> {
        let PublishedMessage { stream, sequence, duplicate } =
            self.publisher.publish_patiently(arrival).await.map_err(explain)?;
        let told = PublishedReport { event, stream, sequence, duplicate };
        self.screen.send_report(Report { at: self.clock.now(), what: ReportKind::Published(told) });
        Ok(duplicate)
    }
}

/// An event as it came in first; one that never came in, as it was sent.
pub(crate) fn first_arrival(story: &EventHistory, now: Timestamp) -> Arrival {
    let event = &story.event;
    let (body, facts) = (event.body.clone(), event.facts.clone());
    match story.arrivals.first() {
        Some(first) => Arrival {
            at: first.at,
            target: first.target.clone(),
            content: RequestContent { headers: first.headers.clone(), body },
            verification: first.verification,
            facts,
        },
        None => Arrival {
            at: event.sent_at.unwrap_or(now),
            target: "/".into(),
            content: RequestContent {
                headers: HeaderLines::collect([("Content-Type", b"application/json".as_slice())]),
                body,
            },
            verification: SignatureState::Unsigned,
            facts,
        },
    }
}

/// How long a stream may bring nothing before the rest is not waited for.
const SILENCE: Duration = Duration::from_secs(15);

/// Reads what a stream has at this moment, from its first message on, and verifies each anew. `None` stands for one
/// whose signature does not hold.
pub(crate) async fn read_stream(
    connection: RelayConnection,
    (keys, clock): (&[HmacKey], &SharedClock),
    into: mpsc::Sender<Option<ExportedEvent>>,
) -> Result<(), Error> {
    let wish = SubscriptionWish { name: None, shared: false, start: SubscriptionStart::First };
    let subscription = RelaySubscription::open(connection, &wish).await.map_err(explain)?;
    let (all, read, done) = (subscription.state().1, AtomicU64::new(0), Notify::new());
    if all == 0 {
        return Ok(());
    }
    let keep = async |request: &RelayedRequest, pending: u64| {
        // Who stores has failed, and says so.
        let heard = into.send(read_request(request, keys)).await.is_ok();
        // What comes while this runs is not waited for, nor what the stream let go meanwhile.
        if !heard || pending == 0 || read.fetch_add(1, Ordering::Relaxed) + 1 >= all {
            done.notify_one();
        }
        true
    };
    // A stream that lets go of messages meanwhile, or is out of reach, brings fewer than it said.
    let silent = async {
        let mut had = None;
        while had != Some(read.load(Ordering::Relaxed)) {
            had = Some(read.load(Ordering::Relaxed));
            clock.sleep(SILENCE).await;
        }
    };
    let end = async { tokio::select!(() = done.notified() => false, () = silent => true) };
    let gave_up = AtomicBool::new(false);
    subscription.run(keep, async { gave_up.store(end.await, Ordering::Relaxed) }).await;
    match (gave_up.into_inner(), read.into_inner()) {
        (true, read) if read < all => Err(Error::new(
            ErrorCategory::Network,
            format!("the stream brought {read} of {all} events, and then none for {} seconds", SILENCE.as_secs()),
        )
        .hint("what came is imported; the same line again brings the rest")),
        _ => Ok(()),
    }
}

fn read_request(request: &RelayedRequest, keys: &[HmacKey]) -> Option<ExportedEvent> {
    let RequestContent { headers, body } = &request.content;
    let mut own = headers.values(SIGNATURE_HEADER).peekable();
    let verdict = match own.peek() {
        Some(_) => verify_signature(own, body.as_bytes(), keys),
        None => verify_referralhero(headers.values(HERO_SIGNATURE_HEADER), body.as_bytes(), keys),
    };
    if matches!(verdict, SignatureVerdict::Invalid(_)) {
        return None;
    }
    let arrival = Arrival {
        at: request.at,
        target: request.target.clone(),
        content: request.content.clone(),
        verification: SignatureState::from(verdict),
        facts: EventFacts::from_body(body),
    };
    Some(ExportedEvent { body: body.clone(), sent: None, arrivals: vec![arrival], attempts: Vec::new() })
}
