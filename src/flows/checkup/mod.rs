//! Whether this machine, this profile and the service are ready: one finding a check, each with what to do.
//!
//! Looks and changes nothing: no secret is made, no port is kept, no request reaches the user's app.

mod local;
mod remote;
mod secret;

use crate::config::Settings;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::protocol::check::Severity;
use url::Url;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable id.
    pub id: &'static str,
    /// How much a failure matters.
    pub severity: Severity,
    /// What should be so, in one sentence.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen, or why nothing was looked at.
    pub seen: String,
    /// What to do, one sentence or command line each.
    pub fix: Vec<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// There was nothing to look at.
    Skipped,
}

impl Verdict {
    /// Its name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What a check is.
#[derive(Debug, Clone, Copy)]
struct Check {
    id: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
}

impl Check {
    fn passed(self, seen: impl Into<String>) -> Finding {
        self.found(Verdict::Passed, seen, Vec::new())
    }

    fn failed(self, seen: impl Into<String>, fix: impl Into<String>) -> Finding {
        self.found(Verdict::Failed, seen, vec![fix.into()])
    }

    fn skipped(self, why: impl Into<String>) -> Finding {
        self.found(Verdict::Skipped, why, Vec::new())
    }

    /// An error is a finding like another.
    fn broken(self, error: Error) -> Finding {
        self.found(Verdict::Failed, error.message, error.hints)
    }

    fn found(self, verdict: Verdict, seen: impl Into<String>, fix: Vec<String>) -> Finding {
        let Self { id, severity, title, why } = self;
        Finding { id, severity, title, why, verdict, seen: seen.into(), fix }
    }
}

const CONFIGURATION: Check = Check {
    id: "setup.configuration",
    severity: Severity::Critical,
    title: "the settings can be read",
    why: "no command runs without them",
};

/// Runs every check in its order and hands over each finding as it is made.
pub async fn run(context: &Context, console: &Console, app: Option<&Url>, tell: &mut dyn FnMut(Finding)) {
    let settings = match super::workspace::settings(context, console) {
        Ok(settings) => settings,
        Err(error) => return tell(CONFIGURATION.broken(error)),
    };
    tell(configuration(&settings));
    tell(local::private(&settings));
    tell(secret::shape(&settings, context));
    tell(local::store(&settings, context));
    tell(local::subscriptions(&settings, context));
    tell(local::port(&settings, context).await);
    tell(local::app(&settings, app).await);
    for finding in remote::api(&settings, context).await {
        tell(finding);
    }
}

fn configuration(settings: &Settings) -> Finding {
    let mut parts = vec![format!("profile {}", settings.profile.value)];
    let files = settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists());
    parts.extend(files.map(|file| file.path.display().to_string()));
    CONFIGURATION.passed(parts.join(", "))
}
