//! Whether effects happened once: a command that prints a number, asked before and after.

use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::records::StateFields;
use crate::system;
use std::process::Stdio;

/// Who judges effects.
#[derive(Debug, Clone)]
pub(super) struct StateCommand {
    /// Prints a number.
    pub command: String,
    /// What it should grow by; `None` for one for each event that was acknowledged.
    pub expected: Option<i64>,
}

/// What the judge said.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateVerdict {
    /// What it printed before the first event.
    pub before: i64,
    /// What it printed after the last.
    pub after: i64,
    /// By how much it should have grown.
    pub expected: i64,
    /// How many events were acknowledged.
    pub events: i64,
}

impl StateVerdict {
    /// Whether effects happened once for each.
    pub(super) fn holds(&self) -> bool {
        self.after.checked_sub(self.before) == Some(self.expected)
    }

    /// In one line.
    pub(super) fn describe(&self) -> String {
        let grown = self.after.saturating_sub(self.before);
        let Self { before, after, expected, events } = self;
        if self.holds() {
            return format!("state: {before} before, {after} after: effects happened once for each of {events} events");
        }
        let why = if grown > *expected {
            "some deliveries had their effect more than once"
        } else {
            "some events had no effect"
        };
        format!("state: {before} before, {after} after: grew by {grown}, expected {expected}; {why}")
    }

    /// For a record.
    pub(super) fn fields(&self) -> StateFields {
        let Self { before, after, expected: expected_change, events } = *self;
        StateFields { before, after, expected_change, events, met: self.holds() }
    }
}

impl StateCommand {
    /// Runs it, and reads the number that it prints.
    pub(super) async fn run_command(&self, context: &Context) -> Result<i64, Error> {
        let (line, folder) = (self.command.clone(), context.directory.clone());
        let run =
            move || system::shell(&line).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let failed = |words: String| {
            Error::usage(format!("--state-cmd '{}' {words}", self.command)).hint("it must print one whole number")
        };
        let output = tokio::task::spawn_blocking(run)
            .await
            .map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
        let output = output.map_err(|error| failed(format!("cannot be run: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!("ended with {}", output.status)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().map_err(|_| failed("did not print a whole number".into()))
    }
}
