//! `signups list`.

use super::{SignupsSession, WaitlistArgument, view};
use crate::error::{Error, Exit};
use crate::output::{pager, phrases};
use crate::protocol::api::ApiList;
use crate::protocol::api::{LARGEST_PAGE, PAGE};

/// List the sign-ups of a waitlist
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop signups list --waitlist 123e4567-e89b-12d3-a456-426614174000 -n 20
  referralloop signups list -w 123e4567-e89b-12d3-a456-426614174000 --all --json")]
pub(super) struct Arguments {
    #[command(flatten)]
    of: WaitlistArgument,
    /// Show at most this many, up to 1000
    #[arg(long, short = 'n', value_name = "N", default_value_t = PAGE, value_parser = limit)]
    limit: u32,
    /// Skip this many
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    offset: u64,
    /// Show every one, page by page
    #[arg(long, conflicts_with_all = ["limit", "offset"])]
    all: bool,
}

fn limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(limit @ 1..=LARGEST_PAGE) => Ok(limit),
        _ => Err(format!("'{text}' is not a page size; write 1 to {LARGEST_PAGE}, or --all for every sign-up")),
    }
}

/// Lists.
pub(super) async fn run(arguments: &Arguments, work: &SignupsSession<'_>) -> Result<Exit, Error> {
    let Some(waitlist) = work.waitlist(&arguments.of).await? else { return Ok(Exit::Interrupted) };
    let client = &work.service.client;
    let found = match arguments.all {
        true => client.list_all_signups(&waitlist, |_| {}).await,
        false => client.list_signups(&waitlist, arguments.limit, arguments.offset).await,
    };
    let ApiList { items: signups, odd } = work.explained(found).await?;
    if work.console.is_json() {
        signups.iter().try_for_each(|signup| view::write_record(&work.console, &waitlist, signup))?;
        return Ok(Exit::Done);
    }
    if signups.is_empty() {
        // Rows that were left out were told: then there are some.
        match (odd, arguments.offset) {
            (1.., _) => {}
            (_, 1..) => work.console.print_notice("there are no sign-ups at this offset"),
            _ => work.console.print_notice("the waitlist has no sign-up yet"),
        }
        return Ok(Exit::Done);
    }
    pager::show_paged(&view::render_table(&signups, &work.console), &work.console, work.context)?;
    let count = (signups.len() + odd) as u64;
    if !arguments.all && count == u64::from(arguments.limit) {
        let next = arguments.offset + count;
        let so_far = phrases::format_quantity(count, "sign-up", "sign-ups");
        work.console.print_notice(&format!("{}; there may be more: --offset {next}, or --all", so_far.as_str()));
    }
    Ok(Exit::Done)
}
