//! What keeps a call from being answered well, one cause a variant, and what that says about the call.

use super::SuccessfulResponse;
use crate::protocol::api::{ApiCall, ApiErrorResponse, ApiResponseError};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase};
use bytes::Bytes;

/// A call that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiFailure {
    pub call: ApiCall,
    pub cause: ApiFailureCause,
    /// How often it was made.
    pub tries: u32,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ApiFailureCause {
    /// There was no whole answer.
    Unanswered(AttemptOutcome),
    /// The service says no: 4xx or 5xx.
    Refused(ApiErrorResponse),
    /// The answer points elsewhere, where the key must not go.
    Redirected {
        status: u16,
        /// Where it points.
        to: Option<String>,
    },
    /// A good answer that says nothing.
    Unreadable {
        status: u16,
        /// Why it says nothing.
        why: ApiResponseError,
        /// What it says instead, the key taken out.
        body: Bytes,
    },
    /// An answer of more bytes than this.
    TooLarge(usize),
    /// More pages than are read of one list.
    Endless {
        pages: u32,
        /// Rows on them.
        rows: u64,
    },
    /// What was to be sent cannot be written.
    Unwritable(String),
}

impl ApiFailure {
    pub(super) fn new(call: &ApiCall, cause: ApiFailureCause, tries: u32) -> Self {
        Self { call: call.clone(), cause, tries }
    }

    pub(super) fn unreadable(call: &ApiCall, good: &SuccessfulResponse, why: ApiResponseError) -> Self {
        Self::new(call, ApiFailureCause::Unreadable { status: good.status, why, body: good.body.clone() }, 1)
    }

    /// The answer that could not be understood, where there was one, as text and not all of a long one.
    pub(crate) fn odd_answer(&self) -> Option<String> {
        const LONGEST: usize = 4096;
        match &self.cause {
            ApiFailureCause::Unreadable { body, .. } if !body.is_empty() => {
                Some(String::from_utf8_lossy(&body[..body.len().min(LONGEST)]).into_owned())
            }
            _ => None,
        }
    }

    /// Whether the service took the key: it said so, it said no, or nobody knows.
    pub(crate) fn accepts_key(&self) -> Option<bool> {
        match &self.cause {
            ApiFailureCause::Unreadable { .. } | ApiFailureCause::TooLarge(_) | ApiFailureCause::Endless { .. } => {
                Some(true)
            }
            ApiFailureCause::Refused(refusal) if matches!(refusal.status, 401 | 403) => Some(false),
            _ => None,
        }
    }

    /// Whether nothing was listening there.
    pub(crate) fn found_nobody(&self) -> bool {
        matches!(self.cause, ApiFailureCause::Unanswered(AttemptOutcome::Refused))
    }

    /// The status of a refusal.
    pub(crate) fn status(&self) -> Option<u16> {
        match &self.cause {
            ApiFailureCause::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// Whether the service may have done what it was asked: everything but what never reached it, and what it refused
    /// for a reason of the caller's.
    pub(crate) fn is_uncertain(&self) -> bool {
        match &self.cause {
            ApiFailureCause::Unanswered(outcome) => !matches!(
                outcome,
                AttemptOutcome::Refused
                    | AttemptOutcome::UnknownHost
                    | AttemptOutcome::Tls(_)
                    | AttemptOutcome::TimedOut(AttemptPhase::Connect)
            ),
            ApiFailureCause::Refused(refusal) => refusal.status >= 500,
            // 303 answers a thing that was made, and servers answer 301 and 302 in its place (RFC 9110, sections 15.4.2 to
            // 15.4.4); 307 and 308 ask for the same call elsewhere, so it was not carried out.
            ApiFailureCause::Redirected { status, .. } => matches!(status, 301..=303),
            ApiFailureCause::Unreadable { .. } | ApiFailureCause::TooLarge(_) => true,
            ApiFailureCause::Endless { .. } | ApiFailureCause::Unwritable(_) => false,
        }
    }
}
