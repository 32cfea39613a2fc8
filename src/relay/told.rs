//! What a relay is asked and answers.

use crate::exchange::TlsTrust;
use crate::protocol::arrival::RequestContent;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The service repeats a delivery for 81 minutes: for less than this a stream must not know repeats.
pub(crate) const NEEDED_WINDOW: Duration = Duration::from_secs(90 * 60);

/// What a server wants to know of us, and whom we trust.
#[derive(Clone, Default)]
pub(crate) struct RelayAccess {
    /// Contents of a credentials file.
    pub credentials: Option<String>,
    /// Authorities beside the system's.
    pub trust: TlsTrust,
}

/// What happens to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RelayNews {
    /// It is gone.
    Lost,
    /// It is there again, after so long.
    Back(Duration),
    /// The servers refuse who we are by now.
    Refused,
    /// They do not let us do something that goes on without it, but badly.
    Forbidden(String),
    /// The stream keeps only a part of the subjects.
    KeepsPart { stream: String, subjects: String },
    /// The stream acknowledges what it does not keep, or takes nothing.
    Unfit { stream: String, fault: StreamFault },
    /// The servers elect a leader, which is waited for so long.
    Electing(Duration),
    /// They have one, after so long.
    Elected(Duration),
    /// The stream, or this listener's place in it, is gone.
    Forgotten,
    /// It goes on: after what was kept last, or with the first message of a new stream.
    Resumed {
        /// Whether the stream is a new one.
        anew: bool,
    },
}

/// What makes a stream unfit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamFault {
    /// It keeps an event only until everybody has it who receives at that moment.
    KeepsForPresent,
    /// It keeps an event until one receiver has it.
    KeepsForOne,
    /// It takes nothing more.
    Sealed,
}

/// Who is told.
pub(crate) type RelayVoice = Arc<dyn Fn(RelayNews) + Send + Sync>;

/// Why something could not be had from a relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RelayError {
    /// This build has none.
    #[error("this build was made without it")]
    Absent,
    /// No server answered, or none in time.
    #[error("{0}")]
    Unreachable(String),
    /// A message was sent, and no stream acknowledged it.
    #[error("{0}")]
    Unacknowledged(String),
    /// The servers are there and have no leader, so that nothing can be asked.
    #[error("{0} has no leader, so that nothing can be asked or kept there")]
    Leaderless(String),
    /// The server keeps no streams, or none for this account.
    #[error("{0} has no JetStream: that server keeps no streams, or none for this account")]
    NoJetStream(String),
    /// The server cannot keep what a message needs.
    #[error("{0}, which knows no headers of messages: 2.2 is the first that does")]
    TooOld(String),
    /// A server does not let us do this.
    #[error("these credentials do not give the right to {0}")]
    Forbidden(String),
    /// The name that the stream would get is another one's.
    #[error("no stream keeps {subjects}, and one of the name {name} that keeps other subjects is there already")]
    NameTaken { name: String, subjects: String },
    /// No stream keeps these subjects.
    #[error("no stream keeps {0}")]
    NoStream(String),
    /// Somebody receives under this name already.
    #[error("{0} is in use: another listener receives under this name, and each event would reach one of the two")]
    Occupied(String),
    /// This name subscribes to other subjects.
    #[error("{name} is in use for {subjects}, and a name stands for one subject")]
    OtherSubjects { name: String, subjects: String },
    /// A server said no to who we are.
    #[error("{}", if *.gave { format!("{address} refuses these credentials") } else { format!("{address} asks for credentials") })]
    Denied {
        address: String,
        /// Whether credentials were given.
        gave: bool,
    },
    /// The credentials cannot be read.
    #[error("the credentials file cannot be used: {0}")]
    Credentials(String),
}

/// Where an event is in its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublishedMessage {
    /// Name of the stream.
    pub stream: String,
    /// Its number there: of the first time, where it repeats.
    pub sequence: u64,
    /// Whether the stream had it already.
    pub duplicate: bool,
}

/// What came in elsewhere, and when.
#[derive(Debug, Clone)]
pub(crate) struct RelayedRequest {
    /// When it came in there.
    pub at: Timestamp,
    /// Path and query that it asked for.
    pub target: String,
    /// Header lines and body as they came in there.
    pub content: RequestContent,
}

/// Where a consumer begins that is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubscriptionStart {
    /// With what comes from now on.
    New,
    /// With everything that the stream has.
    First,
    /// With the newest message.
    Last,
    /// With what came since.
    Since(Timestamp),
}

/// What is subscribed.
#[derive(Debug, Clone)]
pub(crate) struct SubscriptionWish {
    /// The name under which the stream remembers how far this subscriber got; without one it forgets it at the end.
    pub name: Option<String>,
    /// Whether several receive under it, each a part.
    pub shared: bool,
    /// Where it begins the first time.
    pub start: SubscriptionStart,
}

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamFacts {
    pub name: String,
    /// How long it keeps messages; zero where that has no limit.
    pub max_age: Duration,
    /// How many bytes it keeps, where that has a limit.
    pub max_bytes: Option<u64>,
    /// For how long it knows a repeat.
    pub duplicate_window: Duration,
    pub replicas: usize,
    /// Servers of its cluster that are known.
    pub servers: usize,
    pub in_memory: bool,
    /// Every subject of the address.
    pub subjects: String,
    /// Whether it keeps them all.
    pub covers: bool,
    /// The largest message that it takes, its headers included.
    pub max_message: u64,
    /// What makes it unfit, if anything does.
    pub fault: Option<StreamFault>,
    /// Whether it refuses what is new once it is full, in place of letting go of what is old.
    pub refuses_when_full: bool,
    /// How many messages it keeps, and how many of one subject, where that has a limit.
    pub max_messages: Option<u64>,
    pub max_per_subject: Option<u64>,
    /// How many may receive, where that has a limit.
    pub max_consumers: Option<u64>,
    /// Whether who publishes is answered.
    pub acknowledges: bool,
    pub messages: u64,
    pub bytes: u64,
}
