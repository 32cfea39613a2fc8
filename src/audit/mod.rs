//! The audit: what an endpoint that receives ReferralLoop's events must withstand, check by check.
//!
//! `checks` is the catalogue, data with a few requests each; `draft` is a request in the making; `check_context` sends it and
//! remembers; `perform` carries one check out; `run` goes through the catalogue within its limits and decides what can be
//! judged at all; `following` tells one fault once, `life` which check the endpoint did not survive, `waiting` is before it all.
//!
//! May know `protocol`, `exchange` and the clock. What has effects of its own (asking for the endpoint's state,
//! restarting it) is handed in as functions. Nothing is printed: every check that ends is reported.

mod catalogue;
mod check_context;
mod checks;
mod draft;
mod following;
mod keep_alive;
mod life;
mod perform;
mod run;
mod selection;
mod waiting;

#[cfg(test)]
mod tests;

pub(crate) use catalogue::AuditCheck;
pub(crate) use checks::{all_checks, checks_of, find_check, is_of_service};
pub(crate) use run::{build_drafts, run_audit};
pub(crate) use selection::{CheckSelection, CheckSelector};
pub(crate) use waiting::wait_for_endpoint;

use crate::clock::SharedClock;
use crate::exchange::TlsTrust;
use crate::protocol::check::CheckReport;
use crate::protocol::field::FieldName;
use crate::protocol::referralhero::HeroEncoding;
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::RetryFrom;
use crate::protocol::signature::{HmacKey, Secret};
use http::{HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Something that is done outside and may fail with a sentence.
pub(crate) type AuditHook<T> = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<T, String>> + Send>> + Send + Sync>;

/// Names what an endpoint verifies in the place of the bytes, from which correctly signed bodies it accepted.
pub(crate) type RejectionExplainer = Arc<dyn Fn(&[(Vec<u8>, bool)]) -> Option<String> + Send + Sync>;

/// Finds out what an endpoint hashes that accepts nothing: what is proved, and the requests that it took.
pub(crate) type RefusalProbe =
    Arc<dyn Fn(AuditPlan) -> Pin<Box<dyn Future<Output = (Option<String>, u32)>>> + Send + Sync>;

/// The most requests that it makes.
const PROBE_REQUESTS: u32 = 40;

/// Bounds of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuditLimits {
    pub requests: u32,
    pub time: Duration,
}

impl AuditLimits {
    /// What nobody minds.
    pub(crate) const USUAL: Self = Self { requests: 320, time: Duration::from_secs(180) };
    /// With the checks that strain the endpoint.
    pub(crate) const INTRUSIVE: Self = Self { requests: 1_000, time: Duration::from_secs(300) };
}

/// Everything about one audit.
#[derive(Clone)]
pub(crate) struct AuditPlan {
    /// What is audited.
    pub url: Url,
    /// The secret, where one is given.
    pub secret: Option<Secret>,
    /// Whether it receives the second service's events, and how these are signed.
    pub hero: Option<HeroEncoding>,
    /// The header in which the signature is sent.
    pub signature_header: HeaderName,
    /// Fields that are added to every request, or stand in place of its own.
    pub headers: Vec<(FieldName, HeaderValue)>,
    /// Whose certificates are taken.
    pub trust: TlsTrust,
    /// How the requests introduce themselves.
    pub agent: HeaderValue,
    pub selection: CheckSelection,
    /// Also those that strain the endpoint.
    pub intrusive: bool,
    /// Bounds of number and time.
    pub limits: AuditLimits,
    /// How long to wait before it for somebody to listen.
    pub wait: Duration,
    /// Whether a check is run although what it builds upon has failed.
    pub regardless: bool,
    /// A number that grows with every effect of an event.
    pub state: Option<AuditHook<i64>>,
    /// Names the cause where correct signatures are refused.
    pub explain: RejectionExplainer,
    /// Names the cause where nothing is accepted.
    pub probe: RefusalProbe,
    /// Restarts the endpoint.
    pub restart: Option<AuditHook<()>>,
    /// Findings that are known and accepted: id and reason.
    pub accepted: BTreeMap<String, String>,
    /// Makes ids and names.
    pub seed: u64,
    pub clock: SharedClock,
}

impl AuditPlan {
    /// What signs, where a secret is given.
    pub(crate) fn key(&self) -> Option<HmacKey> {
        self.secret.as_ref().map(Secret::key)
    }

    /// The header's value for these bytes, where there is a secret.
    fn sign(&self, body: &[u8]) -> Option<String> {
        self.key().map(|key| self.write_digest(key.sign(body).trim_start_matches("sha256=")))
    }

    /// A digest in hexadecimal as the service's header has it.
    fn write_digest(&self, hex: &str) -> String {
        match self.hero {
            Some(encoding) => encoding.write_digest(hex),
            None => format!("sha256={hex}"),
        }
    }

    /// By whose rules answers are judged.
    fn rules(&self) -> DeliveryRules {
        match self.hero {
            Some(_) => DeliveryRules::Referralhero,
            None => DeliveryRules::Referralloop(RetryFrom::default()),
        }
    }
}

/// Whoever is told how the audit goes.
pub(crate) trait AuditObserver {
    /// A check begins: how many have ended, how many there are, and its id.
    fn check_started(&mut self, ended: usize, of: usize, id: &'static str);

    fn check_ended(&mut self, check: &CheckReport);
}

/// Why there is no audit at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuditUnreachable {
    /// Nothing answers there.
    #[error("{0}")]
    Endpoint(String),
}
