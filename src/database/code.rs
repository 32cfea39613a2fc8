//! Values of the protocol as the columns of a row, and back: what more than one file of ours holds.
//!
//! Pure. These numbers are in files: they may be added to and never changed.

use crate::protocol::attempt::{AttemptOutcome, AttemptPhase, AttemptResponse};
use bytes::Bytes;
use jiff::Timestamp;

/// A number in a row that nothing was ever written as.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a valid {1}")]
pub(crate) struct InvalidStoredValue(pub i64, pub &'static str);

/// Unix milliseconds as a time.
pub(crate) fn decode_time(ms: i64) -> Result<Timestamp, InvalidStoredValue> {
    Timestamp::from_millisecond(ms).map_err(|_| InvalidStoredValue(ms, "time"))
}

/// An outcome as the columns of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OutcomeColumns {
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
    pub(crate) fn from_outcome(outcome: &AttemptOutcome) -> Self {
        let plain = |outcome| Self { outcome, ..Self::default() };
        let worded = |outcome, words: &str| Self { outcome, words: Some(words.to_owned()), ..Self::default() };
        match outcome {
            AttemptOutcome::Answered(answer) => Self {
                outcome: 0,
                status: Some(i64::from(answer.status)),
                truncated: answer.truncated,
                words: answer.location.clone(),
                answer: (!answer.body.is_empty()).then(|| answer.body.clone()),
            },
            AttemptOutcome::TimedOut(AttemptPhase::Connect) => plain(1),
            AttemptOutcome::TimedOut(AttemptPhase::Head) => plain(2),
            AttemptOutcome::TimedOut(AttemptPhase::Body) => plain(3),
            AttemptOutcome::Refused => plain(4),
            AttemptOutcome::UnknownHost => plain(5),
            AttemptOutcome::Tls(words) => worded(6, words),
            AttemptOutcome::Disconnected => plain(7),
            AttemptOutcome::Malformed(words) => worded(8, words),
            AttemptOutcome::Failed(words) => worded(9, words),
        }
    }

    /// Puts it together again.
    pub(crate) fn into_outcome(self) -> Result<AttemptOutcome, InvalidStoredValue> {
        let words = self.words.clone().unwrap_or_default();
        Ok(match self.outcome {
            0 => AttemptOutcome::Answered(self.into_answer()?),
            1 => AttemptOutcome::TimedOut(AttemptPhase::Connect),
            2 => AttemptOutcome::TimedOut(AttemptPhase::Head),
            3 => AttemptOutcome::TimedOut(AttemptPhase::Body),
            4 => AttemptOutcome::Refused,
            5 => AttemptOutcome::UnknownHost,
            6 => AttemptOutcome::Tls(words),
            7 => AttemptOutcome::Disconnected,
            8 => AttemptOutcome::Malformed(words),
            9 => AttemptOutcome::Failed(words),
            other => return Err(InvalidStoredValue(other, "outcome")),
        })
    }

    fn into_answer(self) -> Result<AttemptResponse, InvalidStoredValue> {
        let status = self.status.unwrap_or_default();
        Ok(AttemptResponse {
            status: u16::try_from(status).map_err(|_| InvalidStoredValue(status, "status"))?,
            location: self.words,
            body: self.answer.unwrap_or_default(),
            truncated: self.truncated,
            only_200: false,
        })
    }
}
