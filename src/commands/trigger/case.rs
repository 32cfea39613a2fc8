//! `trigger --case ID`: repeats one check of an audit by itself, and shows every request and answer in full.

use crate::audit::{self, AuditCheck, AuditObserver, AuditPlan, CheckSelection};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::audit::{self as auditing, AuditTarget, RepeatLineOptions};
use crate::flows::delivery::exit_for_signal;
use crate::flows::{request, runtime, workspace};
use crate::output::audit::render_exchange;
use crate::output::console::Console;
use crate::output::errors::render_labelled;
use crate::output::human::render_verdict;
use crate::output::rendition::RequestRendition;
use crate::output::style::TextRole;
use crate::protocol::check::{CheckReport, CheckVerdict};
use crate::protocol::report::{Report, ReportKind};
use http::{HeaderName, Method};
use url::Url;

/// Options that repeat a check.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Repeating a check of test")]
pub(super) struct Arguments {
    /// Repeat this check by itself, showing what is sent and what comes back
    #[arg(long, value_name = "ID", value_parser = check, conflicts_with_all = [
        "event", "data", "set", "set_json", "unset", "seed", "waitlist", "email", "name", "sign", "retry", "speed",
    ])]
    pub(super) case: Option<NamedCheck>,
    /// Send the check's signature in this header
    #[arg(long, value_name = "NAME", value_parser = auditing::read_header_name, default_value = "x-webhook-signature", requires = "case")]
    signature_header: HeaderName,
}

/// A check, by its id.
#[derive(Clone, Copy)]
pub(super) struct NamedCheck(&'static AuditCheck);

impl std::fmt::Debug for NamedCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

fn check(text: &str) -> Result<NamedCheck, String> {
    match audit::find_check(text) {
        Some(check) => Ok(NamedCheck(check)),
        None => Err(match text.parse::<audit::CheckSelector>() {
            Ok(_) => "that is a group; referralloop test --list   lists the checks".to_owned(),
            Err(error) => error.to_string(),
        }),
    }
}

/// Repeats the check.
pub(super) fn run(
    (NamedCheck(check), arguments): (NamedCheck, &Arguments),
    url: Url,
    request: &request::Arguments,
    dry_run: bool,
    (context, console, settings): (&Context, &Console, &ConfigSettings),
) -> Result<Exit, Error> {
    let target = AuditTarget {
        url,
        secret_files: request.secret_file.iter().cloned().collect(),
        signature_header: arguments.signature_header.clone(),
        headers: request.headers().to_vec(),
    };
    let secret = match request.is_unsigned() {
        true => None,
        false => Some(workspace::load_secrets(context, settings, &target.secret_files)?.signing().clone()),
    };
    let around = RepeatLineOptions { unsigned: secret.is_none(), ..RepeatLineOptions::default() };
    let plan = AuditPlan {
        selection: CheckSelection::single(check.id),
        regardless: true,
        ..auditing::build_plan(&target, secret, context)
    };
    if dry_run {
        return print_requests(check, &plan, console);
    }
    auditing::confirm_audit(&plan.url, plan.limits, context)?;
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let repeat = |check: &AuditCheck| auditing::format_repeat_line(check, &target, &around);
        match auditing::run_audit(&plan, &repeat, &mut SilentAudience, &stop).await? {
            Ok(report) => report.checks.first().map_or(Ok(Exit::Done), |check| show_check(check, context, console)),
            Err(signal) => Ok(exit_for_signal(signal)),
        }
    })
}

/// Nobody watches one check.
struct SilentAudience;

impl AuditObserver for SilentAudience {
    fn check_started(&mut self, _: usize, _: usize, _: &'static str) {}

    fn check_ended(&mut self, _: &CheckReport) {}
}

/// Plain requests can be written down; what is about timing or several connections can not.
fn print_requests(check: &AuditCheck, plan: &AuditPlan, console: &Console) -> Result<Exit, Error> {
    let drafts = audit::build_drafts(check, plan).unwrap_or_default();
    let plain = drafts.iter().all(|draft| draft.method == Method::POST && draft.is_whole());
    if drafts.is_empty() || !plain {
        return Err(Error::usage(format!("{} does more than send plain requests, so it cannot be printed", check.id)));
    }
    for draft in &drafts {
        let request = &draft.request;
        let rendition = RequestRendition { url: &request.url, headers: &request.headers, body: &request.body };
        match console.is_json() {
            true => console.write_record("request", &rendition.to_record())?,
            false => console.write_line(&rendition.to_curl())?,
        }
    }
    Ok(Exit::Done)
}

fn show_check(check: &CheckReport, context: &Context, console: &Console) -> Result<Exit, Error> {
    if console.is_json() {
        console.write_report(&Report { at: context.clock.now(), what: ReportKind::Check(Box::new(check.clone())) })?;
    } else {
        for one in &check.exchanges {
            console.write_lines(&render_exchange(one, &console.out))?;
        }
        console.write_lines(&[render_verdict(check, &console.out)])?;
        let words = match &check.verdict {
            CheckVerdict::Passed => Vec::new(),
            CheckVerdict::Failed(what) | CheckVerdict::Accepted { what, .. } => {
                vec![("seen  ", what.as_str()), ("why   ", check.why), ("fix   ", check.fix)]
            }
            CheckVerdict::Skipped(reason) => vec![("skipped  ", reason.as_str())],
        };
        for (label, text) in words {
            console.write_lines(&render_labelled(label, TextRole::Faint, text, 4, &console.out))?;
        }
    }
    match check.verdict {
        // Nobody may take for passed what was not judged.
        CheckVerdict::Failed(_) | CheckVerdict::Skipped(_) => Ok(Exit::No),
        CheckVerdict::Passed | CheckVerdict::Accepted { .. } => Ok(Exit::Done),
    }
}
