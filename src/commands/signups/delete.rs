//! `signups delete`: the cause of a real `signup.deleted`.

use super::{SignupsSession, WaitlistArgument, pick};
use crate::error::{Error, Exit};
use crate::output::records::SignupDeletedRecord;
use crate::output::{phrases, prompt};
use crate::session::arguments;

/// Delete sign-ups, which causes signup.deleted events
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is chosen from a list is asked about first, and whatever a live key deletes: it cannot be undone. --yes skips\nthe question.

Examples:
  referralloop signups delete 789e0123-e89b-12d3-a456-426614174000"
)]
pub(super) struct Arguments {
    /// The sign-ups, by id or e-mail address; without any, choose from a list on a terminal
    #[arg(value_name = "ID", value_parser = arguments::read_id_or_email)]
    ids: Vec<String>,
    #[command(flatten)]
    of: WaitlistArgument,
}

/// Deletes each, and goes on where one fails.
pub(super) async fn run(arguments: &Arguments, work: &SignupsSession<'_>) -> Result<Exit, Error> {
    pick::require_ids(&arguments.ids, work)?;
    let Some(waitlist) = work.waitlist(&arguments.of).await? else { return Ok(Exit::Interrupted) };
    let ids = match arguments.ids.as_slice() {
        [] => match pick::pick_several(&waitlist, work).await? {
            Some(ids) if ids.is_empty() => return Ok(Exit::Done),
            Some(ids) if prompt::confirm_picked(&work.console, work.context, &ask(ids.len()))? => ids,
            _ => return Ok(Exit::Interrupted),
        },
        given => {
            confirm(given.len(), work)?;
            pick::find_ids(given, &waitlist, work).await?
        }
    };
    let mut failed = Vec::new();
    for id in &ids {
        match work.service.client.delete_signup(&waitlist, id).await {
            Ok(()) if work.console.is_json() => {
                work.console.write_record(&SignupDeletedRecord { id, waitlist_id: &waitlist })?;
            }
            Ok(()) => work.console.write_line(&format!("deleted {id}"))?,
            Err(failure) => failed.push((id, work.explain(&failure).await)),
        }
    }
    match failed.len() {
        0 => Ok(Exit::Done),
        1 => Err(failed.remove(0).1),
        _ => Err(several(failed, ids.len())),
    }
}

fn several(failed: Vec<(&String, Error)>, of: usize) -> Error {
    let kind = failed[0].1.kind;
    let mut told = Error::new(kind, format!("{} of {of} sign-ups could not be deleted", failed.len()));
    told.hints = failed.into_iter().map(|(id, error)| format!("{id}: {}", error.message)).collect();
    told
}

fn ask(count: usize) -> String {
    format!("Delete {} for good?", phrases::format_quantity(count as u64, "sign-up", "sign-ups").as_str())
}

/// Real people stand behind a live key.
fn confirm(count: usize, work: &SignupsSession<'_>) -> Result<(), Error> {
    if !work.service.credentials.key.is_live() {
        return Ok(());
    }
    match prompt::confirm(work.context, &ask(count))? {
        true => Ok(()),
        false => {
            Err(Error::usage("the key is live, so deleting needs confirmation").hint("--yes deletes without asking"))
        }
    }
}
