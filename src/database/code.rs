//! Values of the protocol as the columns of a row, and back: what more than one file of ours holds.
//!
//! Pure. These numbers are in files: they may be added to and never changed.

use crate::protocol::attempt::{Answer, Outcome, Phase};
use bytes::Bytes;
use jiff::Timestamp;

/// A number in a row that nothing was ever written as.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no {1}")]
pub struct Unwritten(pub i64, pub &'static str);

/// Unix milliseconds as a time.
pub fn time(ms: i64) -> Result<Timestamp, Unwritten> {
    Timestamp::from_millisecond(ms).map_err(|_| Unwritten(ms, "time"))
}

/// An outcome as the columns of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutcomeColumns {
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
