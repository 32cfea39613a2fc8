//! One time an event came in: what the listener hands to the store, and what the store answers.

use super::body::RawBody;
use super::facts::EventFacts;
use super::signature::{SignatureFault, SignatureVerdict};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::future::Future;

#[cfg(test)]
mod tests;

/// Header lines in the order in which they were received, one `name: value` a line, each ended by CRLF. Values keep
/// their bytes. The values of fields that carry credentials (`Authorization`, `Cookie`, `X-Api-Key`, `X-Auth-Token` and
/// their kind) are replaced on the way in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HeaderLines(Bytes);

/// What stands in place of a credential's value.
pub const REDACTED: &[u8] = b"[redacted]";

impl HeaderLines {
    /// Collects header fields, redacting credentials.
    pub fn collect<'a>(fields: impl IntoIterator<Item = (impl AsRef<str>, &'a [u8])>) -> Self {
        let mut block = Vec::with_capacity(256);
        for (name, value) in fields {
            let name = name.as_ref();
            block.extend_from_slice(name.as_bytes());
            block.extend_from_slice(b": ");
            block.extend_from_slice(if carries_credentials(name) { REDACTED } else { value });
            block.extend_from_slice(b"\r\n");
        }
        Self(block.into())
    }

    /// Takes a block that [`HeaderLines::as_block`] gave.
    pub fn from_block(block: impl Into<Bytes>) -> Self {
        Self(block.into())
    }

    /// The whole block, for storing.
    pub fn as_block(&self) -> &[u8] {
        &self.0
    }

    /// Name and value of each line, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            // The last line of a block from elsewhere may lack its end.
            let end = rest.windows(2).position(|pair| pair == b"\r\n").unwrap_or(rest.len());
            let line = &rest[..end];
            rest = rest.get(end + 2..).unwrap_or_default();
            let colon = line.windows(2).position(|pair| pair == b": ").unwrap_or(line.len());
            Some((&line[..colon], line.get(colon + 2..).unwrap_or_default()))
        })
    }

    /// All values of a header, its name compared without regard to case.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

/// Words that make a header field one of keys, wherever they stand between hyphens. `Idempotency-Key` and the signatures
/// of other schemes have none of them.
const CREDENTIAL_WORDS: [&str; 14] = [
    "authorization",
    "cookie",
    "cookie2",
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "credentials",
    "apikey",
    "jwt",
    "bearer",
    "session",
    "sessionid",
];

/// What stands before `key` in the name of a field that carries one.
const KEY_OF: [&str; 9] =
    ["api", "access", "secret", "private", "auth", "client", "subscription", "functions", "license"];

/// Whether a header field carries a key, a password or the like, by its name.
pub(crate) fn carries_credentials(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let words: Vec<&str> = name.split('-').collect();
    let is_key = |pair: &[&str]| pair[1] == "key" && KEY_OF.contains(&pair[0]);
    // X-Auth and X-Auth-User, but not a field about authors.
    words.iter().any(|word| CREDENTIAL_WORDS.contains(word) || *word == "auth") || words.windows(2).any(is_key)
}

/// Whether a header field goes along where an event is passed on or sent again: those that belong to the body and its
/// signature. `Content-Encoding` is among them because the bytes mean nothing without it; the last prefix is the second
/// service's, whose signature header would otherwise be lost on the way.
pub fn is_forwarded_header(name: &str) -> bool {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    ["content-type", "content-encoding", "user-agent"].iter().any(|own| name.eq_ignore_ascii_case(own))
        || begins("x-webhook-")
        || begins("x-referralhero-")
}

/// Header lines and body of a request. Cloning shares the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestContent {
    /// The header lines, credentials redacted.
    pub headers: HeaderLines,
    /// The body, byte for byte.
    pub body: RawBody,
}

impl RequestContent {
    /// Bytes that it keeps alive.
    pub fn weight(&self) -> usize {
        self.body.len() + self.headers.as_block().len()
    }
}

/// The three states of an arrival's signature, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// Signed with a secret that is known here.
    Valid,
    /// A signature was sent and does not hold.
    Invalid,
    /// No signature was sent.
    Unsigned,
}

