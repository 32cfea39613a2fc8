//! `subscriptions`: the journal, and tidying up after runs that could not do it themselves.

use crate::config::api;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
use crate::output::phrases;
use crate::output::records::ForgottenRecord;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, render_columns};
use crate::session::subscriptions::{
    SubscriptionClient, SubscriptionStep, describe_entry, describe_standing, is_ended_sandbox, is_inactive,
    is_left_behind, print_nameless, subscription_fields, unsubscribed_fields,
};
use crate::session::{self, runtime, service};
use crate::store::{JournalEntry, SubscriptionJournal, SubscriptionStatus};
use std::path::Path;

/// List the subscriptions that were made here, and clean up what earlier runs left
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The service cannot list subscriptions; this is the journal of those created with this profile. A line
is unknown if a call for it ended without an answer: the service may or may not have it.

Examples:
  referralloop subscriptions
  referralloop subscriptions --ended --json
  referralloop subscriptions --cleanup"
)]
pub(crate) struct Arguments {
    /// Show those that ended, too
    #[arg(long)]
    ended: bool,
    /// End what earlier runs left behind, and what was about to be ended
    #[arg(long, conflicts_with_all = ["ended", "forget"])]
    cleanup: bool,
    /// Remove a line whose subscription is known not to exist
    #[arg(long, value_name = "LINE", conflicts_with = "ended")]
    forget: Option<u64>,
}

/// Lists or tidies up.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let store = session::store_path(context, &settings)?;
    if let Some(line) = arguments.forget {
        let entries = session::open_reader(context, &settings)?.list_subscriptions(false)?;
        return forget(line, &entries, &store, &console, context);
    }
    if arguments.cleanup {
        let service = service::open_service(context, &settings)?;
        let subscriber = SubscriptionClient::open(&service, &store, context)?;
        return runtime::block_on(cleanup(&subscriber, &store, &console));
    }
    let reader = session::open_reader(context, &settings)?;
    let entries = reader.list_subscriptions(arguments.ended)?;
    list(&entries, &store, &api::resolve_location(&settings)?.base.to_string(), &console, context)?;
    Ok(Exit::Done)
}

fn list(entries: &[JournalEntry], store: &Path, here: &str, console: &Console, context: &Context) -> Result<(), Error> {
    if console.is_json() {
        for entry in entries {
            console.write_record(&subscription_fields(entry, is_left_behind(entry, store)))?;
        }
        return Ok(());
    }
    if entries.is_empty() {
        console.print_notice("the journal has no subscription; create one with: referralloop subscribe");
        return Ok(());
    }
    let rows: Vec<Vec<TableCell>> = entries.iter().map(|entry| cells(entry, store, here, console)).collect();
    let headings = [">LINE", "=ID", "~STATE", "~EVENT", "/URL", "-SINCE", "-WAITLIST", "-API"];
    // What no line has anything to say about takes no room: the last two, mostly.
    let used = |at: usize| rows.iter().any(|row| row[at].text.width() > 0);
    let shown: Vec<usize> = (0..headings.len()).filter(|at| used(*at)).collect();
    let rows: Vec<Vec<TableCell>> = rows.iter().map(|row| shown.iter().map(|at| row[*at].clone()).collect()).collect();
    let headings: Vec<&'static str> = shown.iter().map(|at| headings[*at]).collect();
    pager::show_paged(&render_columns(&headings, &rows, &console.out), console, context)?;
    for entry in entries.iter().filter(|entry| entry.standing == SubscriptionStatus::Unknown) {
        if let Some(answer) = &entry.answer {
            console.print_notice(&format!(
                "line {}: the service answered {}",
                entry.number,
                service::clip_answer(answer)
            ));
        }
    }
    if entries.iter().any(|entry| entry.standing != SubscriptionStatus::Removed && is_left_behind(entry, store)) {
        console.print_hint("end what was left behind with: referralloop subscriptions --cleanup");
    }
    Ok(())
}

fn cells(entry: &JournalEntry, store: &Path, here: &str, console: &Console) -> Vec<TableCell> {
    let text = |text: &str| TableCell::from(Sanitised::text(text));
    let state = match entry.standing {
        SubscriptionStatus::Removed => TableCell::new(TextRole::Faint, Sanitised::own("ended")),
        _ if is_left_behind(entry, store) => TableCell::new(TextRole::Notable, Sanitised::own("left behind")),
        SubscriptionStatus::Active if is_inactive(entry) => {
            TableCell::new(TextRole::Bad, Sanitised::own("inactive at the service"))
        }
        SubscriptionStatus::Active if entry.run.is_some() => {
            TableCell::new(TextRole::Good, Sanitised::own("active, while listening"))
        }
        SubscriptionStatus::Active => TableCell::new(TextRole::Good, Sanitised::own("active")),
        other => TableCell::new(TextRole::Notable, Sanitised::own(describe_standing(other))),
    };
    vec![
        text(&entry.number.to_string()),
        TableCell::new(TextRole::Strong, Sanitised::text(entry.id.as_deref().unwrap_or("–"))),
        state,
        text(if console.out.is_terminal() { phrases::short_event(&entry.event) } else { &entry.event }),
        text(&entry.url),
        text(&console.out.format_date_time(entry.asked_at)),
        text(entry.waitlist.as_deref().unwrap_or_default()),
        text(if entry.api == here { "" } else { &entry.api }),
    ]
}

