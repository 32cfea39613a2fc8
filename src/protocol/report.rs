//! Everything that the engines tell: one enum, rendered for eyes by `output::human` and line by line as JSON by
//! `output::records`. Its serialised form is the documented schema of `docs/records.md`.

use super::arrival::{Arrival, RepeatKind, RequestContent};
use super::attempt::{Attempt, AttemptOutcome};
use super::body::Fingerprint;
use super::check::CheckReport;
use super::delivery::{CallReport, DispatchReport};
use super::expectation::{ExpectationMiss, ExpectationReport};
use super::facts::EventFacts;
use super::signature::SignatureFault;
use jiff::Timestamp;
use std::time::Duration;

/// Version of the record schema: `v` of every record.
pub const SCHEMA_VERSION: u32 = 1;

/// Something that happened, with the time at which it did.
#[derive(Debug, Clone)]
pub struct Report {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub what: ReportKind,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum ReportKind {
    /// The listener accepts connections.
    Ready {
        /// Where it listens.
        url: String,
        /// Its process id.
        pid: u32,
        /// The URL that opens the inspector, where one runs beside it.
        inspect_url: Option<String>,
        /// Where the secret came from that verifies, in a few words.
        secret_from: String,
    },
    /// A request was accepted or refused.
    Arrival(Box<ArrivalReport>),
    /// An arrival was passed on to the local app, or was not.
    Forward(AttemptReport),
    /// A forward was left out, with the reason in words.
    ForwardSkipped {
        /// Number of the event.
        event: u64,
        /// Where it would have gone.
        url: String,
        /// What tells that target from others, where there are several.
        target: Option<String>,
        /// Why it did not.
        why: String,
    },
    /// A request was no delivery.
    TurnedAway(TurnedAwayReport),
    /// An event is about to be delivered.
    Sending(Box<SendingReport>),
    /// An attempt of a delivery ended.
    Attempt(AttemptReport),
    /// An event of the history was delivered again, or was not.
    Replayed(Box<ReplayReport>),
    /// The next attempt is due later.
    Wait {
        /// Number of the attempt that is waited for.
        attempt: u32,
        /// What tells its target from others, where there are several.
        target: Option<String>,
        /// When it is due.
        due_at: Timestamp,
        /// How long that is from now.
        delay: Duration,
    },
    /// A delivery was acknowledged.
    Delivered {
        /// Number of the event.
        event: u64,
        /// Where it went.
        url: String,
        /// Attempts it took.
        attempts: u32,
    },
    /// A delivery ended without being acknowledged.
    GaveUp {
        /// Number of the event.
        event: u64,
        /// Where it should have gone.
        url: String,
        /// Attempts made.
        attempts: u32,
        /// Attempts the schedule allows.
        of: u32,
    },
    /// A listener can be reached from outside, or no longer.
    Exposure(ExposureReport),
    /// The relay's stream has an arrival.
    Published(PublishedReport),
    /// Events wait in the relay's stream, or none any more.
    Lag {
        /// Name of the stream.
        stream: String,
        /// How many wait.
        pending: u64,
    },
    /// The screen could not keep up, and this many reports were not shown. All of them are in the store.
    Skipped {
        /// How many.
        count: u64,
    },
    /// A check of an audit has ended.
    Check(Box<CheckReport>),
    /// What became of an expectation.
    Expectation(ExpectationReport),
    /// What came in where an expectation was not met.
    Instead(NearMissReport),
    /// A call of a sandbox's API was answered.
    Call(CallReport),
    /// An attempt of a sandbox's queue ended.
    Dispatch(Box<DispatchReport>),
    /// A word to the user that is no error: what was found at start, what to type next.
    Notice {
        /// One sentence.
        message: String,
    },
}

/// An event in a relay's stream as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedReport {
    /// Number of the event: in the store, or in the stream where nothing is stored here.
    pub event: u64,
    /// Name of the stream.
    pub stream: String,
    /// Its number there.
    pub sequence: u64,
    /// Whether the stream had it already.
    pub duplicate: bool,
}

/// A listener's public address as told.
#[derive(Debug, Clone)]
pub struct ExposureReport {
    /// Whether it leads to the listener.
    pub state: ExposureReach,
    /// Who makes it, as it was asked for: `cloudflared`, `bore:SERVER`, `--public-url`.
    pub by: String,
    /// The address, path included; `None` where none is known.
    pub url: Option<String>,
    /// Why it was lost.
    pub message: Option<String>,
    /// How long until it is tried again.
    pub again_in: Option<Duration>,
}

/// Whether an address leads to the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExposureReach {
    /// It does.
    Up,
    /// It does no longer.
    Lost,
}

