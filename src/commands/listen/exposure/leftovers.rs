//! Subscriptions that earlier runs left on the service: they were killed, or could not remove them.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::prompt;
use crate::session::subscriptions::{SubscriptionClient, SubscriptionStep, is_ended_sandbox, is_left_behind};
use crate::session::{self, runtime, service};
use crate::store::{JournalEntry, StoreReader};

/// Asks whether to remove what was left, where somebody is there to be asked; else tells of it.
///
/// # Errors
/// The terminal is gone, or it was wished for and the API of this profile cannot be called.
pub(crate) fn clean_up_leftovers(context: &Context, settings: &ConfigSettings, console: &Console) -> Result<(), Error> {
    let store = session::store_path(context, settings)?;
    // A store that cannot be read is told by who opens it for good.
    let entries = store.exists().then(|| StoreReader::open(&store).ok()?.list_subscriptions(false).ok()).flatten();
    let Some(entries) = entries else { return Ok(()) };
    let left: Vec<JournalEntry> = entries.into_iter().filter(|entry| is_left_behind(entry, &store)).collect();
    let told = match left.len() {
        0 => return Ok(()),
        1 => "1 subscription was left behind by an earlier run".to_owned(),
        count => format!("{count} subscriptions were left behind by earlier runs"),
    };
    let wanted = prompt::confirm(context, &format!("{told}. Remove them?"))?;
    if !wanted {
        console.print_notice(&format!("{told}; referralloop subscriptions --cleanup removes what can be removed"));
        return Ok(());
    }
    let service = service::open_service(context, settings)?;
    let subscriber = SubscriptionClient::open(&service, &store, context)?;
    let (here, elsewhere): (Vec<JournalEntry>, Vec<JournalEntry>) =
        left.into_iter().partition(|entry| subscriber.is_here(entry));
    for entry in &elsewhere {
        if is_ended_sandbox(entry) {
            subscriber.journal.mark_removed(entry.number, context.clock.now())?;
            console.print_notice(&format!("{} is gone with the sandbox that had it", named(entry)));
        } else {
            console.print_notice(&format!("{} was created with another API and left alone", named(entry)));
            console.print_hint(&format!("referralloop subscriptions --cleanup --api-url {}", entry.api));
        }
    }
    runtime::block_on(async {
        let mut tell = |step: SubscriptionStep<'_>| match step {
            SubscriptionStep::Removed { entry, .. } => console.print_notice(&format!("removed {}", named(entry))),
            SubscriptionStep::Left { entry, error } => {
                console.print_notice(&format!("{} is still there: {error}", named(entry)))
            }
            _ => {}
        };
        subscriber.remove_all(here, &mut tell).await;
        Ok(())
    })
}

fn named(entry: &JournalEntry) -> String {
    format!("{} ({})", entry.id.as_deref().unwrap_or("a subscription"), entry.event)
}
