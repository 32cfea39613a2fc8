//! `test --case ID`: repeats one check of an audit by itself, and shows every request and answer in full.

use super::shell;
use crate::audit::{self, AuditCheck, AuditObserver, AuditPlan, CheckSelection};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::audit::render_exchange;
use crate::output::console::Console;
use crate::output::errors::render_labelled;
use crate::output::human::render_verdict;
use crate::output::rendition::RequestRendition;
use crate::output::style::TextRole;
use crate::protocol::check::{CheckReport, CheckVerdict};
use crate::protocol::report::{Report, ReportKind};
use crate::session::audit as auditing;
use crate::session::delivery::exit_for_signal;
use crate::session::runtime;
use http::Method;

/// A check, by its id.
#[derive(Clone, Copy)]
pub(super) struct NamedCheck(&'static AuditCheck);

impl std::fmt::Debug for NamedCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

/// Reads the id of one check.
pub(super) fn read_check(text: &str) -> Result<NamedCheck, String> {
    match audit::find_check(text) {
        Some(check) => Ok(NamedCheck(check)),
        None => Err(match text.parse::<audit::CheckSelector>() {
            Ok(_) => format!("'{text}' is a group of checks; referralloop test --list names them one by one"),
            Err(error) => error.to_string(),
        }),
    }
}

/// Repeats the check of a plan that has no other; under `dry_run` only prints its requests.
pub(super) fn run_case(
    NamedCheck(check): NamedCheck,
    plan: AuditPlan,
    repeat: &dyn Fn(&AuditCheck) -> String,
    dry_run: bool,
    (context, console): (&Context, &Console),
) -> Result<Exit, Error> {
    if !audit::is_of_service(check, plan.hero.is_some()) {
        let other = if plan.hero.is_some() { "referralloop" } else { "referralhero" };
        return Err(Error::usage(format!("{} is not a check of this service's receivers", check.id))
            .hint(format!("add --as-service {other}")));
    }
    // What it builds upon may have failed: who names a check wants to see it.
    let plan = AuditPlan { selection: CheckSelection::single(check.id), regardless: true, ..plan };
    if dry_run {
        return print_requests(check, &plan, console);
    }
    auditing::confirm_audit(&plan.url, plan.limits, context)?;
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        audit::wait_for_endpoint(&plan, &stop).await;
        shell::require_state(&plan).await?;
        match auditing::run_audit(&plan, repeat, &mut SilentAudience, &stop).await? {
            (_, Some(signal)) => Ok(exit_for_signal(signal)),
            (report, None) => report.checks.first().map_or(Ok(Exit::Done), |check| show_check(check, context, console)),
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
    if check.needs.secret && plan.secret.is_none() {
        return Err(Error::usage(format!("{} needs a secret to sign with", check.id))
            .hint("give one with --secret-file or REFERRALLOOP_WEBHOOK_SECRET"));
    }
    let drafts = audit::build_drafts(check, plan).unwrap_or_default();
    let plain = drafts.iter().all(|draft| draft.method == Method::POST && draft.is_whole());
    if drafts.is_empty() || !plain {
        return Err(Error::usage(format!("{} does more than send plain requests, so it cannot be printed", check.id)));
    }
    for draft in &drafts {
        let request = &draft.request;
        let rendition = RequestRendition(request);
        match console.is_json() {
            true => console.write_record(&rendition.as_record())?,
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
