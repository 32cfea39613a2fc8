//! One HTTP try of a delivery: what is sent, and how it ended. A failed attempt is data, not an error.

use super::body::RawBody;
use super::field::FieldName;
use super::signature::is_signature_header;
use bytes::Bytes;
use http::HeaderValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// Bytes of an answer's body that are kept.
pub const ANSWER_KEPT: usize = 16 * 1024;

/// A request that is ready to be sent, as often as needed.
#[derive(Debug, Clone)]
pub(crate) struct OutgoingRequest {
    /// Where to.
    pub url: Url,
    /// Header fields in order; names may repeat.
    pub headers: Vec<(FieldName, HeaderValue)>,
    /// The exact bytes.
    pub body: RawBody,
}

impl OutgoingRequest {
    /// Whether it carries a signature of either service.
    pub(crate) fn is_signed(&self) -> bool {
        self.headers.iter().any(|(name, _)| is_signature_header(name.as_str()))
    }
}

/// Why an event is being delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryPurpose {
    /// Fabricated and sent by `trigger`.
    Trigger,
    /// Passed on by the listener to the local app.
    Forward,
    /// Sent again from the history by `replay`.
    Replay,
    /// Made up from what the service has, by `reconcile`, in the place of an event that never came.
    Reconcile,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The endpoint answered in time, whatever it said.
    Answered(AttemptResponse),
    /// The budget ran out.
    TimedOut(AttemptPhase),
    /// Nothing listens there.
    Refused,
    /// The host name does not resolve.
    UnknownHost,
    /// The TLS handshake failed.
    Tls(String),
    /// The connection ended before an answer was complete.
    Disconnected,
    /// What came back is not HTTP.
    Malformed(String),
    /// Anything else, in the words of the operating system.
    Failed(String),
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptResponse {
    /// Status code.
    pub status: u16,
    /// The `Location` of a redirect, which is never followed.
    pub location: Option<String>,
    /// The first [`ANSWER_KEPT`] bytes of the body.
    pub body: Bytes,
    /// Whether the body was longer.
    pub truncated: bool,
    /// Whether 200 alone acknowledges, as the second service has it.
    pub only_200: bool,
}

/// Where an attempt was when its budget ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttemptPhase {
    /// No connection yet.
    Connect,
    /// Sent, no answer's head yet.
    Head,
    /// Head there, body not complete.
    Body,
}

impl AttemptOutcome {
    /// Whether the delivery is acknowledged: a complete 2xx answer within the budget.
    pub fn is_acknowledged(&self) -> bool {
        match self {
            Self::Answered(answer) if answer.only_200 => answer.status == 200,
            Self::Answered(answer) => super::schedule::is_acknowledgement(answer.status),
            _ => false,
        }
    }

    /// As it was judged when it ended: a 2xx that acknowledged nothing is one that fell short of 200.
    #[must_use]
    pub(crate) fn with_verdict(self, acknowledged: bool) -> Self {
        match self {
            Self::Answered(answer) if !acknowledged && super::schedule::is_acknowledgement(answer.status) => {
                Self::Answered(AttemptResponse { only_200: true, ..answer })
            }
            outcome => outcome,
        }
    }

    /// The status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) => Some(answer.status),
            _ => None,
        }
    }

    /// The outcome's stable name in records: `acknowledged`, `rejected`, `timeout`, `refused`, `unknown_host`, `tls`,
    /// `disconnected`, `malformed`, `failed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answered(_) if self.is_acknowledged() => "acknowledged",
            Self::Answered(_) => "rejected",
            Self::TimedOut(_) => "timeout",
            Self::Refused => "refused",
            Self::UnknownHost => "unknown_host",
            Self::Tls(_) => "tls",
            Self::Disconnected => "disconnected",
            Self::Malformed(_) => "malformed",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether there was nobody to send to: no connection was made.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Refused | Self::UnknownHost | Self::Tls(_) | Self::Failed(_) | Self::TimedOut(AttemptPhase::Connect)
        )
    }

    /// Why there was nobody at a URL, in one sentence.
    pub(crate) fn explain_unreachable(&self, url: &Url) -> String {
        match (self, self.detail()) {
            (Self::UnknownHost, _) => format!("unknown host {}", url.host_str().unwrap_or_default()),
            (Self::Refused, _) => format!("nothing is listening at {url}"),
            (Self::Tls(why), _) => format!("no TLS connection to {url} can be made: {why}"),
            (_, detail) => format!("{url} cannot be reached: {}", detail.unwrap_or_else(|| self.name().to_owned())),
        }
    }

    /// What happened beyond the name, in words that may quote foreign text.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::TimedOut(AttemptPhase::Connect) => Some("no connection in time".into()),
            Self::TimedOut(AttemptPhase::Head) => Some("no answer in time".into()),
            Self::TimedOut(AttemptPhase::Body) => Some("the answer's body did not end in time".into()),
            Self::Tls(text) | Self::Malformed(text) | Self::Failed(text) => Some(text.clone()),
            Self::Answered(AttemptResponse { location: Some(to), .. }) => {
                Some(format!("redirects to {to}, which is never followed"))
            }
            _ => None,
        }
    }
}

/// One HTTP try of a delivery, ended.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Number of the event within its store.
    pub event: u64,
    /// Where it was sent.
    pub url: String,
    /// Why.
    pub purpose: DeliveryPurpose,
    /// Number of the attempt within its delivery, from 1; 0 of one that was to be made and never was.
    pub number: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, answer's body included.
    pub latency: Duration,
    /// How it ended.
    pub outcome: AttemptOutcome,
}
