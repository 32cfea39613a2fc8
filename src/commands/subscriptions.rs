//! `subscriptions`: the journal, and tidying up after runs that could not do it themselves.

use crate::config::api;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::subscriptions::{Step, Subscriber, fields, in_line, is_left_behind, standing_in_words};
use crate::flows::{runtime, service, workspace};
use crate::output::console::Console;
use crate::output::pager;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use crate::output::table::{Cell, columns};
use crate::store::{Entry, Journal, Standing};
use serde_json::json;
use std::path::Path;

/// List the subscriptions that were made here, and clean up what earlier runs left
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The service cannot list subscriptions; this is the journal of those that were made with this profile. A line
is unknown where a call for it ended without an answer: the service may or may not have it.

Examples:
  referralloop subscriptions
  referralloop subscriptions --ended --json
  referralloop subscriptions --cleanup"
)]
pub struct Arguments {
    /// Show those that ended, too
    #[arg(long)]
    ended: bool,
    /// End what runs that are gone wanted for themselves alone, and what was about to be ended
    #[arg(long, conflicts_with_all = ["ended", "forget"])]
    cleanup: bool,
    /// Strike out a line whose subscription is known not to be there
    #[arg(long, value_name = "LINE", conflicts_with = "ended")]
    forget: Option<u64>,
}

/// Columns from which on a line has room for its time.
const WIDE: usize = 100;

/// Lists or tidies up.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let store = workspace::store_path(context, &settings)?;
    if let Some(line) = arguments.forget {
        let entries = workspace::open_reader(context, &settings)?.subscriptions(false)?;
        return forget(line, &entries, &store, &console, context);
    }
    if arguments.cleanup {
        let service = service::open(context, &settings)?;
        let subscriber = Subscriber::open(&service, &store, context)?;
        return runtime::block_on(cleanup(&subscriber, &store, &console));
    }
    let reader = workspace::open_reader(context, &settings)?;
    let entries = reader.subscriptions(arguments.ended)?;
    list(&entries, &store, &api::place(&settings)?.base.to_string(), &console, context)?;
    Ok(Exit::Done)
}

