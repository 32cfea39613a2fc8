//! Whether this machine, this profile and the service are ready: one finding a check, each with what to do.
//!
//! Looks and changes nothing: no secret is made, no port is kept, no request reaches the user's app.

mod local;
mod remote;
mod secret;

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::protocol::check::CheckSeverity;
use url::Url;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFinding {
    /// Its stable id.
    pub id: &'static str,
    /// How much a failure matters.
    pub severity: CheckSeverity,
    /// What should be so, in one sentence.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How it ended.
    pub verdict: SetupVerdict,
    /// What was seen, or why nothing was looked at.
    pub seen: String,
    /// What to do, one sentence or command line each.
    pub fix: Vec<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupVerdict {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// There was nothing to look at.
    Skipped,
}

impl SetupVerdict {
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
struct SetupCheck {
    id: &'static str,
    severity: CheckSeverity,
    title: &'static str,
    why: &'static str,
}

impl SetupCheck {
    fn passed(self, seen: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Passed, seen, Vec::new())
    }

    fn failed(self, seen: impl Into<String>, fix: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Failed, seen, vec![fix.into()])
    }

    fn skipped(self, why: impl Into<String>) -> SetupFinding {
        self.found(SetupVerdict::Skipped, why, Vec::new())
    }

    /// An error is a finding like another.
    fn broken(self, error: Error) -> SetupFinding {
        self.found(SetupVerdict::Failed, error.message, error.hints)
    }

    fn found(self, verdict: SetupVerdict, seen: impl Into<String>, fix: Vec<String>) -> SetupFinding {
        let Self { id, severity, title, why } = self;
        SetupFinding { id, severity, title, why, verdict, seen: seen.into(), fix }
    }
}

const CONFIGURATION: SetupCheck = SetupCheck {
    id: "setup.configuration",
    severity: CheckSeverity::Critical,
    title: "the settings can be read",
    why: "no command works without them",
};

/// Runs every check in its order and hands over each finding as it is made.
pub async fn run_checks(context: &Context, console: &Console, app: Option<&Url>, tell: &mut dyn FnMut(SetupFinding)) {
    let settings = match super::workspace::load_settings(context, console) {
        Ok(settings) => settings,
        Err(error) => return tell(CONFIGURATION.broken(error)),
    };
    tell(configuration(&settings));
    tell(local::check_private_files(&settings));
    tell(secret::check_secret(&settings, context));
    tell(local::check_store(&settings, context));
    tell(local::check_journal(&settings, context));
    tell(local::check_port(&settings, context).await);
    tell(local::check_app(&settings, app).await);
    for finding in remote::check_service(&settings, context).await {
        tell(finding);
    }
}

fn configuration(settings: &ConfigSettings) -> SetupFinding {
    let mut parts = vec![format!("profile {}", settings.profile.value)];
    let files = settings.project.iter().chain([&settings.user]).filter(|file| file.path.exists());
    parts.extend(files.map(|file| file.path.display().to_string()));
    CONFIGURATION.passed(parts.join(", "))
}
