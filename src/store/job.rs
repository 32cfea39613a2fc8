//! What is handed to the writer, and how its answers travel back.
//!
//! Pure but for the channel. A job carries everything ready to be entered: whoever hands it over has done the hashing.

use super::error::Fault;
use super::key::Keys;
use super::ledger::Ledger;
use super::past::{Past, Step};
use crate::protocol::arrival::{Arrival, HeaderLines, Progress, RecordError, Recorded, Refused, Verification, Waiting};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use jiff::Timestamp;
use tokio::sync::oneshot;

/// An arrival, ready to be entered.
#[derive(Debug)]
pub(super) struct Incoming {
    /// When it came, in Unix milliseconds.
    pub at_ms: i64,
    /// Path and query.
    pub target: String,
    /// Header lines.
    pub headers: HeaderLines,
    /// The body.
    pub body: RawBody,
    /// State of its signature.
    pub verification: Verification,
    /// What it is looked up by.
    pub keys: Keys,
}

impl From<Arrival> for Incoming {
    fn from(arrival: Arrival) -> Self {
        Self {
            at_ms: arrival.at.as_millisecond(),
            keys: Keys::of(&arrival.body, &arrival.facts),
            target: arrival.target,
            headers: arrival.headers,
            body: arrival.body,
            verification: arrival.verification,
        }
    }
}

/// An event that is about to be sent, ready to be entered.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// The body.
    pub body: RawBody,
    /// What it is looked up by.
    pub keys: Keys,
}

impl Outgoing {
    /// Computes the keys.
    pub fn new(body: RawBody, facts: &Facts, at: Timestamp) -> Self {
        Self { at_ms: at.as_millisecond(), keys: Keys::of(&body, facts), body }
    }
}

/// One thing for the writer to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Enter an arrival.
    Record(Box<Incoming>, Answer<Recorded>),
    /// Enter an event that is about to be sent.
    Send(Box<Outgoing>, Answer<u64>),
    /// Enter an attempt.
    Attempt(Box<Attempt>, Answer<()>),
    /// Enter a refused request.
    Refuse(Box<Refused>, Answer<u64>),
    /// Look whether a forward was acknowledged.
    WasForwarded(u64, String, Answer<bool>),
    /// Remove events with all that belongs to them.
    Remove(Vec<u64>, Answer<u64>),
    /// Enter what another store had.
    Import(Vec<Past>, Answer<Vec<Option<u64>>>),
    /// Look for the first arrival behind one.
    ArrivalAfter(u64, Answer<Option<Waiting>>),
    /// Look how far a target has got, or note it.
    Progress(Step, Answer<Progress>),
    /// Keep the summary of a load run.
    Load(i64, String, Answer<u64>),
    /// Finish what is queued and end.
    Close(Answer<()>),
}

impl Job {
    /// Does the work in the current transaction and holds the answer back.
    pub fn apply(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Fault> {
        match self {
            Self::Record(incoming, answer) => answer.hold(ledger.record(incoming)),
            Self::Send(outgoing, answer) => answer.hold(ledger.sent(outgoing)),
            Self::Attempt(attempt, answer) => answer.hold(ledger.attempt(attempt)),
            Self::Refuse(refused, answer) => answer.hold(ledger.refuse(refused)),
            Self::WasForwarded(event, url, answer) => answer.hold(ledger.was_forwarded(*event, url)),
            Self::Remove(events, answer) => answer.hold(ledger.remove(events)),
            Self::Import(past, answer) => answer.hold(past.iter().map(|past| ledger.import(past)).collect()),
            Self::ArrivalAfter(arrival, answer) => answer.hold(ledger.arrival_after(*arrival)),
            Self::Progress(step, answer) => answer.hold(ledger.progress(step)),
            Self::Load(at_ms, summary, answer) => answer.hold(ledger.keep_load(*at_ms, summary)),
            Self::Close(answer) => answer.hold(Ok(())),
        }
    }

    /// Replaces whatever answer is held.
    pub fn fail(&mut self, error: &RecordError) {
        match self {
            Self::Record(_, answer) => answer.fail(error),
            Self::Attempt(_, answer) | Self::Close(answer) => answer.fail(error),
            Self::Send(_, answer) | Self::Refuse(_, answer) | Self::Remove(_, answer) => answer.fail(error),
            Self::Load(.., answer) => answer.fail(error),
            Self::WasForwarded(.., answer) => answer.fail(error),
            Self::Import(_, answer) => answer.fail(error),
            Self::ArrivalAfter(_, answer) => answer.fail(error),
            Self::Progress(_, answer) => answer.fail(error),
        }
    }

    /// Sends the answer that is held.
    pub fn answer(self) {
        match self {
            Self::Record(_, answer) => answer.send(),
            Self::Attempt(_, answer) | Self::Close(answer) => answer.send(),
            Self::Send(_, answer) | Self::Refuse(_, answer) | Self::Remove(_, answer) => answer.send(),
            Self::Load(.., answer) => answer.send(),
            Self::WasForwarded(.., answer) => answer.send(),
            Self::Import(_, answer) => answer.send(),
            Self::ArrivalAfter(_, answer) => answer.send(),
            Self::Progress(_, answer) => answer.send(),
        }
    }

    /// Bytes that the job adds at most, for keeping transactions small.
    pub fn weight(&self) -> usize {
        match self {
            Self::Record(incoming, _) => incoming.body.len() + incoming.headers.as_block().len(),
            Self::Send(outgoing, _) => outgoing.body.len(),
            Self::Refuse(refused, _) => refused.body.len(),
            Self::Import(past, _) => past.iter().map(Past::weight).sum(),
            _ => 0,
        }
    }
}

/// An answer that is known before it may be told: it is sent only after the commit.
#[derive(Debug)]
pub(super) struct Answer<T> {
    to: oneshot::Sender<Result<T, RecordError>>,
    held: Option<Result<T, RecordError>>,
}

impl<T> Answer<T> {
    /// An answer and where it will arrive.
    pub fn new() -> (Self, oneshot::Receiver<Result<T, RecordError>>) {
        let (to, from) = oneshot::channel();
        (Self { to, held: None }, from)
    }

    /// Holds a result; a refusal is an answer too, anything worse is handed on.
    fn hold(&mut self, result: Result<T, Fault>) -> Result<(), Fault> {
        self.held = Some(match result {
            Ok(value) => Ok(value),
            Err(Fault::Refusal(error)) => Err(error),
            Err(fault) => return Err(fault),
        });
        Ok(())
    }

    fn fail(&mut self, error: &RecordError) {
        self.held = Some(Err(error.clone()));
    }

    /// Nobody listens any more: then nobody needs to be told.
    fn send(self) {
        if let Some(result) = self.held {
            let _ = self.to.send(result);
        }
    }
}
