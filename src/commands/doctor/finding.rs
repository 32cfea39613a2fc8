//! A check of the setup, and what it found.

use crate::error::Error;
use crate::protocol::check::CheckSeverity;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SetupFinding {
    /// Its stable id.
    pub id: &'static str,
    /// How much a failure matters.
    pub severity: CheckSeverity,
    /// What should be so, in one sentence.
    pub title: &'static str,
    pub why: &'static str,
    pub verdict: SetupVerdict,
    /// What was seen, or why nothing was looked at.
    pub seen: String,
    /// What to do, one sentence or command line each.
    pub fix: Vec<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetupVerdict {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// There was nothing to look at.
    Skipped,
}

impl SetupFinding {
    /// What it belongs to: the setup, or a chapter of the documentation's troubleshooting.
    pub(super) fn group(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(group, _)| group)
    }
}

impl SetupFinding {
    /// Whether something is wrong now.
    pub(super) fn is_fault(&self) -> bool {
        self.verdict == SetupVerdict::Failed && !self.is_past()
    }

    /// Whether it tells of the history alone, which may be mended by now: something to look at, and no failure.
    pub(super) fn is_past(&self) -> bool {
        const PAST: [&str; 4] = ["arriving.logs", "arriving.by-hand", "duplicates.slow", "duplicates.repeats"];
        self.group() == "failures" || PAST.contains(&self.id)
    }
}

impl SetupVerdict {
    /// Its name in records.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SetupCheck {
    /// Its stable id.
    pub id: &'static str,
    /// How much a failure matters.
    pub severity: CheckSeverity,
    /// What should be so, in one sentence.
    pub title: &'static str,
    pub why: &'static str,
}

impl SetupCheck {
    /// It is so.
    pub(super) fn passed(self, seen: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Passed, seen, Vec::new())
    }

    /// It is not so, and what to do.
    pub(super) fn failed(self, seen: impl Into<String>, fix: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Failed, seen, vec![fix.into()])
    }

    /// There was nothing to look at, and why.
    pub(super) fn skipped(self, why: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Skipped, why, Vec::new())
    }

    /// An error is a finding like another.
    pub(super) fn broken(self, error: Error) -> SetupFinding {
        self.found(SetupVerdict::Failed, error.message, error.hints)
    }

    /// It is not so, and there are several things to do.
    pub(super) fn failed_with(self, seen: impl Into<String>, fix: Vec<String>) -> SetupFinding {
        self.found(SetupVerdict::Failed, seen, fix)
    }

    fn found(self, verdict: SetupVerdict, seen: impl Into<String>, fix: Vec<String>) -> SetupFinding {
        let Self { id, severity, title, why } = self;
        SetupFinding { id, severity, title, why, verdict, seen: seen.into(), fix }
    }
}
