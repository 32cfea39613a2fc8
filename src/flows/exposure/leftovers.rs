//! Subscriptions that earlier runs left on the service: they were killed, or could not remove them.

use crate::config::Settings;
use crate::context::Context;
use crate::error::Error;
use crate::flows::subscriptions::{Step, Subscriber, is_left_behind};
use crate::flows::{runtime, service, workspace};
use crate::output::console::Console;
use crate::output::prompt;
use crate::store::{Entry, Reader};

/// Asks whether to remove what was left, where somebody is there to be asked; else tells of it.
///
/// # Errors
/// The terminal is gone, or it was wished for and the API of this profile cannot be called.
pub fn tidy(context: &Context, settings: &Settings, console: &Console) -> Result<(), Error> {
    let store = workspace::store_path(context, settings)?;
    // A store that cannot be read is told by who opens it for good.
    let entries = store.exists().then(|| Reader::open(&store).ok()?.subscriptions(false).ok()).flatten();
    let Some(entries) = entries else { return Ok(()) };
    let left: Vec<Entry> = entries.into_iter().filter(|entry| is_left_behind(entry, &store)).collect();
    let told = match left.len() {
        0 => return Ok(()),
        1 => "1 subscription was left behind by an earlier run".to_owned(),
        count => format!("{count} subscriptions were left behind by earlier runs"),
    };
    let wanted = prompt::confirm(context, &format!("{told}. Remove them?"))?;
    if !wanted {
        console.note(&format!("{told}; referralloop subscriptions --cleanup removes what can be removed"));
        return Ok(());
    }
    let service = service::open(context, settings)?;
    let subscriber = Subscriber::open(&service, &store, context)?;
    let here = left.into_iter().filter(|entry| subscriber.is_here(entry)).collect();
    runtime::block_on(async {
        let mut tell = |step: Step<'_>| match step {
            Step::Removed { entry, .. } => console.note(&format!("removed {}", named(entry))),
            Step::Left { entry, error } => console.note(&format!("{} is still there: {error}", named(entry))),
            _ => {}
        };
        subscriber.remove_all(here, &mut tell).await;
        Ok(())
    })
}

fn named(entry: &Entry) -> String {
    format!("{} ({})", entry.id.as_deref().unwrap_or("a subscription"), entry.event)
}
