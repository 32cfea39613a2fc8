//! Values of the protocol as the numbers that stand in rows, and back.
//!
//! Pure. These numbers are in files: they may be added to and never changed.

use crate::protocol::arrival::Verification;
use crate::protocol::attempt::{Answer, Attempt, Outcome, Phase, Purpose};
use crate::protocol::event::EventType;
use crate::protocol::signature::Reason;
use bytes::Bytes;
use jiff::Timestamp;

/// A number in a row that nothing was ever written as.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no {1}")]
pub(super) struct Unwritten(pub i64, pub &'static str);

/// Unix milliseconds as a time.
pub(super) fn time(ms: i64) -> Result<Timestamp, Unwritten> {
    Timestamp::from_millisecond(ms).map_err(|_| Unwritten(ms, "time"))
}

/// An event of the catalogue as a number.
pub(super) fn kind(event: EventType) -> i64 {
    match event {
        EventType::SignupCreated => 1,
        EventType::SignupPositionChanged => 2,
        EventType::SignupDeleted => 3,
    }
}

/// Set in an arrival's state once any arrival of its event, up to this one, was verified.
const PROVED: i64 = 4;

/// The state of an arrival: its own verification, and whether it or one before it was valid.
pub(super) fn state(own: Verification, before: i64) -> i64 {
    let own = match own {
        Verification::Unsigned => 0,
        Verification::Valid => 1 | PROVED,
        Verification::Invalid => 2,
    };
    own | (before & PROVED)
}

/// An arrival's own verification.
pub(super) fn own_verification(state: i64) -> Result<Verification, Unwritten> {
    match state & !PROVED {
        0 => Ok(Verification::Unsigned),
        1 => Ok(Verification::Valid),
        2 => Ok(Verification::Invalid),
        _ => Err(Unwritten(state, "state of an arrival")),
    }
}

/// The best verification of all arrivals up to one: one valid signature proves the body.
pub(super) fn best_verification(state: i64) -> Result<Verification, Unwritten> {
    if state & PROVED != 0 { Ok(Verification::Valid) } else { own_verification(state) }
}

/// A purpose as a number.
pub(super) fn purpose(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Trigger => 0,
        Purpose::Forward => 1,
        Purpose::Replay => 2,
        Purpose::Reconcile => 3,
    }
}

/// The purpose of a number.
pub(super) fn to_purpose(number: i64) -> Result<Purpose, Unwritten> {
    match number {
        0 => Ok(Purpose::Trigger),
        1 => Ok(Purpose::Forward),
        2 => Ok(Purpose::Replay),
        3 => Ok(Purpose::Reconcile),
        _ => Err(Unwritten(number, "purpose")),
    }
}

const REASONS: [Reason; 8] = [
    Reason::Missing,
    Reason::Empty,
    Reason::NoPrefix,
    Reason::WrongPrefix,
    Reason::NotHex,
    Reason::WrongLength,
    Reason::DoubledHeader,
    Reason::Mismatch,
];

/// A reason as a number.
pub(super) fn reason(reason: Reason) -> i64 {
    match reason {
        Reason::Missing => 0,
        Reason::Empty => 1,
        Reason::NoPrefix => 2,
        Reason::WrongPrefix => 3,
        Reason::NotHex => 4,
        Reason::WrongLength => 5,
        Reason::DoubledHeader => 6,
        Reason::Mismatch => 7,
    }
}

/// The reason of a number.
pub(super) fn to_reason(number: i64) -> Result<Reason, Unwritten> {
    let found = usize::try_from(number).ok().and_then(|index| REASONS.get(index).copied());
    found.ok_or(Unwritten(number, "reason"))
}

/// An outcome as the columns of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OutcomeColumns {
    /// Which outcome, and for a time-out in which phase.
    pub outcome: i64,
    /// Status of an answer.
    pub status: Option<i64>,
    /// Whether an answer's body was longer than what is kept.
    pub truncated: bool,
    /// Location of an answer, or the words of an error.
    pub words: Option<String>,
    /// What is kept of an answer's body; `None` for an empty one.
    pub answer: Option<Bytes>,
}

impl OutcomeColumns {
    /// Takes an outcome apart.
    pub fn of(outcome: &Outcome) -> Self {
        let plain = |outcome| Self { outcome, ..Self::default() };
        let worded = |outcome, words: &str| Self { outcome, words: Some(words.to_owned()), ..Self::default() };
        match outcome {
            Outcome::Answered(answer) => Self {
                outcome: 0,
                status: Some(i64::from(answer.status)),
                truncated: answer.truncated,
                words: answer.location.clone(),
                answer: (!answer.body.is_empty()).then(|| answer.body.clone()),
            },
            Outcome::TimedOut(Phase::Connect) => plain(1),
            Outcome::TimedOut(Phase::Head) => plain(2),
            Outcome::TimedOut(Phase::Body) => plain(3),
            Outcome::Refused => plain(4),
            Outcome::UnknownHost => plain(5),
            Outcome::Tls(words) => worded(6, words),
            Outcome::Disconnected => plain(7),
            Outcome::Malformed(words) => worded(8, words),
            Outcome::Failed(words) => worded(9, words),
        }
    }

    /// Puts it together again.
    pub fn into_outcome(self) -> Result<Outcome, Unwritten> {
        let words = self.words.clone().unwrap_or_default();
        Ok(match self.outcome {
            0 => Outcome::Answered(self.into_answer()?),
            1 => Outcome::TimedOut(Phase::Connect),
            2 => Outcome::TimedOut(Phase::Head),
            3 => Outcome::TimedOut(Phase::Body),
            4 => Outcome::Refused,
            5 => Outcome::UnknownHost,
            6 => Outcome::Tls(words),
            7 => Outcome::Disconnected,
            8 => Outcome::Malformed(words),
            9 => Outcome::Failed(words),
            other => return Err(Unwritten(other, "outcome")),
        })
    }

    fn into_answer(self) -> Result<Answer, Unwritten> {
        let status = self.status.unwrap_or_default();
        Ok(Answer {
            status: u16::try_from(status).map_err(|_| Unwritten(status, "status"))?,
            location: self.words,
            body: self.answer.unwrap_or_default(),
            truncated: self.truncated,
        })
    }
}

/// Latency in microseconds, as stored.
pub(super) fn latency_us(attempt: &Attempt) -> i64 {
    i64::try_from(attempt.latency.as_micros()).unwrap_or(i64::MAX)
}
