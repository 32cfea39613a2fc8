//! `waitlists`: the waitlists of the workspace.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
use crate::output::records::WaitlistRecord;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, render_columns};
use crate::session::{self, runtime, service};

/// List the waitlists of the workspace
#[derive(Debug, clap::Args)]
#[command(after_help = "Set the one you work with as the default: referralloop config set waitlist ID

Examples:
  referralloop waitlists
  referralloop waitlists --json")]
pub(crate) struct Arguments {}

/// Lists.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let service = service::open_service(context, &settings)?;
    let waitlists = runtime::block_on(async {
        service.client.list_waitlists().await.map_err(|failure| service.explain(&failure, context))
    })?;
    if console.is_json() {
        for waitlist in &waitlists {
            console.write_record(&WaitlistRecord::of(waitlist))?;
        }
        return Ok(Exit::Done);
    }
    if waitlists.is_empty() {
        console.print_notice("the workspace has no waitlist yet");
        return Ok(Exit::Done);
    }
    let text = |text: Option<&str>| TableCell::from(Sanitised::text(text.unwrap_or_default()));
    let rows: Vec<Vec<TableCell>> = waitlists
        .iter()
        .map(|waitlist| {
            let id = TableCell::new(TextRole::Strong, Sanitised::text(waitlist.id()));
            vec![id, text(waitlist.text("name")), text(waitlist.text("slug"))]
        })
        .collect();
    pager::show_paged(&render_columns(&["=ID", "NAME", "-SLUG"], &rows, &console.out), &console, context)?;
    Ok(Exit::Done)
}
