//! Who refused a signed event, where that is a listener of ours: of another profile, or of this one.

use super::registry;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::protocol::target::is_loopback;
use crate::store::RefusedRow;
use std::time::Duration;
use url::Url;

/// The profile whose listener runs there, where it is another one.
pub(crate) fn explain_neighbour(url: &Url, context: &Context, settings: &ConfigSettings) -> Option<String> {
    let store = super::store_path(context, settings).ok().filter(|_| is_loopback(url))?;
    let (profile, ..) = registry::find_neighbour_on_port(&store, url.port_or_known_default()?)
        .filter(|(_, command, _)| *command == "listen")?;
    let own = &settings.profile.value;
    Some(format!(
        "profile {profile} listens there, and it has another secret than profile {own}; with that one: --profile {profile}"
    ))
}

/// Refused requests are written down behind the answer: looks until then.
const LOOKS: u32 = 50;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The number of the newest refused request that is meant, where the listener of this profile runs there: none where it
/// is not written down within a second.
pub(crate) async fn find_own_refusal(
    url: &Url,
    is_meant: impl Fn(&RefusedRow) -> bool,
    context: &Context,
    settings: &ConfigSettings,
) -> Option<Option<u64>> {
    let store = super::store_path(context, settings).ok().filter(|_| is_loopback(url))?;
    registry::find_process_on_port(&store, url.port_or_known_default()?).filter(|(command, _)| *command == "listen")?;
    for _ in 0..LOOKS {
        let refused = super::open_reader(context, settings).ok()?.list_refused().ok()?;
        if let Some(found) = refused.iter().find(|row| is_meant(row)) {
            return Some(Some(found.number));
        }
        context.clock.sleep(LOOK_EVERY).await;
    }
    Some(None)
}

/// What is told of it.
pub(crate) fn explain_own_refusal(number: Option<u64>) -> String {
    let why = match number {
        Some(number) => format!("verify --event r{number}"),
        None => "events list --refused".to_owned(),
    };
    format!("the listener of this profile refused it, so its secret is another one; why: referralloop {why}")
}
