//! `signups get`.

use super::{SignupsSession, WaitlistArgument, pick, view};
use crate::error::{Error, Exit};
use crate::session::arguments;

/// Show everything the service has on one sign-up
#[derive(Debug, clap::Args)]
#[command(after_help = "The waitlist is set by --waitlist, or by: referralloop config set waitlist ID

Examples:
  referralloop signups get 789e0123-e89b-12d3-a456-426614174000
  referralloop signups get 789e0123-e89b-12d3-a456-426614174000 --json")]
pub(super) struct Arguments {
    /// The sign-up, by its id or e-mail address; without it, choose from a list on a terminal
    #[arg(value_name = "ID", value_parser = arguments::read_id_or_email)]
    id: Option<String>,
    #[command(flatten)]
    of: WaitlistArgument,
}

/// Shows.
pub(super) async fn run(arguments: &Arguments, work: &SignupsSession<'_>) -> Result<Exit, Error> {
    pick::require_ids(arguments.id.as_slice(), work)?;
    let Some(waitlist) = work.waitlist(&arguments.of).await? else { return Ok(Exit::Interrupted) };
    let id = match &arguments.id {
        Some(given) => pick::find_id(given, &waitlist, work).await?,
        None => match pick::pick_one(&waitlist, work).await? {
            Some(id) => id,
            None => return Ok(Exit::Interrupted),
        },
    };
    let found = work.service.client.get_signup(&waitlist, &id).await;
    let signup = work.explained(found).await?;
    match work.console.is_json() {
        true => view::write_record(&work.console, &waitlist, &signup)?,
        false => work.console.write_text(&view::render_page(&signup, &work.console))?,
    }
    Ok(Exit::Done)
}