impl From<SignatureVerdict> for SignatureState {
    fn from(verdict: SignatureVerdict) -> Self {
        match verdict {
            SignatureVerdict::Valid(_) => Self::Valid,
            SignatureVerdict::Invalid(_) => Self::Invalid,
            SignatureVerdict::Unsigned => Self::Unsigned,
        }
    }
}

/// An accepted request, ready to be stored.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When the request's head was complete.
    pub at: Timestamp,
    /// Path and query of the request.
    pub target: String,
    /// Header lines and body as received.
    pub content: RequestContent,
    /// Valid or unsigned; what is invalid becomes a [`RefusedRequest`] instead.
    pub verification: SignatureState,
    /// What could be read off the body.
    pub facts: EventFacts,
}

/// What the store made of an arrival, once it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedArrival {
    /// Number of the event within its store, from 1.
    pub event: u64,
    /// Number of this arrival within its store, from 1.
    pub arrival: u64,
    /// The same event, or nearly the same, had come in before.
    pub repeat: Option<ArrivalRepeat>,
    /// A newer event of the same sign-up had already come in.
    pub out_of_order: bool,
}

/// How an arrival repeats an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalRepeat {
    /// Byte for byte, or but for the timestamp.
    pub kind: RepeatKind,
    /// The event that it repeats.
    pub of: u64,
    /// Milliseconds since that event first came in, where that time is known.
    pub gap_ms: Option<i64>,
}

/// The two kinds of repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatKind {
    /// The same bytes.
    Duplicate,
    /// The same but for `timestamp`: whether a retry keeps it is not documented. A sign-up may move again between the same
    /// places, so that a move is one only until all documented retries have ended.
    ProbableRetry,
}

/// A request whose signature was refused: kept for diagnosis in a ring, never among the events.
#[derive(Debug, Clone)]
pub struct RefusedRequest {
    /// When the request's head was complete.
    pub at: Timestamp,
    /// Path and query of the request.
    pub target: String,
    /// Header lines and body as received.
    pub content: RequestContent,
    /// Why it was refused.
    pub reason: SignatureFault,
}

/// How many refused requests are kept.
pub const REFUSED_KEPT: u64 = 200;

/// Why an arrival could not be made durable. It must then not be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrivalRecordError {
    /// The store has reached its quota.
    #[error("the store has reached its quota of {quota} bytes")]
    Full {
        /// The quota in bytes.
        quota: u64,
    },
    /// The disk is full, the file is locked or damaged, the writer is gone.
    #[error("the store cannot be written: {0}")]
    Unavailable(String),
    /// The relay is out of reach, slow, or refuses it.
    #[error("the relay did not take it: {0}")]
    Unpublished(String),
}

/// The arrival that a target did not take and is to get again, kept so that a listener that is started again goes on
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardProgress {
    /// The number before that arrival's.
    pub arrival: u64,
    /// Attempts that were made of it; with none, there is no such arrival.
    pub attempts: u32,
    /// When the first of these began.
    pub first: Timestamp,
    /// When the next attempt is due.
    pub due: Timestamp,
}

/// What a target is owed from before.
#[derive(Debug, Clone, Default)]
pub struct OwedForwards {
    /// How far the retries of one of them have got.
    pub progress: Option<ForwardProgress>,
    /// Whether an earlier version left it, for which all that came behind `progress` was to be forwarded.
    pub is_former: bool,
    /// The newest arrival.
    pub newest: u64,
    /// The events whose last forward to the target failed or never was made, in the order in which they came in.
    pub events: Vec<OwedForward>,
}

/// An event that a target is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwedForward {
    /// The first arrival of the event.
    pub arrival: u64,
    /// Number of the event.
    pub event: u64,
    /// Attempts that were made of it.
    pub attempts: u32,
    /// When the last of these began.
    pub last: Timestamp,
}

/// Events that a target did not get, and why.
#[derive(Debug, Clone)]
pub struct UnmadeForwards {
    /// The target.
    pub url: String,
    /// Numbers of the events.
    pub events: Vec<u64>,
    /// When that was.
    pub at: Timestamp,
    /// Why.
    pub why: &'static str,
    /// Whether those are owed as well that the target has acknowledged before.
    pub duplicates: bool,
}

