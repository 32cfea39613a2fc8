//! Deliveries as a running sandbox tells them, `{"deliveries":[…]}`, read back.

use crate::protocol::attempt::{AttemptOutcome, AttemptPhase, AttemptResponse};
use crate::protocol::body::RawBody;
use crate::protocol::delivery::{SandboxAttemptState, SandboxDelivery, SandboxDeliveryAttempt, SandboxDeliveryState};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::Duration;

/// The page.
#[derive(Deserialize)]
struct ToldDeliveries {
    deliveries: Vec<ToldDelivery>,
}

/// A `delivery` record.
#[derive(Deserialize)]
struct ToldDelivery {
    delivery: u64,
    subscription: String,
    event_type: String,
    signup_id: String,
    email: String,
    url: String,
    created_at: String,
    state: SandboxDeliveryState,
    due_at: Option<String>,
    attempts: Vec<ToldAttempt>,
    #[serde(flatten)]
    body: ToldBody,
}

/// One attempt of it.
#[derive(Deserialize)]
struct ToldAttempt {
    attempt: u32,
    #[serde(default)]
    again: bool,
    due_at: String,
    started_at: String,
    #[serde(default)]
    latency_ms: u64,
    outcome: String,
    status: Option<u16>,
    detail: Option<String>,
    location: Option<String>,
    #[serde(default)]
    body_truncated: bool,
    #[serde(flatten)]
    body: ToldBody,
}

/// Bytes, as text or in Base64.
#[derive(Deserialize)]
struct ToldBody {
    body: Option<String>,
    body_base64: Option<String>,
}

/// Reads the page; what cannot be read is said in words.
pub(super) fn read_told_deliveries(page: &[u8]) -> Result<Vec<SandboxDelivery>, String> {
    let told: ToldDeliveries =
        serde_json::from_slice(page).map_err(|error| format!("its answer cannot be read: {error}"))?;
    told.deliveries.into_iter().map(ToldDelivery::read).collect()
}

fn read_time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("its answer cannot be read: {text} is no time"))
}

impl ToldDelivery {
    fn read(self) -> Result<SandboxDelivery, String> {
        Ok(SandboxDelivery {
            number: self.delivery,
            subscription: self.subscription,
            event_type: self.event_type,
            signup: self.signup_id,
            email: self.email,
            url: self.url,
            body: RawBody::new(self.body.read()?),
            created_at: read_time(&self.created_at)?,
            state: self.state,
            due_at: self.due_at.as_deref().map(read_time).transpose()?,
            attempts: self.attempts.into_iter().map(ToldAttempt::read).collect::<Result<_, _>>()?,
        })
    }
}

impl ToldAttempt {
    fn read(self) -> Result<SandboxDeliveryAttempt, String> {
        Ok(SandboxDeliveryAttempt {
            number: self.attempt,
            again: self.again,
            due_at: read_time(&self.due_at)?,
            started_at: read_time(&self.started_at)?,
            end: self.read_end()?,
        })
    }

    /// How it ended, by the name in the record.
    fn read_end(self) -> Result<SandboxAttemptState, String> {
        let latency = Duration::from_millis(self.latency_ms);
        let words = self.detail.unwrap_or_default();
        let outcome = match self.outcome.as_str() {
            "under_way" => return Ok(SandboxAttemptState::UnderWay),
            "interrupted" => return Ok(SandboxAttemptState::Interrupted),
            name @ ("acknowledged" | "rejected") => AttemptOutcome::Answered(AttemptResponse {
                status: self.status.ok_or("its answer cannot be read: an attempt has no status")?,
                location: self.location,
                body: self.body.read()?.into(),
                truncated: self.body_truncated,
                only_200: false,
            })
            .with_verdict(name == "acknowledged"),
            "timeout" => AttemptOutcome::TimedOut(read_phase(&words)),
            "refused" => AttemptOutcome::Refused,
            "unknown_host" => AttemptOutcome::UnknownHost,
            "tls" => AttemptOutcome::Tls(words),
            "disconnected" => AttemptOutcome::Disconnected,
            "malformed" => AttemptOutcome::Malformed(words),
            _ => AttemptOutcome::Failed(words),
        };
        Ok(SandboxAttemptState::Ended { outcome, latency })
    }
}

/// Where the time ran out, by what is said of it.
fn read_phase(words: &str) -> AttemptPhase {
    let said = |phase: &AttemptPhase| AttemptOutcome::TimedOut(*phase).detail().as_deref() == Some(words);
    [AttemptPhase::Connect, AttemptPhase::Body].into_iter().find(said).unwrap_or(AttemptPhase::Head)
}

impl ToldBody {
    fn read(self) -> Result<Vec<u8>, String> {
        match (self.body, self.body_base64) {
            (Some(text), _) => Ok(text.into_bytes()),
            (None, Some(text)) => STANDARD.decode(text).map_err(|_| "its answer cannot be read: odd Base64".into()),
            (None, None) => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::records::{DeliveryPageFields, DeliveryRecord, encode_line};

    #[test]
    fn what_a_sandbox_tells_is_what_it_has() {
        let answered = |status, only_200, body: &'static [u8]| {
            AttemptOutcome::Answered(AttemptResponse {
                status,
                location: (status == 302).then(|| "/there".to_owned()),
                body: body.into(),
                truncated: status == 500,
                only_200,
            })
        };
        let outcomes = [
            answered(200, false, b"ok"),
            answered(204, true, b""),
            answered(302, false, b""),
            answered(500, false, b"\xff"),
            AttemptOutcome::TimedOut(AttemptPhase::Connect),
            AttemptOutcome::TimedOut(AttemptPhase::Head),
            AttemptOutcome::TimedOut(AttemptPhase::Body),
            AttemptOutcome::Refused,
            AttemptOutcome::UnknownHost,
            AttemptOutcome::Tls("t".into()),
            AttemptOutcome::Disconnected,
            AttemptOutcome::Malformed("m".into()),
            AttemptOutcome::Failed("f".into()),
        ];
        let ended = outcomes.map(|outcome| SandboxAttemptState::Ended { outcome, latency: Duration::from_millis(7) });
        let ends: Vec<_> =
            ended.into_iter().chain([SandboxAttemptState::UnderWay, SandboxAttemptState::Interrupted]).collect();
        let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let attempt =
            |(number, end)| SandboxDeliveryAttempt { number, again: number == 2, due_at: at, started_at: at, end };
        let delivery = SandboxDelivery {
            number: 4,
            subscription: "sub".into(),
            event_type: "signup.created".into(),
            signup: "one".into(),
            email: "a@b.io".into(),
            url: "http://localhost/".into(),
            body: RawBody::new(b"{}\xfe".to_vec()),
            created_at: at,
            state: SandboxDeliveryState::Pending,
            due_at: Some(at),
            attempts: (1..).zip(ends).map(attempt).collect(),
        };
        let page = encode_line(&DeliveryPageFields { deliveries: vec![DeliveryRecord::of(&delivery)] }).unwrap();
        let read = read_told_deliveries(&page).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", [delivery]));
        for odd in ["", "{}", "<html>", r#"{"deliveries":[{}]}"#] {
            assert!(read_told_deliveries(odd.as_bytes()).is_err(), "{odd}");
        }
    }
}
