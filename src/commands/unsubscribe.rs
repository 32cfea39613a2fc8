//! `unsubscribe`: ends subscriptions.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::UnsubscribedRecord;
use crate::output::sanitise::Sanitised;
use crate::output::{phrases, prompt};
use crate::session::delivery::exit_for_signal;
use crate::session::subscriptions::{SubscriptionClient, describe_entry, print_nameless};
use crate::session::{self, arguments, runtime, service};
use crate::store::{JournalEntry, SubscriptionStatus};
use url::Url;

/// End subscriptions, by id, by URL or all of them
#[derive(Debug, clap::Args)]
#[command(after_help = "The ids are listed by: referralloop subscriptions. One that the journal knows and the
service no longer has counts as ended; one that neither knows is an error. --all asks first. On a
terminal without arguments, choose from a list.

Examples:
  referralloop unsubscribe sub_1234567890
  referralloop unsubscribe --url https://app.example.com/webhooks
  referralloop unsubscribe --all --yes")]
pub(crate) struct Arguments {
    /// Subscriptions, known to the journal or not
    #[arg(value_name = "ID", value_parser = arguments::read_id, conflicts_with_all = ["all", "url"])]
    ids: Vec<String>,
    /// Every one in the journal that was created with the current API
    #[arg(long, conflicts_with = "url")]
    all: bool,
    /// Those in the journal that deliver to this URL
    #[arg(long, value_name = "URL", value_parser = arguments::read_target)]
    url: Option<Url>,
}

/// Something to end: an id, and its line where the journal has one.
type SubscriptionRemoval = (String, Option<JournalEntry>);

/// Ends them.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let named = !arguments.ids.is_empty() || arguments.all || arguments.url.is_some();
    if !named && !context.may_prompt() {
        return Err(Error::usage("no subscription given").hint("give ids, or use --url or --all"));
    }
    let service = service::open_service(context, &settings)?;
    let store = session::store_path(context, &settings)?;
    let subscriber = SubscriptionClient::open(&service, &store, context)?;
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let past = subscriber.journal.list_entries(true)?;
        let is_over = |entry: &JournalEntry| entry.standing == SubscriptionStatus::Removed;
        let entries: Vec<JournalEntry> = past.iter().filter(|entry| !is_over(entry)).cloned().collect();
        let doomed = match named {
            true => choose_removals(arguments, &entries, &subscriber, &console)?,
            false => match pick_removals(&entries, &subscriber, &console)? {
                Some(doomed) if doomed.is_empty() => return Ok(Exit::Done),
                Some(doomed) if prompt::confirm_picked(&console, context, &ask(doomed.len()))? => doomed,
                _ => return Ok(Exit::Interrupted),
            },
        };
        confirm(arguments, doomed.len(), context)?;
        let uncertain = arguments.all && entries.iter().any(|entry| entry.id.is_none() && subscriber.is_here(entry));
        tokio::select! {
            ended = remove_all(&subscriber, doomed, &past, &console) => {
                ended.map(|known| if uncertain || !known { Exit::No } else { Exit::Done })
            }
            signal = stop.wait_for_stop() => Ok(exit_for_signal(signal)),
        }
    })
}

fn name_count(count: usize) -> String {
    phrases::format_quantity(count as u64, "subscription", "subscriptions").as_str().to_owned()
}

fn ask(count: usize) -> String {
    format!("End {}?", name_count(count))
}

/// Everything at once is ended on purpose only.
fn confirm(arguments: &Arguments, count: usize, context: &Context) -> Result<(), Error> {
    if !arguments.all || count == 0 {
        return Ok(());
    }
    match prompt::confirm(context, &ask(count))? {
        true => Ok(()),
        false => Err(Error::usage(format!("--all ends {}, so it needs confirmation", name_count(count)))
            .hint("--yes ends them without asking")),
    }
}

fn choose_removals(
    arguments: &Arguments,
    entries: &[JournalEntry],
    subscriber: &SubscriptionClient<'_>,
    console: &Console,
) -> Result<Vec<SubscriptionRemoval>, Error> {
    if !arguments.ids.is_empty() {
        return arguments.ids.iter().map(|id| by_id(id, entries, subscriber)).collect();
    }
    let meant = |entry: &&JournalEntry| arguments.url.as_ref().is_none_or(|url| entry.url == url.as_str());
    let (here, elsewhere): (Vec<&JournalEntry>, Vec<&JournalEntry>) =
        entries.iter().filter(meant).partition(|entry| subscriber.is_here(entry));
    if let Some(other) = elsewhere.first() {
        console.print_notice(&format!("{} created with another API and left alone ({})", elsewhere.len(), other.api));
    }
    here.iter().filter(|entry| entry.id.is_none()).for_each(|entry| print_nameless(entry, console));
    let doomed: Vec<SubscriptionRemoval> =
        here.into_iter().filter_map(|entry| Some((entry.id.clone()?, Some(entry.clone())))).collect();
    if doomed.is_empty() {
        console.print_notice("the journal has none of these");
    }
    Ok(doomed)
}