/// An arrival that waits to be forwarded, as the store has it.
#[derive(Debug, Clone)]
pub struct UnforwardedArrival {
    /// Number of the arrival.
    pub arrival: u64,
    /// Number of its event.
    pub event: u64,
    /// The earlier event that it repeats but for the timestamp.
    pub retry_of: Option<u64>,
    /// Whether its event had come in before.
    pub repeats: bool,
    /// Path and query of the request.
    pub target: String,
    /// Header lines and body as received.
    pub content: RequestContent,
}

/// The door through which the listener reaches a store.
pub trait ArrivalRecorder: Clone + Send + Sync + 'static {
    /// Stores an arrival and answers after it is durable.
    fn record_arrival(
        &self,
        arrival: Arrival,
    ) -> impl Future<Output = Result<RecordedArrival, ArrivalRecordError>> + Send;

    /// Keeps a refused request in the ring and answers with its number there. Not waited for before the refusal is
    /// sent.
    fn record_refused(&self, refused: RefusedRequest) -> impl Future<Output = Result<u64, ArrivalRecordError>> + Send;

    /// Tells how one attempt to forward an event ended.
    fn record_attempt(
        &self,
        attempt: super::attempt::Attempt,
    ) -> impl Future<Output = Result<(), ArrivalRecordError>> + Send;

    /// The same of many attempts at once: all of them are told, or none where they can be told together.
    fn record_attempts(
        &self,
        attempts: Vec<super::attempt::Attempt>,
    ) -> impl Future<Output = Result<(), ArrivalRecordError>> + Send {
        async move {
            for attempt in attempts {
                self.record_attempt(attempt).await?;
            }
            Ok(())
        }
    }

    /// Whether an earlier forward of this event to this URL was acknowledged.
    fn was_forwarded(&self, event: u64, url: &str) -> impl Future<Output = Result<bool, ArrivalRecordError>> + Send;

    /// An event is about to be acknowledged, and is then to be forwarded to this URL.
    fn note_waiting(&self, event: u64, url: &str) {
        let _ = (event, url);
    }

    /// It needs no forwarding there: an earlier one was acknowledged.
    fn note_unneeded(&self, event: u64, url: &str) {
        let _ = (event, url);
    }

    /// The first arrival behind one with this number. A recorder that keeps no history has none.
    fn find_arrival_after(
        &self,
        arrival: u64,
    ) -> impl Future<Output = Result<Option<UnforwardedArrival>, ArrivalRecordError>> + Send {
        let _ = arrival;
        async { Ok(None) }
    }

    /// Whether the target has acknowledged an event since this time, however it was sent there.
    fn was_acknowledged(
        &self,
        event: u64,
        url: &str,
        since: Timestamp,
    ) -> impl Future<Output = Result<bool, ArrivalRecordError>> + Send {
        let _ = since;
        self.was_forwarded(event, url)
    }

    /// What a target is owed from before. A recorder that keeps no history has nothing.
    fn load_owed(&self, url: &str) -> impl Future<Output = Result<OwedForwards, ArrivalRecordError>> + Send {
        let _ = url;
        async { Ok(OwedForwards::default()) }
    }

    /// Enters events as owed to a target, where that is not known of them; those that are owed then.
    fn record_owed(&self, owed: UnmadeForwards) -> impl Future<Output = Result<Vec<u64>, ArrivalRecordError>> + Send {
        async move { Ok(owed.events) }
    }

    /// Takes back that an event is owed to a target to which no attempt of it was made: it has got its like.
    fn settle_owed(&self, event: u64, url: &str) -> impl Future<Output = Result<(), ArrivalRecordError>> + Send {
        let _ = (event, url);
        async { Ok(()) }
    }

    /// Keeps how far the retries to a target have got.
    fn save_progress(
        &self,
        url: &str,
        progress: ForwardProgress,
    ) -> impl Future<Output = Result<(), ArrivalRecordError>> + Send {
        let _ = (url, progress);
        async { Ok(()) }
    }
}
