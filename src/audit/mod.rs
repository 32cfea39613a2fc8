//! The audit: what an endpoint that receives ReferralLoop's events must withstand, check by check.
//!
//! `checks` is the catalogue, data with a few requests each; `draft` is a request in the making; `check_context` sends it and
//! remembers; `perform` carries one check out; `run` goes through the catalogue within its limits and decides what can be
//! judged at all.
//!
//! May know `protocol`, `exchange` and the clock. What has effects of its own (asking for the endpoint's state,
//! restarting it) is handed in as functions. Nothing is printed: every check that ends is reported.

mod catalogue;
mod check_context;
mod checks;
mod draft;
mod keep_alive;
mod perform;
mod run;
mod selection;

#[cfg(test)]
mod tests;

pub(crate) use catalogue::AuditCheck;
pub(crate) use check_context::AuditLimits;
pub(crate) use checks::{all_checks, find_check};
pub(crate) use run::{build_drafts, run_audit};
pub(crate) use selection::{CheckSelection, CheckSelector};

use crate::clock::SharedClock;
use crate::exchange::TlsTrust;
use crate::protocol::check::CheckReport;
use crate::protocol::field::FieldName;
use crate::protocol::signature::{HmacKey, Secret};
use http::{HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use url::Url;

/// Something that is done outside and may fail with a sentence.
pub(crate) type AuditHook<T> = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<T, String>> + Send>> + Send + Sync>;

/// Names what an endpoint verifies in the place of the bytes, from which correctly signed bodies it accepted.
pub(crate) type RejectionExplainer = Arc<dyn Fn(&[(Vec<u8>, bool)]) -> Option<String> + Send + Sync>;

/// Everything about one audit.
#[derive(Clone)]
pub(crate) struct AuditPlan {
    /// What is audited.
    pub url: Url,
    /// The secret, where one is given.
    pub secret: Option<Secret>,
    /// The header in which the signature is sent.
    pub signature_header: HeaderName,
    /// Fields that are added to every request, or stand in place of its own.
    pub headers: Vec<(FieldName, HeaderValue)>,
    /// Whose certificates are taken.
    pub trust: TlsTrust,
    /// How the requests introduce themselves.
    pub agent: HeaderValue,
    /// Which checks.
    pub selection: CheckSelection,
    /// Also those that strain the endpoint.
    pub intrusive: bool,
    /// Bounds of number and time.
    pub limits: AuditLimits,
    /// Whether a check is run although what it builds upon has failed.
    pub regardless: bool,
    /// A number that grows with every effect of an event.
    pub state: Option<AuditHook<i64>>,
    /// Names the cause where correct signatures are refused.
    pub explain: RejectionExplainer,
    /// Restarts the endpoint.
    pub restart: Option<AuditHook<()>>,
    /// Findings that are known and accepted: id and reason.
    pub accepted: BTreeMap<String, String>,
    /// Makes ids and names.
    pub seed: u64,
    /// The clock.
    pub clock: SharedClock,
}

impl AuditPlan {
    /// What signs, where a secret is given.
    pub(crate) fn key(&self) -> Option<HmacKey> {
        self.secret.as_ref().map(Secret::key)
    }
}

/// Whoever is told how the audit goes.
pub(crate) trait AuditObserver {
    /// A check begins: how many have ended, how many there are, and its id.
    fn check_started(&mut self, ended: usize, of: usize, id: &'static str);

    /// A check has ended.
    fn check_ended(&mut self, check: &CheckReport);
}

/// Why there is no audit at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuditUnreachable {
    /// Nothing answers there.
    #[error("{0}")]
    Endpoint(String),
}
