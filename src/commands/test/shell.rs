//! The user's own commands around an audit: one prints a number that tells the endpoint's state, one restarts it.

use crate::audit::{AuditHook, AuditPlan};
use crate::error::Error;
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// How long the state may take to be told.
const STATE_WITHIN: Duration = Duration::from_secs(10);

/// How long to wait before a command that failed is run again: what it reads may be locked for a moment.
const TRY_AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(600)];

/// How much of its standard error is shown.
const SAID: usize = 160;

/// How long a restart may take.
const RESTART_WITHIN: Duration = Duration::from_secs(30);

/// A command for a shell, its standard input closed.
fn shell(command: &str, directory: &Path) -> Command {
    let mut shell = Command::from(system::shell(command));
    shell.current_dir(directory).stdin(Stdio::null()).kill_on_drop(true);
    shell
}

/// Runs `--state-cmd` and reads the number that it prints.
pub(super) fn build_state_command(command: &str, directory: &Path) -> AuditHook<i64> {
    let (command, directory): (String, PathBuf) = (command.to_owned(), directory.to_owned());
    Arc::new(move || {
        let (command, directory) = (command.clone(), directory.clone());
        Box::pin(async move {
            for wait in TRY_AGAIN_AFTER {
                match read_state(&command, &directory).await {
                    Err(StateFault::Failed(_)) => tokio::time::sleep(wait).await,
                    ended => return ended.map_err(StateFault::into_text),
                }
            }
            read_state(&command, &directory).await.map_err(StateFault::into_text)
        })
    })
}

/// Asks for the state once before anything is sent: with a command that never works, all that needs it would be skipped,
/// and the rest might pass for the whole.
pub(super) async fn require_state(plan: &AuditPlan) -> Result<(), Error> {
    match &plan.state {
        Some(ask) => ask().await.map(drop).map_err(|fault| Error::usage(fault).hint("it must print one whole number")),
        None => Ok(()),
    }
}

/// Why there is no number.
enum StateFault {
    /// The command ended with a failure, as it does while a database is locked.
    Failed(String),
    /// It would end no better a second time.
    Other(String),
}

impl StateFault {
    fn into_text(self) -> String {
        match self {
            Self::Failed(text) | Self::Other(text) => text,
        }
    }
}

async fn read_state(command: &str, directory: &Path) -> Result<i64, StateFault> {
    let output = shell(command, directory).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let timed = tokio::time::timeout(STATE_WITHIN, output).await;
    let output = timed.map_err(|_| StateFault::Other("--state-cmd took more than 10 s".to_owned()))?;
    let output = output.map_err(|error| StateFault::Other(format!("--state-cmd could not be run: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().last().unwrap_or_default();
        let said: String = said.chars().take(SAID).collect();
        let said = if said.is_empty() { said } else { format!(": {said}") };
        return Err(StateFault::Failed(format!("--state-cmd failed three times ({}){said}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.trim();
    text.parse().map_err(|_| {
        let start: String = text.chars().take(40).collect();
        StateFault::Other(format!("--state-cmd printed {start:?}, which is not a whole number"))
    })
}

/// Runs `--restart-cmd`. What it starts lives on, and has no streams of ours to hold open.
pub(super) fn build_restart_command(command: &str, directory: &Path) -> AuditHook<()> {
    let (command, directory): (String, PathBuf) = (command.to_owned(), directory.to_owned());
    Arc::new(move || {
        let status = shell(&command, &directory).stdout(Stdio::null()).stderr(Stdio::null()).status();
        Box::pin(async move {
            let timed = tokio::time::timeout(RESTART_WITHIN, status).await;
            let status = timed.map_err(|_| "it took more than 30 s".to_owned())?;
            match status {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(status.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    })
}