fn forget(
    line: u64,
    entries: &[JournalEntry],
    store: &Path,
    console: &Console,
    context: &Context,
) -> Result<Exit, Error> {
    let Some(entry) = entries.iter().find(|entry| entry.number == line) else {
        return Err(Error::usage(format!("the journal has no line {line}"))
            .hint("see the lines with: referralloop subscriptions"));
    };
    if let (Some(id), SubscriptionStatus::Active, false) = (&entry.id, entry.standing, is_ended_sandbox(entry)) {
        return Err(Error::usage(format!("line {line} is an active subscription, which would keep delivering"))
            .hint(format!("end it: referralloop unsubscribe {id}")));
    }
    SubscriptionJournal::open(store)?.mark_removed(line, context.clock.now())?;
    match console.is_json() {
        true => console.write_record(&ForgottenRecord { line })?,
        false => console.write_line(&format!("removed line {line}"))?,
    }
    Ok(Exit::Done)
}

/// Ends what was left behind, in the API that is called now; tells of what is elsewhere or has no id.
async fn cleanup(subscriber: &SubscriptionClient<'_>, store: &Path, console: &Console) -> Result<Exit, Error> {
    let stale = |entry: &JournalEntry| is_left_behind(entry, store) || entry.standing == SubscriptionStatus::Removing;
    let left: Vec<JournalEntry> = subscriber.journal.list_entries(false)?.into_iter().filter(stale).collect();
    let (here, elsewhere): (Vec<JournalEntry>, Vec<JournalEntry>) =
        left.into_iter().partition(|entry| subscriber.is_here(entry));
    let (ended, elsewhere): (Vec<JournalEntry>, Vec<JournalEntry>) = elsewhere.into_iter().partition(is_ended_sandbox);
    for entry in &ended {
        subscriber.journal.mark_removed(entry.number, subscriber.context.clock.now())?;
        console.print_notice(&format!("{}: the sandbox that had it has ended", describe_entry(entry)));
    }
    let (here, nameless): (Vec<JournalEntry>, Vec<JournalEntry>) =
        here.into_iter().partition(|entry| entry.id.is_some());
    nameless.iter().for_each(|entry| print_nameless(entry, console));
    for entry in &elsewhere {
        console.print_notice(&format!("{}: created with another API", describe_entry(entry)));
        console.print_hint(&format!("referralloop subscriptions --cleanup --api-url {}", entry.api));
    }
    if here.is_empty() && nameless.is_empty() && elsewhere.is_empty() && ended.is_empty() {
        console.print_notice("nothing was left behind");
    }
    let mut failed = None;
    let mut tell = |step: SubscriptionStep<'_>| {
        if let Err(error) = print_step(console, &step) {
            failed.get_or_insert(error);
        }
    };
    let mut kept = subscriber.remove_all(here, &mut tell).await;
    match (failed, kept.pop()) {
        (Some(error), _) | (None, Some((_, error))) => Err(error),
        (None, None) if nameless.is_empty() && elsewhere.is_empty() => Ok(Exit::Done),
        (None, None) => Ok(Exit::No),
    }
}

fn print_step(console: &Console, step: &SubscriptionStep<'_>) -> Result<(), Error> {
    match step {
        SubscriptionStep::Removed { entry, found } if console.is_json() => {
            console.write_record(&unsubscribed_fields(entry, *found, false))?;
        }
        SubscriptionStep::Removed { entry, found: true } => {
            console.write_line(&format!("ended  {}", describe_entry(entry)))?
        }
        SubscriptionStep::Removed { entry, .. } => {
            console.write_line(&format!("was already gone  {}", describe_entry(entry)))?
        }
        SubscriptionStep::Left { entry, error } => {
            console.print_notice(&format!("{}: {}", describe_entry(entry), error.message))
        }
        SubscriptionStep::Made(_) | SubscriptionStep::There(_) | SubscriptionStep::Gone(_) => {}
    }
    Ok(())
}
