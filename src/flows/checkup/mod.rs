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
use url::Url;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable id.
    pub id: &'static str,
    /// What should be so, in one sentence.
    pub title: &'static str,
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

/// What a check is: its id, and what should be so.
#[derive(Debug, Clone, Copy)]
struct Check(&'static str, &'static str);

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
        Finding { id: self.0, title: self.1, verdict, seen: seen.into(), fix }
    }
}

const CONFIGURATION: Check = Check("setup.configuration", "the settings can be read");

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
