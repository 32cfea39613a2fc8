//! `trigger --case ID`: repeats one check of an audit by itself, and shows every request and answer in full.

use crate::audit::{self, Audience, Check, Plan, Selection};
use crate::config::Settings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::audit::{self as auditing, Around, Target};
use crate::flows::delivery::interrupted;
use crate::flows::{request, runtime, workspace};
use crate::output::audit::exchange;
use crate::output::console::Console;
use crate::output::errors::labelled;
use crate::output::human::verdict;
use crate::output::rendition::Rendition;
use crate::output::style::Ink;
use crate::protocol::check::{CheckReport, CheckVerdict};
use crate::protocol::report::{Report, What};
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
    pub(super) case: Option<Named>,
    /// Send the check's signature in this header
    #[arg(long, value_name = "NAME", value_parser = auditing::header_name, default_value = "x-webhook-signature", requires = "case")]
    signature_header: HeaderName,
}

/// A check, by its id.
#[derive(Clone, Copy)]
pub(super) struct Named(&'static Check);

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

fn check(text: &str) -> Result<Named, String> {
    match audit::find(text) {
        Some(check) => Ok(Named(check)),
        None => Err(match text.parse::<audit::Part>() {
            Ok(_) => "that is a group; referralloop test --list   lists the checks".to_owned(),
            Err(error) => error.to_string(),
        }),
    }
}

/// Repeats the check.
pub(super) fn run(
    (Named(check), arguments): (Named, &Arguments),
    url: Url,
    request: &request::Arguments,
    dry_run: bool,
    (context, console, settings): (&Context, &Console, &Settings),
) -> Result<Exit, Error> {
    let target = Target {
        url,
        secret_files: request.secret_file.iter().cloned().collect(),
        signature_header: arguments.signature_header.clone(),
        headers: request.headers().to_vec(),
    };
    let secret = match request.is_unsigned() {
        true => None,
        false => Some(workspace::secrets(context, settings, &target.secret_files)?.signing().clone()),
    };
    let around = Around { unsigned: secret.is_none(), ..Around::default() };
    let plan =
        Plan { selection: Selection::one(check.id), regardless: true, ..auditing::plan(&target, secret, context) };
    if dry_run {
        return print(check, &plan, console);
    }
    auditing::confirm(&plan.url, plan.limits, context)?;
    runtime::block_on(async {
        let stop = context.stop()?;
        let repeat = |check: &Check| auditing::repeat_line(check, &target, &around);
        match auditing::run(&plan, &repeat, &mut Silent, &stop).await? {
            Ok(report) => report.checks.first().map_or(Ok(Exit::Done), |check| tell(check, context, console)),
            Err(signal) => Ok(interrupted(signal)),
        }
    })
}

/// Nobody watches one check.
struct Silent;

impl Audience for Silent {
    fn begins(&mut self, _: usize, _: usize, _: &'static str) {}

    fn ended(&mut self, _: &CheckReport) {}
}

/// Plain requests can be written down; what is about timing or several connections can not.
fn print(check: &Check, plan: &Plan, console: &Console) -> Result<Exit, Error> {
    let drafts = audit::drafts(check, plan).unwrap_or_default();
    let plain = drafts.iter().all(|draft| draft.method == Method::POST && draft.is_whole());
    if drafts.is_empty() || !plain {
        return Err(Error::usage(format!("{} is more than requests that could be written down", check.id)));
    }
    for draft in &drafts {
        let request = &draft.request;
        let rendition = Rendition { url: &request.url, headers: &request.headers, body: &request.body };
        match console.is_json() {
            true => console.record("request", &rendition.record())?,
            false => console.line(&rendition.curl())?,
        }
    }
    Ok(Exit::Done)
}

fn tell(check: &CheckReport, context: &Context, console: &Console) -> Result<Exit, Error> {
    if console.is_json() {
        console.report(&Report { at: context.clock.now(), what: What::Check(Box::new(check.clone())) })?;
    } else {
        for one in &check.exchanges {
            console.lines(&exchange(one, &console.out))?;
        }
        console.lines(&[verdict(check, &console.out)])?;
        let words = match &check.verdict {
            CheckVerdict::Passed => Vec::new(),
            CheckVerdict::Failed(what) | CheckVerdict::Accepted { what, .. } => {
                vec![("seen  ", what.as_str()), ("why   ", check.why), ("fix   ", check.fix)]
            }
            CheckVerdict::Skipped(reason) => vec![("skipped  ", reason.as_str())],
        };
        for (label, text) in words {
            console.lines(&labelled(label, Ink::Faint, text, 4, &console.out))?;
        }
    }
    match check.verdict {
        // Nobody may take for passed what was not judged.
        CheckVerdict::Failed(_) | CheckVerdict::Skipped(_) => Ok(Exit::No),
        CheckVerdict::Passed | CheckVerdict::Accepted { .. } => Ok(Exit::Done),
    }
}
