//! The reports of `test`: which are wanted, where they go, and writing them.

use crate::context::Context;
use crate::error::Error;
use crate::output::audit::{render_audit_junit, render_audit_markdown};
use crate::output::console::Console;
use crate::protocol::check::{AuditReport, CheckSeverity};
use crate::session::output_file::{self, WriteMode};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reports")]
pub(super) struct ReportArguments {
    /// The lowest severity that makes the exit code 1: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", default_value = "medium")]
    pub fail_on: CheckSeverity,
    /// Accept the findings listed in this file, each with a reason
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write JUnit XML to this file; - is standard output, and the page goes to standard error
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write Markdown to this file, - being standard output; a GitHub job summary is appended to
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print TAP 14 instead of the page
    #[arg(long)]
    pub tap: bool,
}

impl ReportArguments {
    /// Whether a report takes the place of the page on standard output.
    pub(super) fn has_stdout(&self) -> bool {
        [&self.junit, &self.markdown].into_iter().any(|path| output_file::goes_to_stdout(path.as_ref()))
    }

    /// Refuses two that would be mixed.
    pub(super) fn require_one_stdout(&self, console: &Console) -> Result<(), Error> {
        let wishes = [
            ("--tap", self.tap),
            ("--json", console.is_json()),
            ("--junit -", output_file::goes_to_stdout(self.junit.as_ref())),
            ("--markdown -", output_file::goes_to_stdout(self.markdown.as_ref())),
        ];
        let mut wishes = wishes.into_iter().filter(|(_, wished)| *wished).map(|(name, _)| name);
        match (wishes.next(), wishes.next()) {
            (Some(one), Some(other)) => {
                Err(Error::usage(format!("{one} and {other} both write to standard output; use one of them")))
            }
            _ => Ok(()),
        }
    }

    /// A report that cannot be written is told before the audit, not after it.
    pub(super) fn check_files(&self, context: &Context) -> Result<(), Error> {
        [&self.junit, &self.markdown]
            .into_iter()
            .flatten()
            .try_for_each(|path| output_file::check_writable(context, path))
    }

    /// Writes those that are wanted.
    pub(super) fn write_files(&self, report: &AuditReport, context: &Context) -> Result<(), Error> {
        if let Some(path) = &self.junit {
            let text = render_audit_junit(report, self.fail_on, context.clock.now());
            write(context, path, &text, false)?;
        }
        if let Some(path) = &self.markdown {
            // Every step of a GitHub job adds to one summary.
            let summary = context.environment.path("GITHUB_STEP_SUMMARY");
            let adds = summary.is_some_and(|summary| context.resolve(&summary) == context.resolve(path));
            write(context, path, &render_audit_markdown(report, self.fail_on), adds)?;
        }
        Ok(())
    }
}

fn write(context: &Context, path: &Path, text: &str, adds: bool) -> Result<(), Error> {
    output_file::write_output_file(context, path, text, if adds { WriteMode::Append } else { WriteMode::Replace })
}
