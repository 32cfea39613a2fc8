//! What a listener answers where it plays an endpoint that fails: `500x2,200` and its meaning.
//!
//! Pure: a grammar and an iterator's worth of arithmetic. Counting which answer a delivery is at happens elsewhere.

use std::fmt;
use std::str::FromStr;

/// A sequence of statuses, applied to each delivery from its start; the last one repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseScript {
    /// Each status with the number of the arrival after which the next one begins.
    steps: Vec<(u16, u32)>,
    last: u16,
}

impl Default for ResponseScript {
    fn default() -> Self {
        Self { steps: Vec::new(), last: 200 }
    }
}

/// What is wrong with a written sequence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseScriptError {
    /// There is nothing, or nothing between two commas.
    #[error("an answer is missing: write statuses separated by commas, like 500x2,200")]
    Missing,
    /// What stands for a status is no number.
    #[error("{0:?} is not a status: write a number from 200 to 599, like 500 or 500x2")]
    NotAStatus(String),
    /// A number that no final answer has.
    #[error("{0} cannot be used as a status: use 200 to 599")]
    OutOfRange(u32),
    /// What follows the `x` is no number from 1.
    #[error("{0:?} is not a number of times: write at least 1 after the x, like 500x2")]
    NotACount(String),
}

impl ResponseScript {
    /// The status for the arrival with this number within its delivery, from 0.
    pub fn status_for(&self, arrival: u32) -> u16 {
        let step = self.steps.iter().find(|(_, end)| arrival < *end);
        step.map_or(self.last, |(status, _)| *status)
    }

    /// The status where it is always the same, so that nobody needs to count.
    pub fn constant_status(&self) -> Option<u16> {
        self.steps.iter().all(|(status, _)| *status == self.last).then_some(self.last)
    }
}

impl FromStr for ResponseScript {
    type Err = ResponseScriptError;

    fn from_str(text: &str) -> Result<Self, ResponseScriptError> {
        let mut answers = Self::default();
        let mut end = 0u32;
        for part in text.split(',') {
            let (status, times) = parse_step(part.trim())?;
            end = end.saturating_add(times);
            answers.steps.push((status, end));
            answers.last = status;
        }
        Ok(answers)
    }
}

impl fmt::Display for ResponseScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = 0;
        for (index, (status, end)) in self.steps.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match end - start {
                1 => write!(f, "{comma}{status}")?,
                times => write!(f, "{comma}{status}x{times}")?,
            }
            start = *end;
        }
        if self.steps.is_empty() { write!(f, "{}", self.last) } else { Ok(()) }
    }
}

/// Reads `STATUS` or `STATUSxN`.
fn parse_step(part: &str) -> Result<(u16, u32), ResponseScriptError> {
    if part.is_empty() {
        return Err(ResponseScriptError::Missing);
    }
    let (status, times) = part.split_once(['x', 'X']).map_or((part, None), |(status, times)| (status, Some(times)));
    let code = parse_digits(status).ok_or_else(|| ResponseScriptError::NotAStatus(status.to_owned()))?;
    let status = u16::try_from(code).ok().filter(|code| (200..600).contains(code));
    let status = status.ok_or(ResponseScriptError::OutOfRange(code))?;
    let Some(times) = times else { return Ok((status, 1)) };
    match parse_digits(times) {
        Some(count) if count > 0 => Ok((status, count)),
        _ => Err(ResponseScriptError::NotACount(times.to_owned())),
    }
}

/// A number without the sign that `parse` would let through.
fn parse_digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