impl ExposureReach {
    /// The state's stable name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Lost => "lost",
        }
    }
}

/// An arrival as told.
#[derive(Debug, Clone)]
pub struct ArrivalReport {
    /// How the store knows it; `None` when it could not be stored.
    pub number: Option<ArrivalNumber>,
    /// What came in, refused or not.
    pub arrival: Arrival,
    /// Identity of the event.
    pub fingerprint: Fingerprint,
    /// Why it was refused, for an invalid one (or an unsigned one where a signature is required).
    pub reason: Option<SignatureFault>,
    /// What a diagnosis found out about the refusal.
    pub explanation: Option<RefusalExplanation>,
    /// What it repeats.
    pub repeat: Option<RepeatReport>,
    /// A newer event of the same sign-up had already come in.
    pub out_of_order: bool,
    /// The status it was answered with.
    pub answer: u16,
    /// Why it could not be stored, for an answer of 503 or 507.
    pub not_stored: Option<String>,
    /// How many targets it goes on to at once.
    pub forwards: usize,
    /// Why it does not go on, or not now.
    pub kept_back: Option<KeptBack>,
}

/// Why an arrival does not go on to a target at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptBack {
    /// No target gets events like it.
    NoRoute,
    /// Another event has failed, and is tried again first.
    Behind {
        /// Its number.
        event: u64,
        /// The one of several targets of which that is so; none where it is of all.
        target: Option<String>,
    },
}

/// A request that was no delivery, as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAwayReport {
    /// Its method; empty where there was no request.
    pub method: String,
    /// Path and query; empty where there was no request.
    pub path: String,
    /// What it was answered.
    pub status: u16,
    /// What this listener takes instead.
    pub why: String,
    /// Such requests before it that were not told, for there were too many.
    pub untold: u64,
}

/// Why an arrival was refused, as far as it was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalExplanation {
    /// The stable id of the cause; `None` where the search was not finished.
    pub cause: Option<&'static str>,
    /// Whether the received value was reproduced.
    pub proved: bool,
    /// One clause.
    pub words: String,
}

/// An event on its way out, as told.
#[derive(Debug, Clone)]
pub struct SendingReport {
    /// Number of the event.
    pub event: u64,
    /// Where it goes.
    pub url: String,
    /// What can be read off its body.
    pub facts: EventFacts,
    /// Identity of the event.
    pub fingerprint: Fingerprint,
    /// Header lines and body as sent.
    pub content: RequestContent,
}

/// The number of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrivalNumber {
    /// `#event`, and the number of the arrival.
    Stored {
        /// Number of the event.
        event: u64,
        /// Number of the arrival.
        arrival: u64,
    },
    /// `!number` in the ring of refused requests.
    Refused(u64),
}

/// What an arrival repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatReport {
    /// Byte for byte, or but for the timestamp.
    pub kind: RepeatKind,
    /// Number of the event that it repeats.
    pub of: u64,
    /// Time since that event first came in, where it is known.
    pub gap: Option<Duration>,
    /// The documented retry that the gap looks like, 1 to 4.
    pub retry_guess: Option<u32>,
}

/// A replay as told.
#[derive(Debug, Clone)]
pub struct ReplayReport {
    /// Number of the event.
    pub event: u64,
    /// Its type, as it stands in the body.
    pub event_type: Option<String>,
    /// Where it was sent.
    pub url: String,
    /// Attempts that were made.
    pub attempts: u32,
    /// How the last one ended.
    pub outcome: AttemptOutcome,
    /// How long that one took.
    pub latency: Duration,
    /// How the last delivery there before this one ended, where there was one.
    pub was: Option<AttemptOutcome>,
}

impl ReplayReport {
    /// Whether it ended otherwise than before: another status, or no answer where there was one.
    pub fn has_changed(&self) -> bool {
        let told = |outcome: &AttemptOutcome| (outcome.name(), outcome.status());
        self.was.as_ref().is_some_and(|was| told(was) != told(&self.outcome))
    }
}

/// An attempt as told.
#[derive(Debug, Clone)]
pub struct AttemptReport {
    /// The attempt.
    pub attempt: Attempt,
    /// Attempts the schedule allows.
    pub of: u32,
    /// Scheduled start, from the first attempt.
    pub scheduled: Duration,
    /// The time it had; `None` for no limit.
    pub budget: Option<Duration>,
    /// Whether it carried a signature.
    pub signed: bool,
    /// What tells its target from others, where there are several.
    pub target: Option<String>,
}

/// Something that came in where an expectation was not met, as told.
#[derive(Debug, Clone)]
pub struct NearMissReport {
    /// What came.
    pub arrival: Box<ArrivalReport>,
    /// Why it did not count.
    pub miss: ExpectationMiss,
}