fn list(entries: &[Entry], store: &Path, here: &str, console: &Console, context: &Context) -> Result<(), Error> {
    if console.is_json() {
        for entry in entries {
            console.record("subscription", &fields(entry, is_left_behind(entry, store)))?;
        }
        return Ok(());
    }
    if entries.is_empty() {
        console.note("the journal has no subscription; make one with: referralloop subscribe");
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = entries.iter().map(|entry| cells(entry, store, here, console)).collect();
    let headings = [">LINE", "=ID", "STATE", "EVENT", "URL", "SINCE", "WAITLIST", "API"];
    // What no line has anything to say about takes no room: the last two, mostly. On a narrow terminal the URL needs
    // the room of the time.
    let used = |at: usize| rows.iter().any(|row| row[at].text.width() > 0);
    let roomy = console.out.width >= WIDE;
    let shown: Vec<usize> = (0..headings.len()).filter(|at| used(*at) && (roomy || headings[*at] != "SINCE")).collect();
    let rows: Vec<Vec<Cell>> = rows.iter().map(|row| shown.iter().map(|at| row[*at].clone()).collect()).collect();
    let headings: Vec<&'static str> = shown.iter().map(|at| headings[*at]).collect();
    pager::show(&columns(&headings, &rows, &console.out), console, context)?;
    if entries.iter().any(|entry| entry.standing != Standing::Removed && is_left_behind(entry, store)) {
        console.hint("referralloop subscriptions --cleanup   ends what was left behind");
    }
    Ok(())
}

fn cells(entry: &Entry, store: &Path, here: &str, console: &Console) -> Vec<Cell> {
    let text = |text: &str| Cell::from(Sanitised::text(text));
    let state = match entry.standing {
        Standing::Removed => Cell::new(Ink::Faint, Sanitised::own("ended")),
        _ if is_left_behind(entry, store) => Cell::new(Ink::Notable, Sanitised::own("left behind")),
        Standing::Active if entry.run.is_some() => Cell::new(Ink::Good, Sanitised::own("active, while listening")),
        Standing::Active => Cell::new(Ink::Good, Sanitised::own("active")),
        other => Cell::new(Ink::Notable, Sanitised::own(standing_in_words(other))),
    };
    vec![
        text(&entry.number.to_string()),
        Cell::new(Ink::Strong, Sanitised::text(entry.id.as_deref().unwrap_or("–"))),
        state,
        text(&entry.event),
        text(&entry.url),
        text(&console.out.date_time(entry.asked_at)),
        text(entry.waitlist.as_deref().unwrap_or_default()),
        text(if entry.api == here { "" } else { &entry.api }),
    ]
}

fn forget(line: u64, entries: &[Entry], store: &Path, console: &Console, context: &Context) -> Result<Exit, Error> {
    let Some(entry) = entries.iter().find(|entry| entry.number == line) else {
        return Err(Error::usage(format!("the journal has no line {line}"))
            .hint("referralloop subscriptions   shows the lines"));
    };
    if let (Some(id), Standing::Active) = (&entry.id, entry.standing) {
        return Err(Error::usage(format!("line {line} is an active subscription, which would go on delivering"))
            .hint(format!("end it: referralloop unsubscribe {id}")));
    }
    Journal::open(store)?.removed(line, context.clock.now())?;
    match console.is_json() {
        true => console.record("forgotten", &json!({ "line": line }))?,
        false => console.line(&format!("line {line} is struck out"))?,
    }
    Ok(Exit::Done)
}

/// Ends what was left behind, in the API that is called now; tells of what is elsewhere or has no id.
async fn cleanup(subscriber: &Subscriber<'_>, store: &Path, console: &Console) -> Result<Exit, Error> {
    let stale = |entry: &Entry| is_left_behind(entry, store) || entry.standing == Standing::Removing;
    let left: Vec<Entry> = subscriber.journal.entries(false)?.into_iter().filter(stale).collect();
    let (here, elsewhere): (Vec<Entry>, Vec<Entry>) = left.into_iter().partition(|entry| subscriber.is_here(entry));
    let (here, nameless): (Vec<Entry>, Vec<Entry>) = here.into_iter().partition(|entry| entry.id.is_some());
    for entry in &nameless {
        console.note(&format!("{}: its id was never told, so it cannot be ended", in_line(entry)));
        console.hint(&format!(
            "referralloop subscriptions --forget {}   once you know that it is not there",
            entry.number
        ));
    }
    for entry in &elsewhere {
        console.note(&format!("{}: made in another API", in_line(entry)));
        console.hint(&format!("referralloop subscriptions --cleanup --api-url {}", entry.api));
    }
    if here.is_empty() && nameless.is_empty() && elsewhere.is_empty() {
        console.note("nothing was left behind");
    }
    let mut failed = None;
    let mut tell = |step: Step<'_>| {
        if let Err(error) = show(console, &step) {
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

fn show(console: &Console, step: &Step<'_>) -> Result<(), Error> {
    match step {
        Step::Removed { entry, found } if console.is_json() => {
            let fields = json!({
                "id": entry.id, "found": found, "line": entry.number, "event_type": entry.event,
                "target_url": entry.url,
            });
            console.record("unsubscribed", &fields)?;
        }
        Step::Removed { entry, found: true } => console.line(&format!("ended  {}", in_line(entry)))?,
        Step::Removed { entry, .. } => console.line(&format!("was gone already  {}", in_line(entry)))?,
        Step::Left { entry, error } => console.note(&format!("{}: {}", in_line(entry), error.message)),
        Step::Made(_) | Step::There(_) => {}
    }
    Ok(())
}
