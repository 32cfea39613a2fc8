//! What keeps a call from being answered well, one cause a variant, and what that says about the call.

use crate::protocol::api::{Call, Refusal, Unreadable};
use crate::protocol::attempt::{Outcome, Phase};

/// A call that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The call.
    pub call: Call,
    /// Why.
    pub cause: Cause,
    /// How often it was made.
    pub tries: u32,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// There was no whole answer.
    Unanswered(Outcome),
    /// The service says no: 4xx or 5xx.
    Refused(Refusal),
    /// The answer points elsewhere, where the key must not go.
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Where it points.
        to: Option<String>,
    },
    /// A good answer that says nothing.
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// Why it says nothing.
        why: Unreadable,
    },
    /// An answer of more bytes than this.
    TooLarge(usize),
    /// What was to be sent cannot be written.
    Unwritable(String),
}

impl Failure {
    pub(super) fn new(call: &Call, cause: Cause, tries: u32) -> Self {
        Self { call: call.clone(), cause, tries }
    }

    pub(super) fn unreadable(call: &Call, status: u16, why: Unreadable) -> Self {
        Self::new(call, Cause::Unreadable { status, why }, 1)
    }

    /// The status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match &self.cause {
            Cause::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// Whether the service may have done what it was asked: everything but what never reached it, and what it refused
    /// for a reason of the caller's.
    pub fn is_open(&self) -> bool {
        match &self.cause {
            Cause::Unanswered(outcome) => !matches!(
                outcome,
                Outcome::Refused | Outcome::UnknownHost | Outcome::Tls(_) | Outcome::TimedOut(Phase::Connect)
            ),
            Cause::Refused(refusal) => refusal.status >= 500,
            // 303 answers a thing that was made, and servers answer 301 and 302 in its place (RFC 9110, sections 15.4.2 to
            // 15.4.4); 307 and 308 ask for the same call elsewhere, so it was not carried out.
            Cause::Redirected { status, .. } => matches!(status, 301..=303),
            Cause::Unreadable { .. } | Cause::TooLarge(_) => true,
            Cause::Unwritable(_) => false,
        }
    }
}
