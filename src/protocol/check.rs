//! What an audit of an endpoint finds, as values: checks with stable ids, how each ended, and what was sent and came
//! back. The audit makes them, the screen and the report files show them.

use super::attempt::AttemptOutcome;
use super::body::RawBody;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// The check that fails where no other could tell whether forged events are refused.
pub(crate) const AUTHENTICITY_CHECK: &str = "auth.checked";

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckSeverity {
    /// Good to know.
    Info,
    /// Worth mending some day.
    Low,
    /// Events are refused or lost under circumstances that happen.
    Medium,
    /// Events are refused, lost or counted twice as a matter of course.
    High,
    /// Nothing works, or everybody can forge events.
    Critical,
}

impl CheckSeverity {
    /// All, least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its name in options, records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for CheckSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for CheckSeverity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.name() == text)
            .ok_or_else(|| format!("the severities are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// What a check is about. Ids begin with the group's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckGroup {
    /// Whether events are acknowledged at all.
    Delivery,
    /// Whether forged events are refused, and only these.
    Auth,
    /// Whether unusual content is survived.
    Robust,
    /// Whether repeats, order and age are handled as the service delivers.
    Semantics,
    /// Whether it stays alive.
    Load,
    /// Whether it gives away more than it must.
    Hygiene,
}

impl CheckGroup {
    /// All, in the order in which they are run and shown.
    pub const ALL: [Self; 6] = [Self::Delivery, Self::Auth, Self::Robust, Self::Semantics, Self::Load, Self::Hygiene];

    /// What ids begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Auth => "auth",
            Self::Robust => "robust",
            Self::Semantics => "semantics",
            Self::Load => "load",
            Self::Hygiene => "hygiene",
        }
    }

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Delivery => "Delivery",
            Self::Auth => "Authenticity",
            Self::Robust => "Robustness",
            Self::Semantics => "Delivery semantics",
            Self::Load => "Load and liveness",
            Self::Hygiene => "Hygiene",
        }
    }

    /// The group of an id.
    pub fn from_id(id: &str) -> Option<Self> {
        let name = id.split('.').next()?;
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckVerdict {
    /// As it should.
    Passed,
    /// Not as it should: what was seen, in one sentence.
    Failed(String),
    /// It failed, and the baseline file accepts that.
    Accepted {
        /// What was seen.
        what: String,
        /// Why that is accepted.
        reason: String,
    },
    /// It was not judged, for this reason.
    Skipped(String),
}

impl CheckVerdict {
    /// Its name in records.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Accepted { .. } => "accepted",
            Self::Skipped(_) => "skipped",
        }
    }
}

/// A request of the audit, and what came back.
#[derive(Debug, Clone)]
pub struct CheckExchange {
    /// What the request was for, in a few words.
    pub what: String,
    /// Its method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Its header fields, names as written.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: RawBody,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The answer's header fields.
    pub answer_headers: Vec<(String, String)>,
    /// How long it took.
    pub latency: Duration,
}

impl CheckExchange {
    /// The values of a field of the answer, its name in lower case.
    pub fn response_header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.answer_headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// What is kept of the answer's body.
    pub fn response_body(&self) -> &[u8] {
        match &self.outcome {
            AttemptOutcome::Answered(answer) => &answer.body,
            _ => &[],
        }
    }
}

/// A check that has ended, as told.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// Its stable id: `auth.missing`.
    pub id: &'static str,
    /// What it is about.
    pub group: CheckGroup,
    /// How much a failure matters.
    pub severity: CheckSeverity,
    /// What should be so, in one sentence.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// How it ended.
    pub verdict: CheckVerdict,
    /// What was sent and came back; of a failed check only what shows the failure.
    pub exchanges: Vec<CheckExchange>,
    /// The command line that repeats it.
    pub repeat: String,
    /// How long it took.
    pub took: Duration,
}

impl CheckReport {
    /// Whether it is a finding of this severity or above that nobody has accepted.
    pub fn fails_at(&self, least: CheckSeverity) -> bool {
        matches!(self.verdict, CheckVerdict::Failed(_)) && self.severity >= least
    }
}

/// A whole audit.
#[derive(Debug, Clone)]
pub(crate) struct AuditReport {
    /// What was audited.
    pub url: String,
    /// Its checks, in the order in which they ran.
    pub checks: Vec<CheckReport>,
    /// What made its ids and addresses; the same seed makes the same ones.
    pub seed: u64,
    /// Requests that were sent.
    pub requests: u32,
    /// How long it took.
    pub took: Duration,
    /// Why it ended before all checks had run, if it did.
    pub cut_short: Option<String>,
}

/// How many checks ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct CheckCounts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Failed and accepted.
    pub accepted: usize,
    /// Not judged.
    pub skipped: usize,
}

impl AuditReport {
    /// How many checks ended how.
    pub(crate) fn counts(&self) -> CheckCounts {
        let mut counts = CheckCounts::default();
        for check in &self.checks {
            *match check.verdict {
                CheckVerdict::Passed => &mut counts.passed,
                CheckVerdict::Failed(_) => &mut counts.failed,
                CheckVerdict::Accepted { .. } => &mut counts.accepted,
                CheckVerdict::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    /// Why nobody knows whether forged events are refused, where that could not be checked.
    pub(crate) fn not_authenticated(&self) -> Option<&str> {
        self.checks.iter().find(|check| check.id == AUTHENTICITY_CHECK).and_then(|check| match &check.verdict {
            // What was not looked at, for whatever reason, was not checked.
            CheckVerdict::Failed(why) | CheckVerdict::Skipped(why) => Some(why.as_str()),
            _ => None,
        })
    }

    /// Whether there is a finding of this severity or above, or nothing to find one in.
    pub(crate) fn fails_at(&self, least: CheckSeverity) -> bool {
        self.is_empty_handed() || self.checks.iter().any(|check| check.fails_at(least))
    }

    /// Whether every check was skipped: then it says nothing of the endpoint.
    pub(crate) fn is_empty_handed(&self) -> bool {
        self.checks.iter().all(|check| matches!(check.verdict, CheckVerdict::Skipped(_)))
    }

    /// The checks of a group: failed ones first, the gravest in front; then accepted, passed and skipped ones.
    pub(crate) fn checks_in_group(&self, group: CheckGroup) -> Vec<&CheckReport> {
        let mut checks: Vec<&CheckReport> = self.checks.iter().filter(|check| check.group == group).collect();
        checks.sort_by_key(|check| match check.verdict {
            CheckVerdict::Failed(_) => (0, std::cmp::Reverse(check.severity)),
            CheckVerdict::Accepted { .. } => (1, std::cmp::Reverse(check.severity)),
            CheckVerdict::Passed => (2, std::cmp::Reverse(CheckSeverity::Info)),
            CheckVerdict::Skipped(_) => (3, std::cmp::Reverse(CheckSeverity::Info)),
        });
        checks
    }
}