/// One that the journal knows to be elsewhere is not looked for here: another one might have its id.
fn by_id(
    id: &str,
    entries: &[JournalEntry],
    subscriber: &SubscriptionClient<'_>,
) -> Result<SubscriptionRemoval, Error> {
    let same = |entry: &&JournalEntry| entry.id.as_deref() == Some(id);
    let entry = entries.iter().filter(same).find(|entry| subscriber.is_here(entry));
    match (entry, entries.iter().find(same)) {
        (None, Some(other)) => Err(Error::usage(format!("{id} was created with another API: {}", other.api))
            .hint(format!("referralloop unsubscribe {id} --api-url {}", other.api))),
        (entry, _) => Ok((id.to_owned(), entry.cloned())),
    }
}

/// Picked from the journal; `None` where the person would rather stop.
fn pick_removals(
    entries: &[JournalEntry],
    subscriber: &SubscriptionClient<'_>,
    console: &Console,
) -> Result<Option<Vec<SubscriptionRemoval>>, Error> {
    let here: Vec<&JournalEntry> =
        entries.iter().filter(|entry| entry.id.is_some() && subscriber.is_here(entry)).collect();
    if here.is_empty() {
        console.print_notice("the journal has no subscription in this API");
        return Ok(Some(Vec::new()));
    }
    let items: Vec<Sanitised> = here.iter().map(|entry| Sanitised::text(&describe_entry(entry))).collect();
    let Some(chosen) = prompt::select_several(
        subscriber.context,
        "Which subscriptions should be ended?",
        &items,
        &vec![false; items.len()],
    )?
    else {
        return Ok(None);
    };
    let doomed: Vec<SubscriptionRemoval> =
        chosen.iter().filter_map(|at| Some((here[*at].id.clone()?, Some(here[*at].clone())))).collect();
    if doomed.is_empty() {
        console.print_notice("none was chosen, so nothing was done");
    } else {
        let ids: Vec<&str> = doomed.iter().map(|(id, _)| id.as_str()).collect();
        console.print_notice(&format!("The same without questions: referralloop unsubscribe {}", ids.join(" ")));
    }
    Ok(Some(doomed))
}

/// Removes each, whatever becomes of the others. Answers whether each was known, to the service or to the journal.
async fn remove_all(
    subscriber: &SubscriptionClient<'_>,
    doomed: Vec<SubscriptionRemoval>,
    past: &[JournalEntry],
    console: &Console,
) -> Result<bool, Error> {
    let (count, mut failed, mut all_known) = (doomed.len(), Vec::new(), true);
    for (id, entry) in doomed {
        match subscriber.remove(&id, entry.as_ref()).await {
            Ok(found) => {
                let known = found || entry.is_some() || past.iter().any(|entry| entry.id.as_ref() == Some(&id));
                all_known &= known;
                print_removal(console, &id, entry.as_ref(), (found, known))?;
            }
            Err(error) => failed.push((id, error)),
        }
    }
    match failed.len() {
        0 => Ok(all_known),
        1 => Err(failed.remove(0).1),
        several => {
            let mut told =
                Error::new(failed[0].1.kind, format!("{several} of {count} subscriptions could not be ended"));
            told.hints = failed.into_iter().map(|(id, error)| format!("{id}: {}", error.message)).collect();
            Err(told)
        }
    }
}

fn print_removal(
    console: &Console,
    id: &str,
    entry: Option<&JournalEntry>,
    (found, known): (bool, bool),
) -> Result<(), Error> {
    if console.is_json() {
        return Ok(console.write_record(&UnsubscribedRecord {
            id: Some(id),
            found,
            line: entry.map(|entry| entry.number),
            event_type: entry.map(|entry| entry.event.as_str()),
            target_url: entry.map(|entry| entry.url.as_str()),
            rollback: false,
        })?);
    }
    let what = entry.map(|entry| format!("  {} → {}", entry.event, entry.url)).unwrap_or_default();
    let how = match (found, known) {
        (true, _) => "ended",
        (false, true) => "was already gone",
        (false, false) => "is unknown, to the service and to the journal",
    };
    Ok(console.write_line(&format!("{id} {how}{what}"))?)
}
